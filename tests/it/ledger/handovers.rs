//! Hand-overs of the log's key: whoever holds the old key follows, and nobody is led anywhere without its signature.

use super::House;
use super::exports::{export_to, tampered, whole};
use super::independent::{agreed, sign_again};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::ledger::export::Disclose;
use candor::ledger::handover;
use candor::ledger::note::LogKey;
use candor::ledger::receipt::Receipt;
use candor::ledger::verify::{Outside, verify_receipt};
use candor::ledger::{Event, EventKind, VerifierKey, Writer, anchor, in_place, store, thorough, trouble};
use candor::seal::Keyring;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Hands a house's log over; the house as it starts again.
pub(super) fn rotated(house: &House, database: &TestDatabase, file: &Path) -> House {
    let both = Arc::new(house.keyring.with_new_ledger_key(&house.clock));
    handover::hand_over(database, &both, &house.clock, file, "drill").unwrap();
    let keyring = Arc::new(both.without_outgoing_ledger_key());
    let writer =
        Writer::start_anchored((**database).clone(), Arc::clone(&keyring), house.clock.clone(), Some(file));
    House { writer: writer.unwrap(), keyring, clock: house.clock.clone() }
}

/// What somebody kept.
pub(super) fn kept(key: Option<&VerifierKey>, notes: &[&str]) -> Outside {
    let notes = notes.iter().map(|note| (*note).to_owned()).collect();
    Outside { key: key.cloned(), notes, policy: None }
}

#[test]
fn whoever_holds_an_old_key_or_checkpoint_follows_every_hand_over() {
    on_both(|database| {
        let (folder, house) = (TestFolder::new(), House::open(database));
        let file = folder.join("anchor");
        house.download(house.person(database));
        let (first, early) = (house.writer.verifier().clone(), house.writer.checkpoint());
        let receipt = store::receipt(&mut database.read().unwrap(), &house.writer, 1).unwrap().unwrap();
        let second_house = rotated(&house, database, &file);
        // Whoever began under the old key signs nothing more, and its thread ends.
        let refused = house.writer.act_blocking("late", super::entry).unwrap_err();
        assert!([trouble::NOT_SAVED, trouble::CLOSED].contains(&refused.what()), "{refused:?}");
        house.writer.finish();
        assert!(house.writer.has_ended());
        let second = second_house.writer.verifier().clone();
        assert_eq!((first.name() == second.name(), first == second), (true, false), "one log, another key");
        second_house.download(second_house.person(database));
        let middle = second_house.writer.checkpoint();
        let third_house = rotated(&second_house, database, &file);
        let third = third_house.writer.verifier().clone();
        third_house.say(Event::new(EventKind::LogSearched));
        let export = export_to(&third_house, database, Disclose::PersonalData, folder.join("export"));
        for key in [None, Some(&first), Some(&second), Some(&third)] {
            let found = whole(agreed("a key", &export, &kept(key, &[])));
            assert_eq!((found.handovers, found.key_from_outside), (2, key.is_some()));
            assert_eq!(found.key, third.to_string());
        }
        for note in [&early, &middle, &receipt.to_string()] {
            let found = whole(agreed("a note", &export, &kept(Some(&first), &[note])));
            assert!(found.anchored_at.is_some());
        }
        // Receipts stay valid under the key they were signed by, and later ones are followed to.
        assert_eq!(verify_receipt(&receipt.to_string(), &kept(Some(&first), &[])).exit_code(), 0);
        let mut db = database.connect().unwrap();
        let late = store::receipt(&mut db, &third_house.writer, 1).unwrap().unwrap().to_string();
        let proofs = handover::list(&mut db, u64::MAX >> 1).unwrap();
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        // Not proven under a key that is not known to have followed, which is not yet a forgery.
        assert_eq!(verify_receipt(&late, &kept(Some(&first), &[])).exit_code(), 2);
        assert_eq!(verify_receipt(&late, &kept(Some(&first), &proofs)).exit_code(), 0);
        assert_eq!(verify_receipt(&late, &kept(Some(&first), &proofs[..1])).exit_code(), 2);
        assert_eq!(in_place::verify(&mut db, &third_house.keyring).unwrap().exit_code(), 0);
        let verdict = thorough::verify(&mut db, &third_house.keyring, Some(&file), &mut |_| Ok(())).unwrap();
        assert_eq!(verdict.exit_code(), 0, "{verdict:?}");
        let reigns = handover::reigns(&mut db, &third_house.keyring).unwrap();
        let keys: Vec<VerifierKey> = reigns.iter().map(|reign| reign.key.clone()).collect();
        assert_eq!(keys, [third, second, first]);
        assert_eq!(reigns[2].until, Some(reigns[1].from - 1));
    });
}

