//! Backup and restore of the embedded shape: one file with database, settings and sealed objects.
//!
//! Taken beside a running server and without the keyring: what is in it is as sealed as on the disk. The database is copied
//! first, as one moment of it; objects are never rewritten, so whatever that moment names is still there. Keyring and anchor
//! file are left out on purpose: the one would make the backup readable, the other would let an old log pass for the newest.

mod tar;

use crate::config::Config;
use crate::db::Db;
use crate::db::head_schema::ledger_head;
use crate::db::schema::sealed_object;
use crate::db::{Database, installation};
use crate::fault::Fault;
use crate::ids::ObjectId;
use crate::remediation::evidence;
use crate::text::hex;
use diesel::prelude::*;
use ring::digest::{Context, SHA256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};
use tar::{Reader, Writer};

/// The first line of the list at the end of a backup.
const LIST: &str = "candor backup v1";
/// The name of that list.
const LIST_NAME: &str = "BACKUP";
/// The name of the database in a backup and in a data directory.
const DATABASE: &str = "candor.sqlite";
/// The name of the settings.
const SETTINGS: &str = "candor.toml";
/// The longest list that is read: two million objects.
const LIST_BYTES: u64 = 256 * 1024 * 1024;

/// Why there is no backup, or it cannot be restored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not the embedded database.
    #[error("the database is PostgreSQL: back it up with pg_dump, and the vault's folder after it")]
    NotEmbedded,
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
    /// Sealed objects.
    pub objects: u64,
    /// Entries of the log.
    pub entries: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A file of a backup, as its list has it.
struct Listed {
    sha256: String,
    bytes: u64,
    name: String,
}

/// Writes a backup of the installation that `config` describes into a new file.
pub fn write(config: &Config, to: &Path) -> Result<Contents, BackupError> {
    let database = Database::open(config.database.expose())?;
    if database.file().is_none() {
        return Err(BackupError::NotEmbedded);
    }
    if to.exists() {
        return Err(BackupError::Taken(to.to_owned()));
    }
    let part = beside(to, "part");
    let copy = beside(to, "database");
    let written = write_parts(config, &database, (&part, &copy));
    for temporary in [&copy, &part] {
        if written.is_err() || temporary == &copy {
            let _ = fs::remove_file(temporary);
        }
    }
    let contents = written?;
    // A link instead of a rename: nobody's file is taken away that came meanwhile.
    fs::hard_link(&part, to).and_then(|()| fs::remove_file(&part))?;
    Ok(contents)
}

/// Writes the parts of a backup in the order in which they depend on each other.
fn write_parts(
    config: &Config,
    database: &Database,
    (part, copy): (&Path, &Path),
) -> Result<Contents, BackupError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    database.copy_to(copy)?;
    let copied = Database::open(&format!("sqlite:{}", copy.display()))?;
    let (objects, entries) = contents(&mut *copied.read()?)?;
    let (mut tar, mut list) = (Writer::new(file), Vec::new());
    add(&mut tar, &mut list, DATABASE, copy)?;
    let settings = config.data.join(SETTINGS);
    if settings.exists() {
        add(&mut tar, &mut list, SETTINGS, &settings)?;
    }
    for object in &objects {
        let name = object_name(*object);
        let path = config.data.join(&name);
        if !path.exists() {
            return Err(BackupError::Missing(*object));
        }
        add(&mut tar, &mut list, &name, &path)?;
    }
    let text = listed(&list);
    tar.add(LIST_NAME, u64::try_from(text.len()).unwrap_or(0), &mut text.as_bytes())?;
    tar.finish()?.sync_all()?;
    let bytes = list.iter().map(|file| file.bytes).sum();
    Ok(Contents { objects: u64::try_from(objects.len()).unwrap_or(0), entries, bytes })
}

