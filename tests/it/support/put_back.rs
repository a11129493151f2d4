//! An older state of the log in a database, as a restored backup leaves it.

use candor::db::{Database, Db};
use candor::ledger::store;
use candor::ledger::tree::{Edge, leaf_hash};
use candor::text::hex;
use diesel::connection::SimpleConnection as _;

/// Takes every entry from `size` on away, with the checkpoints of them.
pub fn put_back(database: &Database, size: u64) {
    let mut db = database.connect().unwrap();
    // The head of that moment: its peaks are the last nodes on the right edge.
    let mut edge = Edge::new();
    for index in 0..size {
        let entry = store::find(&mut db, index).unwrap().unwrap();
        edge.append(leaf_hash(&entry.leaf.to_bytes().unwrap()));
    }
    let peaks = hex(&edge.peaks());
    let peaks = match &db {
        Db::Sqlite(_) => format!("x'{peaks}'"),
        Db::Pg(_) => format!("decode('{peaks}', 'hex')"),
    };
    let sql = format!(
        "DELETE FROM ledger_personal WHERE entry_idx >= {size}; DELETE FROM ledger_checkpoint WHERE size > {size}; \
         DELETE FROM ledger_handover WHERE entry_idx >= {size}; DELETE FROM ledger_entry WHERE idx >= {size}; \
         UPDATE ledger_head SET size = {size}, peaks = {peaks};"
    );
    match &mut db {
        Db::Sqlite(db) => db.batch_execute(&format!(
            "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; \
             DROP TRIGGER IF EXISTS ledger_entry_no_delete; DROP TRIGGER IF EXISTS ledger_checkpoint_no_delete; \
             DROP TRIGGER IF EXISTS ledger_handover_no_delete; {sql} COMMIT;"
        )),
        Db::Pg(db) => db.batch_execute(&format!("SET session_replication_role = replica; BEGIN; {sql} COMMIT;")),
    }
    .unwrap();
}
