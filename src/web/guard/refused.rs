//! Refusals at a desk are recorded: somebody signed in tries a door that is not theirs.
//!
//! One entry covers the same person at the same desk for ten minutes, so that trying again and again does not fill a log
//! that is never pruned.

use super::Caller;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::Session;
use crate::identity::acts::staff::refuse_desk;
use crate::ids::PersonId;
use crate::ledger::store::{self, Filter};
use crate::ledger::{EventKind, Fact};

/// How long one entry covers further refusals.
const COVERED_SECS: i64 = 600;
/// How many refusals of a person are looked through; there are fewer desks.
const MOST: u16 = 20;

/// Records that `session` was refused at a desk, unless that was recorded a short while ago.
pub(super) async fn record(caller: &Caller, session: &Session, desk: &'static str) -> Result<(), Fault> {
    let (person, since) = (session.person, caller.app.clock.now().plus_secs(-COVERED_SECS));
    if caller.app.read(move |db| is_covered(db, person, desk, since)).await? {
        return Ok(());
    }
    let (session, origin) = (session.clone(), caller.origin.clone());
    caller.app.act("desk.refuse", move |act| refuse_desk(act, &session, desk, &origin)).await.map(drop)
}

/// Whether an entry says so already.
fn is_covered(db: &mut Db, person: PersonId, desk: &'static str, since: Micros) -> Result<bool, Fault> {
    let filter = Filter {
        kind: Some(EventKind::DeskRefused),
        person: Some(person),
        from: Some(since),
        ..Filter::default()
    };
    let entries = store::list_stored(db, &filter, MOST)?;
    let same = |leaf: crate::ledger::Leaf| leaf.facts.get("desk") == Some(&Fact::from(desk));
    Ok(entries.into_iter().filter_map(|entry| entry.leaf.ok()).any(same))
}
