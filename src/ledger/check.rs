//! The check of the whole log that is under way in this process: how far it is, and what the last one found.
//!
//! The outcome is recorded in the log. A log that is broken may refuse that entry, so it is kept here too.

use super::acts::{VERDICT, WHOLE};
use super::store::{self, Filter};
use super::verify::Verdict;
use super::{EventKind, Fact};
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Hears how many rows a check has read since it was told last; an error ends the check.
pub type Tell<'a> = dyn FnMut(u64) -> Result<(), Fault> + 'a;

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub done: u64,
    /// Rows there are to look at.
    pub total: u64,
}

/// What a check found that could not be recorded.
#[derive(Clone, Debug)]
pub struct Unrecorded {
    /// What it found.
    pub verdict: Verdict,
    /// When.
    pub at: Micros,
    /// How long it took.
    pub took_millis: u64,
}

/// A check whose outcome stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry.
    pub entry: u64,
    /// Whether the log passed it. An entry that cannot be read says nothing good.
    pub is_whole: bool,
}

/// The newest check that is recorded.
pub fn newest(db: &mut Db) -> Result<Option<Recorded>, Fault> {
    let filter = Filter { kind: Some(EventKind::LogVerified), ..Filter::default() };
    let newest = store::list_stored(db, &filter, 1)?.pop();
    let whole = Fact::from(WHOLE);
    Ok(newest.map(|newest| {
        let is_whole = newest.leaf.is_ok_and(|leaf| leaf.facts.get(VERDICT) == Some(&whole));
        Recorded { entry: newest.index, is_whole }
    }))
}

/// What the handles share.
#[derive(Debug, Default)]
struct State {
    running: Option<Progress>,
    stopping: bool,
    alarmed: bool,
    /// The entry of the newest recorded check that was heard of.
    heard: Option<u64>,
    unrecorded: Option<Unrecorded>,
    objections: BTreeMap<String, String>,
}

/// The checks of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Checks(Arc<Mutex<State>>);

impl Checks {
    /// Begins a check of `total` rows; `None` while another one runs. It ends when the ticket is dropped.
    pub fn begin(&self, total: u64) -> Option<Ticket> {
        let mut state = self.state();
        if state.running.is_some() {
            return None;
        }
        state.running = Some(Progress { done: 0, total });
        drop(state);
        Some(Ticket(self.clone()))
    }

    /// Has the running check end at its next page of rows, since the process does.
    pub fn stop(&self) {
        self.state().stopping = true;
    }

    /// Whether checks were told to end.
    pub fn is_stopping(&self) -> bool {
        self.state().stopping
    }

    /// How far the running check is.
    pub fn progress(&self) -> Option<Progress> {
        self.state().running
    }

    /// Whether the last check found the log tampered with or unreadable.
    pub fn is_alarmed(&self) -> bool {
        self.state().alarmed
    }

    /// Takes note of what a check found, whoever made it.
    pub fn found(&self, is_whole: bool) {
        let mut state = self.state();
        state.alarmed = !is_whole;
        state.unrecorded = None;
    }

    /// Takes note of the newest recorded check, whichever node made it; what this process has found and the log has refused
    /// counts on.
    pub fn heard(&self, newest: Recorded) {
        let mut state = self.state();
        if state.heard == Some(newest.entry) || state.unrecorded.is_some() {
            return;
        }
        state.heard = Some(newest.entry);
        state.alarmed = !newest.is_whole;
    }

    /// Takes note of what an anchor, or the clock, has against the log; none when that is over. Whether it is new.
    pub fn object(&self, who: &str, why: Option<String>) -> bool {
        let objections = &mut self.state().objections;
        match why {
            Some(why) => objections.insert(who.to_owned(), why).is_none(),
            None => objections.remove(who).is_some(),
        }
    }

    /// What there is against the log, by whose word.
    pub fn objections(&self) -> Vec<(String, String)> {
        self.state().objections.iter().map(|(who, why)| (who.clone(), why.clone())).collect()
    }

    /// Keeps an outcome that the log has refused.
    pub fn keep(&self, unrecorded: Unrecorded) {
        self.state().unrecorded = Some(unrecorded);
    }

    /// The outcome that the log has refused, if it was the last.
    pub fn unrecorded(&self) -> Option<Unrecorded> {
        self.state().unrecorded.clone()
    }

    /// The state, whatever became of another thread.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running check.
#[derive(Debug)]
pub struct Ticket(Checks);

impl Ticket {
    /// So many more rows were looked at.
    ///
    /// # Errors
    /// When the check has to end, since the process does.
    pub fn tell(&self, rows: u64) -> Result<(), Fault> {
        let mut state = self.0.state();
        if state.stopping {
            return Err(Fault::bare("a check of the log was cut off, since the server stops"));
        }
        if let Some(progress) = &mut state.running {
            progress.done = progress.done.saturating_add(rows).min(progress.total);
        }
        Ok(())
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.state().running = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_ends_with_its_process_and_others_are_heard_of() {
        let checks = Checks::default();
        let ticket = checks.begin(10).unwrap();
        assert!(ticket.tell(5).is_ok() && checks.begin(10).is_none());
        checks.stop();
        assert!(ticket.tell(5).is_err());

        checks.heard(Recorded { entry: 7, is_whole: false });
        assert!(checks.is_alarmed());
        // The same entry says nothing new of what this process has found since.
        checks.found(true);
        checks.heard(Recorded { entry: 7, is_whole: false });
        assert!(!checks.is_alarmed());
        // What the log has refused counts on, whatever an older entry says.
        checks.found(false);
        let verdict = Verdict::Unusable { why: String::new() };
        checks.keep(Unrecorded { verdict, at: Micros(0), took_millis: 0 });
        checks.heard(Recorded { entry: 8, is_whole: true });
        assert!(checks.is_alarmed());
    }
}
