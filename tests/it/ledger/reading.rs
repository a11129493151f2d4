//! The log where it lies: what pages read of it, what force does to it, and what a restored backup may not do.

use super::House;
use super::exports::{regrow, tampered, whole};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::clock::Micros;
use candor::db::Db;
use candor::fault::Fault;
use candor::ids::{DownloadId, GrantId};
use candor::ledger::{Actor, Event, EventKind, Writer, anchor, in_place, store};
use diesel::connection::SimpleConnection as _;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

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
        ("UPDATE ledger_entry SET hashes = leaf WHERE idx = 3", Some(3)),
        ("DELETE FROM ledger_entry WHERE idx = 2", Some(2)),
        // This one holds a peak of the tree, and the last one is cut off.
        ("DELETE FROM ledger_entry WHERE idx = 3", Some(3)),
        ("DELETE FROM ledger_entry WHERE idx = 4", Some(4)),
        // Of a length that no id has: the row cannot be read at all.
        ("UPDATE ledger_entry SET actor_id = hashes WHERE idx = 2", Some(2)),
        (
            "UPDATE ledger_entry SET actor_id = hashes WHERE idx = 3; UPDATE ledger_entry SET kind = 'x' WHERE idx = 1",
            Some(1),
        ),
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
fn a_head_that_does_not_fit_is_found_and_the_entries_are_read_all_the_same() {
    let bent = "UPDATE ledger_entry SET kind = 'x' WHERE idx = 2; ";
    let heads = [
        ("UPDATE ledger_head SET peaks = last_at", None),
        ("UPDATE ledger_head SET size = 4", None),
        ("DELETE FROM ledger_head", None),
        (
            "UPDATE ledger_head SET size = 4, peaks = (SELECT substr(hashes, 65, 32) FROM ledger_entry WHERE idx = 3)",
            Some(4),
        ),
    ];
    for ((statement, index), bent) in heads.iter().flat_map(|head| [(head, ""), (head, bent)]) {
        on_both(|database| {
            let statement = match &mut database.connect().unwrap() {
                Db::Pg(_) => statement.replace("= last_at", "= ''"),
                Db::Sqlite(_) => (*statement).to_owned(),
            };
            let house = House::open(database);
            house.download(house.person(database));
            by_force(database, &format!("{bent}{statement}"));
            let mut db = database.connect().unwrap();
            let found = tampered(in_place::verify(&mut db, &house.keyring).unwrap());
            let index = if bent.is_empty() { *index } else { Some(2) };
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
        fs::write(&file, back.writer.checkpoint()).unwrap();
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
fn a_start_without_an_end_is_counted_until_it_is_closed_as_unknown() {
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
        assert_eq!(whole(in_place::verify(&mut db, &house.keyring).unwrap()).open_downloads, 1);
        house.say(Event::new(EventKind::DownloadOutcomeUnknown).download(download).closes(start));
        assert_eq!(whole(in_place::verify(&mut db, &house.keyring).unwrap()).open_downloads, 0);
    });
}

#[test]
fn a_log_that_grows_while_it_is_checked_is_not_called_damaged() {
    on_both(|database| {
        let (house, folder, stop) = (House::open(database), TestFolder::new(), AtomicBool::new(false));
        let file = folder.join("anchor");
        let grow = || {
            while !stop.load(Ordering::Relaxed) {
                let said = house.writer.act_blocking("say", |act| {
                    Ok::<_, Fault>(act.record(Event::new(EventKind::ServerStarted), ()))
                });
                said.unwrap();
                anchor::write(&file, &house.writer.checkpoint()).unwrap();
            }
        };
        let checked = std::thread::scope(|scope| {
            let growing = scope.spawn(grow);
            let mut db = database.read().unwrap();
            let key = store::log_key(&mut db, &house.keyring).unwrap();
            let checked: Vec<_> = (0..300)
                .map(|_| store::checked_head(&mut db, &key, Some(&file)).map(|head| head.size))
                .collect();
            stop.store(true, Ordering::Relaxed);
            growing.join().unwrap();
            checked
        });
        let sizes: Vec<u64> = checked.into_iter().map(Result::unwrap).collect();
        assert!(sizes.last() > sizes.first(), "the log did not grow meanwhile");
    });
}
