//! The database: SQLite by default, PostgreSQL by URL; one query text for both.
//!
//! * [`Db`] is a connection of either kind; every store function takes `&mut Db`.
//! * [`Database`] knows the URL, opens connections, and keeps a pool of **read-only** ones. Whatever changes state goes
//!   through the writer, which owns the one connection that may write.
//!
//! The backend is chosen by the URL's scheme here, never by trying: diesel's derived `establish` would open an empty
//! SQLite file for a mistyped PostgreSQL URL.

pub mod alarm_schema;
pub mod anchor_schema;
pub mod companion_schema;
pub mod columns;
mod connection;
pub mod data_keys;
pub mod excerpt_schema;
pub mod filter_schema;
pub mod head_schema;
pub mod installation;
pub mod kek_schema;
pub mod keks;
pub mod looking;
pub mod nda_schema;
pub mod node_schema;
pub mod nodes;
pub mod public_schema;
pub mod recall_schema;
pub mod schema;
pub mod shipment_schema;
pub mod shred_schema;
pub mod shreds;
pub mod unusual_schema;

pub use connection::Db;

use crate::fault::Fault;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Migrations of the embedded database.
const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
/// Migrations of PostgreSQL.
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A pooled read-only connection.
pub struct Reader(PooledConnection<Readers>);

impl Deref for Reader {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.0.db
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.0.db
    }
}

/// Which database a URL names.
#[derive(Clone, PartialEq, Eq)]
enum Backend {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL; it may hold a password and is never printed.
    Postgres(String),
}

/// A database URL that cannot be used; the text says what is accepted.
#[derive(Debug, thiserror::Error)]
#[error("the database URL must begin with sqlite: (a file) or postgres://")]
pub struct UnknownScheme;

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Only reads; the database itself refuses writes.
    Read,
    /// Reads and writes: the writer, migrations, `init`.
    Write,
}

/// A database: where it is, and its pool of readers. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    backend: Backend,
    readers: Pool<Readers>,
}

impl Database {
    /// Opens the database that `url` names: `sqlite:PATH`, `postgres://...` or `postgresql://...`.
    ///
    /// # Errors
    /// When the scheme is unknown or the database cannot be reached within 10 seconds.
    pub fn open(url: &str) -> Result<Self, Fault> {
        let backend = Backend::parse(url).map_err(|error| Fault::new("database URL", error))?;
        let readers = Pool::builder()
            .max_size(8)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(10))
            .build_unchecked(Readers { backend: backend.clone() });
        Ok(Self { backend, readers })
    }

    /// A connection that may write. Only the writer, migrations and `init` call this.
    pub fn connect(&self) -> Result<Db, Fault> {
        self.backend.connect(Access::Write)
    }

    /// A read-only connection from the pool. Blocks up to 10 seconds; call it on the blocking pool.
    pub fn read(&self) -> Result<Reader, Fault> {
        self.readers.get().map(Reader).map_err(|error| {
            Fault::new("no database connection", error).with_kind(crate::fault::Kind::Unavailable)
        })
    }

    /// Copies the embedded database, as it is at one moment, into a new file; others may write meanwhile.
    pub fn copy_to(&self, file: &Path) -> Result<(), Fault> {
        let quoted = file.display().to_string().replace('\'', "''");
        Ok(self.connect()?.batch_execute(&format!("VACUUM INTO '{quoted}'"))?)
    }

    /// Has the embedded database write everything into its one file and empty the log beside it, where older pages lie:
    /// keys that were destroyed are then nowhere. `false` when somebody still reads those pages; to be tried again then.
    /// Free pages are overwritten at once (`secure_delete`). PostgreSQL keeps what it pleases until it is vacuumed, and
    /// its archives longer: there, too, a destroyed key is gone from every row.
    pub fn forget_old_pages(&self) -> Result<bool, Fault> {
        let mut db = self.connect()?;
        if self.file().is_none() {
            return Ok(true);
        }
        db.batch_execute("PRAGMA busy_timeout = 1000")?;
        let done: Checkpointed = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(&mut db)?;
        Ok(done.busy == 0)
    }

    /// Brings the schema up to date.
    pub fn migrate(&self) -> Result<(), Fault> {
        let outcome = match &mut self.connect()? {
            Db::Sqlite(db) => db.run_pending_migrations(SQLITE_MIGRATIONS).map(drop),
            Db::Pg(db) => db.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop),
        };
        outcome.map_err(|error| Fault::new("database migration", error))
    }

    /// Takes every migration back, newest first: for the test that tries them both ways.
    pub fn unmigrate(&self) -> Result<(), Fault> {
        let outcome = match &mut self.connect()? {
            Db::Sqlite(db) => db.revert_all_migrations(SQLITE_MIGRATIONS).map(drop),
            Db::Pg(db) => db.revert_all_migrations(POSTGRES_MIGRATIONS).map(drop),
        };
        outcome.map_err(|error| Fault::new("database migration", error))
    }

    /// Whether the schema is the one this program was built for.
    pub fn is_current(&self) -> Result<bool, Fault> {
        let pending = match &mut self.connect()? {
            Db::Sqlite(db) => db.has_pending_migration(SQLITE_MIGRATIONS),
            Db::Pg(db) => db.has_pending_migration(POSTGRES_MIGRATIONS),
        };
        pending.map(|pending| !pending).map_err(|error| Fault::new("database migration", error))
    }

    /// `SQLite` or `PostgreSQL`, for people.
    pub const fn name(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite(_) => "SQLite",
            Backend::Postgres(_) => "PostgreSQL",
        }
    }

    /// The file of the embedded database.
    pub fn file(&self) -> Option<&Path> {
        match &self.backend {
            Backend::Sqlite(path) => Some(path),
            Backend::Postgres(_) => None,
        }
    }
}

