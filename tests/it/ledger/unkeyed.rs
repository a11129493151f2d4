//! The log in a data directory without its keyring, as somebody checks it on a copy after an alarm.

use super::commands::{argument, candor, installed};
use crate::support::folder::TestFolder;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Every file of a folder with its bytes.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<_> = files.map(|path| (argument(&path), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

/// Copies the files of a folder, not its keyring, as the alarm says.
fn copied(from: &str, to: &Path) -> String {
    fs::create_dir(to).unwrap();
    for (path, bytes) in bytes(Path::new(from)) {
        fs::write(to.join(Path::new(&path).file_name().unwrap()), bytes).unwrap();
    }
    argument(to)
}

/// What the command says of a folder or file.
fn verified(arguments: &[&str]) -> (i32, Value) {
    let ran = candor(&[&["ledger", "verify", "--json"], arguments].concat());
    (ran.code, serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.complaint)))
}

/// Changes a database by force.
fn by_force(file: &Path, sql: &str) {
    let mut db = SqliteConnection::establish(&file.display().to_string()).unwrap();
    db.batch_execute(&format!(
        "DROP TRIGGER IF EXISTS ledger_entry_no_update; DROP TRIGGER IF EXISTS ledger_entry_no_delete; \
         PRAGMA foreign_keys = OFF; {sql}"
    ))
    .unwrap();
}

#[test]
fn a_copy_of_a_data_directory_is_checked_without_its_keyring_and_left_as_it_is() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    for _ in 0..4 {
        assert_eq!(candor(&["ledger", "receipt", "0", "--data", &data]).code, 0);
    }
    let key = candor(&["ledger", "checkpoint", "--key", "--data", &data]).out.trim().to_owned();
    let kept = argument(&folder.join("kept.txt"));
    fs::write(&kept, candor(&["ledger", "checkpoint", "--data", &data]).out).unwrap();
    let copy = copied(&data, &folder.join("copy"));
    let before = bytes(Path::new(&copy));

    let words = candor(&["ledger", "verify", &copy, "--key", &key, "--checkpoint", &kept]);
    assert_eq!(words.code, 0, "{}", words.out);
    assert!(
        words.out.starts_with("Whole, and anchored") && words.out.contains("only the keyring"),
        "{}",
        words.out
    );
    let (code, found) = verified(&[&copy]);
    assert_eq!((code, found["anchored_at"].as_u64(), found["key"].as_str()), (0, None, Some("")), "{found}");
    assert!(found["unchecked"].to_string().contains("--key"), "{found}");
    let (code, found) =
        verified(&[&argument(&folder.join("copy").join("candor.sqlite")), "--checkpoint", &kept]);
    assert_eq!((code, found["anchored_at"].as_u64().is_some()), (0, true), "{found}");
    assert_eq!(bytes(Path::new(&copy)), before, "nothing was written");

    // The export refuses a broken log; the check of the copy names the entry.
    by_force(
        &folder.join("copy").join("candor.sqlite"),
        "UPDATE ledger_entry SET actor_id = x'010203' WHERE idx = 3",
    );
    let before = bytes(Path::new(&copy));
    let (code, found) = verified(&[&copy]);
    assert_eq!((code, found["index"].as_u64()), (1, Some(3)), "{found}");
    assert_eq!(bytes(Path::new(&copy)), before, "nothing was written");
}

#[test]
fn the_newest_entries_of_a_copy_may_lie_in_its_write_ahead_log() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let file = Path::new(&data).join("candor.sqlite");
    // As a server that runs: its connection is open, and what it wrote last is in the log beside the file.
    let mut server = SqliteConnection::establish(&file.display().to_string()).unwrap();
    server.batch_execute("PRAGMA wal_autocheckpoint = 0; SELECT count(*) FROM ledger_entry").unwrap();
    for _ in 0..4 {
        assert_eq!(candor(&["ledger", "receipt", "0", "--data", &data]).code, 0);
    }
    let (_, there) = verified(&[&data]);
    let entries = there["entries"].as_u64().unwrap();
    let with_index = copied(&data, &folder.join("with"));
    let without = copied(&data, &folder.join("without"));
    assert!(fs::metadata(folder.join("with").join("candor.sqlite-wal")).unwrap().len() > 0);
    fs::remove_file(folder.join("without").join("candor.sqlite-shm")).unwrap();
    drop(server);
    for copy in [&with_index, &without] {
        let before = bytes(Path::new(copy));
        let (code, found) = verified(&[copy]);
        assert_eq!((code, found["entries"].as_u64()), (0, Some(entries)), "{found}");
        assert_eq!(bytes(Path::new(copy)), before, "nothing was written, made or left behind");
    }
    fs::remove_file(folder.join("with").join("candor.sqlite-wal")).unwrap();
    let (_, fewer) = verified(&[&with_index]);
    assert!(
        fewer["entries"].as_u64() < Some(entries),
        "the newest entries were in the write-ahead log: {fewer}"
    );
}

#[test]
fn commands_work_on_the_folder_of_a_demo() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    fs::remove_file(Path::new(&data).join("candor.toml")).unwrap();
    assert_eq!(candor(&["ledger", "checkpoint", "--data", &data]).code, 2);
    fs::write(Path::new(&data).join("DEMO"), "furnished\nlisten 127.0.0.1:8080\n").unwrap();
    for command in [["ledger", "checkpoint"], ["keys", "list"]] {
        let ran = candor(&[command.as_slice(), &["--data", &data]].concat());
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.complaint);
    }
    let backup = argument(&folder.join("backup.tar"));
    let ran = candor(&["backup", &backup, "--data", &data]);
    assert_eq!(ran.code, 0, "{}", ran.complaint);
    let ran = candor(&["doctor", "--data", &data]);
    assert!(
        ran.out.contains("ok       configuration") && ran.out.contains("ok       database"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_too_large_is_not_read_and_what_is_missing_is_named() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    for what in ["/dev/zero", "/dev/urandom"] {
        let endless = candor(&["ledger", "verify", what]);
        assert_eq!(endless.code, 2, "{}", endless.out);
        let endless = candor(&["ledger", "verify", &data, "--checkpoint", what]);
        assert_eq!(endless.code, 2, "{}", endless.out);
    }
    let export = argument(&folder.join("export"));
    assert_eq!(candor(&["ledger", "export", "--out", &export, "--data", &data]).code, 0);
    let policy = candor(&["ledger", "verify", &export, "--policy", "/dev/zero"]);
    assert!(policy.code == 2 && policy.out.contains("too large"), "{}", policy.out);
    fs::remove_file(folder.join("export").join("entries.jsonl")).unwrap();
    let missing = candor(&["ledger", "verify", &export]);
    assert!(missing.code == 2 && missing.out.contains("entries.jsonl"), "{}", missing.out);
    let taken = candor(&["ledger", "export", "--out", &export, "--data", &data]);
    assert!(
        taken.code == 2 && taken.complaint.contains("give another name with --out"),
        "{}",
        taken.complaint
    );
    let anchor = format!("{data}.anchor");
    let good = fs::read(&anchor).unwrap();
    fs::write(&anchor, "").unwrap();
    let empty = candor(&["ledger", "checkpoint", "--data", &data]);
    assert!(empty.code == 2 && empty.complaint.contains("anchor file"), "{}", empty.complaint);
    assert!(!empty.complaint.contains("changed the database"), "{}", empty.complaint);
    fs::write(&anchor, good).unwrap();
    let none = candor(&["ledger", "receipt", "18446744073709551615", "--data", &data]);
    assert!(none.code == 1 && none.complaint.contains("no entry"), "{}", none.complaint);
}
