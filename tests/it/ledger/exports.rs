//! Exports: whole ones are found whole, and no changed byte, regrown log or broken rule passes for one.

mod stories;

use super::House;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::db::Db;
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::verify::{Outside, Verdict, Whole, verify_export, verify_receipt};
use candor::ledger::witness::Policy;
use candor::ledger::{EventKind, Writer, store};
use candor::seal::Keyring;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Exports a house's log into a new folder below `folder`.
pub(super) fn export_to(house: &House, database: &TestDatabase, disclose: Disclose, to: PathBuf) -> PathBuf {
    let mut db = database.connect().unwrap();
    let key = store::log_key(&mut db, &house.keyring).unwrap();
    let head = store::checked_head(&mut db, &key, None).unwrap();
    let witnesses = Policy::default();
    let signer = Signer { keyring: &house.keyring, key: &key, witnesses: &witnesses };
    export::write(&mut db, signer, head, disclose, &to).unwrap();
    to
}

/// The finding of a whole log; anything else fails the test.
pub(super) fn whole(verdict: Verdict) -> Whole {
    match verdict {
        Verdict::Whole(whole) => whole,
        other => panic!("{other:?}"),
    }
}

/// Why a log was found tampered with, and where; anything else fails the test.
pub(super) fn tampered(verdict: Verdict) -> (Option<u64>, String) {
    match verdict {
        Verdict::Tampered { index, why } => (index, why),
        other => panic!("{other:?}"),
    }
}

/// Nothing from outside.
fn alone() -> Outside {
    Outside::default()
}

/// With these notes from outside.
fn with(notes: &[&str]) -> Outside {
    Outside { notes: notes.iter().map(|note| (*note).to_owned()).collect(), ..Outside::default() }
}

#[test]
fn a_whole_export_is_whole_and_says_what_that_rests_on() {
    on_both(|database| {
        let house = House::open(database);
        let folder = TestFolder::new();
        let person = house.person(database);
        house.download(person);
        let early = house.writer.checkpoint();
        house.download(person);
        let bare = export_to(&house, database, Disclose::Nothing, folder.join("bare"));
        let found = whole(verify_export(&bare, &alone()));
        assert_eq!((found.entries, found.anchored_at, found.key_from_outside), (9, None, false));
        assert_eq!((found.disclosed, found.undisclosed, found.open_downloads), (0, 4, 0));

        let key = Some(house.writer.verifier().clone());
        let outside = Outside { key, notes: vec![early, house.writer.checkpoint()], policy: None };
        let found = whole(verify_export(&bare, &outside));
        assert_eq!((found.anchored_at, found.key_from_outside), (Some(9), true));

        let full = export_to(&house, database, Disclose::PersonalData, folder.join("full"));
        let found = whole(verify_export(&full, &alone()));
        assert_eq!((found.disclosed, found.undisclosed), (4, 0));
        assert!(fs::read_to_string(full.join("disclosures.jsonl")).unwrap().contains("Lovelace"));
        assert!(!fs::read_to_string(full.join("entries.jsonl")).unwrap().contains("Lovelace"));
    });
}

#[test]
fn no_flipped_bit_of_any_file_passes() {
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    let folder = TestFolder::new();
    house.download(house.person(&database));
    let export = export_to(&house, &database, Disclose::PersonalData, folder.join("export"));
    whole(verify_export(&export, &alone()));
    let mut flipped = 0_u32;
    for file in fs::read_dir(&export).unwrap().map(|entry| entry.unwrap().path()) {
        let good = fs::read(&file).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&file, &bad).unwrap();
            let verdict = verify_export(&export, &alone());
            assert_ne!(verdict.exit_code(), 0, "byte {at} of {} flipped: {verdict:?}", file.display());
            flipped += 1;
        }
        for bad in [&good[..good.len() - 1], &[good.as_slice(), b"\n"].concat(), b""] {
            fs::write(&file, bad).unwrap();
            assert_ne!(verify_export(&export, &alone()).exit_code(), 0, "{} cut or grown", file.display());
        }
        fs::write(&file, &good).unwrap();
    }
    assert!(flipped > 2000, "only {flipped} bytes were flipped");
    whole(verify_export(&export, &alone()));
}

