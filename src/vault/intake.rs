//! Uploads on their way in: spooled to disk sealed, so that one broken off leaves no plaintext behind.
//!
//! Each spool has a key of its own that exists in memory only. When the process ends, what it staged is noise; the next
//! start sweeps it away ([`Vault::sweep_temps`]).

use super::reader::SealedFile;
use super::store::{Temp, create_new};
use super::{Vault, VaultError};
use crate::clock::Clock;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::ObjectId;
use crate::seal::cobblestone::Sealer;
use crate::seal::context::Context;
use std::fs::File;
use std::io;
use zeroize::Zeroizing;

/// The one purpose of a spool's key.
const STAGING: &str = "candor/staging/v1";

/// Why an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// More bytes than allowed.
    #[error("The file is larger than the {} MiB this site accepts.", .limit_bytes / 1_048_576)]
    TooLarge {
        /// How many bytes were allowed.
        limit_bytes: u64,
    },
    /// The spool could not be written.
    #[error(transparent)]
    Broken(#[from] Fault),
}

impl Refusal for SpoolError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::Broken(fault) => fault.kind(),
        }
    }
}

/// The throw-away key of one spool and what it is bound to.
struct SpoolKey {
    id: ObjectId,
    secret: Zeroizing<[u8; 32]>,
}

impl SpoolKey {
    /// What the staged file is bound to.
    fn context(&self) -> Context {
        Context::new(STAGING).field(self.id.as_bytes())
    }
}

/// An upload being taken, piece by piece. Dropped before [`Spool::finish`], it leaves nothing.
pub struct Spool {
    key: SpoolKey,
    sealer: Sealer<File>,
    temp: Temp,
    size_bytes: u64,
    limit_bytes: u64,
}

impl Spool {
    /// Begins a spool that takes at most `limit_bytes` of plaintext.
    pub fn new(vault: &Vault, clock: &Clock, limit_bytes: u64) -> Result<Self, Fault> {
        let key = SpoolKey { id: ObjectId::new(clock), secret: Zeroizing::new(clock.random()) };
        let path = vault.staged_path(key.id);
        let file = create_new(&path).map_err(broken)?;
        let temp = Temp(path);
        let sealer = Sealer::new(&key.secret, key.context().as_bytes(), clock, file).map_err(broken)?;
        Ok(Self { key, sealer, temp, size_bytes: 0, limit_bytes })
    }
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`SpoolError::TooLarge`] when the limit is passed; nothing of this piece is then kept.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), SpoolError> {
        let size_bytes = self.size_bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if size_bytes > self.limit_bytes {
            return Err(SpoolError::TooLarge { limit_bytes: self.limit_bytes });
        }
        self.sealer.write(piece).map_err(broken)?;
        self.size_bytes = size_bytes;
        Ok(())
    }
    /// Bytes of plaintext taken so far.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
    /// Ends the upload; it can be read from now on.
    pub fn finish(self) -> Result<SpooledFile, Fault> {
        self.sealer.finish().map_err(broken)?;
        Ok(SpooledFile { key: self.key, temp: self.temp, size_bytes: self.size_bytes })
    }
}

/// A whole upload, staged sealed; removed when dropped.
pub struct SpooledFile {
    key: SpoolKey,
    temp: Temp,
    size_bytes: u64,
}

impl SpooledFile {
    /// Bytes of plaintext.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
    /// The whole plaintext.
    ///
    /// # Errors
    /// As for objects: the file was changed, removed, or cannot be read.
    pub fn read_all(&self) -> Result<Vec<u8>, VaultError> {
        let context = self.key.context();
        let file = (self.key.id, self.temp.0.as_path());
        SealedFile::open(file, &self.key.secret, context.as_bytes(), self.size_bytes)?.read_all()
    }
}

/// A spool that cannot be written.
fn broken(cause: io::Error) -> Fault {
    Fault::new("staging an upload", cause)
}
