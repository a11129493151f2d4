//! Restoring a backup: whole or not at all.

use super::tar::Reader;
use super::{
    BackupError, Contents, DATABASE, Digesting, LIST_NAME, Listed, contents, entries, listed, object_name,
    objects,
};
use crate::db::{Database, installation};
use crate::files::{beside, sync_name};
use crate::text::hex;
use ring::digest::{Context, SHA256};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

/// The longest list that is read: two million objects.
const LIST_BYTES: u64 = 256 * 1024 * 1024;

/// Restores a backup into a new data directory, whole or not at all.
pub fn restore(from: &Path, data: &Path) -> Result<Contents, BackupError> {
    if data.exists() {
        return Err(BackupError::Taken(data.to_owned()));
    }
    let part = beside(data, ".restoring");
    DirBuilder::new().mode(0o700).create(&part)?;
    let restored = unpack(from, &part).and_then(|contents| {
        sync_folders(&part)?;
        fs::rename(&part, data)?;
        sync_name(data)?;
        Ok(contents)
    });
    if restored.is_err() && part.exists() {
        fs::remove_dir_all(&part)?;
    }
    restored
}

/// Makes a folder and those below it durable; their files are.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for inside in fs::read_dir(folder)? {
        let inside = inside?;
        if inside.file_type()?.is_dir() {
            sync_folders(&inside.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Unpacks every file, then compares all of them with the list and the database.
fn unpack(from: &Path, into: &Path) -> Result<Contents, BackupError> {
    let found = unpack_files(from, into)?;
    let database = Database::open(&format!("sqlite:{}", into.join(DATABASE).display()))?;
    let db = &mut *database.read()?;
    installation::find(db)?
        .ok_or_else(|| BackupError::Damaged("there is no installation in it".to_owned()))?;
    let (named, entries) = (objects(db)?, entries(db)?);
    let files: HashSet<&str> = found.iter().map(|file| file.name.as_str()).collect();
    for object in &named {
        if !files.contains(object_name(*object).as_str()) {
            return Err(BackupError::Missing(*object));
        }
    }
    Ok(contents(&found, named.len(), entries))
}

/// Unpacks every file and compares them with the list at the end.
fn unpack_files(from: &Path, into: &Path) -> Result<Vec<Listed>, BackupError> {
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
        Some(list) if list == listed(&found) => Ok(found),
        Some(_) => Err(BackupError::Damaged("its files are not those of its list".to_owned())),
        None => Err(BackupError::Damaged("its end is missing".to_owned())),
    }
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
