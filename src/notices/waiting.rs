//! Alarms that the webhook of alerts has not taken yet: queued in the act that records them, tried again until they are taken
//! or too old to matter. They name nobody, so they lie here as they are.

use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::alarm_schema::waiting_alarm;
use crate::fault::Fault;
use crate::ids::AlarmId;
use diesel::prelude::*;

/// Alarms taken from the queue at once.
const AT_ONCE: i64 = 20;
/// The shortest and longest wait between two tries.
const WAIT_SECS: (i64, i64) = (60, 3_600);
/// After so many days an alarm is given up. Who guards the log has had letters, and it stands in the log.
const GIVEN_UP_DAYS: i64 = 3;

/// Queues an alarm; called inside the act that records it.
pub fn enqueue(db: &mut Db, clock: &Clock, body: &str) -> Result<(), Fault> {
    let now = clock.now();
    diesel::insert_into(waiting_alarm::table)
        .values((
            waiting_alarm::id.eq(AlarmId::new(clock)),
            waiting_alarm::body.eq(body),
            waiting_alarm::created_at.eq(now),
            waiting_alarm::next_try_at.eq(now),
            waiting_alarm::tries.eq(0),
        ))
        .execute(db)?;
    Ok(())
}

/// Whether there is one whose time has come.
pub fn is_due(db: &mut Db, now: Micros) -> Result<bool, Fault> {
    let due = waiting_alarm::table.filter(waiting_alarm::next_try_at.le(now));
    let due: i64 = due.count().get_result(db)?;
    Ok(due > 0)
}

/// Takes those whose time has come, oldest first; each is due again after a while, should it not be taken. What is too old is
/// dropped. In the writer's transaction, so that no two nodes take the same.
pub fn claim_due(db: &mut Db, now: Micros) -> Result<Vec<(AlarmId, String)>, Fault> {
    diesel::delete(waiting_alarm::table.filter(waiting_alarm::created_at.lt(now.plus_days(-GIVEN_UP_DAYS))))
        .execute(db)?;
    let due: Vec<(AlarmId, String, i32)> = waiting_alarm::table
        .filter(waiting_alarm::next_try_at.le(now))
        .order(waiting_alarm::id)
        .limit(AT_ONCE)
        .select((waiting_alarm::id, waiting_alarm::body, waiting_alarm::tries))
        .load(db)?;
    let (least, most) = WAIT_SECS;
    for (id, _, tries) in &due {
        let wait_secs = least.saturating_mul(1 << (*tries).clamp(0, 10)).min(most);
        diesel::update(waiting_alarm::table.find(id))
            .set((
                waiting_alarm::next_try_at.eq(now.plus_secs(wait_secs)),
                waiting_alarm::tries.eq(tries.saturating_add(1)),
            ))
            .execute(db)?;
    }
    Ok(due.into_iter().map(|(id, body, _)| (id, body)).collect())
}

/// Drops one that was taken. Idempotent.
pub fn delete(db: &mut Db, id: AlarmId) -> Result<(), Fault> {
    diesel::delete(waiting_alarm::table.find(id)).execute(db)?;
    Ok(())
}