#[test]
fn nobody_is_led_to_a_key_that_the_old_one_has_not_signed_for() {
    let (folder, database) = (TestFolder::new(), TestDatabase::sqlite());
    let house = House::open(&database);
    house.download(house.person(&database));
    let (old, early) = (house.writer.verifier().clone(), house.writer.checkpoint());
    // Whoever has the database and no seed appends an entry that names a key of theirs, and signs for it alone.
    let thief = LogKey::new(&[7; 32], house.keyring.instance(), 1).unwrap();
    let event = Event::new(EventKind::LogKeyRotated)
        .fact("old", old.to_string())
        .fact("new", thief.verifier().to_string())
        .fact("reason", "none");
    let index = house.say(event);
    let forged = {
        let mut db = database.connect().unwrap();
        let receipt = store::receipt(&mut db, &house.writer, index).unwrap().unwrap();
        let head = house.writer.head();
        Receipt { note: thief.sign_head(head), ..receipt }
    };
    let export = export_to(&house, &database, Disclose::Nothing, folder.join("export"));
    let as_thief = |handovers: Option<&str>| {
        fs::write(export.join("log.vkey"), format!("{}\n", thief.verifier())).unwrap();
        fs::write(export.join("policy"), format!("log {}\nquorum none\n", thief.verifier())).unwrap();
        let note = thief.sign_head(house.writer.head());
        fs::write(export.join("checkpoints.jsonl"), serde_json::to_string(&note).unwrap() + "\n").unwrap();
        if let Some(text) = handovers {
            fs::write(export.join("handovers.jsonl"), serde_json::to_string(text).unwrap() + "\n").unwrap();
        }
        sign_again(&export, &thief);
    };
    as_thief(None);
    assert_eq!(agreed("no hand-over", &export, &kept(Some(&old), &[])).exit_code(), 1);
    assert_eq!(agreed("no hand-over, a checkpoint", &export, &kept(None, &[&early])).exit_code(), 1);
    as_thief(Some(&forged.to_string()));
    for outside in [kept(Some(&old), &[]), kept(None, &[&early]), kept(None, &[])] {
        let (_, why) = tampered(agreed("a forged hand-over", &export, &outside));
        assert!(why.contains("without the old key's signature"), "{why}");
    }
    // A hand-over that covers more than its own entry is none, even under both signatures.
    house.say(Event::new(EventKind::LogSearched));
    let head = house.writer.head();
    let mut db = database.connect().unwrap();
    let receipt = store::receipt(&mut db, &house.writer, index).unwrap().unwrap();
    let line = thief.sign_head(head);
    let note = format!("{}{}", receipt.note, line.rsplit("\n\n").next().unwrap());
    let wide = Receipt { note, ..receipt };
    as_thief(Some(&wide.to_string()));
    assert_eq!(agreed("a wide hand-over", &export, &kept(Some(&old), &[])).exit_code(), 1);
}

#[test]
fn an_older_keyring_or_an_older_backup_signs_nothing_after_a_hand_over() {
    on_both(|database| {
        let (folder, house) = (TestFolder::new(), House::open(database));
        let file = folder.join("anchor");
        house.say(Event::new(EventKind::LogSearched));
        let again = rotated(&house, database, &file);
        again.writer.finish();
        let start = |keyring: &Arc<Keyring>| {
            Writer::start_anchored(
                (**database).clone(),
                Arc::clone(keyring),
                house.clock.clone(),
                Some(&file),
            )
        };
        assert_eq!(start(&house.keyring).unwrap_err().what(), anchor::OTHER_SIGNER);
        // As a restored backup of the time before: the head names nobody, the keyring has no seed of that time.
        super::run(database, "UPDATE ledger_head SET signer = NULL");
        assert_eq!(start(&again.keyring).unwrap_err().what(), anchor::BEFORE_HANDOVER);
    });
}

#[test]
fn a_log_that_was_rolled_back_is_not_handed_over() {
    let (folder, database) = (TestFolder::new(), TestDatabase::sqlite());
    let house = House::open(&database);
    let file = folder.join("anchor");
    house.say(Event::new(EventKind::LogSearched));
    house.writer.finish();
    let key = store::log_key(&mut database.connect().unwrap(), &house.keyring).unwrap();
    let head = house.writer.head();
    let larger = candor::ledger::path::TreeHead { size: head.size + 3, ..head };
    anchor::write(&file, &key.sign_head(larger)).unwrap();
    let both = Arc::new(house.keyring.with_new_ledger_key(&house.clock));
    let refused = handover::hand_over(&database, &both, &house.clock, &file, "drill").unwrap_err();
    assert_eq!(refused.what(), anchor::ROLLED_BACK);
    let alone = Arc::clone(&house.keyring);
    assert!(
        handover::hand_over(&database, &alone, &house.clock, &file, "drill").is_err(),
        "nothing outgoing"
    );
}
