//! The writer's queue: two lanes, no limit on posts, so that a drop guard inside the writer never blocks.

use super::job::Job;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The most acts that may wait in a lane; one more is answered as busy.
pub(super) const LANE_LIMIT: usize = 4096;

/// Where a job stands in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Before the others: revoke, recall, staff.
    First,
    /// In order of arrival.
    Normal,
    /// In order of arrival, never refused as busy: ends that drop guards post.
    Post,
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The lane is full.
    Busy,
    /// The writer stops or has stopped.
    Closed,
}

/// A job and whether it counts towards its lane's limit.
struct Waiting {
    job: Box<dyn Job>,
    lane: Lane,
}

/// What waits.
#[derive(Default)]
struct Lanes {
    first: VecDeque<Waiting>,
    normal: VecDeque<Waiting>,
    /// Acts among `normal`; posts are not counted.
    acts: usize,
    /// No further acts; posts are still taken until the lanes are empty.
    stopping: bool,
    /// Nothing further at all.
    closed: bool,
}

/// The queue between callers and the writer's thread.
#[derive(Default)]
pub(super) struct Queue {
    lanes: Mutex<Lanes>,
    ready: Condvar,
}

impl Queue {
    /// The lanes; a panic elsewhere does not make them unusable, as no code here can panic halfway.
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a job in line.
    pub(super) fn push(&self, job: Box<dyn Job>, lane: Lane) -> Result<(), NotTaken> {
        let mut lanes = self.lanes();
        if lanes.closed || (lanes.stopping && lane != Lane::Post) {
            return Err(NotTaken::Closed);
        }
        match lane {
            Lane::First if lanes.first.len() >= LANE_LIMIT => return Err(NotTaken::Busy),
            Lane::Normal if lanes.acts >= LANE_LIMIT => return Err(NotTaken::Busy),
            Lane::First => lanes.first.push_back(Waiting { job, lane }),
            Lane::Normal => {
                lanes.acts += 1;
                lanes.normal.push_back(Waiting { job, lane });
            }
            Lane::Post => lanes.normal.push_back(Waiting { job, lane }),
        }
        drop(lanes);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for jobs and takes up to `most`, the first lane before the other. `None` when all is done for ever.
    pub(super) fn take(&self, most: usize) -> Option<Vec<Box<dyn Job>>> {
        let mut lanes = self.lanes();
        loop {
            let mut batch = Vec::new();
            while batch.len() < most {
                let next = lanes.first.pop_front().or_else(|| lanes.normal.pop_front());
                let Some(waiting) = next else { break };
                if waiting.lane == Lane::Normal {
                    lanes.acts -= 1;
                }
                batch.push(waiting.job);
            }
            if !batch.is_empty() {
                return Some(batch);
            }
            if lanes.stopping {
                lanes.closed = true;
                return None;
            }
            lanes = self.ready.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no further acts; what waits is still done.
    pub(super) fn stop(&self) {
        self.lanes().stopping = true;
        self.ready.notify_all();
    }

    /// Takes nothing further and hands out what waits, to be answered.
    pub(super) fn close(&self) -> Vec<Box<dyn Job>> {
        let mut lanes = self.lanes();
        lanes.closed = true;
        lanes.acts = 0;
        let first = std::mem::take(&mut lanes.first);
        let normal = std::mem::take(&mut lanes.normal);
        drop(lanes);
        first.into_iter().chain(normal).map(|waiting| waiting.job).collect()
    }
}
