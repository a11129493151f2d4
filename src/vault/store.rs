//! The vault's files: put once, never overwritten, removed whole.

use super::passed::Passed;
use super::{ObjectContext, ObjectRef};
use crate::clock::{Clock, Micros};
use crate::fault::Fault;
use crate::ids::ObjectId;
use crate::seal::DataKey;
use crate::seal::cobblestone::Sealer;
use ring::digest::{Context as Digest, SHA256, digest};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The mode of every file: its owner reads and writes.
const FILE_MODE: u32 = 0o600;
/// The mode of every directory: its owner alone enters.
const FOLDER_MODE: u32 = 0o700;
/// How the names of files being written end.
const TEMP: &str = "tmp";

/// Sealed objects under one directory. Cheap to clone; safe to use from many threads and processes at once.
#[derive(Clone, Debug)]
pub struct Vault {
    objects: PathBuf,
    staging: PathBuf,
    /// Objects that need not be checked whole again.
    pub(super) passed: Arc<Passed>,
}

impl Vault {
    /// The vault in the directory `root`; makes what is missing.
    pub fn open(root: &Path) -> Result<Self, Fault> {
        let (objects, staging) = (root.join("objects"), root.join("staging"));
        let vault = Self { objects, staging, passed: Arc::default() };
        for folder in [&vault.objects, &vault.staging] {
            DirBuilder::new()
                .recursive(true)
                .mode(FOLDER_MODE)
                .create(folder)
                .map_err(|cause| Fault::new("making the vault's directories", cause))?;
        }
        sync_folder(root).map_err(|cause| Fault::new("making the vault's directories", cause))?;
        Ok(vault)
    }
    /// Seals `plaintext` under `key`, bound to `context`, into a new object; it is on the disk when this returns.
    ///
    /// # Errors
    /// What the system refused. At worst a whole sealed object stays that no row knows.
    pub fn put(
        &self,
        clock: &Clock,
        key: &DataKey,
        context: &ObjectContext,
        plaintext: &[u8],
    ) -> Result<ObjectRef, Fault> {
        let id = ObjectId::new(clock);
        let size_bytes = u64::try_from(plaintext.len()).unwrap_or(u64::MAX);
        let bound = context.bind(key, size_bytes);
        let write = |file: &File| -> io::Result<[u8; 32]> {
            let out = Hashing { out: file, digest: Digest::new(&SHA256) };
            let mut sealer = Sealer::new(key.secret(), bound.as_bytes(), clock, out)?;
            sealer.write(plaintext)?;
            Ok(bytes_of(sealer.finish()?.digest.finish()))
        };
        let sealed_sha256 =
            self.place(id, write).map_err(|cause| Fault::new("writing a sealed object", cause))?;
        Ok(ObjectRef { id, size_bytes, sha256: bytes_of(digest(&SHA256, plaintext)), sealed_sha256 })
    }
    /// Removes object `id`; content once removed, or never there.
    pub fn remove(&self, id: ObjectId) -> Result<(), Fault> {
        let path = self.object_path(id);
        let removed = remove_if_there(&path).and_then(|()| sync_folder(parent(&path)));
        match removed {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(Fault::new("removing a sealed object", cause))
            }
            _ => Ok(()),
        }
    }
    /// Removes what broken-off writes and uploads left behind, and says how many files it were.
    ///
    /// Only for the start of the server, before anybody writes: it takes every unfinished file for abandoned.
    pub fn sweep_temps(&self) -> Result<usize, Fault> {
        let swept = || -> io::Result<usize> {
            let mut swept = 0;
            for entry in fs::read_dir(&self.staging)? {
                remove_if_there(&entry?.path())?;
                swept += 1;
            }
            for folder in fs::read_dir(&self.objects)? {
                for entry in fs::read_dir(folder?.path())? {
                    let path = entry?.path();
                    if path.extension().is_some_and(|extension| extension == TEMP) {
                        remove_if_there(&path)?;
                        swept += 1;
                    }
                }
            }
            Ok(swept)
        };
        swept().map_err(|cause| Fault::new("sweeping the vault", cause))
    }
    /// Every whole object, with the time its id was made at.
    ///
    /// # Errors
    /// When a directory cannot be read. Files that bear no id are passed over.
    pub fn list(&self) -> Result<Vec<(ObjectId, Micros)>, Fault> {
        let listed = || -> io::Result<Vec<(ObjectId, Micros)>> {
            let mut listed = Vec::new();
            for folder in fs::read_dir(&self.objects)? {
                for entry in fs::read_dir(folder?.path())? {
                    let id = entry?.file_name().to_str().and_then(|name| name.parse::<ObjectId>().ok());
                    listed.extend(id.map(|id| (id, made_at(id))));
                }
            }
            Ok(listed)
        };
        listed().map_err(|cause| Fault::new("listing the vault", cause))
    }
    /// Where object `id` lies.
    pub(super) fn object_path(&self, id: ObjectId) -> PathBuf {
        let [.., last] = id.as_bytes();
        self.objects.join(format!("{last:02x}")).join(id.to_string())
    }
    /// Where upload `id` is staged.
    pub(super) fn staged_path(&self, id: ObjectId) -> PathBuf {
        self.staging.join(id.to_string())
    }
    /// Writes a new object by `write` into a file beside its place, and links it there when it is whole and on the disk.
    fn place<T>(&self, id: ObjectId, write: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let path = self.object_path(id);
        let folder = parent(&path);
        match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
            Ok(()) => sync_folder(&self.objects)?,
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
        let path_now = folder.join(format!(".{id}.{TEMP}"));
        let file = create_new(&path_now)?;
        let temp = Temp(path_now);
        let written = write(&file)?;
        file.sync_all()?;
        fs::hard_link(&temp.0, &path)?; // refuses when the name is taken, where a rename would overwrite
        drop(temp);
        sync_folder(folder)?;
        Ok(written)
    }
}

