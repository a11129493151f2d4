//! Exports: whole ones are found whole, and no changed byte, regrown log or broken rule passes for one.

use super::House;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::clock::Micros;
use candor::db::Db;
use candor::ids::{AcceptanceId, DownloadId, GrantId, VersionId};
use candor::ledger::export::{self, Disclose};
use candor::ledger::verify::{Outside, Verdict, Whole, verify_export, verify_receipt};
use candor::ledger::{Actor, Event, EventKind, Writer, anchor, in_place, store};
use candor::seal::Keyring;
use diesel::connection::SimpleConnection as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Exports a house's log into a new folder below `folder`.
fn export_to(house: &House, database: &TestDatabase, disclose: Disclose, to: PathBuf) -> PathBuf {
    let mut db = database.connect().unwrap();
    let key = store::log_key(&mut db, &house.keyring).unwrap();
    let head = store::checked_head(&mut db, &key, None).unwrap();
    export::write(&mut db, (&house.keyring, &key), head, disclose, &to).unwrap();
    to
}

/// The finding of a whole log; anything else fails the test.
fn whole(verdict: Verdict) -> Whole {
    match verdict {
        Verdict::Whole(whole) => whole,
        other => panic!("{other:?}"),
    }
}

/// Why a log was found tampered with, and where; anything else fails the test.
fn tampered(verdict: Verdict) -> (Option<u64>, String) {
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
    Outside { key: None, notes: notes.iter().map(|note| (*note).to_owned()).collect() }
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
        let outside = Outside { key, notes: vec![early, house.writer.checkpoint()] };
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
        let receipt = store::receipt(&mut db, &old.keyring, 2).unwrap().unwrap().to_string();

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
        let (_, why) = tampered(verify_export(&export, &Outside { key, notes: Vec::new() }));
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
fn regrow(keyring: &Arc<Keyring>, database: &TestDatabase) -> House {
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
        let receipt = store::receipt(&mut db, &house.keyring, start).unwrap().unwrap();
        let text = receipt.to_string();
        let outside =
            Outside { key: Some(house.writer.verifier().clone()), notes: vec![house.writer.checkpoint()] };
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
        assert_eq!(store::receipt(&mut db, &house.keyring, 99).unwrap(), None);
    });
}

/// Events that break a rule, by name, with what is then said.
fn broken_stories(house: &House, database: &TestDatabase) -> Vec<(&'static str, Vec<Event>, &'static str)> {
    let (person, other) = (house.person(database), house.person(database));
    let (grant, version) = (GrantId::new(&house.clock), VersionId::new(&house.clock));
    let acceptance = AcceptanceId::new(&house.clock);
    let accepted = || Event::new(EventKind::NdaAccepted).by(Actor::Person(person)).acceptance(acceptance);
    let granted = || Event::new(EventKind::GrantCreated).about(person).grant(grant).version(version);
    let start = |kind| {
        Event::new(kind)
            .by(Actor::Person(person))
            .grant(grant)
            .version(version)
            .acceptance(acceptance)
            .download(DownloadId::new(&house.clock))
    };
    let started = || start(EventKind::DownloadStarted);
    let past = house.clock.now().plus_days(-1).0;
    vec![
        ("no grant", vec![accepted(), started()], "no grant"),
        ("no acceptance", vec![granted(), started()], "no acceptance"),
        ("acceptance afterwards", vec![granted(), started(), accepted()], "no acceptance"),
        ("viewed without a grant", vec![accepted(), start(EventKind::ReportViewed)], "no grant"),
        (
            "revoked",
            vec![accepted(), granted(), Event::new(EventKind::GrantRevoked).grant(grant), started()],
            "no grant",
        ),
        ("expired", vec![accepted(), granted().fact("expires_at", past), started()], "no grant"),
        ("another person", vec![accepted(), granted(), started().by(Actor::Person(other))], "no grant"),
        (
            "another's acceptance",
            vec![accepted().by(Actor::Person(other)), granted(), started()],
            "no acceptance",
        ),
        (
            "another version",
            vec![accepted(), granted(), started().version(VersionId::new(&house.clock))],
            "no grant",
        ),
        ("granted twice", vec![granted(), granted()], "an id that an earlier entry has used"),
        ("revoked unknown", vec![Event::new(EventKind::GrantRevoked).grant(grant)], "no grant"),
    ]
}

