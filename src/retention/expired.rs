//! Codes, sign-in links and sessions that ended long ago: they open nothing, and say from where somebody came. They go
//! whether the rules are switched on or not.
//!
//! Of codes and links the newest of each person stays, and the newest that was used: by it a rule knows of whom nothing
//! but a code is known, and whether the address was ever confirmed.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// So many days after their end they go.
const DAYS: i64 = 30;
/// The most that go of a table at a time.
const AT_ONCE: i64 = 1_000;

/// What goes, a table each.
const SWEEPS: [&str; 3] = [
    "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM mail_code WHERE id IN (SELECT old.id FROM mail_code old WHERE old.expires_at < $1 AND EXISTS \
     (SELECT 1 FROM mail_code newer WHERE newer.person_id = old.person_id AND newer.id > old.id \
     AND (newer.used_at IS NOT NULL OR old.used_at IS NULL)) LIMIT $2)",
    "DELETE FROM staff_link WHERE id IN (SELECT old.id FROM staff_link old WHERE old.expires_at < $1 AND EXISTS \
     (SELECT 1 FROM staff_link newer WHERE newer.person_id = old.person_id AND newer.id > old.id \
     AND (newer.used_at IS NOT NULL OR old.used_at IS NULL)) LIMIT $2)",
];

/// Deletes what ended long before `now`; whether that is all.
pub fn sweep(db: &mut Db, now: Micros) -> Result<bool, Fault> {
    let mut all = true;
    for sweep in SWEEPS {
        let query = diesel::sql_query(sweep).bind::<BigInt, _>(now.plus_days(-DAYS).0);
        let gone = query.bind::<BigInt, _>(AT_ONCE).execute(db)?;
        all &= i64::try_from(gone).unwrap_or(0) < AT_ONCE;
    }
    Ok(all)
}
