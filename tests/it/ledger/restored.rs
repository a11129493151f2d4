//! Restored backups of every age: without their anchor file, twice, from before a rotation, beside other nodes. The log goes on
//! only under another name, says what it lost, and verifies.

use super::House;
use super::exports::{export_to, tampered, whole};
use super::handovers::{kept, rotated};
use super::independent::agreed;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use crate::support::put_back::put_back;
use candor::fault::Fault;
use candor::ledger::epoch::{self, EpochError, Last, Opened};
use candor::ledger::export::Disclose;
use candor::ledger::verify::{Outside, Verdict, verify_export, verify_receipt};
use candor::ledger::{Event, EventKind, Fact, Writer, anchor, anchors, handover, in_place, store, thorough};
use candor::seal::Keyring;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Starts a writer that has an anchor file.
fn start(database: &TestDatabase, house: &House, file: &Path) -> Result<House, Fault> {
    let keyring = Arc::clone(&house.keyring);
    let writer =
        Writer::start_anchored((**database).clone(), Arc::clone(&keyring), house.clock.clone(), Some(file))?;
    Ok(House { writer, keyring, clock: house.clock.clone() })
}

/// Opens a new epoch.
fn open(database: &TestDatabase, house: &House, last: Last<'_>) -> Result<Opened, EpochError> {
    epoch::open(database, &house.keyring, &house.clock, last, "disk replaced")
}

/// Notes in the database that there is an anchor file, as a server and each command do.
fn noted(house: &House) {
    let (now, size) = (house.clock.now(), house.writer.head().size);
    let note = move |db: &mut candor::db::Db| anchors::note(db, anchors::FILE, now, &Ok(size));
    house.writer.housekeeping_blocking("anchor.noted", note).unwrap();
}

/// A house whose log has grown to nine entries, of which a backup holds five; the anchor file knows all.
fn grown(database: &TestDatabase, file: &Path) -> (House, String) {
    let house = House::open(database);
    house.download(house.person(database));
    noted(&house);
    let early = house.writer.checkpoint();
    house.download(house.person(database));
    house.writer.finish();
    anchor::write(file, &house.writer.checkpoint()).unwrap();
    (house, early)
}

#[test]
fn a_log_that_lost_its_anchor_file_signs_nothing_until_somebody_says_so() {
    on_both(|database| {
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        let (house, _) = grown(database, &file);
        let late = fs::read_to_string(&file).unwrap();
        put_back(database, 5);
        fs::remove_file(&file).unwrap();
        assert_eq!(start(database, &house, &file).err().map(|fault| fault.what()), Some(anchor::MISSING));
        assert!(matches!(open(database, &house, Last::Anchored(&file)), Err(EpochError::NoAnchor(_))));
        // The checkpoint that an auditor kept tells what is lost.
        fs::write(&file, &late).unwrap();
        assert!(matches!(open(database, &house, Last::Unknown(&file)), Err(EpochError::Anchored(_))));
        let refused = start(database, &house, &file).err().map(|fault| fault.what());
        assert_eq!(refused, Some(anchor::ROLLED_BACK));
        fs::remove_file(&file).unwrap();
        let opened = open(database, &house, Last::Unknown(&file)).unwrap();
        assert!(opened.origin.ends_with("/2") && file.exists());
        let leaf = store::find(&mut database.read().unwrap(), opened.index).unwrap().unwrap().leaf;
        assert_eq!(
            (&leaf.facts["none_known"], &leaf.facts["last_size"]),
            (&Fact::from(true), &Fact::from(5_u64))
        );
        start(database, &house, &file).unwrap().writer.finish();
        // Whatever of the life before turns up later, the leaf has said that nothing was known.
        fs::write(&file, &late).unwrap();
        start(database, &house, &file).unwrap().writer.finish();
    });
}

#[test]
fn a_log_that_never_had_an_anchor_file_starts_without_one() {
    on_both(|database| {
        let (house, folder) = (House::open(database), TestFolder::new());
        house.say(Event::new(EventKind::LogSearched));
        house.writer.finish();
        start(database, &house, &folder.join("anchor")).unwrap().writer.finish();
    });
}

