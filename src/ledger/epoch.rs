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
use super::chain::{NEW, OLD};
use super::event::{Actor, Event};
use super::handover;
use super::kind::EventKind;
use super::leaf::Leaf;
use super::link::{Head, Link};
use super::note::{Checkpoint, LogKey, NoteError, VerifierKey};
use super::origin::life;
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

/// The fact that holds the origin of the last known checkpoint.
const LAST_ORIGIN: &str = "last_origin";
/// The fact that holds its size.
const LAST_SIZE: &str = "last_size";
/// The fact that holds its root.
const LAST_ROOT: &str = "last_root";
/// The fact that says that no checkpoint was known: the last one is the log's own, as it was found.
const NONE_KNOWN: &str = "none_known";
/// More epochs than this no log has.
const MOST: u16 = 1000;

/// What is known of the log as it was.
#[derive(Clone, Copy, Debug)]
pub enum Last<'a> {
    /// The checkpoint in this anchor file.
    Anchored(&'a Path),
    /// Nothing: nobody outside keeps a checkpoint. The anchor file is to be here.
    Unknown(&'a Path),
}

/// Why no epoch was opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// Nothing says what was lost.
    #[error(
        "there is no anchor file {0}, so nothing says how far the log had grown. Put the newest checkpoint that somebody keeps (a letter's, a witness's) into that file and try again. If nobody keeps one: --none-known"
    )]
    NoAnchor(String),
    /// Something says what was lost.
    #[error("the anchor file {0} holds a checkpoint: leave --none-known out")]
    Anchored(String),
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
    /// The key that signs from now on, when it is another one than before; the one before has not signed for it.
    pub replaced: Option<VerifierKey>,
}

/// Opens a new epoch of a log that does not extend its last known checkpoint. `reason` is kept for ever.
///
/// # Errors
/// When the log is whole, or nothing says how far it had grown, or the rows themselves are damaged.
pub fn open(
    database: &Database,
    keyring: &Arc<Keyring>,
    clock: &Clock,
    known: Last<'_>,
    reason: &str,
) -> Result<Opened, EpochError> {
    let mut link = Link::open(database)?;
    let head = link.begin()?;
    let key = signers::newest_key(keyring, head.epoch)?;
    let old = signers::signer(keyring, &head)?;
    // Rows that contradict each other or their own checkpoints are no restored backup.
    anchor::compare(&mut link.db, &key, None)?;
    let last = last(&mut link.db, (keyring, &key), &head, known)?;
    // Not the number after the database's: this backup may have been restored before, and gone on.
    let epoch = head.epoch.max(life(&last.origin).1).saturating_add(1);
    let new = signers::newest_key(keyring, epoch)?;
    let mut event = Event::new(EventKind::LogEpochOpened)
        .by(Actor::Operator)
        .fact("origin", new.origin())
        .fact(LAST_ORIGIN, last.origin.as_str())
        .fact(LAST_SIZE, last.head.size)
        .fact(LAST_ROOT, hex(&last.head.root.0))
        .fact(OLD, old.to_string())
        .fact(NEW, new.verifier().to_string())
        .fact("reason", reason);
    let (Last::Anchored(file) | Last::Unknown(file)) = known;
    if matches!(known, Last::Unknown(_)) {
        event = event.fact(NONE_KNOWN, true);
    }
    let scribe = Scribe { keyring: Arc::clone(keyring), clock: clock.clone() };
    let opened = begin(&mut link, &scribe, &head, (event, epoch, &old, &new))?;
    anchor::write(file, &new.sign_head(opened))?;
    let replaced = (old.public() != new.verifier().public()).then(|| new.verifier().clone());
    Ok(Opened { origin: new.origin().to_owned(), last: last.head, index: head.edge.size(), replaced })
}

