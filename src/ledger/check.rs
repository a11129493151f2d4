//! The check of the whole log that is under way in this process: how far it is, and what the last one found.
//!
//! The outcome is recorded in the log. A log that is broken may refuse that entry, so it is kept here too.

use super::verify::Verdict;
use crate::clock::Micros;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// What the handles share.
#[derive(Debug, Default)]
struct State {
    running: Option<Progress>,
    alarmed: bool,
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
    pub fn tell(&self, rows: u64) {
        if let Some(progress) = &mut self.0.state().running {
            progress.done = progress.done.saturating_add(rows).min(progress.total);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.state().running = None;
    }
}
