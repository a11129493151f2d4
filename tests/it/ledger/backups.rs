//! Backup and restore as an operator types them: under load, without the keyring, whole or not at all; a restored log
//! goes on only in a new epoch.

use super::commands::{argument, candor, installed};
use crate::support::folder::TestFolder;
use std::fs;
use std::process::{Command, Stdio};

/// Appends an entry from another process, as a running server would.
fn says(data: &str) {
    let said = candor(&["ledger", "receipt", "0", "--data", data]);
    assert_eq!(said.code, 0, "{}", said.complaint);
}

#[test]
fn a_backup_under_load_restores_whole_and_goes_on_in_a_new_epoch() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let (keyring, moved) = (format!("{data}.keyring"), argument(&folder.join("keyring")));
    let mut writers: Vec<_> = (0..3)
        .map(|_| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
            command.args(["ledger", "receipt", "0", "--data", &data]);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let file = argument(&folder.join("backup.tar"));
    let written = candor(&["backup", &file, "--data", &data]);
    assert_eq!(written.code, 0, "{}", written.complaint);
    for writer in &mut writers {
        writer.wait().unwrap();
    }
    // Without the keyring it works as well, and says no where somebody's file is.
    fs::rename(&keyring, &moved).unwrap();
    assert_eq!(candor(&["backup", &file, "--data", &data]).code, 1, "another's file");
    assert_eq!(candor(&["backup", &argument(&folder.join("second.tar")), "--data", &data]).code, 0);
    fs::rename(&moved, &keyring).unwrap();
    let listed = Command::new("tar").args(["tf", &file]).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    assert!(names.contains("candor.sqlite") && !names.contains("keyring"), "{names}");

    // The log grows on, the anchor with it; then the disk is lost.
    says(&data);
    let checkpoint = candor(&["ledger", "checkpoint", "--data", &data]).out;
    fs::write(format!("{data}.anchor"), &checkpoint).unwrap();
    assert_eq!(candor(&["restore", &file, "--data", &data]).code, 1, "a directory that is there");
    fs::rename(&data, folder.join("lost")).unwrap();
    let restored = candor(&["restore", &file, "--data", &data, "--verify"]);
    assert_eq!(restored.code, 0, "{}", restored.complaint);
    assert!(restored.out.contains("The log is whole"), "{}", restored.out);
    let refused = candor(&["ledger", "receipt", "0", "--data", &data]);
    assert_eq!(refused.code, 2);
    assert!(refused.complaint.contains("candor ledger new-epoch"), "{}", refused.complaint);
    let opened = candor(&["ledger", "new-epoch", "--reason", "disk lost", "--data", &data]);
    assert_eq!(opened.code, 0, "{}", opened.complaint);
    says(&data);
    let again = candor(&["ledger", "new-epoch", "--reason", "again", "--data", &data]);
    assert_eq!(again.code, 1, "{}", again.complaint);
}

#[test]
fn a_backup_that_was_changed_or_cut_restores_nothing() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let file = folder.join("backup.tar");
    assert_eq!(candor(&["backup", &argument(&file), "--data", &data]).code, 0);
    let good = fs::read(&file).unwrap();
    let (bad, new) = (folder.join("bad.tar"), folder.join("new"));
    let step = good.len() / 23;
    let mut changed: Vec<Vec<u8>> = (0..23).map(|cut| good[..cut * step].to_vec()).collect();
    for at in (100..good.len() - 1024).step_by(step) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        changed.push(bytes);
    }
    for (number, bytes) in changed.into_iter().enumerate() {
        fs::write(&bad, bytes).unwrap();
        let refused = candor(&["restore", &argument(&bad), "--data", &argument(&new)]);
        assert_ne!(refused.code, 0, "change {number}: {}", refused.out);
        assert!(!new.exists(), "change {number} left something behind");
    }
    fs::write(&bad, &good).unwrap();
    assert_eq!(candor(&["restore", &argument(&bad), "--data", &argument(&new)]).code, 0);
}
