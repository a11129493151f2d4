//! Backup and restore of the embedded shape: one file with database, settings and sealed objects.
//!
//! Taken beside a running server and without the keyring: what is in it is as sealed as on the disk. Keyring and anchor
//! file are left out on purpose: the one would make the backup readable, the other would let an old log pass for the newest.

mod restore;
mod tar;
mod write;

pub use restore::restore;
pub use write::write;

use crate::db::Db;
use crate::db::head_schema::ledger_head;
use crate::db::schema::sealed_object;
use crate::fault::Fault;
use crate::ids::ObjectId;
use crate::remediation::evidence;
use diesel::prelude::*;
use ring::digest::Context;
use std::io::{self, Read};
use std::path::PathBuf;

/// The first line of the list at the end of a backup.
const LIST: &str = "candor backup v1";
/// The name of that list.
const LIST_NAME: &str = "BACKUP";
/// The name of the database in a backup and in a data directory.
pub const DATABASE: &str = "candor.sqlite";
/// The name of the settings.
const SETTINGS: &str = "candor.toml";

/// Why there is no backup, or it cannot be restored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Somebody else writes it.
    #[error("another backup is just being written to {0}")]
    Busy(PathBuf),
    /// Not the embedded database.
    #[error("the database is PostgreSQL: back it up with pg_dump, and the vault's folder after it")]
    NotEmbedded,
    /// Objects went away each time the database had been copied.
    #[error("objects are being removed all the time, so that database and vault never fit: try again later")]
    Restless,
    /// Somebody's file is there.
    #[error("{0} is there already. Nothing was changed; name another one")]
    Taken(PathBuf),
    /// An object that the database names is not there.
    #[error(
        "the vault lacks object {0}, which the database names: the installation is damaged, and so would be its backup"
    )]
    Missing(ObjectId),
    /// Not a backup, or not as it was written.
    #[error("this is no whole backup of this program: {0}")]
    Damaged(String),
    /// Whatever the system refuses.
    #[error(transparent)]
    System(#[from] io::Error),
    /// Unexpected.
    #[error("{0:?}")]
    Fault(#[from] Fault),
}

/// What a backup holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Sealed objects that the database names.
    pub objects: u64,
    /// Entries of the log.
    pub entries: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Whether the settings are in it; not when they lie outside of the data directory.
    pub settings: bool,
}

/// A file of a backup, as its list has it.
struct Listed {
    sha256: String,
    bytes: u64,
    name: String,
}

/// The list of a backup.
fn listed(files: &[Listed]) -> String {
    let mut lines = vec![LIST.to_owned()];
    lines.extend(files.iter().map(|file| format!("{} {} {}", file.sha256, file.bytes, file.name)));
    lines.push(String::new());
    lines.join("\n")
}

/// What is told of a backup of these files.
fn contents(files: &[Listed], objects: usize, entries: u64) -> Contents {
    Contents {
        objects: u64::try_from(objects).unwrap_or(0),
        entries,
        bytes: files.iter().map(|file| file.bytes).sum(),
        settings: files.iter().any(|file| file.name == SETTINGS),
    }
}

/// The objects that a database names.
fn objects(db: &mut Db) -> Result<Vec<ObjectId>, Fault> {
    let mut objects: Vec<ObjectId> =
        sealed_object::table.select(sealed_object::id).order(sealed_object::id).load(db)?;
    objects.extend(evidence::list_objects(db)?);
    Ok(objects)
}

/// How long a database's log is.
fn entries(db: &mut Db) -> Result<u64, Fault> {
    let size: Option<i64> = ledger_head::table.find(1).select(ledger_head::size).first(db).optional()?;
    Ok(size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0))
}

/// Where an object lies below the data directory.
fn object_name(id: ObjectId) -> String {
    let [.., last] = id.as_bytes();
    format!("vault/objects/{last:02x}/{id}")
}

/// Digests what is read through it.
struct Digesting<R> {
    from: R,
    digest: Context,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
