//! The table `ledger_checkpoint`: notes that were signed, so that a later start can compare the log with them.

use super::append::stored;
use super::note::LogKey;
use super::path::TreeHead;
use crate::db::Db;
use crate::db::schema::ledger_checkpoint;
use crate::fault::Fault;
use diesel::prelude::*;

/// Keeps the checkpoint of a committed head, unless one of this size or a larger one is there already.
pub(super) fn keep(db: &mut Db, key: &LogKey, head: TreeHead) -> Result<(), Fault> {
    let size = stored(head.size)?;
    let newest: Option<i64> =
        ledger_checkpoint::table.select(diesel::dsl::max(ledger_checkpoint::size)).first(db)?;
    if size > newest.unwrap_or(0) {
        diesel::insert_into(ledger_checkpoint::table)
            .values((ledger_checkpoint::size.eq(size), ledger_checkpoint::note.eq(key.sign_head(head))))
            .execute(db)?;
    }
    Ok(())
}

/// The newest note that was kept.
pub(super) fn newest(db: &mut Db) -> Result<Option<String>, Fault> {
    Ok(ledger_checkpoint::table
        .order(ledger_checkpoint::size.desc())
        .select(ledger_checkpoint::note)
        .first(db)
        .optional()?)
}
