//! `candor ledger` as a person types it: out of an installation, and checked without one.

use crate::support::folder::TestFolder;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a command did: exit code, what it printed, what it complained.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) complaint: String,
}

/// Runs `candor` with these arguments.
pub(super) fn candor(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_candor")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), complaint: text(output.stderr) }
}

/// An installation made by `candor init`.
pub(super) fn installed(folder: &TestFolder) -> String {
    let data = folder.join("data").display().to_string();
    let base = ["--admin-email", "ada@company.example", "--base-url", "https://trust.company.example"];
    let init = candor(&[&["init", "--data", &data], base.as_slice()].concat());
    assert_eq!(init.code, 0, "{}", init.complaint);
    data
}

/// A path as an argument.
pub(super) fn argument(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn the_log_is_exported_and_checked_on_another_machine() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let checkpoint = candor(&["ledger", "checkpoint", "--data", &data]);
    assert_eq!(checkpoint.code, 0, "{}", checkpoint.complaint);
    let key = candor(&["ledger", "checkpoint", "--key", "--data", &data]).out.trim().to_owned();
    let kept = argument(&folder.join("kept.txt"));
    fs::write(&kept, &checkpoint.out).unwrap();
    let receipt = argument(&folder.join("0.tlog-proof"));
    fs::write(&receipt, candor(&["ledger", "receipt", "0", "--data", &data]).out).unwrap();
    let export = argument(&folder.join("export"));
    let written = candor(&["ledger", "export", "--out", &export, "--disclose", "--data", &data]);
    assert_eq!(written.code, 0, "{}", written.complaint);
    assert!(written.out.contains(&key));

    // From here on nothing of the installation is needed.
    fs::remove_dir_all(&data).unwrap();
    let bare = candor(&["ledger", "verify", &export]);
    assert_eq!(bare.code, 0, "{}", bare.out);
    assert!(bare.out.starts_with("Consistent, not anchored"), "{}", bare.out);
    let anchored = candor(&[
        "ledger",
        "verify",
        &export,
        "--key",
        &key,
        "--checkpoint",
        &kept,
        "--checkpoint",
        &receipt,
    ]);
    assert_eq!(anchored.code, 0, "{}", anchored.out);
    assert!(anchored.out.starts_with("Whole, and anchored"), "{}", anchored.out);
    let json = candor(&["ledger", "verify", &export, "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["verdict"].as_str(), json["anchored_at"].as_u64()), (Some("whole"), None));
    let proved = candor(&["ledger", "verify", &receipt, "--key", &key]);
    assert_eq!(proved.code, 0, "{}", proved.out);

    let entries = folder.join("export").join("entries.jsonl");
    let changed = fs::read_to_string(&entries).unwrap().replacen("operator", "stranger", 1);
    fs::write(&entries, changed).unwrap();
    let tampered = candor(&["ledger", "verify", &export, "--json"]);
    assert_eq!(tampered.code, 1, "{}", tampered.out);
    assert!(tampered.out.starts_with("{\"verdict\":\"tampered\",\"index\":"), "{}", tampered.out);
}

#[test]
fn what_cannot_be_done_is_said_with_its_exit_code() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let no_entry = candor(&["ledger", "receipt", "99", "--data", &data]);
    assert_eq!((no_entry.code, no_entry.out.as_str()), (1, ""));
    assert!(no_entry.complaint.contains("no entry 99"), "{}", no_entry.complaint);
    assert_eq!(candor(&["ledger", "export", "--out", &data, "--data", &data]).code, 2);
    assert_eq!(candor(&["ledger", "checkpoint", "--data", &argument(&folder.join("nowhere"))]).code, 2);
    let missing = candor(&["ledger", "verify", &argument(&folder.join("nowhere"))]);
    assert_eq!(missing.code, 2);
    assert!(missing.out.contains("cannot be read"), "{}", missing.out);
    assert_eq!(candor(&["ledger", "verify", &data]).code, 0);
    assert_eq!(candor(&["ledger", "verify", &argument(&folder.join("data").join("candor.toml"))]).code, 2);
    assert_eq!(candor(&["ledger", "verify", &data, "--key", "no key"]).code, 2);
}