#[test]
fn a_folder_with_less_or_more_in_it_is_unusable() {
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    let folder = TestFolder::new();
    let export = export_to(&house, &database, Disclose::Nothing, folder.join("export"));
    fs::write(export.join("disclosures.jsonl"), "").unwrap();
    assert_eq!(verify_export(&export, &alone()).exit_code(), 2);
    fs::remove_file(export.join("disclosures.jsonl")).unwrap();
    whole(verify_export(&export, &alone()));
    for name in ["entries.jsonl", "checkpoints.jsonl", "log.vkey", "policy", "manifest"] {
        let away = folder.join("away");
        fs::rename(export.join(name), &away).unwrap();
        assert_eq!(verify_export(&export, &alone()).exit_code(), 2, "without {name}");
        fs::rename(&away, export.join(name)).unwrap();
    }
    assert_eq!(verify_export(&folder.join("nowhere"), &alone()).exit_code(), 2);
}

#[test]
fn a_log_regrown_under_a_new_key_is_whole_by_itself_and_tampered_against_what_was_kept() {
    on_both(|database| {
        let old = House::open(database);
        let folder = TestFolder::new();
        old.download(old.person(database));
        old.download(old.person(database));
        let kept = old.writer.checkpoint();
        let mut db = database.connect().unwrap();
        let receipt = store::receipt(&mut db, &old.writer, 2).unwrap().unwrap().to_string();

        let second = TestDatabase::sqlite();
        let new = House::open(&second);
        new.download(new.person(&second));
        let export = export_to(&new, &second, Disclose::Nothing, folder.join("regrown"));
        let found = whole(verify_export(&export, &alone()));
        assert_eq!(found.anchored_at, None, "whole, but not anchored");
        for held in [&kept, &receipt] {
            assert_eq!(verify_export(&export, &with(&[held])).exit_code(), 1);
        }
        let key = Some(old.writer.verifier().clone());
        let (_, why) = tampered(verify_export(&export, &Outside { key, ..Outside::default() }));
        assert!(why.contains("another key"), "{why}");
    });
}

#[test]
fn a_log_regrown_under_the_same_key_is_found_by_the_checkpoint_that_was_kept() {
    on_both(|database| {
        let house = House::open(database);
        let folder = TestFolder::new();
        house.download(house.person(database));
        let early = house.writer.checkpoint();
        house.download(house.person(database));
        let kept = house.writer.checkpoint();

        // The operator holds the keyring and makes another history of the same length.
        let second = TestDatabase::sqlite();
        let regrown = regrow(&house.keyring, &second);
        regrown.download(regrown.person(&second));
        regrown.download(regrown.person(&second));
        let export = export_to(&regrown, &second, Disclose::Nothing, folder.join("regrown"));
        assert_eq!(whole(verify_export(&export, &alone())).anchored_at, None);
        let (index, _) = tampered(verify_export(&export, &with(&[&kept])));
        assert_eq!(index, Some(0), "nothing before the checkpoint is known to be good");

        // And a shorter one, cut off before what the recipient holds.
        let third = TestDatabase::sqlite();
        let cut = regrow(&house.keyring, &third);
        let export = export_to(&cut, &third, Disclose::Nothing, folder.join("cut"));
        assert_eq!(tampered(verify_export(&export, &with(&[&early]))).0, Some(1));
    });
}

/// A new log under an old keyring.
pub(super) fn regrow(keyring: &Arc<Keyring>, database: &TestDatabase) -> House {
    let clock = candor::clock::Clock::system();
    let writer = Writer::start((**database).clone(), Arc::clone(keyring), clock.clone()).unwrap();
    House { writer, keyring: Arc::clone(keyring), clock }
}

