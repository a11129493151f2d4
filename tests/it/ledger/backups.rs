//! Backup and restore as an operator types them: under load, without the keyring, whole or not at all; a restored log
//! goes on only in a new epoch.

use super::commands::{argument, candor, installed};
use crate::support::folder::TestFolder;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

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

#[test]
fn what_is_verified_is_what_was_restored_wherever_its_settings_lead() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let settings = format!("{data}/candor.toml");
    let own = fs::read_to_string(&settings).unwrap();
    let absolute = format!("data = \"{data}\"\ndatabase = \"sqlite:{data}/candor.sqlite\"\n{own}");
    fs::write(&settings, absolute).unwrap();
    let (file, new) = (argument(&folder.join("backup.tar")), argument(&folder.join("new")));
    let written = candor(&["backup", &file, "--data", &data]);
    let entries = written.out.split(" entries").next().unwrap();
    says(&data);
    let restored = candor(&["restore", &file, "--data", &new, "--verify"]);
    assert_eq!(restored.code, 0, "{}", restored.complaint);
    assert!(restored.out.contains(&format!("The log is whole: {entries} entries")), "{}", restored.out);
    assert!(restored.out.contains("lead to another data directory or database"), "{}", restored.out);
}

#[test]
fn settings_that_lie_elsewhere_are_missed_aloud() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let own = fs::read_to_string(format!("{data}/candor.toml")).unwrap();
    fs::remove_file(format!("{data}/candor.toml")).unwrap();
    let settings = argument(&folder.join("candor.toml"));
    fs::write(&settings, format!("data = \"{data}\"\n{own}")).unwrap();
    let (file, new) = (argument(&folder.join("backup.tar")), argument(&folder.join("new")));
    let written = candor(&["backup", &file, "--config", &settings]);
    assert_eq!(written.code, 0, "{}", written.complaint);
    assert!(written.out.contains("The settings are not in it either"), "{}", written.out);
    let keyring = format!("{data}.keyring");
    let restored = candor(&["restore", &file, "--data", &new, "--verify", "--keyring", &keyring]);
    assert_eq!(restored.code, 0, "{}", restored.complaint);
    assert!(
        restored.out.contains("The log is whole") && restored.out.contains("put your candor.toml into it")
    );
}

#[test]
fn a_backup_is_written_where_nobody_else_reads_and_sweeps_what_a_killed_one_left() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TestFolder::new();
    let data = installed(&folder);
    let (file, desk) = (folder.join("backup.tar"), folder.join("backup.tar.writing"));
    fs::create_dir(&desk).unwrap();
    fs::set_permissions(&desk, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(desk.join("candor.sqlite"), "left").unwrap();
    let other = fs::File::open(&desk).unwrap();
    other.try_lock().unwrap();
    let busy = candor(&["backup", &argument(&file), "--data", &data]);
    assert!(
        busy.code == 1 && busy.complaint.contains("another backup is just being written"),
        "{}",
        busy.complaint
    );
    drop(other);
    assert_eq!(candor(&["backup", &argument(&file), "--data", &data]).code, 0);
    assert!(!desk.exists());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn objects_that_come_and_go_meanwhile_are_no_damage() {
    let folder = TestFolder::new();
    let data = installed(&folder);
    let over = Arc::new(AtomicBool::new(false));
    let churning = {
        let (data, over) = (data.clone(), Arc::clone(&over));
        thread::spawn(move || churn(&data, &over))
    };
    for number in 0..5 {
        let file = argument(&folder.join(&format!("{number}.tar")));
        let written = candor(&["backup", &file, "--data", &data]);
        assert_eq!(written.code, 0, "{}", written.complaint);
        let restored = candor(&["restore", &file, "--data", &argument(&folder.join(&format!("{number}")))]);
        assert_eq!(restored.code, 0, "{}", restored.complaint);
    }
    over.store(true, Ordering::SeqCst);
    churning.join().unwrap();
    // One that is gone although it is named is damage, as ever.
    let (id, name) = object();
    insert(&data, &id);
    let file = argument(&folder.join("damaged.tar"));
    let damaged = candor(&["backup", &file, "--data", &data]);
    assert!(
        damaged.code == 1 && damaged.complaint.contains("the installation is damaged"),
        "{name}: {}",
        damaged.complaint
    );
}

/// A new object's id, and where it lies below the data directory.
fn object() -> (candor::ids::ObjectId, String) {
    let id = candor::ids::ObjectId::new(&candor::clock::Clock::system());
    let [.., last] = id.as_bytes();
    (id, format!("vault/objects/{last:02x}/{id}"))
}

/// Objects come and go as reports do that are prepared and removed: the file before its row, the row's end before the file's.
fn churn(data: &str, over: &AtomicBool) {
    let mut known = std::collections::VecDeque::new();
    while !over.load(Ordering::SeqCst) {
        let (id, name) = object();
        let path = Path::new(data).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "sealed").unwrap();
        insert(data, &id);
        known.push_back((id, path));
        if known.len() > 20 {
            let (id, path) = known.pop_front().unwrap();
            change(
                data,
                &format!("DELETE FROM sealed_object WHERE id = x'{}'", candor::text::hex(id.as_bytes())),
            );
            fs::remove_file(path).unwrap();
        }
        thread::sleep(Duration::from_millis(3));
    }
}

/// Names an object.
fn insert(data: &str, id: &candor::ids::ObjectId) {
    let id = candor::text::hex(id.as_bytes());
    change(
        data,
        &format!(
            "INSERT INTO sealed_object VALUES (x'{id}', zeroblob(16), 'original', 6, zeroblob(32), zeroblob(32), 0)"
        ),
    );
}

/// Changes the database past every rule of the program.
fn change(data: &str, statement: &str) {
    use diesel::connection::SimpleConnection as _;
    let database = candor::db::Database::open(&format!("sqlite:{data}/candor.sqlite")).unwrap();
    database.connect().unwrap().batch_execute(statement).unwrap();
}
