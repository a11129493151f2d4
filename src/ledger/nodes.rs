//! Nodes of the tree out of the entries' rows.

use super::append::stored;
use super::path;
use super::tree::{HASH_BYTES, Hash, Node};
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use diesel::prelude::*;

/// Reads one node.
pub(super) fn read(db: &mut Db, node: Node) -> Result<Hash, Fault> {
    let missing = || Fault::bare("a node of the log's tree is missing");
    let (index, offset) = node.place().ok_or_else(missing)?;
    let hashes: Option<Vec<u8>> =
        ledger_entry::table.find(stored(index)?).select(ledger_entry::hashes).first(db).optional()?;
    hashes
        .as_deref()
        .and_then(|row| row.get(offset..offset + HASH_BYTES))
        .and_then(Hash::read)
        .ok_or_else(missing)
}

/// The root of the first `size` entries.
pub(super) fn root_at(db: &mut Db, size: u64) -> Result<Hash, Fault> {
    path::root_at(size, |node| read(db, node))
}
