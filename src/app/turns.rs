//! Turns for exports of the log: each reads the whole of it, so that few run at once, and one for each person.

use crate::fault::{Kind, Refusal};
use crate::ids::PersonId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many exports run at once in this process.
const AT_ONCE: usize = 3;

/// Why an export cannot begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTurn {
    /// As many run as may.
    #[error("Three exports are on their way, and no more run at once.")]
    AllTaken,
    /// The person's last one still runs.
    #[error("An export of yours is still on its way, and each person takes one at a time.")]
    Yours,
}

impl Refusal for NoTurn {
    fn kind(&self) -> Kind {
        Kind::TooMany
    }
}

/// The exports that run in this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<Vec<PersonId>>>);

impl Turns {
    /// Begins a turn; it ends when it is dropped.
    pub fn begin(&self, person: PersonId) -> Result<Turn, NoTurn> {
        let mut running = self.running();
        if running.contains(&person) {
            return Err(NoTurn::Yours);
        }
        if running.len() >= AT_ONCE {
            return Err(NoTurn::AllTaken);
        }
        running.push(person);
        drop(running);
        Ok(Turn(self.clone(), person))
    }

    /// Who has a turn, whatever became of another thread.
    fn running(&self) -> MutexGuard<'_, Vec<PersonId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn that was begun.
#[derive(Debug)]
pub struct Turn(Turns, PersonId);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.running().retain(|person| *person != self.1);
    }
}
