//! The anchor file as an operator meets it: every command keeps it, and a restore says truly what comes next.

use super::commands::{argument, candor, installed};
use crate::support::folder::TestFolder;
use candor::ledger::anchor::claimed;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// The size that the anchor file of an installation speaks of.
fn anchored(data: &str) -> Option<u64> {
    let note = fs::read_to_string(format!("{data}.anchor")).ok()?;
    Some(claimed(&note).unwrap().1)
}

/// The size of a printed checkpoint.
fn printed(out: &str) -> Option<u64> {
    claimed(out).map(|(_, size)| size)
}

#[test]
fn every_command_leaves_the_anchor_file_at_what_it_has_done_or_handed_out() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let first = anchored(&data).unwrap();
    let staff = ["staff", "add", "--email", "bob@company.example", "--name", "Bob", "--role", "sales"];
    assert_eq!(candor(&[&staff[..], &["--data", &data]].concat()).code, 0);
    assert!(anchored(&data).unwrap() > first);
    let out = candor(&["ledger", "checkpoint", "--data", &data]).out;
    assert_eq!(printed(&out), anchored(&data));
    let export = argument(&folder.join("export"));
    assert_eq!(candor(&["ledger", "export", "--out", &export, "--data", &data]).code, 0);
    let kept = format!("{data}.anchor");
    let verified = candor(&["ledger", "verify", &export, "--checkpoint", &kept]);
    assert!(verified.out.contains("Whole, and anchored"), "{}", verified.out);
    assert_eq!(candor(&["keys", "list", "--data", &data]).code, 0);
    let receipt = candor(&["ledger", "receipt", "0", "--data", &data]).out;
    assert_eq!(printed(receipt.split_once("\n\n").unwrap().1), anchored(&data));
}

#[test]
fn a_backup_on_another_host_signs_nothing_before_somebody_says_how_far_the_log_had_grown() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let file = argument(&folder.join("backup.tar"));
    assert_eq!(candor(&["backup", &file, "--data", &data]).code, 0);
    for _ in 0..3 {
        assert_eq!(candor(&["ledger", "receipt", "0", "--data", &data]).code, 0);
    }
    let newest = candor(&["ledger", "checkpoint", "--data", &data]).out;
    // The other host has the backup and the keyring.
    let other = argument(&folder.join("other"));
    fs::copy(format!("{data}.keyring"), format!("{other}.keyring")).unwrap();
    let restored = candor(&["restore", &file, "--data", &other, "--verify"]);
    assert_eq!(restored.code, 0, "{}", restored.complaint);
    assert!(
        restored.out.contains("the server refuses to sign. Put the newest checkpoint"),
        "{}",
        restored.out
    );
    for command in [
        vec!["staff", "list"],
        vec!["ledger", "checkpoint"],
        vec!["keys", "rotate", "--log", "--reason", "x"],
    ] {
        let refused = candor(&[&command[..], &["--data", &other]].concat());
        assert_eq!(refused.code, 2, "{command:?}");
        assert!(refused.complaint.contains("other.anchor is missing"), "{}", refused.complaint);
    }
    let doctor = candor(&["doctor", "--data", &other]);
    assert!(doctor.out.contains("FINDING  log: the anchor file"), "{}", doctor.out);
    fs::write(format!("{other}.anchor"), &newest).unwrap();
    let refused = candor(&["ledger", "checkpoint", "--data", &other]);
    assert!(refused.complaint.contains("candor ledger new-epoch"), "{}", refused.complaint);
    assert!(candor(&["doctor", "--data", &other]).out.contains("FINDING  log: the log refuses to sign"));
    assert_eq!(candor(&["ledger", "new-epoch", "--reason", "moved", "--data", &other]).code, 0);
    assert_eq!(candor(&["ledger", "checkpoint", "--data", &other]).code, 0);
    // Again: this backup has gone on under a second name already, and gets a third.
    let anchor = fs::read(format!("{other}.anchor")).unwrap();
    fs::remove_dir_all(&other).unwrap();
    let restored = candor(&["restore", &file, "--data", &other]);
    assert!(restored.out.contains("knows its epoch 2"), "{}", restored.out);
    assert_eq!(fs::read(format!("{other}.anchor")).unwrap(), anchor);
    let opened = candor(&["ledger", "new-epoch", "--reason", "again", "--data", &other]);
    assert!(opened.out.contains("/3."), "{}{}", opened.out, opened.complaint);
}

#[test]
fn a_backup_from_before_the_rotation_of_the_log_s_key_is_verified_and_goes_on() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let file = argument(&folder.join("backup.tar"));
    assert_eq!(candor(&["backup", &file, "--data", &data]).code, 0);
    assert_eq!(candor(&["keys", "rotate", "--log", "--reason", "x", "--data", &data]).code, 0);
    fs::remove_dir_all(&data).unwrap();
    let restored = candor(&["restore", &file, "--data", &data, "--verify"]);
    assert_eq!(restored.code, 0, "{}", restored.complaint);
    assert!(restored.out.contains("The log is whole"), "{}", restored.out);
    assert!(restored.out.contains("Go on with candor ledger new-epoch"), "{}", restored.out);
    let opened = candor(&["ledger", "new-epoch", "--reason", "disk lost", "--data", &data]);
    assert_eq!(opened.code, 0, "{}", opened.complaint);
    assert!(opened.out.contains("signed by another key than before"), "{}", opened.out);
    let export = argument(&folder.join("export"));
    assert_eq!(candor(&["ledger", "export", "--out", &export, "--data", &data]).code, 0);
    let verified = candor(&["ledger", "verify", &export]);
    assert_eq!(verified.code, 0, "{}", verified.out);
    assert!(
        verified.out.contains("KEY REPLACED        after a restore, not signed by the old one"),
        "{}",
        verified.out
    );
}

#[test]
fn an_installation_is_not_made_beside_the_anchor_of_another() {
    let folder = TestFolder::new();
    let data = argument(&folder.join("data"));
    fs::write(format!("{data}.anchor"), "whatever").unwrap();
    let refused = candor(&["init", "--data", &data, "--admin-email", "ada@company.example"]);
    assert_eq!(refused.code, 1);
    assert!(refused.complaint.contains("move it away first"), "{}", refused.complaint);
    assert!(!fs::exists(format!("{data}.keyring")).unwrap());
}

#[test]
fn a_demo_whose_folder_is_gone_begins_anew_and_deletes_nothing() {
    let folder = TestFolder::new();
    let data = argument(&folder.join("demo"));
    for end in ["keyring", "anchor"] {
        fs::write(format!("{data}.{end}"), "from before").unwrap();
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["demo", "--listen", "127.0.0.1:0", "--data", &data])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.take(3).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        said[0].contains("demo.keyring was left over") && said[1].contains("demo.anchor was left over"),
        "{said:?}"
    );
    assert!(said[2].starts_with("Furnishing the demo"), "{said:?}");
    for end in ["keyring", "anchor"] {
        assert_eq!(fs::read(format!("{data}.{end}.before-1")).unwrap(), b"from before");
    }
}
