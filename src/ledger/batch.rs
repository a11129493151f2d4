//! The writer's thread: takes jobs, runs them in one transaction, appends their entries, commits, answers.
//!
//! What a crash leaves behind: before COMMIT nothing; after it the entries and rows of the whole batch, whose callers
//! were not told. A start among them is closed as `download.outcome_unknown` at the next start.

use super::act::Act;
use super::append::{Entry, Scribe, append};
use super::checkpoints;
use super::event::Event;
use super::job::{Job, Verdict};
use super::known::Known;
use super::link::{Head, Link};
use super::note::LogKey;
use super::path::TreeHead;
use super::queue::Queue;
use super::tree::Edge;
use super::trouble;
use crate::clock::Micros;
use crate::db::Database;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The most jobs in one transaction.
const BATCH_LIMIT: usize = 256;
/// How long a lost answer to COMMIT is looked for.
const RESOLVE_WAIT: Duration = Duration::from_secs(5);
/// How often the newest checkpoint is kept as a row.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// The writer's thread.
pub(super) struct Thread {
    pub(super) database: Database,
    pub(super) scribe: Scribe,
    pub(super) queue: Arc<Queue>,
    pub(super) key: Arc<LogKey>,
    /// What the database must go on showing.
    pub(super) known: Known,
    /// Why the thread has ended, when it did not end in order.
    pub(super) broke: Arc<OnceLock<&'static str>>,
    /// The committed head, for whoever shows or sends a checkpoint.
    pub(super) head: Arc<Mutex<TreeHead>>,
    pub(super) link: Option<Link>,
    pub(super) kept_at: Option<Instant>,
}

/// Jobs that were run, with the index of the last entry of each.
type Ran = Vec<(Box<dyn Job>, u64)>;

/// Where a batch stands after its acts have run.
struct Batch {
    head: Head,
    at: Micros,
    entries: Vec<Entry>,
    closed: BTreeSet<u64>,
    /// Something besides entries was written, which a lost commit leaves no trace of.
    housekeeping: bool,
}

/// The transaction is gone: nothing of the batch is saved.
struct Lost(Fault);

impl<E: Into<Fault>> From<E> for Lost {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Thread {
    /// Works until the queue is closed.
    pub(super) fn run(mut self) {
        while let Some(jobs) = self.queue.take(BATCH_LIMIT) {
            if let Err(why) = self.work(jobs) {
                tracing::error!("the writer stops: {why}");
                let _ = self.broke.set(why);
                return;
            }
        }
        self.keep_last_checkpoint();
    }

    /// One batch: run, append, commit, answer. An error stops the writer.
    fn work(&mut self, jobs: Vec<Box<dyn Job>>) -> Result<(), &'static str> {
        let mut ran = Vec::with_capacity(jobs.len());
        let begun = self.begin();
        let mut waiting = jobs.into_iter();
        let written = begun.map_err(Lost).and_then(|head| self.write(head, &mut waiting, &mut ran));
        let (verdict, stop) = match written {
            Ok((batch, edge)) => self.finish(&batch, edge),
            Err(Lost(fault)) => {
                tracing::error!(?fault, "a batch was lost");
                self.drop_transaction();
                (Verdict::NotSaved, trouble::unless_final(&fault))
            }
        };
        for (job, last) in ran {
            let name = job.name();
            let own = if matches!(verdict, Verdict::Saved(_)) { Verdict::Saved(last) } else { verdict };
            tracing::trace!(act = name, "answered");
            job.answer(own);
        }
        // Jobs that the lost transaction never reached.
        waiting.for_each(|job| job.answer(Verdict::NotSaved));
        stop
    }

    /// Runs the jobs and writes their entries; the edge of the tree after them.
    fn write(
        &mut self,
        head: Head,
        waiting: &mut impl Iterator<Item = Box<dyn Job>>,
        ran: &mut Ran,
    ) -> Result<(Batch, Edge), Lost> {
        let now = self.scribe.clock.now();
        let at = now.max(head.last_at);
        if now.plus_secs(1) < head.last_at {
            tracing::warn!("the clock runs behind the log's last entry; entries keep that entry's time");
        }
        let mut batch = Batch { head, at, entries: Vec::new(), closed: BTreeSet::new(), housekeeping: false };
        let link = self.link.as_mut().ok_or(Lost(trouble::not_saved()))?;
        link.fence()?;
        let mut first = true;
        for job in waiting {
            if !first {
                link.keep_and_fence()?;
            }
            first = false;
            ran.push((job, 0));
            if let Some((job, last)) = ran.last_mut() {
                run(link, &self.scribe, &mut batch, job.as_mut())?;
                *last = batch.next().saturating_sub(1);
            }
        }
        link.keep()?;
        self.keep_checkpoint(&batch)?;
        let link = self.link.as_mut().ok_or(Lost(trouble::not_saved()))?;
        let edge = if batch.entries.is_empty() {
            batch.head.edge.clone()
        } else {
            append(&mut link.db, &batch.head, batch.at, &batch.entries)?
        };
        Ok((batch, edge))
    }

