//! What this process knows of the log: the tree it has last seen committed. Whatever the database shows later must extend
//! it, or nothing is signed any more.
//!
//! The anchor file tells a process that starts that the log was rolled back. One that runs would never look, and would sign
//! whatever it finds, over the anchor too: a backup put back beneath it, a standby that lagged behind and took over, rows that
//! somebody rewrote with all their hashes. So each batch compares the head with the last one, which costs nothing; only
//! where another process has appended are its entries hashed again, from what is known up to what the head claims.

use super::append::stored;
use super::batch::Thread;
use super::link::{Head, Link};
use super::tree::{Edge, leaf_hash};
use super::trouble;
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use diesel::prelude::*;

/// Rows read at a time.
const PAGE: i64 = 1000;

/// The tree that was last seen committed, and under whom.
pub(super) struct Known {
    /// Which life of the log it is, and who signs it.
    reign: (u32, Option<Vec<u8>>),
    edge: Edge,
}

impl Known {
    /// What a head says that was compared with all there is to compare it with.
    pub(super) fn of(head: &Head) -> Self {
        Self { reign: head.reign(), edge: head.edge.clone() }
    }

    /// Whether this head, read under its lock, extends what is known; from now on it is what is known.
    ///
    /// # Errors
    /// Final ones (see [`trouble`]) when it does not, or when the log goes on under another epoch or key.
    pub(super) fn follow(&mut self, db: &mut Db, head: &Head) -> Result<(), Fault> {
        if head.reign() != self.reign {
            return Err(trouble::moved_on());
        }
        if head.edge == self.edge {
            return Ok(());
        }
        if head.edge.size() < self.edge.size() {
            return Err(trouble::taken_back());
        }
        self.edge = extended(db, self.edge.clone(), head.edge.size())?;
        if self.edge == head.edge { Ok(()) } else { Err(trouble::rewritten()) }
    }

    /// Takes note of what this process has committed itself.
    pub(super) fn grow(&mut self, edge: Edge) {
        self.edge = edge;
    }
}

impl Thread {
    /// Begins a batch on a log that extends what this process knows of it.
    pub(super) fn begin(&mut self) -> Result<Head, Fault> {
        let head = self.begin_any()?;
        let followed = match &mut self.link {
            Some(link) => self.known.follow(&mut link.db, &head),
            None => Err(trouble::not_saved()),
        };
        if followed.is_err() {
            self.drop_transaction();
        }
        followed.map(|()| head)
    }

    /// Begins on the open connection, or on a new one if that has broken meanwhile. No job has run yet.
    fn begin_any(&mut self) -> Result<Head, Fault> {
        if let Some(link) = &mut self.link {
            match link.begin() {
                Ok(head) => return Ok(head),
                Err(fault) => tracing::warn!(?fault, "the writer connects again"),
            }
        }
        // Dropping an old connection ends its transaction.
        self.link = None;
        let mut link = Link::open(&self.database)?;
        let head = link.begin()?;
        self.link = Some(link);
        Ok(head)
    }

    /// Rolls back what is left of a lost batch, or drops the connection when even that fails.
    pub(super) fn drop_transaction(&mut self) {
        let healed = self.link.as_mut().is_some_and(|link| link.unwind().is_ok() && link.roll_back().is_ok());
        if !healed {
            self.link = None;
        }
    }
}

/// The edge after the stored entries up to `size`. Each must also bear the hashes that it has in this tree.
fn extended(db: &mut Db, mut edge: Edge, size: u64) -> Result<Edge, Fault> {
    while edge.size() < size {
        let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = ledger_entry::table
            .filter(ledger_entry::idx.ge(stored(edge.size())?))
            .filter(ledger_entry::idx.lt(stored(size)?))
            .order(ledger_entry::idx)
            .limit(PAGE)
            .select((ledger_entry::idx, ledger_entry::leaf, ledger_entry::hashes))
            .load(db)?;
        if rows.is_empty() {
            return Err(trouble::rewritten());
        }
        for (index, leaf, hashes) in rows {
            let is_next = stored(edge.size())? == index;
            if !is_next || edge.append(leaf_hash(&leaf)) != hashes {
                return Err(trouble::rewritten());
            }
        }
    }
    Ok(edge)
}
