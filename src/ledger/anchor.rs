//! A restored backup must not fork the log: before anything is signed, the log is compared with what was signed last.
//!
//! The newest checkpoint stands in the database, which a backup takes back in time with everything else, and in an
//! *anchor file* that is kept outside the backup. A log that is smaller than either, or has another root at that size,
//! is not continued, until the operator opens a new [`epoch`].

use super::anchors;
use super::checkpoints;
use super::epoch;
use super::link::{Head, Lock, read_head, read_head_with_last};
use super::nodes;
use super::note::{Checkpoint, LogKey, NoteError, SignedNote};
use super::origin::life;
use super::path::TreeHead;
use super::signers;
use crate::db::Db;
use crate::db::head_schema::ledger_head;
use crate::fault::Fault;
use crate::files::{beside, sync_name};
use diesel::prelude::*;
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{self, AtomicU64};

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
     somebody keeps (a letter's, a witness's, an auditor's)";
/// There was an anchor file, and it is gone.
pub const MISSING: &str = "the anchor file is missing";
/// The anchor file knows more of the log than what was to be written into it.
pub const NEWER: &str = "the anchor file holds a newer checkpoint than this one";
/// The anchor file speaks of another log.
pub const DISPUTED: &str = "the anchor file holds no checkpoint of this log";
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
        let checkpoint =
            signers.open_of_any_epoch(&note, key.origin()).map_err(|error| Fault::new(FORKED, error))?;
        holds(db, &head, &checkpoint)?;
    }
    Ok(head)
}

/// Whether the log under `head` extends what a checkpoint of it covers, or admits that it does not: what was lost when an
/// epoch was opened, its first leaf says.
pub(super) fn holds(db: &mut Db, head: &Head, checkpoint: &Checkpoint) -> Result<(), Fault> {
    let (_, epoch) = life(&checkpoint.origin);
    if epoch > head.epoch {
        return Err(Fault::bare(ROLLED_BACK));
    }
    match extends(db, head.edge.size(), checkpoint.head) {
        Err(_) if epoch < head.epoch && epoch::admits(db, checkpoint)? => Ok(()),
        judged => judged,
    }
}

/// Refuses a log whose anchor file is gone. That there ever was one stands in the database, and so in each backup of it made
/// since: a log that comes without its file was put back, and nothing here tells how far it had grown.
///
/// # Errors
/// [`MISSING`].
pub fn require(db: &mut Db, path: &Path) -> Result<(), Fault> {
    if path.try_exists()? || anchors::known_size(db, anchors::FILE)? == 0 {
        return Ok(());
    }
    let entries = read_head(db, Lock::None)?.edge.size();
    if entries == 0 { Ok(()) } else { Err(Fault::bare(MISSING)) }
}

/// Whether the log of `size` entries extends the tree of a checkpoint.
fn extends(db: &mut Db, size: u64, old: TreeHead) -> Result<(), Fault> {
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

/// Replaces the anchor file with a newer checkpoint, whole or not at all. Whatever process writes, it only ever moves
/// forward: the old file is locked while it is compared.
///
/// # Errors
/// [`NEWER`] when the file speaks of a larger log or a later epoch, [`DISPUTED`] when it speaks of another log. It then
/// stays as it is.
pub fn write(path: &Path, note: &str) -> Result<(), Fault> {
    loop {
        let old = match File::open(path) {
            Ok(old) => old,
            Err(error) if error.kind() == ErrorKind::NotFound => match create(path, note) {
                // Somebody was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => return Ok(made?),
            },
            Err(error) => return Err(error.into()),
        };
        old.lock()?;
        // Whoever held the lock before may have put another file in its place.
        let locked = old.metadata()?;
        if fs::metadata(path).map(|there| (there.dev(), there.ino())).ok()
            != Some((locked.dev(), locked.ino()))
        {
            continue;
        }
        follows(&std::io::read_to_string(&old)?, note)?;
        fs::rename(write_beside(path, note)?, path)?;
        return Ok(sync_name(path)?);
    }
}

/// As [`write()`], content to find a newer checkpoint: another process has written meanwhile.
pub fn write_unless_newer(path: &Path, note: &str) -> Result<(), Fault> {
    match write(path, note) {
        Err(fault) if fault.what() == NEWER => Ok(()),
        wrote => wrote,
    }
}

/// Epoch and size that a note claims, without any check; none when it is no checkpoint.
pub fn claimed(note: &str) -> Option<(u32, u64)> {
    let checkpoint = unchecked(note).ok()?;
    Some((life(&checkpoint.origin).1, checkpoint.head.size))
}

/// What a note claims.
fn unchecked(note: &str) -> Result<Checkpoint, NoteError> {
    Checkpoint::parse(SignedNote::parse(note)?.unchecked_text())
}

/// Whether a note may take the place of an older one. No signature is checked: that happens where the file is believed.
fn follows(old: &str, new: &str) -> Result<(), Fault> {
    let (Ok(old), Ok(new)) = (unchecked(old), unchecked(new)) else { return Err(Fault::bare(DISPUTED)) };
    let ((log, epoch), (new_log, new_epoch)) = (life(&old.origin), life(&new.origin));
    match (epoch, old.head.size).cmp(&(new_epoch, new.head.size)) {
        _ if log != new_log => Err(Fault::bare(DISPUTED)),
        Ordering::Equal if old.head.root != new.head.root => Err(Fault::bare(DISPUTED)),
        Ordering::Greater => Err(Fault::bare(NEWER)),
        Ordering::Equal | Ordering::Less => Ok(()),
    }
}

/// Makes the first anchor file, unless there is one.
fn create(path: &Path, note: &str) -> std::io::Result<()> {
    let new = write_beside(path, note)?;
    // A second name, unlike a rename, never takes the place of what is there.
    match fs::hard_link(&new, path) {
        // Not every file system knows second names.
        Err(error) if [ErrorKind::PermissionDenied, ErrorKind::Unsupported].contains(&error.kind()) => {
            fs::rename(&new, path)?;
        }
        made => {
            fs::remove_file(&new)?;
            made?;
        }
    }
    sync_name(path)
}

/// Writes a note into a new file beside the anchor file.
fn write_beside(path: &Path, note: &str) -> std::io::Result<PathBuf> {
    // Two writers at once, a worker and a stop, must not take each other's file away.
    let turn = TURN.fetch_add(1, atomic::Ordering::Relaxed);
    let new = beside(path, &format!(".{}-{turn}.new", std::process::id()));
    let mut file = File::create(&new)?;
    file.write_all(note.as_bytes())?;
    file.sync_all()?;
    Ok(new)
}