/// The objects that a database names, and how long its log is.
fn contents(db: &mut Db) -> Result<(Vec<ObjectId>, u64), Fault> {
    let mut objects: Vec<ObjectId> =
        sealed_object::table.select(sealed_object::id).order(sealed_object::id).load(db)?;
    objects.extend(evidence::list_objects(db)?);
    let size: Option<i64> = ledger_head::table.find(1).select(ledger_head::size).first(db).optional()?;
    Ok((objects, size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0)))
}

/// Where an object lies below the data directory.
fn object_name(id: ObjectId) -> String {
    let [.., last] = id.as_bytes();
    format!("vault/objects/{last:02x}/{id}")
}

/// Adds a file and its line of the list.
fn add(tar: &mut Writer<File>, list: &mut Vec<Listed>, name: &str, path: &Path) -> Result<(), BackupError> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut digesting = Digesting { from: file, digest: Context::new(&SHA256) };
    tar.add(name, bytes, &mut digesting)?;
    list.push(Listed { sha256: hex(digesting.digest.finish().as_ref()), bytes, name: name.to_owned() });
    Ok(())
}

/// The list of a backup.
fn listed(files: &[Listed]) -> String {
    let mut lines = vec![LIST.to_owned()];
    lines.extend(files.iter().map(|file| format!("{} {} {}", file.sha256, file.bytes, file.name)));
    lines.push(String::new());
    lines.join("\n")
}

/// A neighbour of a path.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or(path.as_os_str()).to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
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

/// Restores a backup into a new data directory, whole or not at all.
pub fn restore(from: &Path, data: &Path) -> Result<Contents, BackupError> {
    if data.exists() {
        return Err(BackupError::Taken(data.to_owned()));
    }
    let part = beside(data, "restoring");
    DirBuilder::new().mode(0o700).create(&part)?;
    let restored = unpack(from, &part).and_then(|contents| {
        fs::rename(&part, data)?;
        Ok(contents)
    });
    if restored.is_err() {
        fs::remove_dir_all(&part)?;
    }
    restored
}

/// Unpacks every file, then compares all of them with the list and the database.
fn unpack(from: &Path, into: &Path) -> Result<Contents, BackupError> {
    let mut tar = Reader::new(File::open(from)?);
    let (mut found, mut list) = (Vec::new(), None);
    while let Some((name, size)) = tar.next()? {
        if name == LIST_NAME {
            let mut text = String::new();
            tar.data().take(LIST_BYTES).read_to_string(&mut text)?;
            list = Some(text);
            continue;
        }
        let path = inside(into, &name)?;
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let mut digesting = Digesting { from: tar.data(), digest: Context::new(&SHA256) };
        let bytes = io::copy(&mut digesting, &mut file)?;
        if bytes != size {
            return Err(BackupError::Damaged(format!("{name} is cut off")));
        }
        file.flush()?;
        file.sync_all()?;
        found.push(Listed { sha256: hex(digesting.digest.finish().as_ref()), bytes, name });
    }
    match list {
        Some(list) if list == listed(&found) => {}
        Some(_) => return Err(BackupError::Damaged("its files are not those of its list".to_owned())),
        None => return Err(BackupError::Damaged("its end is missing".to_owned())),
    }
    let database = Database::open(&format!("sqlite:{}", into.join(DATABASE).display()))?;
    let db = &mut *database.read()?;
    installation::find(db)?
        .ok_or_else(|| BackupError::Damaged("there is no installation in it".to_owned()))?;
    let (objects, entries) = contents(db)?;
    for object in &objects {
        if !found.iter().any(|file| file.name == object_name(*object)) {
            return Err(BackupError::Missing(*object));
        }
    }
    let bytes = found.iter().map(|file| file.bytes).sum();
    Ok(Contents { objects: u64::try_from(objects.len()).unwrap_or(0), entries, bytes })
}

/// A path below `folder`; names that lead elsewhere are refused.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, BackupError> {
    let name = Path::new(name);
    if name.components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(folder.join(name))
    } else {
        Err(BackupError::Damaged(format!("the name {} leads out of the directory", name.display())))
    }
}
