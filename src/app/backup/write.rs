//! Writing a backup, beside a running server.
//!
//! Objects come first: they are never rewritten, and few come and go meanwhile. Then the database is copied, as one moment of
//! it, and what it names besides is added. An object that went away in between, since its row did, has the database
//! copied once more; what is in the backup and in no row is noise.

use super::tar::Writer;
use super::{
    BackupError, Contents, DATABASE, Digesting, LIST_NAME, Listed, SETTINGS, contents, entries, listed,
    object_name, objects,
};
use crate::config::Config;
use crate::db::Database;
use crate::files::{beside, sync_name};
use crate::ids::ObjectId;
use crate::text::hex;
use ring::digest::{Context, SHA256};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Result as Read};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How often the database is copied, at the most.
const COPIES: usize = 10;

/// Writes a backup of the installation that `config` describes into a new file.
pub fn write(config: &Config, to: &Path) -> Result<Contents, BackupError> {
    let database = Database::open(config.database.expose())?;
    if database.file().is_none() {
        return Err(BackupError::NotEmbedded);
    }
    if to.exists() {
        return Err(BackupError::Taken(to.to_owned()));
    }
    let desk = Desk::make(to)?;
    let contents = write_parts(config, &database, &desk)?;
    // A link instead of a rename: nobody's file is taken away that came meanwhile.
    fs::hard_link(desk.tar(), to)?;
    sync_name(to)?;
    Ok(contents)
}

/// The folder beside the new file in which it is written, open to nobody else; gone when it is dropped. One that a killed
/// backup has left is swept by the next.
struct Desk {
    folder: PathBuf,
    /// Holds the lock that says that somebody works here.
    _lock: File,
}

impl Desk {
    /// Makes it for a backup into this file.
    fn make(to: &Path) -> Result<Self, BackupError> {
        let folder = beside(to, ".writing");
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        let lock = File::open(&folder)?;
        lock.try_lock().map_err(|_| BackupError::Busy(to.to_owned()))?;
        for left in fs::read_dir(&folder)? {
            fs::remove_file(left?.path())?;
        }
        Ok(Self { folder, _lock: lock })
    }

    /// The backup while it is written.
    fn tar(&self) -> PathBuf {
        self.folder.join("backup.tar")
    }
    /// A new place for a copy of the database.
    fn copy(&self) -> Read<PathBuf> {
        let copy = self.folder.join(DATABASE);
        match fs::remove_file(&copy) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(copy),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Writes the parts of a backup in the order in which they depend on each other.
fn write_parts(config: &Config, database: &Database, desk: &Desk) -> Result<Contents, BackupError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(desk.tar())?;
    let mut parts =
        Parts { data: &config.data, tar: Writer::new(file), list: Vec::new(), objects: HashSet::new() };
    parts.add_if_there(SETTINGS, &config.data.join(SETTINGS))?;
    let now = objects(&mut *database.read()?)?;
    parts.add_objects(&now)?;
    for _ in 0..COPIES {
        let copy = desk.copy()?;
        database.copy_to(&copy)?;
        let copied = Database::open(&format!("sqlite:{}", copy.display()))?;
        let (named, entries) = {
            let db = &mut *copied.read()?;
            (objects(db)?, entries(db)?)
        };
        let Some(missing) = parts.add_objects(&named)? else {
            parts.add_if_there(DATABASE, &copy)?;
            return Ok(contents(&parts.finish()?, named.len(), entries));
        };
        if objects(&mut *database.read()?)?.contains(&missing) {
            return Err(BackupError::Missing(missing));
        }
    }
    Err(BackupError::Restless)
}

/// A backup being written.
struct Parts<'a> {
    data: &'a Path,
    tar: Writer<File>,
    list: Vec<Listed>,
    objects: HashSet<ObjectId>,
}

impl Parts<'_> {
    /// Adds those objects that are not in it yet; tells one that is not there.
    fn add_objects(&mut self, objects: &[ObjectId]) -> Result<Option<ObjectId>, BackupError> {
        let mut missing = None;
        for object in objects {
            if self.objects.contains(object) {
                continue;
            }
            let name = object_name(*object);
            if self.add_if_there(&name, &self.data.join(&name))? {
                self.objects.insert(*object);
            } else {
                missing = Some(*object);
            }
        }
        Ok(missing)
    }

    /// Adds a file and its line of the list; `false` when there is none.
    fn add_if_there(&mut self, name: &str, path: &Path) -> Result<bool, BackupError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let bytes = file.metadata()?.len();
        let mut digesting = Digesting { from: file, digest: Context::new(&SHA256) };
        self.tar.add(name, bytes, &mut digesting)?;
        let sha256 = hex(digesting.digest.finish().as_ref());
        self.list.push(Listed { sha256, bytes, name: name.to_owned() });
        Ok(true)
    }

    /// Adds the list, and gives it once everything is on the disk.
    fn finish(mut self) -> Result<Vec<Listed>, BackupError> {
        let text = listed(&self.list);
        self.tar.add(LIST_NAME, u64::try_from(text.len()).unwrap_or(0), &mut text.as_bytes())?;
        self.tar.finish()?.sync_all()?;
        Ok(self.list)
    }
}