/// What SQLite says of a checkpoint of its write-ahead log.
#[derive(diesel::QueryableByName)]
struct Checkpointed {
    /// Whether somebody was in the way.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.name())
    }
}

impl Backend {
    /// Reads a URL by its scheme.
    fn parse(url: &str) -> Result<Self, UnknownScheme> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(UnknownScheme)
    }

    /// Opens one connection with the settings its access needs.
    fn connect(&self, access: Access) -> Result<Db, Fault> {
        let unavailable =
            |error| Fault::new("database connection", error).with_kind(crate::fault::Kind::Unavailable);
        match self {
            Self::Sqlite(path) => {
                let mut db = SqliteConnection::establish(&path.to_string_lossy()).map_err(unavailable)?;
                // FULL: a commit that was acknowledged survives a power cut. Foreign keys are off by default.
                db.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                     PRAGMA secure_delete = ON;",
                )?;
                // The mode is kept in the file. Two connections that set it at once would lock each other out, and
                // the busy timeout does not help there: whoever may write sets it, readers find it. A batch of acts
                // touches a leaf of each index for each person: 32 MiB hold them, and are used only when they are.
                db.batch_execute(match access {
                    Access::Read => "PRAGMA query_only = ON;",
                    Access::Write => {
                        "PRAGMA journal_mode = WAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000;"
                    }
                })?;
                Ok(Db::Sqlite(db))
            }
            Self::Postgres(url) => {
                let mut db = PgConnection::establish(url).map_err(unavailable)?;
                if access == Access::Read {
                    db.batch_execute("SET default_transaction_read_only = on")?;
                }
                Ok(Db::Pg(db))
            }
        }
    }
}

/// A connection that was found alive within so long is taken for alive: asking costs a round trip before every read.
/// Whoever reads within a second of PostgreSQL's going away is told that it went, as whoever was reading then.
const ALIVE_FOR: Duration = Duration::from_secs(1);

/// A connection of the pool.
pub struct Pooled {
    db: Db,
    /// When it was last found alive.
    alive_at: Instant,
}

/// Makes and checks the pool's read-only connections.
pub struct Readers {
    backend: Backend,
}

impl ManageConnection for Readers {
    type Connection = Pooled;
    type Error = Fault;

    fn connect(&self) -> Result<Pooled, Fault> {
        Ok(Pooled { db: self.backend.connect(Access::Read)?, alive_at: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Fault> {
        if pooled.alive_at.elapsed() >= ALIVE_FOR {
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
                .get_result::<i32>(&mut pooled.db)?;
            pooled.alive_at = Instant::now();
        }
        Ok(())
    }

    fn has_broken(&self, _: &mut Pooled) -> bool {
        std::thread::panicking()
    }
}
