//! A log that is put back or rewritten beneath a process that runs: it signs nothing more, and the anchor file stays.

use super::epochs::restore_older;
use super::{House, entry};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use candor::db::{Database, Db};
use candor::ledger::note::LogKey;
use candor::ledger::path::TreeHead;
use candor::ledger::tree::{Edge, leaf_hash};
use candor::ledger::{Event, EventKind, Writer, anchor, store, trouble};
use candor::text::hex;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use std::fs;
use std::sync::Arc;

/// Rewrites the log of a house as whoever holds the database can: other bytes in an entry, `more` entries at the end, and every
/// hash made anew.
fn rewrite(database: &TestDatabase, index: usize, more: usize) {
    use candor::db::schema::ledger_entry;
    let mut db = database.connect().unwrap();
    let mut leaves: Vec<Vec<u8>> =
        ledger_entry::table.order(ledger_entry::idx).select(ledger_entry::leaf).load(&mut db).unwrap();
    let kept = leaves.len();
    // Another random id: all else still fits.
    let at = leaves[index].windows(6).position(|window| window == b"\"id\":\"").unwrap() + 6;
    leaves[index][at] = if leaves[index][at] == b'0' { b'1' } else { b'0' };
    for _ in 0..more {
        leaves.push(leaves[kept - 1].clone());
    }
    let is_sqlite = matches!(db, Db::Sqlite(_));
    let bytes = |bytes: &[u8]| {
        if is_sqlite { format!("x'{}'", hex(bytes)) } else { format!("decode('{}', 'hex')", hex(bytes)) }
    };
    let mut edge = Edge::new();
    let mut sql: Vec<String> = leaves
        .iter()
        .enumerate()
        .map(|(index, leaf)| {
            let hashes = bytes(&edge.append(leaf_hash(leaf)));
            let leaf = bytes(leaf);
            if index < kept {
                return format!(
                    "UPDATE ledger_entry SET leaf = {leaf}, hashes = {hashes} WHERE idx = {index}"
                );
            }
            let columns = "idx, leaf, hashes, kind, at";
            format!(
                "INSERT INTO ledger_entry ({columns}) VALUES ({index}, {leaf}, {hashes}, 'log.searched', 0)"
            )
        })
        .collect();
    let (size, peaks) = (edge.size(), bytes(&edge.peaks()));
    sql.push(format!("UPDATE ledger_head SET size = {size}, peaks = {peaks}"));
    let sql = sql.join(";");
    match &mut db {
        Db::Sqlite(db) => db.batch_execute(&format!("DROP TRIGGER ledger_entry_no_update; {sql}")),
        Db::Pg(db) => db.batch_execute(&format!("SET session_replication_role = replica; {sql}")),
    }
    .unwrap();
}

/// The writer of a house refuses, ends, and still speaks of the log it knew.
fn stops(house: &House, known: &str, why: &'static str) {
    let refused = house.writer.act_blocking("next", entry).unwrap_err();
    assert!([trouble::NOT_SAVED, trouble::CLOSED].contains(&refused.what()), "{refused:?}");
    house.writer.finish();
    assert_eq!(house.writer.broke(), Some(why));
    assert_eq!(house.writer.checkpoint(), known, "what it signs is what it knew");
}

#[test]
fn a_running_writer_signs_no_log_that_was_put_back() {
    on_both(|database| {
        let house = House::open(database);
        house.download(house.person(database));
        let known = house.writer.checkpoint();
        restore_older(database, &house, 2);
        stops(&house, &known, trouble::TAKEN_BACK);
    });
}

#[test]
fn a_running_writer_signs_no_log_that_was_rewritten() {
    for more in [0, 1, 7] {
        on_both(|database| {
            let house = House::open(database);
            house.download(house.person(database));
            let known = house.writer.checkpoint();
            rewrite(database, 2, more);
            // Whatever the rows say, no receipt is signed for another root.
            let receipt = store::receipt(&mut database.read().unwrap(), &house.writer, 2);
            assert_eq!(receipt.unwrap_err().what(), anchor::DAMAGED);
            stops(&house, &known, trouble::REWRITTEN);
        });
    }
}