#[test]
fn a_backup_that_is_restored_twice_gets_another_name_each_time() {
    on_both(|database| {
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        let (house, _) = grown(database, &file);
        put_back(database, 5);
        assert!(open(database, &house, Last::Anchored(&file)).unwrap().origin.ends_with("/2"));
        let second = start(database, &house, &file).unwrap();
        second.say(Event::new(EventKind::LogSearched));
        second.writer.finish();
        let lost = second.writer.checkpoint();
        anchor::write(&file, &lost).unwrap();
        put_back(database, 5);
        super::run(database, "UPDATE ledger_head SET epoch = 1, signer = NULL");
        assert_eq!(start(database, &house, &file).err().map(|fault| fault.what()), Some(anchor::ROLLED_BACK));
        let opened = open(database, &house, Last::Anchored(&file)).unwrap();
        assert!(opened.origin.ends_with("/3"), "{}", opened.origin);
        let leaf = store::find(&mut database.read().unwrap(), opened.index).unwrap().unwrap().leaf;
        assert_eq!(leaf.facts["last_origin"], Fact::from(second.writer.verifier().name()));
        assert_eq!(leaf.facts["last_size"], Fact::from(7_u64));
        let third = start(database, &house, &file).unwrap();
        third.download(third.person(database));
        let export = export_to(&third, database, Disclose::Nothing, folder.join("export"));
        whole(agreed("twice", &export, &kept(Some(house.writer.verifier()), &[])));
        let (_, why) = tampered(verify_export(&export, &kept(None, &[&lost])));
        assert!(why.contains("entry 5 admits this loss"), "{why}");
        let reigns = handover::reigns(&mut database.connect().unwrap(), &third.keyring).unwrap();
        assert_eq!(reigns.len(), 2, "the life between is in no log any more");
        assert_eq!(reigns[1].key, *house.writer.verifier());
    });
}

#[test]
fn other_nodes_go_on_after_a_new_epoch_whatever_part_of_the_old_one_their_files_know() {
    on_both(|database| {
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        let (house, early) = grown(database, &file);
        let key = store::log_key(&mut database.connect().unwrap(), &house.keyring).unwrap();
        let lost = candor::ledger::path::TreeHead { size: 7, ..house.writer.head() };
        put_back(database, 5);
        open(database, &house, Last::Anchored(&file)).unwrap();
        for (size, note) in [(5, early), (7, key.sign_head(lost))] {
            let other = folder.join(&format!("anchor-{size}"));
            fs::write(&other, note).unwrap();
            start(database, &house, &other).unwrap().writer.finish();
        }
        let beyond = candor::ledger::path::TreeHead { size: 12, ..lost };
        let other = folder.join("anchor-12");
        fs::write(&other, key.sign_head(beyond)).unwrap();
        let refused = start(database, &house, &other).err().map(|fault| fault.what());
        assert_eq!(refused, Some(anchor::ROLLED_BACK), "nobody has admitted that");
    });
}

#[test]
fn whoever_kept_the_key_from_before_an_epoch_checks_what_comes_after() {
    on_both(|database| {
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        let (house, early) = grown(database, &file);
        let (old, late) = (house.writer.verifier().clone(), house.writer.checkpoint());
        put_back(database, 5);
        open(database, &house, Last::Anchored(&file)).unwrap();
        let new = start(database, &house, &file).unwrap();
        new.download(new.person(database));
        let export = export_to(&new, database, Disclose::Nothing, folder.join("export"));
        for notes in [vec![], vec![early.as_str()]] {
            let found = whole(agreed("the old key", &export, &kept(Some(&old), &notes)));
            assert!(found.key_from_outside);
        }
        let receipt = store::receipt(&mut database.read().unwrap(), &new.writer, 1).unwrap().unwrap();
        assert_eq!(verify_receipt(&receipt.to_string(), &kept(Some(&old), &[])).exit_code(), 0);
        // What is lost is lost, and the verdict says which entry says so.
        let (_, why) = tampered(agreed("a lost part", &export, &kept(Some(&old), &[&late])));
        assert!(why.contains("entry 5 admits this loss"), "{why}");
    });
}

/// What an offline check says of a key alone.
fn says(export: &Path, house: &House) -> Verdict {
    agreed("a key", export, &kept(Some(house.writer.verifier()), &[]))
}

