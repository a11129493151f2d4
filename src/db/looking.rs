//! Opening the file of an embedded database to look at it: nothing in its folder is changed, whatever is found.
//!
//! A copy may come with a write-ahead log beside it, which holds the newest entries. SQLite reads it without changing it; the
//! index into it (`-shm`) is used when it lies there, and otherwise made for as long as somebody looks.

use super::Db;
use crate::fault::{Fault, Kind};
use crate::files::beside;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use std::path::{Path, PathBuf};

/// A database that is looked at.
pub struct Look {
    /// The connection. It refuses to write.
    pub db: Db,
    /// The index that was made for this look.
    made: Option<PathBuf>,
}

impl Drop for Look {
    fn drop(&mut self) {
        if let Some(made) = &self.made {
            // Whoever else looks makes it anew; a folder that cannot be written to has none.
            let _ = std::fs::remove_file(made);
        }
    }
}

/// Opens the file of an embedded database.
///
/// # Errors
/// When it is no database, or has a write-ahead log beside it without an index and its folder cannot be written to.
pub fn look(file: &Path) -> Result<Look, Fault> {
    let (wal, index) = (beside(file, "-wal"), beside(file, "-shm"));
    let is_empty = std::fs::metadata(&wal).map_or(true, |wal| wal.len() == 0);
    let ways: &[&str] = match (is_empty && !index.exists(), index.exists()) {
        (true, _) => &["immutable=1"],
        // A running server shares its index; where it will not, its own way is taken.
        (false, true) => &["mode=ro&readonly_shm=1", "mode=ro"],
        (false, false) => &["mode=ro"],
    };
    let made = (!is_empty && !index.exists()).then_some(index);
    let mut last = Fault::bare("database file");
    for way in ways {
        match open(file, way) {
            Ok(db) => return Ok(Look { db, made }),
            Err(fault) => last = fault,
        }
    }
    Err(last.with_kind(Kind::Unexpected))
}

/// Opens it in one way, and reads something.
fn open(file: &Path, way: &str) -> Result<Db, Fault> {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let mut db = SqliteConnection::establish(&format!("file:{path}?{way}"))
        .map_err(|error| Fault::new("database file", error))?;
    db.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; SELECT count(*) FROM sqlite_master",
    )?;
    Ok(Db::Sqlite(db))
}
