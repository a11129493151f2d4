//! What waits in the queue: a closure, its typed outcome, and whoever waits for the answer.

use super::act::{Act, Done, Recorded};
use super::event::Event;
use super::trouble;
use crate::db::Db;
use crate::fault::Fault;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// What became of a job's transaction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    /// Durable. The index of the job's last entry, if it has entries.
    Saved(u64),
    /// Certainly not durable; whatever the job read may never have been.
    NotSaved,
    /// Not to be found out.
    Unknown,
    /// Never begun: the writer has stopped.
    Closed,
}

impl Verdict {
    /// The fault to answer with, unless saved.
    pub(super) const fn fault(self) -> Option<Fault> {
        match self {
            Self::Saved(_) => None,
            Self::NotSaved => Some(trouble::not_saved()),
            Self::Unknown => Some(trouble::unknown()),
            Self::Closed => Some(trouble::closed()),
        }
    }
}

/// One job, whatever it returns.
pub(super) trait Job: Send {
    /// The name, for the log.
    fn name(&self) -> &'static str;
    /// Runs the closure and keeps its outcome. The events to append, or `None` when it is to be rolled back.
    fn run(&mut self, act: Act<'_>) -> Option<Vec<Event>>;
    /// Replaces the outcome: the job was rolled back.
    fn fail(&mut self, fault: Fault);
    /// Whether the job appends nothing by nature, so that its commit cannot be recognised afterwards.
    fn is_housekeeping(&self) -> bool {
        false
    }
    /// Tells the caller. After COMMIT, or when it is certain that there will be none.
    fn answer(self: Box<Self>, verdict: Verdict);
}

/// Sends an answer if somebody still waits. Otherwise the value is dropped here: a guard inside it then posts.
fn reply<T>(to: Option<oneshot::Sender<T>>, answer: T) {
    if let Some(to) = to {
        // An error returns the value of a caller who has gone, and drops it.
        drop(to.send(answer));
    }
}

/// An act on its way.
pub(super) struct Queued<F, G, T, U, E> {
    pub(super) name: &'static str,
    pub(super) act: Option<F>,
    /// Runs after COMMIT, in the writer.
    pub(super) then: G,
    pub(super) outcome: Option<Result<T, E>>,
    pub(super) to: Option<oneshot::Sender<Result<U, E>>>,
}

impl<F, G, T, U, E> Job for Queued<F, G, T, U, E>
where
    F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
    G: FnOnce(Done<T>) -> U + Send + 'static,
    T: Send + 'static,
    U: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, act: Act<'_>) -> Option<Vec<Event>> {
        match (self.act.take()?)(act) {
            Ok(recorded) => {
                let (value, events) = recorded.into_parts();
                self.outcome = Some(Ok(value));
                Some(events)
            }
            Err(error) => {
                self.outcome = Some(Err(error));
                None
            }
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.outcome = Some(Err(fault.into()));
    }

    fn answer(self: Box<Self>, verdict: Verdict) {
        let Self { name, then, outcome, to, .. } = *self;
        let answer = match (verdict, outcome) {
            (Verdict::Saved(index), Some(Ok(value))) => {
                // The entry is durable whatever `then` does: a panic in it must not say "nothing happened".
                catch_unwind(AssertUnwindSafe(|| then(Done::new(index, value))))
                    .map_err(|_| Fault::uncertain(trouble::PANICKED).into())
            }
            (Verdict::Saved(_), Some(Err(error))) => Err(error),
            (verdict, _) => Err(verdict.fault().unwrap_or_else(trouble::unknown).into()),
        };
        if to.is_none() && answer.is_err() {
            tracing::error!(act = name, "a posted act was not saved");
        }
        reply(to, answer);
    }
}

/// Housekeeping on its way: under the same lock as acts, without an entry.
pub(super) struct Chore<F, T, E> {
    pub(super) name: &'static str,
    pub(super) work: Option<F>,
    pub(super) outcome: Option<Result<T, E>>,
    pub(super) to: Option<oneshot::Sender<Result<T, E>>>,
}

impl<F, T, E> Job for Chore<F, T, E>
where
    F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, mut act: Act<'_>) -> Option<Vec<Event>> {
        let outcome = (self.work.take()?)(act.db());
        let saved = outcome.is_ok().then(Vec::new);
        self.outcome = Some(outcome);
        saved
    }

    fn fail(&mut self, fault: Fault) {
        self.outcome = Some(Err(fault.into()));
    }

    fn is_housekeeping(&self) -> bool {
        true
    }

    fn answer(self: Box<Self>, verdict: Verdict) {
        let Self { outcome, to, .. } = *self;
        let answer = match (verdict.fault(), outcome) {
            (None, Some(outcome)) => outcome,
            (fault, _) => Err(fault.unwrap_or_else(trouble::unknown).into()),
        };
        reply(to, answer);
    }
}
