//! A new epoch: how a log goes on after a backup was restored, without pretending that nothing was lost.
//!
//! The restored log is smaller than a checkpoint that has left the house, so nothing is signed under its old name any
//! more. A new epoch has another origin, `candor/<instance>/2`, and its first leaf commits to the last checkpoint that is
//! known of the old one. Whoever holds an old checkpoint or receipt keeps a valid proof of what the old log held; the new
//! one admits in words that it does not hold all of it.
//!
//! Leaf and epoch are one transaction. The anchor file follows; should it not, the next start sees that the leaf admits what the
//! file says, and goes on.

use super::anchor;
use super::anchors;
use super::append::{Scribe, append};
use super::event::{Actor, Event};
use super::kind::{EventKind, Fact};
use super::link::{Head, Link};
use super::note::{LogKey, NoteError};
use super::path::TreeHead;
use super::signers;
use super::store::{self, Filter};
use super::tree::hex;
use crate::clock::Clock;
use crate::db::head_schema::ledger_head;
use crate::db::{Database, Db};
use crate::fault::Fault;
use crate::seal::Keyring;
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The fact that holds the size of the last known checkpoint.
const LAST_SIZE: &str = "last_size";
/// The fact that holds its root.
const LAST_ROOT: &str = "last_root";
/// More epochs than this no log has.
const MOST: u16 = 1000;

/// Why no epoch was opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// Nothing says what was lost.
    #[error(
        "there is no anchor file {0}, so nothing says how far the log had grown. Put the newest checkpoint that somebody keeps (a letter's, a witness's) into that file and try again"
    )]
    NoAnchor(String),
    /// The anchor speaks of another log.
    #[error("the anchor file is of no use: {0}. Put the newest checkpoint of this log into it and try again")]
    ForeignAnchor(NoteError),
    /// The log is whole.
    #[error("the log extends its last checkpoint: it goes on as it is, and needs no new epoch")]
    NotNeeded,
    /// Unexpected.
    #[error("{0:?}")]
    Fault(#[from] Fault),
}

/// A new epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The new origin.
    pub origin: String,
    /// Size and root of the last known checkpoint of the old one.
    pub last: TreeHead,
    /// Index of the leaf that admits it.
    pub index: u64,
}

/// Opens a new epoch of a log that does not extend the checkpoint in its anchor file. `reason` is kept for ever.
///
/// # Errors
/// When the log is whole, or nothing says how far it had grown, or the rows themselves are damaged.
pub fn open(
    database: &Database,
    keyring: &Arc<Keyring>,
    clock: &Clock,
    file: &Path,
    reason: &str,
) -> Result<Opened, EpochError> {
    let mut link = Link::open(database)?;
    let head = link.begin()?;
    let key = signers::newest_key(keyring, head.epoch)?;
    // Rows that contradict each other or their own checkpoints are no restored backup.
    anchor::compare(&mut link.db, &key, None)?;
    let note = anchor::read(file)?.ok_or_else(|| EpochError::NoAnchor(file.display().to_string()))?;
    let signers = signers::of(&mut link.db, &key)?;
    let last = signers.open_of(&note, key.origin()).map_err(EpochError::ForeignAnchor)?.head;
    if anchor::extends(&mut link.db, head.edge.size(), last).is_ok() {
        return Err(EpochError::NotNeeded);
    }
    let new = signers::newest_key(keyring, head.epoch.saturating_add(1))?;
    let event = Event::new(EventKind::LogEpochOpened)
        .by(Actor::Operator)
        .fact("origin", new.origin())
        .fact(LAST_SIZE, last.size)
        .fact(LAST_ROOT, hex(&last.root.0))
        .fact("reason", reason);
    let scribe = Scribe { keyring: Arc::clone(keyring), clock: clock.clone() };
    let opened = begin(&mut link, &scribe, &head, (event, &new))?;
    anchor::write(file, &new.sign_head(opened))?;
    Ok(Opened { origin: new.origin().to_owned(), last, index: head.edge.size() })
}

/// Appends the first leaf, counts the epoch and notes who signs, in one transaction.
fn begin(
    link: &mut Link,
    scribe: &Scribe,
    head: &Head,
    (event, key): (Event, &LogKey),
) -> Result<TreeHead, Fault> {
    let at = scribe.clock.now().max(head.last_at);
    let place = (head.edge.size(), at);
    let entries = scribe.prepare(&mut link.db, vec![event], place, &mut BTreeSet::new())?;
    let edge = append(&mut link.db, head, at, &entries)?;
    let epoch = i32::try_from(head.epoch).map_err(|_| Fault::bare("the log has too many epochs"))?;
    diesel::update(ledger_head::table.find(1))
        .set((
            ledger_head::epoch.eq(epoch.saturating_add(1)),
            ledger_head::signer.eq(Some(key.verifier().public().to_vec())),
        ))
        .execute(&mut link.db)?;
    anchors::begin_anew(&mut link.db)?;
    link.commit()?;
    Ok(TreeHead { size: edge.size(), root: edge.root() })
}

/// The size of the log when its present epoch began; 0 in the first one. Checkpoints of larger trees are this epoch's.
pub(super) fn begins_at(db: &mut Db) -> Result<i64, Fault> {
    let filter = Filter { kind: Some(EventKind::LogEpochOpened), ..Filter::default() };
    let newest = store::list_stored(db, &filter, 1)?.pop();
    newest.map_or(Ok(0), |entry| super::append::stored(entry.index))
}

/// Whether the first leaf of some epoch admits that the log does not extend this head.
pub(super) fn admits(db: &mut Db, last: TreeHead) -> Result<bool, Fault> {
    let filter = Filter { kind: Some(EventKind::LogEpochOpened), ..Filter::default() };
    let entries = store::list_stored(db, &filter, MOST)?;
    let (size, root) = (Fact::from(last.size), Fact::from(hex(&last.root.0)));
    let leaves = entries.into_iter().filter_map(|entry| entry.leaf.ok());
    let mut admitted = leaves.map(|leaf| leaf.facts);
    Ok(admitted.any(|facts| facts.get(LAST_SIZE) == Some(&size) && facts.get(LAST_ROOT) == Some(&root)))
}
