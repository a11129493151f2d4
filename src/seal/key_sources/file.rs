//! The keyring as a file beside the data directory: mode 0600, its owner the user who runs this program.
//!
//! ```text
//! # Words for whoever finds it.
//! candor-keyring 1
//! instance 0192f0c1-6c1a-7b6e-9d0b-3f4b6a0c1d2e
//! kek 2026q4-5f0c21aa BASE64
//! ledger BASE64
//! token BASE64
//! index BASE64
//! cookie BASE64
//! mark BASE64
//! ```
//!
//! A line is a word and what belongs to it, in any order after the first; empty lines and lines that begin with `#` mean
//! nothing. `BASE64` is 32 bytes (RFC 4648, with padding), another 32 on every line. Every word stands exactly once, except `kek`:
//! the first is the newest, the others still unwrap what was wrapped under them. Two further words come with a rotation of
//! the ledger's key: `ledger-outgoing BASE64`, the seed before, only while the log is handed over, and any number of
//! `ledger-past BASE64`, public keys of earlier ones, oldest first.
//!
//! A file is exchanged whole ([`Exchange`]): the new text is on the disk and was read back before the old one goes, and
//! under the file's own name there is a whole keyring at every moment.

use crate::files::{beside, folder, sync_name};
use crate::seal::keyring_text;
use crate::seal::{Keyring, KeyringError};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The one mode a keyring file may have: its owner reads and writes.
const MODE: u32 = 0o600;

impl Keyring {
    /// Reads the keyring in the file `path`.
    ///
    /// # Errors
    /// Every [`KeyringError`] except those of writing: also when others could read the file, or it is another user's.
    pub fn load(path: &Path) -> Result<Self, KeyringError> {
        let unreadable = |cause| KeyringError::Unreadable { path: path.to_owned(), cause };
        let mut file = File::open(path).map_err(unreadable)?;
        check(path, &file.metadata().map_err(unreadable)?)?;
        let mut text = Zeroizing::new(String::with_capacity(4096));
        file.read_to_string(&mut text).map_err(unreadable)?;
        keyring_text::parse(path, &text)
    }
    /// Writes the keyring to a new file `path` and waits until it is on the disk.
    ///
    /// # Errors
    /// [`KeyringError::Exists`] when there is one: a keyring is never overwritten. [`KeyringError::Unwritable`] with what
    /// the system said; a file begun is removed again.
    pub fn create_file(&self, path: &Path) -> Result<(), KeyringError> {
        let unwritable = |cause| KeyringError::Unwritable { path: path.to_owned(), cause };
        let opened = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path);
        let mut file = opened.map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => KeyringError::Exists { path: path.to_owned() },
            _ => unwritable(cause),
        })?;
        let written = file
            .write_all(keyring_text::render(self).as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| sync_name(path));
        written.map_err(|cause| match fs::remove_file(path) {
            Ok(()) => unwritable(cause),
            Err(left) => {
                unwritable(std::io::Error::other(format!("{cause}; and what was begun stays: {left}")))
            }
        })
    }
}

/// The right to exchange a keyring file; one process at a time has it, and a dead one has it no more.
#[derive(Debug)]
pub struct Exchange {
    path: PathBuf,
    keyring: Keyring,
    /// The folder, locked. It leaves no file behind.
    _lock: File,
}

impl Exchange {
    /// Locks the keyring file `path` against other commands, reads it, and sweeps what a killed exchange left beside it.
    ///
    /// # Errors
    /// [`KeyringError::Busy`] when another command has the right; otherwise as [`Keyring::load`].
    pub fn begin(path: &Path) -> Result<Self, KeyringError> {
        let unreadable = |cause| KeyringError::Unreadable { path: path.to_owned(), cause };
        // A rename would put the new file in the place of a link, not of the file it leads to.
        let path = fs::canonicalize(path).map_err(unreadable)?;
        let lock = File::open(folder(&path)).map_err(unreadable)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => KeyringError::Busy { path: path.clone() },
            TryLockError::Error(cause) => unreadable(cause),
        })?;
        let keyring = Keyring::load(&path)?;
        let begun = Self { path, keyring, _lock: lock };
        // The file itself can be read, so neither a new one that was begun nor the copy of the old one is needed.
        begun.sweep()?;
        Ok(begun)
    }
    /// The keyring as the file holds it.
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }
    /// Puts another keyring in the file's place. A crash at any line leaves the old file or the new one, whole.
    ///
    /// # Errors
    /// When the new one cannot be written, or not be read back.
    pub fn replace(&mut self, keyring: &Keyring) -> Result<(), KeyringError> {
        let unwritable = |cause| KeyringError::Unwritable { path: self.path.clone(), cause };
        let (new, before) = self.beside();
        keyring.create_file(&new)?;
        let differs = || unwritable(std::io::Error::other("what was written is not what is read back"));
        if *keyring_text::render(&Keyring::load(&new)?) != *keyring_text::render(keyring) {
            return Err(differs());
        }
        // The old one under a second name, until the new one is known to be there.
        fs::hard_link(&self.path, &before).map_err(unwritable)?;
        fs::rename(&new, &self.path).and_then(|()| sync_name(&self.path)).map_err(unwritable)?;
        let read = Keyring::load(&self.path)?;
        if *keyring_text::render(&read) != *keyring_text::render(keyring) {
            return Err(differs());
        }
        self.keyring = read;
        self.sweep()
    }
    /// The names of the new file and of the copy of the old one.
    fn beside(&self) -> (PathBuf, PathBuf) {
        (beside(&self.path, ".new"), beside(&self.path, ".before"))
    }
    /// Removes both.
    fn sweep(&self) -> Result<(), KeyringError> {
        let (new, before) = self.beside();
        for path in [new, before] {
            match fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(cause) => return Err(KeyringError::Unwritable { path, cause }),
            }
        }
        sync_name(&self.path).map_err(|cause| KeyringError::Unwritable { path: self.path.clone(), cause })
    }
}

/// Refuses a file that others could read or have put there.
fn check(path: &Path, found: &fs::Metadata) -> Result<(), KeyringError> {
    let path = || path.to_owned();
    if !found.is_file() {
        return Err(KeyringError::NotAFile { path: path() });
    }
    if let Some(ours) = our_user().filter(|ours| *ours != found.uid()) {
        return Err(KeyringError::Owner { path: path(), owner: found.uid(), ours });
    }
    match found.mode() & 0o7777 {
        MODE => Ok(()),
        mode => Err(KeyringError::Mode { path: path(), mode }),
    }
}

/// The user this program acts as, where the system tells (Linux). Elsewhere the mode alone has to do: a file that only
/// its owner may read was readable to us.
fn our_user() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    users.split_whitespace().nth(1)?.parse().ok()
}
