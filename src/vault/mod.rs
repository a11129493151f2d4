//! The vault: sealed objects on disk, never overwritten, never plaintext.
//!
//! ```text
//! ROOT/objects/AA/ID          one sealed object; AA are the last two digits of ID
//! ROOT/objects/AA/.ID.tmp     one being written
//! ROOT/staging/ID             an upload on its way in, sealed under a key that exists in memory only
//! ```
//!
//! An object is a Cobblestone-256 ciphertext (see [`crate::seal::cobblestone`]) and nothing else, sealed under a data
//! key and bound to
//!
//! ```text
//! "candor/object/v1" | instance id 16 | report id 16 | version u32 | kind | plaintext length u64
//! ```
//!
//! each field with its length before it, numbers big-endian; the body and the manifest of a companion have its id as one
//! more field at the end. A row that points at another report's object, at an older version, at another kind or at another
//! companion therefore opens nothing; a file cut or extended is refused by its length alone.
//!
//! Files have mode 0600, directories 0700. Objects are linked into place only when whole and on the disk.

mod intake;
mod passed;
mod reader;
mod store;

pub use intake::{Spool, SpoolError, SpooledFile};
pub use reader::ObjectReader;
pub use store::Vault;

use crate::fault::Fault;
use crate::ids::{CompanionId, ObjectId, ReportId};
use crate::seal::context::Context;
use crate::seal::{DataKey, SealError};
use std::io::{self, ErrorKind};

/// The one purpose of sealing with a data key in here.
const OBJECT: &str = "candor/object/v1";

crate::text_enum! {
    /// What an object holds.
    ObjectKind {
        /// The report as it was uploaded.
        Original = "original",
        /// The report prepared for marking.
        Body = "body",
        /// What marking needs to know about the body.
        Manifest = "manifest",
        /// A file that shows a mending.
        Evidence = "evidence",
    }
}

/// What an object is bound to, besides installation, key and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectContext {
    /// The report.
    pub report: ReportId,
    /// Its version, counted from 1.
    pub version: u32,
    /// What the object holds.
    pub kind: ObjectKind,
    /// Of which companion of the report; `None` for the report's own objects.
    pub companion: Option<CompanionId>,
}

impl ObjectContext {
    /// The bytes to bind for an object of `size_bytes` of plaintext under `key`.
    fn bind(&self, key: &DataKey, size_bytes: u64) -> Context {
        let context = Context::new(OBJECT)
            .field(key.instance().as_bytes())
            .field(self.report.as_bytes())
            .field(&self.version.to_be_bytes())
            .field(self.kind.as_str().as_bytes())
            .field(&size_bytes.to_be_bytes());
        match self.companion {
            Some(companion) => context.field(companion.as_bytes()),
            None => context,
        }
    }
}

/// A stored object: where it is, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its name in the vault.
    pub id: ObjectId,
    /// Bytes of plaintext.
    pub size_bytes: u64,
    /// SHA-256 of the plaintext. Tells whoever has a copy which report it is: never show it.
    pub sha256: [u8; 32],
    /// SHA-256 of the sealed bytes, the whole file.
    pub sealed_sha256: [u8; 32],
}

/// Why an object cannot be read. The texts are for the log: they name the object and what to do.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no such file.
    #[error("object {0} is missing in the vault: bring it back from a backup")]
    Missing(ObjectId),
    /// The length, a tag or a digest differs.
    #[error("object {0} is damaged or was tampered with: bring it back from a backup")]
    Damaged(ObjectId),
    /// The key fits another object: a row or a file was exchanged, or the keyring is another one.
    #[error("object {0} was sealed for another report, version, kind or key than its row says")]
    WrongKey(ObjectId),
    /// The system refused.
    #[error("object {object} cannot be read: {cause}")]
    Io {
        /// The object.
        object: ObjectId,
        /// What the system said.
        cause: io::Error,
    },
}

impl VaultError {
    /// What a failed file operation means for `object`.
    fn from_io(object: ObjectId, cause: io::Error) -> Self {
        match cause.kind() {
            ErrorKind::NotFound => Self::Missing(object),
            ErrorKind::UnexpectedEof => Self::Damaged(object),
            _ => Self::Io { object, cause },
        }
    }
    /// What a failed opening means for `object`.
    fn from_seal(object: ObjectId, error: &SealError) -> Self {
        match error {
            SealError::WrongKey | SealError::UnknownKek(_) => Self::WrongKey(object),
            SealError::Damaged | SealError::Malformed => Self::Damaged(object),
        }
    }
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        Self::new("sealed object", error)
    }
}