#[test]
fn a_log_that_tells_of_a_download_without_grant_or_acceptance_is_found_out() {
    let database = TestDatabase::sqlite();
    let folder = TestFolder::new();
    let names: Vec<_> = broken_stories(&House::open(&database), &database);
    for number in 0..names.len() {
        let database = TestDatabase::sqlite();
        let house = House::open(&database);
        let (name, events, said) = broken_stories(&house, &database).swap_remove(number);
        let last = events.into_iter().map(|event| house.say(event)).last();
        let export = export_to(&house, &database, Disclose::Nothing, folder.join(name));
        let (index, why) = tampered(verify_export(&export, &alone()));
        assert!(why.contains(said), "{name}: {why}");
        let bad = if name == "acceptance afterwards" { last.map(|last| last - 1) } else { last };
        assert_eq!(index, bad, "{name}");
        let mut db = database.connect().unwrap();
        assert_eq!(in_place::verify(&mut db, &house.keyring).unwrap().exit_code(), 1, "{name}");
    }
}

/// Runs a statement past the append-only triggers, as whoever holds the database can.
fn by_force(database: &TestDatabase, statement: &str) {
    let mut db = database.connect().unwrap();
    match &mut db {
        Db::Sqlite(db) => db.batch_execute(&format!(
            "DROP TRIGGER ledger_entry_no_update; DROP TRIGGER ledger_entry_no_delete; PRAGMA foreign_keys = OFF; {statement}"
        )),
        Db::Pg(db) => db.batch_execute(&format!("SET session_replication_role = replica; {statement}")),
    }
    .unwrap();
}

#[test]
fn rows_cannot_be_changed_by_accident_and_are_found_changed_by_force() {
    let one = "UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE idx = 1) WHERE idx = 2";
    for (statement, index) in [
        (one, Some(2)),
        ("UPDATE ledger_entry SET kind = 'log.searched' WHERE idx = 3", Some(3)),
        ("UPDATE ledger_entry SET copy_id = 'XXXX-XXXX' WHERE idx = 3", Some(3)),
        ("UPDATE ledger_entry SET hashes = leaf WHERE idx = 2", Some(2)),
        ("UPDATE ledger_entry SET hashes = leaf WHERE idx = 3", None),
        ("DELETE FROM ledger_entry WHERE idx = 2", Some(2)),
        ("DELETE FROM ledger_entry WHERE idx = 4", None),
    ] {
        on_both(|database| {
            let house = House::open(database);
            house.download(house.person(database));
            let mut db = database.connect().unwrap();
            assert_eq!(in_place::verify(&mut db, &house.keyring).unwrap().exit_code(), 0);
            assert!(db.batch_execute(statement).is_err(), "the trigger lets it pass: {statement}");
            by_force(database, statement);
            let found = tampered(in_place::verify(&mut db, &house.keyring).unwrap());
            assert_eq!(found.0, index, "{statement}: {found:?}");
        });
    }
}

#[test]
fn a_log_that_was_rolled_back_is_not_continued() {
    on_both(|database| {
        let house = House::open(database);
        let folder = TestFolder::new();
        let file = folder.join("anchor");
        house.say(Event::new(EventKind::LogSearched));
        house.writer.finish();
        anchor::write(&file, &house.writer.checkpoint()).unwrap();
        let start = || {
            Writer::start_anchored(
                (**database).clone(),
                house.keyring.clone(),
                house.clock.clone(),
                Some(&file),
            )
        };
        start().unwrap().finish();
        // The backup was taken before the last entry; its own checkpoints went back with it.
        let mut back = regrow(&house.keyring, &TestDatabase::sqlite());
        back.say(Event::new(EventKind::LogSearched));
        anchor::write(&file, &back.writer.checkpoint()).unwrap();
        assert_eq!(start().unwrap_err().what(), anchor::FORKED);
        back.say(Event::new(EventKind::LogSearched));
        anchor::write(&file, &back.writer.checkpoint()).unwrap();
        assert_eq!(start().unwrap_err().what(), anchor::ROLLED_BACK);
        // The checkpoints in the database itself are compared too.
        back = regrow(&house.keyring, &TestDatabase::sqlite());
        for _ in 0..5 {
            back.say(Event::new(EventKind::LogSearched));
        }
        let note = back.writer.checkpoint();
        by_hand(database, &note);
        fs::remove_file(&file).unwrap();
        assert_eq!(start().unwrap_err().what(), anchor::ROLLED_BACK);
    });
}

