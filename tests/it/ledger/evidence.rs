//! What a verifier takes for evidence: kept notes as they were signed, earlier keys up to their end, and bounds that nobody who
//! regrew a log has made himself.

use super::House;
use super::exports::{export_to, regrow, tampered, whole};
use super::independent::agreed;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::db::Database;
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::note::LogKey;
use candor::ledger::path::TreeHead;
use candor::ledger::receipt::Receipt;
use candor::ledger::verify::{Outside, Verdict, verify_receipt};
use candor::ledger::witness::Policy;
use candor::ledger::{Event, EventKind, Writer, anchor, epoch, handover, in_place, store, thorough};
use candor::seal::Keyring;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// With these notes from outside.
fn with(notes: &[&str]) -> Outside {
    Outside { notes: notes.iter().map(|note| (*note).to_owned()).collect(), ..Outside::default() }
}

/// Waits until the writer keeps another checkpoint: it does once a second.
fn a_second_later() {
    std::thread::sleep(Duration::from_millis(1_050));
}

/// The notes in an export.
fn notes(export: &Path) -> Vec<String> {
    let text = fs::read_to_string(export.join("checkpoints.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The key that signs now.
fn key(house: &House, database: &TestDatabase) -> LogKey {
    store::log_key(&mut database.connect().unwrap(), &house.keyring).unwrap()
}

#[test]
fn an_export_tells_of_the_notes_that_were_signed_and_not_of_new_ones() {
    on_both(|database| {
        let (house, folder) = (House::open(database), TestFolder::new());
        house.download(house.person(database));
        let signed = house.writer.checkpoint();
        a_second_later();
        house.download(house.person(database));
        let export = export_to(&house, database, Disclose::Nothing, folder.join("good"));
        assert!(notes(&export).contains(&signed), "{signed}");
        whole(agreed("as it was", &export, &Outside::default()));
        // Whoever has only the database changes an entry and makes hashes and head anew. The old note stays and tells.
        let second = TestDatabase::sqlite();
        let regrown = regrow(&house.keyring, &second);
        regrown.download(regrown.person(&second));
        let size = regrown.writer.head().size;
        assert_eq!(size, 5);
        a_second_later();
        regrown.download(regrown.person(&second));
        regrown.writer.finish();
        let table = "DROP TRIGGER ledger_checkpoint_no_update; ";
        super::run(
            &second,
            &format!("{table} UPDATE ledger_checkpoint SET note = '{signed}' WHERE size = {size}"),
        );
        let export = export_to(&regrown, &second, Disclose::Nothing, folder.join("bent"));
        assert!(notes(&export).contains(&signed));
        let (index, why) = tampered(agreed("regrown", &export, &Outside::default()));
        assert_eq!(index, Some(0), "{why}");
        assert!(why.contains("not those that were signed"), "{why}");
    });
}

#[test]
fn what_a_regrown_log_signs_itself_does_not_move_the_first_bad_entry() {
    let (database, folder) = (TestDatabase::sqlite(), TestFolder::new());
    let house = House::open(&database);
    house.say(Event::new(EventKind::LogSearched));
    let early = house.writer.checkpoint();
    house.download(house.person(&database));
    let late = house.writer.checkpoint();
    let second = TestDatabase::sqlite();
    let regrown = regrow(&house.keyring, &second);
    regrown.say(Event::new(EventKind::LogSearched));
    regrown.download(regrown.person(&second));
    a_second_later();
    regrown.download(regrown.person(&second));
    let export = export_to(&regrown, &second, Disclose::Nothing, folder.join("regrown"));
    assert!(notes(&export).len() > 1, "a checkpoint of its own lies below the one that was kept");
    whole(agreed("alone", &export, &Outside::default()));
    for held in [&early, &late] {
        let (index, why) = tampered(agreed("regrown", &export, &with(&[held])));
        assert_eq!(index, Some(0), "{why}");
    }
}

#[test]
fn an_export_that_is_older_than_a_checkpoint_is_told_apart_in_words() {
    let (database, folder) = (TestDatabase::sqlite(), TestFolder::new());
    let house = House::open(&database);
    let export = export_to(&house, &database, Disclose::Nothing, folder.join("export"));
    house.say(Event::new(EventKind::LogSearched));
    let late = house.writer.checkpoint();
    let (index, why) = tampered(agreed("older", &export, &with(&[&late])));
    assert_eq!(index, Some(1));
    assert!(why.contains("your export is older than this checkpoint"), "{why}");
}

#[test]
fn an_earlier_key_proves_nothing_after_it_has_handed_over() {
    on_both(|database| {
        let (folder, house) = (TestFolder::new(), House::open(database));
        let file = folder.join("anchor");
        house.download(house.person(database));
        let (old, first) = (key(&house, database), house.writer.verifier().clone());
        let early = house.writer.checkpoint();
        a_second_later();
        house.say(Event::new(EventKind::LogSearched));
        let both = Arc::new(house.keyring.with_new_ledger_key(&house.clock));
        handover::hand_over(database, &both, &house.clock, &file, "drill").unwrap();
        let keyring = Arc::new(both.without_outgoing_ledger_key());
        let again =
            House { writer: start(database, &keyring, &house, &file), keyring, clock: house.clock.clone() };
        again.say(Event::new(EventKind::LogSearched));
        let export = export_to(&again, database, Disclose::Nothing, folder.join("export"));
        assert!(notes(&export).contains(&early), "signed by the key of that time");
        whole(agreed("whole", &export, &Outside { key: Some(first.clone()), ..with(&[&early]) }));
        // The old seed was stolen, and signs for the whole log of today.
        let head = again.writer.head();
        let stolen = old.sign_head(head);
        let (_, why) = tampered(agreed("a stolen key", &export, &with(&[&stolen])));
        assert!(why.contains("had handed over"), "{why}");
        let mut db = database.connect().unwrap();
        let receipt = store::receipt(&mut db, &again.writer, head.size - 1).unwrap().unwrap();
        let forged = Receipt { note: stolen, ..receipt }.to_string();
        let proofs = handover::list(&mut db, u64::MAX >> 1).unwrap();
        let outside = Outside { key: Some(first), notes: proofs, policy: None };
        let (_, why) = tampered(verify_receipt(&forged, &outside));
        assert!(why.contains("had handed over"), "{why}");
        // The house itself does not take it either, in the anchor file or among its own checkpoints.
        again.writer.finish();
        let larger = TreeHead { size: head.size + 7, ..head };
        for note in [old.sign_head(head), old.sign_head(larger)] {
            anchor::write(&file, &note).unwrap();
            let key = store::log_key(&mut db, &again.keyring).unwrap();
            let refused = store::checked_head(&mut db, &key, Some(&file)).unwrap_err();
            assert_eq!(refused.what(), anchor::FORKED);
        }
        assert_eq!(in_place::verify(&mut db, &again.keyring).unwrap().exit_code(), 0);
    });
}

/// A writer that compares with an anchor file first.
fn start(database: &TestDatabase, keyring: &Arc<Keyring>, house: &House, file: &Path) -> Writer {
    Writer::start_anchored((**database).clone(), Arc::clone(keyring), house.clock.clone(), Some(file))
        .unwrap()
}

#[test]
fn a_log_restored_from_before_a_hand_over_is_exported_and_goes_on() {
    let (folder, database) = (TestFolder::new(), TestDatabase::sqlite());
    let house = House::open(&database);
    let file = folder.join("anchor");
    house.download(house.person(&database));
    a_second_later();
    house.say(Event::new(EventKind::LogSearched));
    let backup = folder.join("backup.sqlite");
    database.copy_to(&backup).unwrap();
    let both = Arc::new(house.keyring.with_new_ledger_key(&house.clock));
    handover::hand_over(&database, &both, &house.clock, &file, "drill").unwrap();
    let keyring = Arc::new(both.without_outgoing_ledger_key());
    let restored = Database::open(&format!("sqlite:{}", backup.display())).unwrap();
    let open = |database: &Database| {
        Writer::start_anchored(database.clone(), Arc::clone(&keyring), house.clock.clone(), Some(&file))
    };
    assert_eq!(open(&restored).unwrap_err().what(), anchor::BEFORE_HANDOVER);
    let known = epoch::Last::Anchored(&file);
    epoch::open(&restored, &keyring, &house.clock, known, "disk replaced").unwrap();
    open(&restored).unwrap().finish();
    let mut db = restored.connect().unwrap();
    let key = store::log_key(&mut db, &keyring).unwrap();
    let head = store::checked_head(&mut db, &key, Some(&file)).unwrap();
    let (witnesses, out) = (Policy::default(), folder.join("export"));
    let signer = Signer { keyring: &keyring, key: &key, witnesses: &witnesses };
    export::write(&mut db, signer, head, Disclose::Nothing, &out).unwrap();
    whole(agreed("restored", &out, &Outside::default()));
    let found = thorough::verify(&mut db, &keyring, Some(&file), &mut |_| Ok(())).unwrap();
    assert_eq!(found.exit_code(), 0, "{found:?}");
}

#[test]
fn a_receipt_of_another_key_is_not_called_forged() {
    let database = TestDatabase::sqlite();
    let (house, other) = (House::open(&database), House::open(&TestDatabase::sqlite()));
    let receipt = store::receipt(&mut database.connect().unwrap(), &house.writer, 0).unwrap().unwrap();
    let outside = Outside { key: Some(other.writer.verifier().clone()), ..Outside::default() };
    match verify_receipt(&receipt.to_string(), &outside) {
        Verdict::Unusable { why } => assert!(why.contains("hand-over") && why.contains("/verify"), "{why}"),
        other => panic!("{other:?}"),
    }
}