#[test]
fn a_backup_from_before_a_rotation_goes_on_under_the_newest_key_and_says_so() {
    on_both(|database| {
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        let first = House::open(database);
        first.download(first.person(database));
        let second = rotated(&first, database, &file);
        second.download(second.person(database));
        let (middle, size) = (second.writer.checkpoint(), second.writer.head().size);
        super::run(database, "CREATE TABLE backup AS SELECT signer FROM ledger_head");
        let third = rotated(&second, database, &file);
        third.say(Event::new(EventKind::LogSearched));
        third.writer.finish();
        anchor::write(&file, &third.writer.checkpoint()).unwrap();

        // The backup: its head names a key of which only the public half is left. It can be read all the same.
        put_back(database, size);
        super::run(database, "UPDATE ledger_head SET signer = (SELECT signer FROM backup)");
        let refused = start(database, &third, &file).err().map(|fault| fault.what());
        assert_eq!(refused, Some(anchor::BEFORE_HANDOVER));
        let verdict =
            thorough::verify(&mut database.connect().unwrap(), &third.keyring, None, &mut |_| Ok(()));
        assert_eq!(whole(verdict.unwrap()).key, second.writer.verifier().to_string());

        let opened = open(database, &third, Last::Anchored(&file)).unwrap();
        let fourth = start(database, &third, &file).unwrap();
        assert_eq!(opened.replaced.as_ref(), Some(fourth.writer.verifier()));
        fourth.download(fourth.person(database));
        let fifth = rotated(&fourth, database, &file);
        fifth.say(Event::new(EventKind::LogSearched));
        let export = export_to(&fifth, database, Disclose::PersonalData, folder.join("export"));
        let found = whole(agreed("no key", &export, &Outside::default()));
        assert_eq!((found.handovers, found.replaced, found.key_from_outside), (2, 1, false));
        for house in [&third, &fourth, &fifth] {
            assert_eq!(whole(says(&export, house)).replaced, 1);
        }
        // Who holds a key from before the restore is told to ask for the new one: nobody has signed for it.
        for house in [&first, &second] {
            let Verdict::Unusable { why } = says(&export, house) else {
                panic!("{:?}", says(&export, house))
            };
            assert!(why.contains("was replaced after a restore") && why.contains(&found.key), "{why}");
        }
        let anchored =
            whole(agreed("a checkpoint", &export, &kept(Some(fifth.writer.verifier()), &[&middle])));
        assert_eq!(anchored.anchored_at, Some(size));
        let mut db = database.connect().unwrap();
        assert_eq!(in_place::verify(&mut db, &fifth.keyring).unwrap().exit_code(), 0);
        let verdict = thorough::verify(&mut db, &fifth.keyring, Some(&file), &mut |_| Ok(())).unwrap();
        assert_eq!(verdict.exit_code(), 0, "{verdict:?}");
        let receipt = store::receipt(&mut db, &fifth.writer, 1).unwrap().unwrap().to_string();
        assert_eq!(verify_receipt(&receipt, &kept(Some(fifth.writer.verifier()), &[])).exit_code(), 0);
        assert_eq!(verify_receipt(&receipt, &kept(Some(second.writer.verifier()), &[])).exit_code(), 2);
        let reigns = handover::reigns(&mut db, &fifth.keyring).unwrap();
        let keys: Vec<_> = reigns.into_iter().map(|reign| reign.key).collect();
        let houses = [&fifth, &fourth, &second, &first];
        assert_eq!(keys, houses.map(|house| house.writer.verifier().clone()));
    });
}

#[test]
fn a_thief_who_writes_that_the_key_was_replaced_leads_nobody() {
    let (folder, database) = (TestFolder::new(), TestDatabase::sqlite());
    let house = House::open(&database);
    house.download(house.person(&database));
    let old = house.writer.verifier().clone();
    house.writer.finish();
    // The thief has the database and makes a keyring of the same installation with another seed.
    let stolen: Arc<Keyring> =
        Arc::new(house.keyring.with_new_ledger_key(&house.clock).without_outgoing_ledger_key());
    let file = folder.join("anchor");
    let thief = House { writer: house.writer.clone(), keyring: stolen, clock: house.clock.clone() };
    open(&database, &thief, Last::Unknown(&file)).unwrap();
    let thief = start(&database, &thief, &file).unwrap();
    let export = export_to(&thief, &database, Disclose::Nothing, folder.join("export"));
    assert_eq!(agreed("by the thief", &export, &kept(Some(&old), &[])).exit_code(), 2);
}