/// The last checkpoint that is known of the log; refuses one that the log holds.
fn last(
    db: &mut Db,
    (keyring, key): (&Keyring, &LogKey),
    head: &Head,
    known: Last<'_>,
) -> Result<Checkpoint, EpochError> {
    match known {
        Last::Anchored(file) => {
            let note = anchor::read(file)?.ok_or_else(|| EpochError::NoAnchor(file.display().to_string()))?;
            let signers = signers::of(db, key)?;
            let last = signers.open_of_any_epoch(&note, key.origin()).map_err(EpochError::ForeignAnchor)?;
            let is_whole = anchor::holds(db, head, &last).is_ok();
            // A log from before its key was followed by another one cannot go on as it is, whatever it holds.
            if is_whole && signers::signing_key(keyring, head).is_ok() {
                return Err(EpochError::NotNeeded);
            }
            Ok(last)
        }
        Last::Unknown(file) if file.try_exists().map_err(Fault::from)? => {
            Err(EpochError::Anchored(file.display().to_string()))
        }
        Last::Unknown(_) => {
            Ok(Checkpoint { origin: key.origin().to_owned(), head: TreeHead::from(&head.edge) })
        }
    }
}

/// Appends the first leaf, counts the epoch and notes who signs, in one transaction.
fn begin(
    link: &mut Link,
    scribe: &Scribe,
    head: &Head,
    (event, epoch, old, key): (Event, u32, &VerifierKey, &LogKey),
) -> Result<TreeHead, Fault> {
    let (index, at) = (head.edge.size(), scribe.clock.now().max(head.last_at));
    let entries = scribe.prepare(&mut link.db, vec![event], (index, at), &mut BTreeSet::new())?;
    let edge = append(&mut link.db, head, at, &entries)?;
    let epoch = i32::try_from(epoch).map_err(|_| Fault::bare("the log has too many epochs"))?;
    diesel::update(ledger_head::table.find(1))
        .set((ledger_head::epoch.eq(epoch), ledger_head::signer.eq(Some(key.verifier().public().to_vec()))))
        .execute(&mut link.db)?;
    anchors::begin_anew(&mut link.db)?;
    if old.public() != key.verifier().public() {
        // The seed of the key before is gone, so this link bears one signature. It is signed before the commit, but leaves the
        // transaction with it or not at all.
        handover::insert(&mut link.db, index, |head| key.sign_head(head))?;
    }
    link.commit()?;
    Ok(TreeHead::from(&edge))
}

/// The size of the log when its present epoch began; 0 in the first one. Checkpoints of larger trees are this epoch's.
pub(super) fn begins_at(db: &mut Db) -> Result<i64, Fault> {
    let filter = Filter { kind: Some(EventKind::LogEpochOpened), ..Filter::default() };
    let newest = store::list_stored(db, &filter, 1)?.pop();
    newest.map_or(Ok(0), |entry| super::append::stored(entry.index))
}

/// Whether the first leaf of some epoch admits that the log does not extend this checkpoint of an earlier one. Nodes and
/// witnesses know different sizes of what is lost, so any up to the last known one is admitted.
pub(super) fn admits(db: &mut Db, lost: &Checkpoint) -> Result<bool, Fault> {
    let filter = Filter { kind: Some(EventKind::LogEpochOpened), ..Filter::default() };
    let entries = store::list_stored(db, &filter, MOST)?;
    let mut leaves = entries.into_iter().filter_map(|entry| entry.leaf.ok());
    Ok(leaves.any(|leaf| Loss::of(0, &leaf).is_some_and(|loss| loss.covers(lost))))
}

/// What the first leaf of an epoch says of the one before.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    /// The index of the leaf.
    pub(super) index: u64,
    epoch: u32,
    /// None when nothing was known: then any size is admitted.
    last_size: Option<u64>,
}

impl Loss {
    /// What an entry admits, if it begins an epoch.
    pub(super) fn of(index: u64, leaf: &Leaf) -> Option<Self> {
        let text = |fact: &str| leaf.facts.get(fact).map(ToString::to_string);
        if leaf.kind != EventKind::LogEpochOpened {
            return None;
        }
        let last_size = match leaf.facts.get(NONE_KNOWN) {
            Some(_) => None,
            None => Some(text(LAST_SIZE)?.parse().ok()?),
        };
        Some(Self { index, epoch: life(&text("origin")?).1, last_size })
    }

    /// Whether it admits that a checkpoint of an earlier epoch is not extended.
    pub(super) fn covers(&self, lost: &Checkpoint) -> bool {
        life(&lost.origin).1 < self.epoch && self.last_size.is_none_or(|last| lost.head.size <= last)
    }
}