/// Puts a checkpoint into the table, as a log that was once longer has it.
fn by_hand(database: &TestDatabase, note: &str) {
    super::run(database, &format!("INSERT INTO ledger_checkpoint VALUES (6, '{note}')"));
}

#[test]
fn pages_of_the_log_are_found_by_what_they_are_about() {
    use candor::ledger::store::{Disclosed, Filter, list};
    on_both(|database| {
        let house = House::open(database);
        let (one, two) = (house.person(database), house.person(database));
        let start = house.download(one);
        house.download(two);
        let mut db = database.connect().unwrap();
        let mut indexes = |filter: Filter| {
            list(&mut db, &filter, 3).unwrap().iter().map(|entry| entry.index).collect::<Vec<_>>()
        };
        assert_eq!(indexes(Filter::default()), [8, 7, 6]);
        assert_eq!(indexes(Filter { before: Some(6), ..Filter::default() }), [5, 4, 3]);
        assert_eq!(indexes(Filter { kind: Some(EventKind::NdaAccepted), ..Filter::default() }), [5, 1]);
        assert_eq!(indexes(Filter { person: Some(one), ..Filter::default() }), [4, 3, 2]);
        assert_eq!(indexes(Filter { copy: Some("K7QF-2M9X".to_owned()), ..Filter::default() }), [7, 3]);
        let now = Some(house.clock.now());
        assert_eq!(indexes(Filter { from: now, ..Filter::default() }), Vec::<u64>::new());
        assert_eq!(indexes(Filter { until: Some(Micros(0)), ..Filter::default() }), Vec::<u64>::new());
        let entry = store::find(&mut db, start).unwrap().unwrap();
        assert_eq!(indexes_of_grant(&mut db, entry.leaf.grant), [3, 2]);

        let accepted = store::find(&mut db, 1).unwrap().unwrap();
        let disclosed = store::disclosures(&mut db, &house.keyring, &accepted).unwrap();
        let values: Vec<_> = disclosed.iter().map(|(_, what)| what.clone()).collect();
        let value = |text: &str| Disclosed::Value(text.to_owned());
        assert_eq!(values, [value("203.0.113.7"), value("Ada \"Countess\" Lovelace")]);
        super::run(database, "DELETE FROM ledger_personal WHERE field = 'typed_name'");
        super::run(database, "DELETE FROM data_key");
        let erased = store::disclosures(&mut db, &house.keyring, &accepted).unwrap();
        assert!(erased.iter().all(|(_, what)| *what == Disclosed::Erased));
        assert_eq!(
            in_place::verify(&mut db, &house.keyring).unwrap().exit_code(),
            0,
            "forgetting breaks nothing"
        );
    });
}

/// The entries under a grant.
fn indexes_of_grant(db: &mut Db, grant: Option<GrantId>) -> Vec<u64> {
    let filter = store::Filter { grant, ..store::Filter::default() };
    store::list(db, &filter, 10).unwrap().iter().map(|entry| entry.index).collect()
}

#[test]
fn a_start_without_an_end_is_found_and_closed_as_unknown() {
    on_both(|database| {
        let house = House::open(database);
        let person = house.person(database);
        house.download(person);
        let entry = store::find(&mut database.connect().unwrap(), 3).unwrap().unwrap();
        let download = DownloadId::new(&house.clock);
        let start = house.say(
            Event::new(EventKind::DownloadStarted)
                .by(Actor::Person(person))
                .grant(entry.leaf.grant.unwrap())
                .version(entry.leaf.version.unwrap())
                .acceptance(entry.leaf.acceptance.unwrap())
                .download(download),
        );
        let mut db = database.connect().unwrap();
        let open = store::open_downloads(&mut db).unwrap();
        assert_eq!(open, [store::OpenDownload { start, download, by: Some(person) }]);
        assert_eq!(whole(in_place::verify(&mut db, &house.keyring).unwrap()).open_downloads, 1);
        house.say(open[0].outcome_unknown());
        assert_eq!(store::open_downloads(&mut db).unwrap(), []);
        assert_eq!(whole(in_place::verify(&mut db, &house.keyring).unwrap()).open_downloads, 0);
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
    let again =
        |path: &Path, db: &mut Db| export::write(db, (&house.keyring, &key), head, Disclose::Nothing, path);
    again(&folder.join("new"), &mut db).unwrap();
    assert!(again(&folder.join("new"), &mut db).is_err());
}
