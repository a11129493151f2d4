//! A restored backup: nothing is signed until the operator opens a new epoch, which admits what is lost.

use super::House;
use super::exports::{export_to, tampered, whole};
use super::independent::agreed;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use crate::support::put_back::put_back;
use candor::ledger::epoch::{self, EpochError, Last};
use candor::ledger::export::Disclose;
use candor::ledger::verify::{Outside, verify_export};
use candor::ledger::{Event, EventKind, Fact, Writer, anchor, anchors, in_place, store};
use std::sync::Arc;

/// Takes the last `count` entries away, as restoring a backup does.
pub(super) fn restore_older(database: &TestDatabase, house: &House, count: u64) {
    put_back(database, house.writer.head().size - count);
}

#[test]
fn a_restored_log_signs_nothing_until_a_new_epoch_admits_what_is_lost() {
    on_both(|database| {
        let house = House::open(database);
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        house.download(house.person(database));
        let early = house.writer.checkpoint();
        house.download(house.person(database));
        house.writer.finish();
        let late = house.writer.checkpoint();
        anchor::write(&file, &late).unwrap();
        let start = || {
            let keyring = Arc::clone(&house.keyring);
            Writer::start_anchored((**database).clone(), keyring, house.clock.clone(), Some(&file))
        };
        let open =
            |reason| epoch::open(database, &house.keyring, &house.clock, Last::Anchored(&file), reason);
        assert!(matches!(open("for fun"), Err(EpochError::NotNeeded)));

        restore_older(database, &house, 4);
        assert_eq!(start().unwrap_err().what(), anchor::ROLLED_BACK);
        let away = folder.join("away");
        std::fs::rename(&file, &away).unwrap();
        assert!(matches!(open("disk replaced"), Err(EpochError::NoAnchor(_))));
        std::fs::rename(&away, &file).unwrap();
        let mut db = database.connect().unwrap();
        anchors::note(&mut db, "witness one", house.clock.now(), &Ok(9)).unwrap();
        let opened = open("disk replaced").unwrap();
        // A witness of the old name has seen nothing of the new one, and is told of it.
        assert_eq!(anchors::known_size(&mut db, "witness one").unwrap(), 0);
        assert_eq!((opened.last.size, opened.index), (9, 5));
        assert!(matches!(open("again"), Err(EpochError::NotNeeded | EpochError::ForeignAnchor(_))));

        // The log goes on under its new name, and its first leaf commits to what is lost.
        let writer = start().unwrap();
        assert_eq!(writer.verifier().name(), opened.origin);
        assert!(opened.origin.ends_with("/2"));
        let leaf = store::find(&mut database.read().unwrap(), 5).unwrap().unwrap().leaf;
        assert_eq!(leaf.kind, EventKind::LogEpochOpened);
        assert_eq!(leaf.facts["last_size"], Fact::from(9_u64));
        let new = House { writer, keyring: Arc::clone(&house.keyring), clock: house.clock.clone() };
        new.say(Event::new(EventKind::LogSearched));
        let mut db = database.connect().unwrap();
        assert_eq!(in_place::verify(&mut db, &house.keyring).unwrap().exit_code(), 0);
        let export = export_to(&new, database, Disclose::Nothing, folder.join("export"));
        let outside = |note: &str| Outside { notes: vec![note.to_owned()], ..Outside::default() };
        assert_eq!(whole(agreed("alone", &export, &Outside::default())).entries, 7);
        // A checkpoint of the old epoch still anchors what was not lost; one that covers the loss tells of it.
        assert_eq!(whole(verify_export(&export, &outside(&early))).anchored_at, Some(5));
        assert_eq!(
            tampered(verify_export(&export, &outside(&late))).0,
            Some(7),
            "it ends before what was covered"
        );
        // Started again with its own anchor, it goes on without a word; so it does if the file was left behind.
        new.writer.finish();
        anchor::write(&file, &new.writer.checkpoint()).unwrap();
        start().unwrap().finish();
        std::fs::write(&file, &late).unwrap();
        start().unwrap().finish();
    });
}

#[test]
fn a_process_of_the_old_epoch_writes_nothing_more() {
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    house.say(Event::new(EventKind::LogSearched));
    super::run(&database, "UPDATE ledger_head SET epoch = 2");
    let refused = house.writer.act_blocking("late", super::entry).unwrap_err();
    assert_eq!(refused.what(), candor::ledger::trouble::NOT_SAVED);
    assert_eq!(store::find(&mut database.read().unwrap(), 2).unwrap(), None);
}
