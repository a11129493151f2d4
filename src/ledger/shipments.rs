//! How far the log has been shipped to other systems: a cursor each, over indexes.
//!
//! Indexes are given under the head's lock, in the order of commits: whatever is committed later has a larger index, so a
//! cursor that moves behind what was taken skips nothing. It moves only after the other side has taken a batch, so a
//! crash in between ships that batch again: at least once.
//!
//! A cursor belongs to a destination: another collector begins with the first entry, and one that was left and is taken up
//! again goes on where it was left.

use super::append::stored;
use super::epoch;
use super::link::{Lock, read_head};
use super::tree::hex;
use crate::clock::Micros;
use crate::config::{Syslog, Webhook};
use crate::db::Db;
use crate::db::shipment_schema::ledger_shipment;
use crate::fault::Fault;
use crate::ids::NodeId;
use diesel::prelude::*;

/// How the name of a shipment by syslog begins.
const SYSLOG: &str = "syslog";
/// How the name of a shipment by webhook begins.
const WEBHOOK: &str = "webhook";
/// How long a node may take for a batch. Then others may ship it.
const CLAIM_SECS: i64 = 120;
/// The shortest and longest wait after a failure.
const WAIT_SECS: (i64, i64) = (5, 300);

/// Where a shipment stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Shipment {
    /// Which: `syslog` or `webhook`, and the digest of where it goes.
    pub name: String,
    epoch: i32,
    /// The index that is shipped next.
    pub next: i64,
    /// When a batch was taken last; none before the first.
    pub at: Option<Micros>,
    /// When it is tried again.
    pub next_try_at: Micros,
    /// How many tries have failed since.
    pub failures: i64,
    /// Why the last try failed; none when it did not.
    pub error: Option<String>,
    node: Option<NodeId>,
    claimed_until: Micros,
}

impl Shipment {
    /// How many entries of a log of this size were not shipped yet.
    pub fn lag(&self, size: u64) -> u64 {
        size.saturating_sub(u64::try_from(self.next).unwrap_or(0))
    }
}

/// Every shipment that was ever begun, by name.
pub fn list(db: &mut Db) -> Result<Vec<Shipment>, Fault> {
    Ok(ledger_shipment::table.order(ledger_shipment::name).load(db)?)
}

/// The name of the shipment to a collector.
pub fn of_syslog(to: &Syslog) -> String {
    format!("{SYSLOG} {}", digest(&format!("{}:{}", to.host, to.port)))
}

/// The name of the shipment to a webhook. What follows a question mark says who asks, not where.
pub fn of_webhook(to: &Webhook) -> String {
    format!("{WEBHOOK} {}", digest(to.url.split(['?', '#']).next().unwrap_or_default()))
}

/// A destination in a name: an address may hold a secret, its digest does not.
fn digest(destination: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, destination.as_bytes());
    hex(digest.as_ref().get(..8).unwrap_or_default())
}

/// Where a shipment stands; none before it was begun.
pub fn find(db: &mut Db, name: &str) -> Result<Option<Shipment>, Fault> {
    let known: Option<Shipment> = ledger_shipment::table.find(name).first(db).optional()?;
    if known.is_some() {
        return Ok(known);
    }
    // Cursors once belonged to a kind alone; such a one is taken over by the first destination of its kind.
    let kind = name.split(' ').next().unwrap_or_default();
    Ok(ledger_shipment::table.find(kind).first(db).optional()?)
}

/// Claims the next batch of a shipment for a node: the index to begin with; none while it waits or another node has it. In
/// the writer's transaction, which all nodes take in turn.
pub fn claim(db: &mut Db, name: &str, (node, now): (NodeId, Micros)) -> Result<Option<u64>, Fault> {
    let present = i32::try_from(read_head(db, Lock::None)?.epoch).unwrap_or(i32::MAX);
    let known = if let Some(known) = find(db, name)? {
        diesel::update(ledger_shipment::table.find(&known.name))
            .set(ledger_shipment::name.eq(name))
            .execute(db)?;
        known
    } else {
        diesel::insert_into(ledger_shipment::table)
            .values((
                ledger_shipment::name.eq(name),
                ledger_shipment::epoch.eq(present),
                ledger_shipment::next_idx.eq(0),
                ledger_shipment::next_try_at.eq(now),
                ledger_shipment::failures.eq(0),
                ledger_shipment::claimed_until.eq(now),
            ))
            .execute(db)?;
        find(db, name)?.ok_or(Fault::bare("a shipment that was just begun"))?
    };
    let is_others = known.node.is_some_and(|other| other != node) && known.claimed_until > now;
    if is_others || known.next_try_at > now {
        return Ok(None);
    }
    // A log that was restored from a backup goes on in a new epoch, which is shipped from its first entry on.
    let next = if known.epoch == present { known.next } else { epoch::begins_at(db)?.min(known.next) };
    diesel::update(ledger_shipment::table.find(name))
        .set((
            ledger_shipment::epoch.eq(present),
            ledger_shipment::next_idx.eq(next),
            ledger_shipment::node_id.eq(Some(node)),
            ledger_shipment::claimed_until.eq(now.plus_secs(CLAIM_SECS)),
        ))
        .execute(db)?;
    Ok(Some(u64::try_from(next).unwrap_or(0)))
}

/// Notes what came of a claimed batch: the index after it, or why it was not taken. Idempotent.
pub fn note(
    db: &mut Db,
    name: &str,
    (node, now): (NodeId, Micros),
    outcome: &Result<u64, String>,
) -> Result<(), Fault> {
    let Some(known) = find(db, name)? else { return Ok(()) };
    if known.node != Some(node) {
        // Another node has taken over since; what it says counts.
        return Ok(());
    }
    let row = diesel::update(ledger_shipment::table.find(name));
    match outcome {
        Ok(next) => row
            .set((
                ledger_shipment::next_idx.eq(stored(*next)?),
                ledger_shipment::at.eq(Some(now)),
                ledger_shipment::next_try_at.eq(now),
                ledger_shipment::failures.eq(0),
                ledger_shipment::error.eq(None::<String>),
                ledger_shipment::claimed_until.eq(now),
            ))
            .execute(db)?,
        Err(why) => {
            let (least, most) = WAIT_SECS;
            let wait_secs = least.saturating_mul(1 << known.failures.clamp(0, 10)).min(most);
            row.set((
                ledger_shipment::next_try_at.eq(now.plus_secs(wait_secs)),
                ledger_shipment::failures.eq(known.failures.saturating_add(1)),
                ledger_shipment::error.eq(Some(why)),
                ledger_shipment::claimed_until.eq(now),
            ))
            .execute(db)?
        }
    };
    Ok(())
}
