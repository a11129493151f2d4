//! A restored backup must not fork the log: before anything is signed, the log is compared with what was signed last.
//!
//! The newest checkpoint stands in the database, which a backup takes back in time with everything else, and in an
//! *anchor file* that is kept outside the backup. A log that is smaller than either, or has another root at that size,
//! is not continued, until the operator opens a new [`epoch`].

use super::checkpoints;
use super::epoch;
use super::link::{Head, read_head_with_last};
use super::nodes;
use super::note::LogKey;
use super::path::TreeHead;
use super::signers;
use crate::db::Db;
use crate::db::head_schema::ledger_head;
use crate::fault::Fault;
use diesel::prelude::*;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The log is smaller than a checkpoint of it that has left the house.
pub const ROLLED_BACK: &str =
    "the log is older than its last checkpoint: a backup was restored over a newer log";
/// The log is another one than a checkpoint of it that has left the house.
pub const FORKED: &str = "the log is not the one its last checkpoint speaks of";
/// The log is from before its signing key was followed by another: a backup of that time was restored.
pub const BEFORE_HANDOVER: &str =
    "the log is older than its signing key: a backup from before that key's rotation was restored";
/// The log is signed by a key that the keyring has never heard of.
pub const OTHER_SIGNER: &str = "the log is signed by a key that the keyring does not hold";
/// The anchor file says nothing.
pub const EMPTY: &str = "the anchor file beside the data directory is empty: put the newest checkpoint into it that \
     somebody keeps, or remove it, and the log is compared with its own checkpoints alone";
/// Head and entries do not agree.
pub const DAMAGED: &str = "the head of the log does not fit its entries";

/// Makes the head row of a new log, if there is none.
pub(super) fn ensure_head(db: &mut Db) -> Result<(), Fault> {
    let there: i64 = ledger_head::table.count().get_result(db)?;
    if there == 0 {
        // Two first starts at once: one of them inserts.
        diesel::sql_query(
            "INSERT INTO ledger_head (id, epoch, size, peaks, last_at) VALUES (1, 1, 0, $1, 0) ON CONFLICT DO NOTHING",
        )
        .bind::<diesel::sql_types::Binary, _>(Vec::<u8>::new())
        .execute(db)?;
    }
    Ok(())
}

/// Compares the log with its newest checkpoint and with the anchor file, if one is named and there.
pub(super) fn compare(db: &mut Db, key: &LogKey, anchor: Option<&Path>) -> Result<Head, Fault> {
    // What was signed is read before the log is: others append meanwhile, and the log must not look older than a note.
    let kept = checkpoints::newest(db)?;
    let anchored = anchor.map(read).transpose()?.flatten();
    let (head, last) = read_head_with_last(db)?;
    let size = last.map_or(0, |last| last.saturating_add(1));
    let root = nodes::root_at(db, head.edge.size());
    if u64::try_from(size) != Ok(head.edge.size()) || root.is_ok_and(|root| root != head.edge.root()) {
        return Err(Fault::bare(DAMAGED));
    }
    let signers = signers::of(db, key)?;
    for note in kept.into_iter().chain(anchored) {
        let checkpoint = signers.open(&note).map_err(|error| Fault::new(FORKED, error))?;
        // What an epoch lost when it was opened, its first leaf admits.
        if checkpoint.origin == key.origin() || !epoch::admits(db, checkpoint.head)? {
            extends(db, head.edge.size(), checkpoint.head)?;
        }
    }
    Ok(head)
}

/// Whether the log of `size` entries extends the tree of a checkpoint.
pub(super) fn extends(db: &mut Db, size: u64, old: TreeHead) -> Result<(), Fault> {
    if old.size > size {
        return Err(Fault::bare(ROLLED_BACK));
    }
    if nodes::root_at(db, old.size)? == old.root { Ok(()) } else { Err(Fault::bare(FORKED)) }
}

/// The note in an anchor file; `None` when there is no file yet.
pub(super) fn read(path: &Path) -> Result<Option<String>, Fault> {
    match fs::read_to_string(path) {
        Ok(note) if note.trim().is_empty() => Err(Fault::bare(EMPTY)),
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Counts the anchor files that this process has begun.
static TURN: AtomicU64 = AtomicU64::new(0);

/// Replaces the anchor file with a newer checkpoint, whole or not at all.
pub fn write(path: &Path, note: &str) -> Result<(), Fault> {
    let mut name = path.file_name().ok_or(Fault::bare("the anchor file needs a name"))?.to_owned();
    // Two writers at once, a worker and a stop, must not take each other's file away.
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{turn}.new", std::process::id()));
    let new = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(note.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The rename is durable when its folder is.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}