#[test]
fn a_head_that_no_entries_lead_to_is_not_signed() {
    on_both(|database| {
        let house = House::open(database);
        house.download(house.person(database));
        let known = house.writer.checkpoint();
        let two = if database.name() == "SQLite" {
            format!("x'{}'", "ab".repeat(64))
        } else {
            format!("decode('{}', 'hex')", "ab".repeat(64))
        };
        super::run(database, &format!("UPDATE ledger_head SET size = 9, peaks = {two}"));
        stops(&house, &known, trouble::REWRITTEN);
    });
}

#[test]
fn a_head_that_is_none_or_gone_ends_the_writer() {
    for sql in ["UPDATE ledger_head SET size = size + 2", "DELETE FROM ledger_head"] {
        on_both(|database| {
            let house = House::open(database);
            house.download(house.person(database));
            let known = house.writer.checkpoint();
            super::run(database, sql);
            stops(&house, &known, anchor::DAMAGED);
        });
    }
}

#[test]
fn what_other_nodes_append_is_followed_however_much_it_is() {
    on_both(|database| {
        let first = House::open(database);
        let other = Database::open(database.url()).unwrap();
        let second = Writer::start(other, Arc::clone(&first.keyring), first.clock.clone()).unwrap();
        for _ in 0..2_500 {
            assert!(second.post("much", entry));
        }
        second.finish();
        let index = first.writer.act_blocking("next", entry).unwrap().index;
        assert_eq!(index, 2_501);
        let receipt = store::receipt(&mut database.read().unwrap(), &first.writer, 1_700).unwrap().unwrap();
        receipt.check(first.writer.verifier()).unwrap();
    });
}

#[test]
fn the_anchor_file_only_moves_forward() {
    let (folder, database) = (TestFolder::new(), TestDatabase::sqlite());
    let (file, house) = (folder.join("anchor"), House::open(&database));
    let early = house.writer.checkpoint();
    house.say(Event::new(EventKind::LogSearched));
    let late = house.writer.checkpoint();
    anchor::write(&file, &early).unwrap();
    anchor::write(&file, &late).unwrap();
    anchor::write(&file, &late).unwrap();
    let refused = |note: &str| anchor::write(&file, note).unwrap_err().what();
    assert_eq!(refused(&early), anchor::NEWER);
    let another = TreeHead { size: 2, root: leaf_hash(b"another") };
    let key = |seed: u8, epoch| LogKey::new(&[seed; 32], house.keyring.instance(), epoch).unwrap();
    assert_eq!(refused(&key(1, 1).sign_head(another)), anchor::DISPUTED);
    let stranger = House::open(&TestDatabase::sqlite());
    assert_eq!(refused(&stranger.writer.checkpoint()), anchor::DISPUTED);
    assert_eq!(fs::read_to_string(&file).unwrap(), late);
    // A later epoch follows, however small; an earlier one never, however large.
    let epoch = key(1, 2).sign_head(TreeHead { size: 1, ..another });
    anchor::write(&file, &epoch).unwrap();
    assert_eq!(refused(&late), anchor::NEWER);
    assert_eq!(fs::read_to_string(&file).unwrap(), epoch);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["anchor"], "nothing is left beside it");
}

#[test]
fn of_several_that_write_the_anchor_file_the_newest_wins() {
    let folder = TestFolder::new();
    let (file, clock) = (folder.join("anchor"), candor::clock::Clock::system());
    let key = LogKey::new(&[1; 32], candor::ids::InstanceId::new(&clock), 1).unwrap();
    std::thread::scope(|scope| {
        for turn in 0..4_u64 {
            let (key, file) = (&key, &file);
            scope.spawn(move || {
                for size in 0..25_u64 {
                    let size = size * 4 + turn + 1;
                    let root = leaf_hash(&size.to_be_bytes());
                    let wrote = anchor::write(file, &key.sign_head(TreeHead { size, root }));
                    assert!(wrote.is_ok_and(|()| true) || size < 100);
                }
            });
        }
    });
    let note = fs::read_to_string(&file).unwrap();
    assert_eq!(candor::ledger::Checkpoint::open(&note, key.verifier()).unwrap().head.size, 100);
}
