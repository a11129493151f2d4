//! The keyring's file while it is exchanged: whole at every moment, one command at a time.

use crate::support::folder::TestFolder;
use candor::clock::Clock;
use candor::seal::key_sources::file::Exchange;
use candor::seal::{KeyOwner, Keyring, KeyringError, SealError};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// A keyring in a file of its own.
fn written(folder: &TestFolder) -> (Keyring, PathBuf) {
    let (keyring, path) = (Keyring::generate(&Clock::system()), folder.join("house.keyring"));
    keyring.create_file(&path).unwrap();
    (keyring, path)
}

/// The names of the files in a folder.
fn names(folder: &TestFolder) -> Vec<String> {
    let files = folder.files().into_iter();
    files.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_new_key_is_learnt_by_whoever_holds_the_older_keyring() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (_, path) = written(&folder);
    let running = Keyring::load(&path).unwrap();
    let mut exchange = Exchange::begin(&path).unwrap();
    let new = exchange.keyring().with_new_kek(&clock);
    let (key, wrapped) = new.new_data_key(&clock, KeyOwner::House);
    let lacking = running.unwrap(key.id(), KeyOwner::House, &wrapped).unwrap_err();
    assert_eq!(lacking, SealError::UnknownKek(new.current_kek().to_owned()));
    exchange.replace(&new).unwrap();
    assert_eq!(running.unwrap(key.id(), KeyOwner::House, &wrapped).unwrap().id(), key.id());
    assert!(running.new_data_key_under(&clock, KeyOwner::House, new.current_kek()).is_ok());
    // Another installation's file teaches nothing.
    let foreign = Keyring::generate(&clock).with_new_kek(&clock);
    let (key, wrapped) = foreign.new_data_key(&clock, KeyOwner::House);
    fs::remove_file(&path).unwrap();
    foreign.create_file(&path).unwrap();
    assert!(running.unwrap(key.id(), KeyOwner::House, &wrapped).is_err());
}

#[test]
fn an_exchanged_file_is_whole_private_and_alone() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (before, path) = written(&folder);
    let link = folder.join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut exchange = Exchange::begin(&link).unwrap();
    let new = exchange.keyring().with_new_kek(&clock);
    exchange.replace(&new).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link leads to the new file");
    let after = Keyring::load(&path).unwrap();
    assert_eq!(after.keks().count(), 2);
    assert_eq!(after.ledger_seed(), before.ledger_seed());
    assert_eq!(after.mark_mac("test", b"copy"), before.mark_mac("test", b"copy"));
    exchange.replace(&new.without_keks(&[before.current_kek().to_owned()])).unwrap();
    assert_eq!(Keyring::load(&path).unwrap().keks().count(), 1);
    // The newest one stays, whoever names it.
    assert_eq!(new.without_keks(&[new.current_kek().to_owned()]).current_kek(), new.current_kek());
    drop(exchange);
    let mut left = names(&folder);
    left.retain(|name| name != "link");
    assert_eq!(left, ["house.keyring"]);
}

#[test]
fn one_command_at_a_time_exchanges_a_keyring() {
    let folder = TestFolder::new();
    let (_, path) = written(&folder);
    let first = Exchange::begin(&path).unwrap();
    assert!(matches!(Exchange::begin(&path), Err(KeyringError::Busy { .. })));
    drop(first);
    Exchange::begin(&path).unwrap();
}

#[test]
fn what_a_killed_exchange_left_is_swept_and_the_file_stays() {
    let folder = TestFolder::new();
    let (keyring, path) = written(&folder);
    // Killed while the new one was written, and while the old one had two names.
    fs::write(folder.join("house.keyring.new"), "candor-keyr").unwrap();
    fs::hard_link(&path, folder.join("house.keyring.before")).unwrap();
    let exchange = Exchange::begin(&path).unwrap();
    assert_eq!(exchange.keyring().current_kek(), keyring.current_kek());
    assert_eq!(names(&folder), ["house.keyring"]);
    // A file that cannot be read sweeps nothing: the copy beside it may be all there is.
    drop(exchange);
    fs::hard_link(&path, folder.join("house.keyring.before")).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "nothing").unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert!(Exchange::begin(&path).is_err());
    assert!(folder.join("house.keyring.before").exists());
}

#[test]
fn a_signing_key_that_is_followed_leaves_its_public_half() {
    let (folder, clock) = (TestFolder::new(), Clock::system());
    let (before, path) = written(&folder);
    let mut exchange = Exchange::begin(&path).unwrap();
    let both = exchange.keyring().with_new_ledger_key(&clock);
    exchange.replace(&both).unwrap();
    assert_eq!(exchange.keyring().outgoing_ledger_seed(), Some(before.ledger_seed()));
    assert_eq!(exchange.keyring().ledger_public_keys().len(), 2);
    assert_eq!(exchange.keyring().ledger_public_keys()[..1], before.ledger_public_keys());
    exchange.replace(&both.without_outgoing_ledger_key()).unwrap();
    assert_eq!(exchange.keyring().outgoing_ledger_seed(), None);
    assert_eq!(exchange.keyring().ledger_public_keys(), both.ledger_public_keys());
    let again = exchange.keyring().with_new_ledger_key(&clock).without_outgoing_ledger_key();
    assert_eq!(again.ledger_public_keys()[..2], both.ledger_public_keys());
}