    /// Keeps the checkpoint of the head as the batch found it, which is committed: at most once a second.
    fn keep_checkpoint(&mut self, batch: &Batch) -> Result<(), Fault> {
        if self.kept_at.is_some_and(|kept| kept.elapsed() < CHECKPOINT_EVERY) {
            return Ok(());
        }
        self.kept_at = Some(Instant::now());
        let head = TreeHead::from(&batch.head.edge);
        self.link.as_mut().map_or(Ok(()), |link| checkpoints::keep(&mut link.db, &self.key, head))
    }

    /// Commits. Whether all is saved, and whether the writer must stop.
    fn finish(&mut self, batch: &Batch, edge: Edge) -> (Verdict, Result<(), &'static str>) {
        let committed = self.link.as_mut().map(Link::commit);
        let verdict = match committed {
            Some(Ok(())) => Verdict::Saved(0),
            Some(Err(error)) => {
                tracing::error!(%error, "a commit failed");
                self.link = None;
                if error.to_string().contains("I/O error") {
                    // The disk failed in the middle of a commit: only a new start can find out what it kept.
                    return (Verdict::Unknown, Err("a commit failed with an I/O error"));
                }
                self.resolve(batch)
            }
            None => Verdict::NotSaved,
        };
        if matches!(verdict, Verdict::Saved(_)) {
            *self.head.lock().unwrap_or_else(PoisonError::into_inner) = TreeHead::from(&edge);
            self.known.grow(edge);
        }
        (verdict, Ok(()))
    }

    /// Finds out whether a commit whose answer was lost has happened: locking the head waits for the old session to
    /// end, and the leaf at the batch's last index is ours or is not.
    fn resolve(&mut self, batch: &Batch) -> Verdict {
        let Some((index, bytes)) = batch.entries.last().map(Entry::mark) else {
            return if batch.housekeeping { Verdict::Unknown } else { Verdict::NotSaved };
        };
        let until = Instant::now() + RESOLVE_WAIT;
        loop {
            match self.stored_leaf(index) {
                Ok(Some(leaf)) if leaf == bytes => return Verdict::Saved(0),
                Ok(_) => return Verdict::NotSaved,
                Err(fault) if Instant::now() >= until || trouble::unless_final(&fault).is_err() => {
                    tracing::error!(?fault, "the outcome of a commit could not be found out");
                    return Verdict::Unknown;
                }
                Err(_) => sleep(Duration::from_millis(50)),
            }
        }
    }

    /// The leaf at an index, read under the head's lock.
    fn stored_leaf(&mut self, index: u64) -> Result<Option<Vec<u8>>, Fault> {
        self.begin()?;
        let link = self.link.as_mut().ok_or_else(trouble::not_saved)?;
        let leaf = ledger_entry::table
            .find(super::append::stored(index)?)
            .select(ledger_entry::leaf)
            .first(&mut link.db)
            .optional();
        let leaf = leaf.map_err(Fault::from);
        if link.roll_back().is_err() {
            self.link = None;
        }
        leaf
    }

    /// At the end: the newest checkpoint becomes a row, so that the next start compares with it.
    fn keep_last_checkpoint(&mut self) {
        let kept = self.begin().and_then(|head| {
            let head = TreeHead::from(&head.edge);
            let link = self.link.as_mut().ok_or_else(trouble::not_saved)?;
            checkpoints::keep(&mut link.db, &self.key, head)?;
            Ok(link.commit()?)
        });
        if let Err(fault) = kept {
            tracing::warn!(?fault, "the last checkpoint was not kept; the next start makes it again");
        }
    }
}

impl Batch {
    /// The index of the next entry.
    fn next(&self) -> u64 {
        self.head.edge.size().saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }
}

/// Runs one job in its savepoint. A job that fails is taken back; an error means that the transaction is gone.
fn run(link: &mut Link, scribe: &Scribe, batch: &mut Batch, job: &mut dyn Job) -> Result<(), Lost> {
    let place = (batch.next(), batch.at);
    link.hook.arm();
    let hook = link.hook.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| job.run(Act::new(&mut link.db, place, &hook))));
    let soured = link.hook.disarm();
    let left_open = link.unwind()?;
    let events: Option<Vec<Event>> = match outcome {
        Ok(Some(_)) if soured || left_open => {
            job.fail(trouble::swallowed(job.name()));
            None
        }
        Ok(events) => events,
        Err(_) => {
            job.fail(trouble::panicked(job.name()));
            None
        }
    };
    let Some(events) = events else { return Ok(link.take_back()?) };
    match scribe.prepare(&mut link.db, events, place, &mut batch.closed) {
        Ok(entries) => {
            batch.entries.extend(entries);
            batch.housekeeping |= job.is_housekeeping();
        }
        Err(fault) => {
            job.fail(fault);
            link.take_back()?;
        }
    }
    Ok(())
}
