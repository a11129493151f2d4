//! The writer's connection: how it is opened, how a batch begins and ends, how depth is kept.

use super::act::Manager;
use super::anchor::DAMAGED;
use super::hook::Hook;
use super::tree::Edge;
use crate::clock::Micros;
use crate::db::head_schema::ledger_head;
use crate::db::{Database, Db};
use crate::fault::Fault;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a batch waits for another process that writes to the same SQLite file.
const BEGIN_WAIT: Duration = Duration::from_secs(10);
/// How often it asks. SQLite's own waiting backs off so far that the second process starves.
const BEGIN_POLL: Duration = Duration::from_micros(500);

/// A node that hangs while it holds the head stalls all others, so the server ends its session; statements and dead
/// connections end too.
const POSTGRES_SESSION: &str = "SET idle_in_transaction_session_timeout = '2s'; SET statement_timeout = '30s'; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3";

/// An entry is durable when its commit is answered, or a crash of the server takes back what was acknowledged. Whoever waits
/// for standbys too keeps that.
const POSTGRES_DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'";

/// The head row: the right edge of the tree and the time of the last entry.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// Which life of the log this is, from 1.
    pub(super) epoch: u32,
    /// The public half of the key that signs it; none while it is the installation's first one.
    pub(super) signer: Option<Vec<u8>>,
    /// Size and peaks.
    pub(super) edge: Edge,
    /// Time of the last entry.
    pub(super) last_at: Micros,
}

impl Head {
    /// Which epoch it is and who signs: a process that began with another pair signs nothing more.
    pub(super) fn reign(&self) -> (u32, Option<Vec<u8>>) {
        (self.epoch, self.signer.clone())
    }
}

/// A connection with its watch.
pub(super) struct Link {
    pub(super) db: Db,
    pub(super) hook: Hook,
}

impl Link {
    /// Opens the connection that may write.
    pub(super) fn open(database: &Database) -> Result<Self, Fault> {
        let mut db = database.connect()?;
        match &mut db {
            Db::Sqlite(db) => db.batch_execute("PRAGMA busy_timeout = 0")?,
            Db::Pg(db) => {
                db.batch_execute(POSTGRES_SESSION)?;
                db.batch_execute(POSTGRES_DURABLE)?;
            }
        }
        let hook = Hook::install(&mut db);
        Ok(Self { db, hook })
    }

    /// Begins a batch and locks the head: from here on this process alone decides what the next index is.
    pub(super) fn begin(&mut self) -> Result<Head, Fault> {
        let until = Instant::now() + BEGIN_WAIT;
        loop {
            // Not by raw BEGIN: diesel would count the depth wrongly and begin again inside.
            let begun = match &mut self.db {
                Db::Sqlite(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN IMMEDIATE"),
                Db::Pg(db) => AnsiTransactionManager::begin_transaction_sql(db, "BEGIN"),
            };
            match begun {
                Ok(()) => return read_head(&mut self.db, Lock::ForUpdate),
                Err(error) if is_locked(&error) && Instant::now() < until => sleep(BEGIN_POLL),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Opens the savepoint of the first act.
    pub(super) fn fence(&mut self) -> QueryResult<()> {
        self.db.batch_execute("SAVEPOINT candor_act")
    }

    /// Keeps what the act wrote and opens the savepoint of the next: one round trip. Fails when the act has ended
    /// the transaction, so nothing can be written outside of one.
    pub(super) fn keep_and_fence(&mut self) -> QueryResult<()> {
        self.db.batch_execute("RELEASE SAVEPOINT candor_act; SAVEPOINT candor_act")
    }

    /// Takes back what the act wrote; the savepoint stays for the next act.
    pub(super) fn take_back(&mut self) -> QueryResult<()> {
        self.db.batch_execute("ROLLBACK TO SAVEPOINT candor_act")
    }

    /// Closes the last act's savepoint, with the same check as [`Link::keep_and_fence`].
    pub(super) fn keep(&mut self) -> QueryResult<()> {
        self.db.batch_execute("RELEASE SAVEPOINT candor_act")
    }

    /// Rolls nested transactions back that a panic left open. Whether there were any.
    ///
    /// # Errors
    /// When the act has ended the batch's own transaction.
    pub(super) fn unwind(&mut self) -> QueryResult<bool> {
        let mut unwound = false;
        loop {
            let status = Manager::transaction_manager_status_mut(&mut self.db);
            match status.transaction_depth()?.map(std::num::NonZero::get) {
                None => return Err(diesel::result::Error::NotInTransaction),
                Some(1) => return Ok(unwound),
                Some(_) => Manager::rollback_transaction(&mut self.db)?,
            }
            unwound = true;
        }
    }

    /// Commits the batch.
    pub(super) fn commit(&mut self) -> QueryResult<()> {
        Manager::commit_transaction(&mut self.db)
    }

    /// Rolls the batch back.
    pub(super) fn roll_back(&mut self) -> QueryResult<()> {
        Manager::rollback_transaction(&mut self.db)
    }
}

/// Whether other processes may change the head meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// They wait until this transaction ends. On SQLite the transaction itself is the lock.
    ForUpdate,
    /// They may.
    None,
}

/// Reads the head row.
pub(super) fn read_head(db: &mut Db, lock: Lock) -> Result<Head, Fault> {
    let row = ledger_head::table.find(1).select((
        ledger_head::epoch,
        ledger_head::size,
        ledger_head::peaks,
        ledger_head::last_at,
        ledger_head::signer,
    ));
    let found = match (db, lock) {
        (Db::Pg(db), Lock::ForUpdate) => row.for_update().first(db).optional()?,
        (db, _) => row.first(db).optional()?,
    };
    head_of(found.ok_or(Fault::bare(DAMAGED))?)
}

/// The columns of the head row: epoch, size, peaks, time of the last entry, who signs.
type HeadRow = (i32, i64, Vec<u8>, Micros, Option<Vec<u8>>);

/// The head of a row.
fn head_of((epoch, size, peaks, last_at, signer): HeadRow) -> Result<Head, Fault> {
    let damaged = Fault::bare(DAMAGED);
    let (Ok(epoch), Ok(size)) = (u32::try_from(epoch), u64::try_from(size)) else { return Err(damaged) };
    let edge = Edge::read(size, &peaks).ok_or(damaged)?;
    Ok(Head { epoch, signer, edge, last_at })
}

/// Reads the head row and the index of the last entry in one statement: of one moment, whoever appends meanwhile.
pub(super) fn read_head_with_last(db: &mut Db) -> Result<(Head, Option<i64>), Fault> {
    let last = diesel::dsl::sql::<Nullable<BigInt>>("(SELECT max(idx) FROM ledger_entry)");
    let columns = (
        ledger_head::epoch,
        ledger_head::size,
        ledger_head::peaks,
        ledger_head::last_at,
        ledger_head::signer,
    );
    let (row, last): (HeadRow, Option<i64>) = ledger_head::table.find(1).select((columns, last)).first(db)?;
    Ok((head_of(row)?, last))
}

/// Whether another process holds SQLite's one write lock.
fn is_locked(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, info) if info.message().contains("locked"))
}
