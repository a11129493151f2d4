//! `candor keys rotate --log`, as people run it: what a running server does, what outsiders can still check.

use crate::support::folder::TestFolder;
use candor::seal::Keyring;
use std::fs;
use std::process::{Command, Output, Stdio};

/// The command with these words, in a folder.
fn command(folder: &TestFolder, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.current_dir(folder.path()).args(words);
    command
}

/// Runs it: exit code, output, errors.
fn run(folder: &TestFolder, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command(folder, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A folder with an installation in `house`.
fn installed() -> TestFolder {
    let folder = TestFolder::new();
    let words = ["init", "--data", "house", "--admin-email", "boss@house.example", "--admin-name", "Boss"];
    assert_eq!(run(&folder, &words).0, 0);
    folder
}

#[test]
fn outsiders_with_the_old_key_follow_and_the_old_seed_is_gone() {
    let folder = installed();
    let key = run(&folder, &["ledger", "checkpoint", "--key", "--data", "house"]).1.trim().to_owned();
    fs::write(folder.join("kept.txt"), run(&folder, &["ledger", "checkpoint", "--data", "house"]).1).unwrap();
    fs::write(folder.join("0.tlog-proof"), run(&folder, &["ledger", "receipt", "0", "--data", "house"]).1)
        .unwrap();
    let seed = *Keyring::load(&folder.join("house.keyring")).unwrap().ledger_seed();
    let rotate = ["keys", "rotate", "--log", "--reason", "administrator left", "--data", "house"];
    let (code, out, errors) = run(&folder, &rotate);
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("Start candor serve again") && out.contains("hands it over"), "{out}");
    let keyring = Keyring::load(&folder.join("house.keyring")).unwrap();
    assert_eq!(keyring.outgoing_ledger_seed(), None);
    assert_ne!(keyring.ledger_seed(), &seed, "the old seed is destroyed");
    let new = run(&folder, &["ledger", "checkpoint", "--key", "--data", "house"]).1.trim().to_owned();
    assert_ne!(new, key);
    let list = run(&folder, &["keys", "list", "--log", "--json", "--data", "house"]).1;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!((list[0]["key"].as_str(), list[1]["key"].as_str()), (Some(new.as_str()), Some(key.as_str())));
    assert_eq!(list[1]["ended_by"], "log.key_rotated");
    assert_eq!(run(&folder, &["doctor", "--data", "house"]).0, 1, "no mail is set; nothing else is wrong");

    assert_eq!(run(&folder, &["ledger", "export", "--out", "export", "--data", "house"]).0, 0);
    for words in [
        vec!["ledger", "verify", "export"],
        vec!["ledger", "verify", "export", "--key", &key],
        vec!["ledger", "verify", "export", "--key", &new, "--checkpoint", "kept.txt"],
        vec!["ledger", "verify", "export", "--key", &key, "--checkpoint", "kept.txt"],
        vec!["ledger", "verify", "export", "--checkpoint", "0.tlog-proof"],
        vec!["ledger", "verify", "0.tlog-proof", "--key", &key],
    ] {
        let (code, out, errors) = run(&folder, &words);
        assert_eq!(code, 0, "{words:?}: {out} {errors}");
    }
    let words = run(&folder, &["ledger", "verify", "export", "--key", &key]).1;
    assert!(words.contains("handed over         once") && words.contains(&new), "{words}");
    // A receipt of today is followed from the old key by the hand-over.
    fs::write(
        folder.join("today.tlog-proof"),
        run(&folder, &["ledger", "receipt", "1", "--data", "house"]).1,
    )
    .unwrap();
    let lines = fs::read_to_string(folder.join("export/handovers.jsonl")).unwrap();
    let handover: String = serde_json::from_str(lines.trim()).unwrap();
    fs::write(folder.join("handover"), handover).unwrap();
    let (code, out, _) = run(&folder, &["ledger", "verify", "today.tlog-proof", "--key", &key]);
    assert!(code == 2 && out.contains("hand-over"), "not proven, and not called forged: {out}");
    let words = ["ledger", "verify", "today.tlog-proof", "--key", &key, "--checkpoint", "handover"];
    let (code, out, _) = run(&folder, &words);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn a_hand_over_that_is_killed_goes_on_where_it_was() {
    let folder = installed();
    let key = run(&folder, &["ledger", "checkpoint", "--key", "--data", "house"]).1.trim().to_owned();
    let rotate = ["keys", "rotate", "--log", "--reason", "drill", "--data", "house"];
    // As long as a whole one takes here, so that the kills fall on all of its length.
    let begun = std::time::Instant::now();
    assert_eq!(run(&folder, &rotate).0, 0);
    let whole = begun.elapsed();
    for turn in 2..12_u32 {
        let mut child =
            command(&folder, &rotate).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * turn / 10);
        let _ = child.kill();
        child.wait().unwrap();
        // Whatever was done, the log opens and signs.
        let (code, _, errors) = run(&folder, &["ledger", "checkpoint", "--data", "house"]);
        assert_eq!(code, 0, "after {turn}: {errors}");
    }
    let (code, _, errors) = run(&folder, &rotate);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(run(&folder, &["ledger", "export", "--out", "export", "--data", "house"]).0, 0);
    let (code, out, _) = run(&folder, &["ledger", "verify", "export", "--key", &key]);
    assert_eq!(code, 0, "{out}");
}
