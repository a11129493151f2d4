//! Which objects passed their whole check of late, so that a report is not read twice for every download.
//!
//! An object is checked whole before its copy is begun, so that a damaged one is refused in words. Objects are never
//! rewritten: one that passed is taken for whole as long as the file says of itself that nobody has touched it (device,
//! number, length, times of content and of status), and for ten minutes at the most, since a disk that forgets says
//! nothing. Nothing rests on this but when damage shows: every chunk is authenticated again before it is handed out, and
//! a chunk that does not pass breaks the copy off.

use super::ObjectRef;
use crate::ids::ObjectId;
use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a check is believed.
const BELIEVED: Duration = Duration::from_mins(10);
/// More than this many objects are not remembered: then all are forgotten.
const MOST: usize = 10_000;

/// What a file says of itself; the time of its status changes with every write, rename and change of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Untouched([i64; 4], [u64; 3]);

impl Untouched {
    /// What these data of an open file say.
    pub(super) fn of(file: &Metadata) -> Self {
        Self(
            [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()],
            [file.dev(), file.ino(), file.len()],
        )
    }
}

/// A check that was passed.
#[derive(Debug)]
struct Check {
    /// Of what the row said.
    object: ObjectRef,
    /// Of which file.
    file: Untouched,
    /// When.
    at: Instant,
}

/// The checks that were passed in this process.
#[derive(Debug, Default)]
pub(super) struct Passed(Mutex<HashMap<ObjectId, Check>>);

impl Passed {
    /// Whether this object passed lately, as this row describes it and out of this very file, untouched since.
    pub(super) fn holds(&self, object: &ObjectRef, file: Untouched) -> bool {
        let checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        checks.get(&object.id).is_some_and(|check| {
            check.object == *object && check.file == file && check.at.elapsed() < BELIEVED
        })
    }
    /// Remembers that it passed.
    pub(super) fn remember(&self, object: &ObjectRef, file: Untouched) {
        let check = Check { object: object.clone(), file, at: Instant::now() };
        let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if checks.len() >= MOST {
            checks.clear();
        }
        checks.insert(object.id, check);
    }
}
