//! The table `node`: processes that serve this database, and when each was last heard of.
//!
//! A node is alive while its lease has not run out. What a dead one left open, others close.

use super::Db;
use super::node_schema::node;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::ids::NodeId;
use diesel::prelude::*;

/// How long a node counts as alive after it was heard of, in seconds.
pub const LEASE_SECS: i64 = 15;
/// Nodes that were not heard of for so long are forgotten.
const FORGOTTEN_SECS: i64 = 24 * 3_600;

/// Notes that a node lives, and forgets those that were dead for a day. Idempotent.
pub fn beat(db: &mut Db, id: NodeId, now: Micros) -> Result<(), Fault> {
    let heard = diesel::update(node::table.find(id)).set(node::seen_at.eq(now)).execute(db)?;
    if heard == 0 {
        diesel::insert_into(node::table).values((node::id.eq(id), node::seen_at.eq(now))).execute(db)?;
    }
    diesel::delete(node::table.filter(node::seen_at.lt(now.plus_secs(-FORGOTTEN_SECS)))).execute(db)?;
    Ok(())
}

/// The nodes whose lease has not run out.
pub fn list_alive(db: &mut Db, now: Micros) -> Result<Vec<NodeId>, Fault> {
    Ok(node::table.filter(node::seen_at.ge(now.plus_secs(-LEASE_SECS))).select(node::id).load(db)?)
}