/// A file that goes when its owner goes.
#[derive(Debug)]
pub(super) struct Temp(pub(super) PathBuf);

impl Drop for Temp {
    fn drop(&mut self) {
        if let Err(cause) = remove_if_there(&self.0) {
            tracing::warn!(path = %self.0.display(), %cause, "an unfinished sealed file could not be removed; the next start removes it");
        }
    }
}

/// Hashes what passes through.
struct Hashing<W> {
    out: W,
    digest: Digest,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(bytes)?;
        self.digest.update(bytes.split_at(taken).0);
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Makes the file `path`, which must not be there.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

/// Removes the file `path`, if it is there.
fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The directory of `path`.
fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Waits until the directory's entries are on the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The 32 bytes of a SHA-256 digest.
fn bytes_of(digest: ring::digest::Digest) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    bytes
}

/// When an id was made: the first 48 bits of a UUIDv7 are milliseconds.
fn made_at(id: ObjectId) -> Micros {
    let millis = id.as_bytes().iter().take(6).fold(0_i64, |millis, byte| (millis << 8) | i64::from(*byte));
    Micros(millis.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_never_overwritten_and_a_failed_write_leaves_nothing() {
        let clock = Clock::system();
        let root = std::env::temp_dir().join(format!("candor-vault-{}", clock.uuid()));
        let vault = Vault::open(&root).unwrap();
        let id = ObjectId::new(&clock);
        let files = || fs::read_dir(parent(&vault.object_path(id))).unwrap().count();
        let failed = vault.place(id, |mut file| {
            file.write_all(b"begun")?;
            Err::<(), _>(io::Error::from(ErrorKind::StorageFull))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::StorageFull);
        assert_eq!(files(), 0);
        vault.place(id, |mut file| file.write_all(b"first")).unwrap();
        let second = vault.place(id, |mut file| file.write_all(b"second"));
        assert_eq!(second.unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(vault.object_path(id)).unwrap(), b"first");
        assert_eq!(files(), 1);
        fs::remove_dir_all(root).unwrap();
    }
}
