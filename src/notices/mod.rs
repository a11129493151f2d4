//! Letters: rendered inside the act that causes them, queued sealed in the same transaction, sent afterwards.
//!
//! Promises: a letter exists exactly when its act was committed; what it says is sealed under the recipient's key while
//! it waits; every letter leaves with the log's current checkpoint, so that recipients hold what the log was.
//! Not promised: that a letter arrives. The queue says "sent".

pub mod carrier;
pub mod letter;
pub mod outbox;
pub mod syslog;
mod tls;
pub mod waiting;
pub mod webhook;

use crate::clock::Clock;
use crate::seal::Keyring;
use letter::Letters;
use std::sync::Arc;

/// What acts need beside the database: keys to seal with, the clock, and the paper for letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct House {
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The clock and the generator.
    pub clock: Clock,
    /// The letters' templates.
    pub letters: Arc<Letters>,
    /// How people reach the house, without a slash at the end; links are built from it.
    pub base_url: Arc<str>,
}

impl House {
    /// A link into the house: `path` begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}