#[test]
fn what_is_no_checkpoint_of_this_log_is_not_taken_for_one() {
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    let folder = TestFolder::new();
    let export = export_to(&house, &database, Disclose::Nothing, folder.join("export"));
    let kept = house.writer.checkpoint();
    assert_eq!(whole(verify_export(&export, &with(&[&kept]))).anchored_at, Some(1));
    let letter =
        format!("Dear Ada,\r\n\r\nthe log as of now:\r\n\r\n{}\r\nYours", kept.replace('\n', "\r\n"));
    assert_eq!(whole(verify_export(&export, &with(&[&letter]))).anchored_at, Some(1));
    let forged = letter.replacen("\r\n1\r\n", "\r\n2\r\n", 1);
    assert_eq!(verify_export(&export, &with(&[&forged])).exit_code(), 1);
    let manifest = fs::read_to_string(export.join("manifest")).unwrap();
    for bad in ["", "a checkpoint", &manifest, "c2sp.org/tlog-proof@v1\nindex 0\n\nx"] {
        assert_eq!(verify_export(&export, &with(&[bad])).exit_code(), 2, "{bad:?}");
    }
}

#[test]
fn a_receipt_proves_its_entry_offline() {
    on_both(|database| {
        let house = House::open(database);
        let start = house.download(house.person(database));
        let mut db = database.connect().unwrap();
        let receipt = store::receipt(&mut db, &house.writer, start).unwrap().unwrap();
        let text = receipt.to_string();
        let outside = Outside {
            key: Some(house.writer.verifier().clone()),
            notes: vec![house.writer.checkpoint()],
            policy: None,
        };
        assert_eq!(whole(verify_receipt(&text, &outside)).anchored_at, Some(5));
        let (leaf, _) = receipt.check(house.writer.verifier()).unwrap();
        assert_eq!(leaf.kind, EventKind::DownloadStarted);
        assert_eq!(verify_receipt(&text, &alone()).exit_code(), 2, "nothing to check it with");
        for at in 0..text.len() {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= 1 << (at % 8);
            let Ok(bad) = String::from_utf8(bad) else { continue };
            assert_ne!(verify_receipt(&bad, &outside).exit_code(), 0, "byte {at} flipped");
        }
        assert_eq!(store::receipt(&mut db, &house.writer, 99).unwrap(), None);
    });
}

#[test]
fn an_export_is_written_into_a_new_folder_only() {
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    let folder = TestFolder::new();
    let mut db = database.connect().unwrap();
    let key = store::log_key(&mut db, &house.keyring).unwrap();
    let head = house.writer.head();
    let witnesses = Policy::default();
    let signer = Signer { keyring: &house.keyring, key: &key, witnesses: &witnesses };
    let again = |path: &Path, db: &mut Db| export::write(db, signer, head, Disclose::Nothing, path);
    again(&folder.join("new"), &mut db).unwrap();
    assert!(again(&folder.join("new"), &mut db).is_err());
    // For nobody else's eyes, whatever the umask.
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.join("new")), 0o700);
    for entry in fs::read_dir(folder.join("new")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_policy_from_outside_asks_for_its_own_witnesses() {
    on_both(|database| {
        let (house, folder) = (House::open(database), TestFolder::new());
        house.download(house.person(database));
        let export = export_to(&house, database, Disclose::Nothing, folder.join("export"));
        let asks = |policy: &str| {
            let policy = Some(Policy::parse(policy).unwrap());
            verify_export(&export, &Outside { policy, ..Outside::default() })
        };
        assert_eq!(whole(asks("quorum none\n")).witnessed_at, None);
        let witness = crate::support::witness::Witness::open("one.example");
        let name = witness.name.replace('.', "-");
        match asks(&format!("{}quorum {name}\n", witness.line())) {
            Verdict::Unusable { why } => {
                assert!(why.contains("the witnesses that your policy asks for"), "{why}");
            }
            other => panic!("{other:?}"),
        }
    });
}
