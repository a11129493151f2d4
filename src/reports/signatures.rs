//! What the digital signatures of a version's file said when the file was taken in.
//!
//! It stands in the sealed manifest, whose digest the finalizing entry holds: like the file it never changes. So a
//! program that learns to check more says so of files it takes in from then on, and of no earlier one.

use super::{File, Version};
use crate::seal::DataKey;
use crate::vault::{ObjectContext, ObjectKind, Vault, VaultError};
use crate::watermark::{Manifest, Signatures};

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// They were looked at; there may be none.
    Found(Signatures),
    /// An earlier program prepared the file and did not look.
    NotLookedAt,
    /// The manifest cannot be read; the log of the program says why.
    Unreadable,
}

/// What is known of a version's file; `None` without a file. Blocking.
///
/// A damaged manifest is no reason to keep a report's words from its readers: it is told, here and in the program's log.
pub fn examined(vault: &Vault, key: &DataKey, version: &Version) -> Option<Examined> {
    let file = version.file.as_ref()?;
    let manifest = match read(vault, key, (version, file)) {
        Ok(bytes) => Manifest::from_bytes(&bytes).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Some(match manifest {
        Ok(Manifest { signatures: Some(signatures), .. }) => Examined::Found(signatures),
        Ok(_) => Examined::NotLookedAt,
        Err(cause) => {
            tracing::error!(version = %version.id, cause, "what is known about a report's signatures cannot be read");
            Examined::Unreadable
        }
    })
}

/// The bytes of a file's manifest.
fn read(vault: &Vault, key: &DataKey, (version, file): (&Version, &File)) -> Result<Vec<u8>, VaultError> {
    let (report, version) = (version.report.id, version.number);
    let context = ObjectContext { report, version, kind: ObjectKind::Manifest, companion: None };
    vault.reader(key, &context, &file.manifest)?.read_all()
}
