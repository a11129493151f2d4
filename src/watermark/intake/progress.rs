//! How far the work on a file is, for a person who waits.

use serde::{Deserialize, Serialize};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The file is opened and its pages are looked for.
    Opening,
    /// Its pages are written anew.
    Writing,
    /// What was written is opened again and compared.
    Checking,
    /// Its pages are painted.
    Rendering,
}

/// A stage and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// As many pages are done.
    pub done: usize,
    /// Of so many; 0 where that is not known yet.
    pub of: usize,
}

impl Progress {
    /// The beginning of a stage.
    pub const fn begun(stage: Stage, of: usize) -> Self {
        Self { stage, done: 0, of }
    }
}

/// Somebody who is told.
pub type Watch<'a> = &'a mut dyn FnMut(Progress);
