//! Names beside a file, and names that last.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The neighbour of a file or directory whose name has this at its end: `beside("data", ".anchor")` is `data.anchor`.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or(path.as_os_str()).to_owned();
    name.push(end);
    path.with_file_name(name)
}

/// The directory that a path lies in.
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a name that was made, changed or removed durable: it is when the directory it lies in is.
pub fn sync_name(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_lies_in_the_same_folder() {
        assert_eq!(beside(Path::new("/srv/data/"), ".keyring"), Path::new("/srv/data.keyring"));
        assert_eq!(beside(Path::new("log.sqlite"), "-wal"), Path::new("log.sqlite-wal"));
        assert_eq!((folder(Path::new("data")), folder(Path::new("/a/b"))), (Path::new("."), Path::new("/a")));
    }
}
