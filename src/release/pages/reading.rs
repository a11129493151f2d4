//! What all readers of pages share: the places where pages are painted, and the shelf of what was painted.

use super::shelf::Shelf;
use crate::release::Refused;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may wait for a processor.
const QUEUE: usize = 8;
/// How long one waits for it.
const PATIENCE: Duration = Duration::from_secs(4);

/// What all readers of pages share.
#[derive(Debug)]
pub struct Reading {
    /// The program whose child paints.
    pub(super) program: PathBuf,
    /// A place for each page that is painted.
    places: Arc<Semaphore>,
    /// How many wait for one.
    waiting: AtomicUsize,
    /// Views and pictures.
    shelf: Mutex<Shelf>,
}

impl Reading {
    /// A reading room whose pages are painted by children of `program`, as many at once as there are processors.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            places: Arc::new(Semaphore::new(places())),
            waiting: AtomicUsize::new(0),
            shelf: Mutex::default(),
        }
    }
    /// Takes every place, so that nobody can paint until the answer is dropped: for whoever shuts down, and for tests.
    pub async fn pause(&self) -> Option<OwnedSemaphorePermit> {
        let all = u32::try_from(places()).unwrap_or(1);
        Arc::clone(&self.places).acquire_many_owned(all).await.ok()
    }
    /// The shelf; a panic of another reader has left nothing half done on it.
    pub(super) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A place to paint, after a short wait.
    pub(super) async fn place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= QUEUE {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(Refused::Busy);
        }
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        place.map_err(|_| Refused::Busy)?.map_err(|_| Refused::Busy)
    }
}

/// As many pages as may be painted at once: one for each processor.
fn places() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
