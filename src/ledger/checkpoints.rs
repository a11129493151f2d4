//! The table `ledger_checkpoint`: notes that were signed, so that a later start can compare the log with them.

use super::append::stored;
use super::in_place::{End, PAGE};
use super::nodes;
use super::note::{Checkpoint, LogKey, NoteError};
use super::path::TreeHead;
use super::verify::{tampered, tampered_at};
use crate::db::Db;
use crate::db::schema::ledger_checkpoint;
use crate::fault::{Fault, Kind};
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

/// Some of the notes that were kept, with their sizes, ascending.
pub(super) fn list(db: &mut Db, after: i64, until: i64, most: i64) -> Result<Vec<(i64, String)>, Fault> {
    Ok(ledger_checkpoint::table
        .filter(ledger_checkpoint::size.gt(after))
        .filter(ledger_checkpoint::size.lt(until))
        .order(ledger_checkpoint::size)
        .limit(most)
        .load(db)?)
}

/// Compares every checkpoint that was kept with the log, of whose entries `size` were read; how many there are. `open` says
/// whether a note counts.
pub(super) fn checked(
    db: &mut Db,
    size: u64,
    open: impl Fn(&str) -> Result<Checkpoint, NoteError>,
) -> Result<u64, End> {
    let (mut last, mut good, mut checked) = (-1_i64, 0_u64, 0_u64);
    loop {
        let notes = list(db, last, i64::MAX, PAGE)?;
        let Some((newest, _)) = notes.last() else { return Ok(checked) };
        last = *newest;
        for (told, note) in notes {
            let head = open(&note)
                .map_err(|error| tampered(format!("the stored checkpoint of {told} entries: {error}")))?
                .head;
            if stored(head.size)? != told {
                let why = format!("the stored checkpoint of {told} entries speaks of {}", head.size);
                return Err(tampered(why).into());
            }
            fits(db, (good, size), head)?;
            (good, checked) = (head.size, checked + 1);
        }
    }
}

/// Whether the log has this head, of whose entries `size` were read and `good` are known to be those that were signed. Others
/// may have been appended meanwhile.
pub(super) fn fits(db: &mut Db, (good, size): (u64, u64), head: TreeHead) -> Result<(), End> {
    match nodes::root_at(db, head.size) {
        Ok(root) if root == head.root => Ok(()),
        Ok(_) => {
            let why = format!("entries {good} to {} are not those that were signed", head.size);
            Err(tampered_at(good, why).into())
        }
        Err(fault) if fault.kind() == Kind::Unavailable || head.size <= size => Err(End::Fault(fault)),
        Err(_) => {
            let why = format!("the log ends after {size} entries; {} were signed", head.size);
            Err(tampered_at(size, why).into())
        }
    }
}
