//! Key-encryption keys that were added to a keyring file while a process runs.
//!
//! `candor keys rotate` writes a new key into the file beside a running server. A process that meets the name of a key it
//! does not hold reads the file again, so nothing has to be started anew. Whatever else stands in the file is not
//! learnt: the other keys of a process stay what they were when it started.

use super::keyring::{Kek, Keyring};
use crate::ids::InstanceId;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Where to look, and what was found there.
pub(super) struct Later {
    /// The file; none for a keyring that was made and not read.
    file: Option<PathBuf>,
    /// Keys that were not in it before.
    known: RwLock<Vec<Arc<Kek>>>,
}

impl Later {
    /// For a keyring that stands in no file yet.
    pub(super) const fn nowhere() -> Self {
        Self { file: None, known: RwLock::new(Vec::new()) }
    }
    /// For a keyring that was read from this file.
    pub(super) fn in_file(path: &Path) -> Self {
        Self { file: Some(path.to_owned()), known: RwLock::new(Vec::new()) }
    }
    /// The file it was read from.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
    /// The key of this name, if the file of the same installation holds it by now.
    pub(super) fn find(&self, instance: InstanceId, name: &str) -> Option<Arc<Kek>> {
        let named = |keks: &[Arc<Kek>]| keks.iter().find(|kek| kek.name() == name).map(Arc::clone);
        if let Some(kek) = named(&self.known.read().unwrap_or_else(PoisonError::into_inner)) {
            return Some(kek);
        }
        let file = self.file.as_deref()?;
        let read = match Keyring::load(file) {
            Ok(read) if read.instance() == instance => read,
            Ok(_) => return None,
            Err(error) => {
                tracing::error!(%error, "the keyring cannot be read again");
                return None;
            }
        };
        let mut held = std::iter::once(&read.0.current).chain(&read.0.earlier);
        let kek = held.find(|kek| kek.name() == name).map(Arc::clone)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&kek));
        Some(kek)
    }
}
