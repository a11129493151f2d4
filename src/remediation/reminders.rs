//! Reminders: whoever answers for a mending is written to a week before its date, on it, and each week after it.
//!
//! Promises: each letter is queued once, whatever happens to the server in between; whoever named another date or
//! said that it is done hears no more. The letter says the report and the date and no word of what is sealed.

use super::weighed::{Weighed, weigh};
use super::{Status, Update};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::reminder;
use crate::fault::Fault;
use crate::ids::ExceptionId;
use crate::reports::{State, Version, store as versions};
use crate::seal::Keyring;
use crate::text::{Day, EmailAddress, Line, Slug};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

/// So many days before the date the first letter leaves.
const DAYS_AHEAD: i64 = 7;
/// So many days lie between letters once the date is over.
const DAYS_BETWEEN: i64 = 7;

/// A letter to be written.
#[derive(Clone, Debug)]
pub struct Due {
    /// About which exception.
    pub exception: ExceptionId,
    /// What set the date: the update that named it, or the exception itself. Another date begins anew.
    pub since: [u8; 16],
    /// Which letter of the row: 0 ahead, 1 on the date, 1 + n after n weeks.
    pub number: i32,
    /// The date.
    pub planned: Day,
    /// To whom.
    pub owner: EmailAddress,
    /// The version.
    pub version: Version,
}

impl Due {
    /// Where the update is written.
    pub fn path(&self) -> String {
        let slug: &Slug = &self.version.report.slug;
        format!("/compliance/reports/{slug}/exceptions/{}/remediation", self.exception)
    }
    /// The report's title, which everybody may know.
    pub const fn title(&self) -> &Line {
        &self.version.card.title
    }
}

/// Which letter is due on `today` for a date: the newest one, when some were missed.
pub fn number_on(today: Day, planned: Day) -> Option<i32> {
    match today.days_until(planned) {
        left if left > DAYS_AHEAD => None,
        left if left > 0 => Some(0),
        left => i32::try_from(1 + (-left) / DAYS_BETWEEN).ok(),
    }
}

/// What set the date that holds: the newest update that names one, else the exception with its response.
fn since(exception: ExceptionId, updates: &[Update]) -> [u8; 16] {
    let named = updates.iter().rev().find(|update| update.note.planned.is_some());
    named.map_or(*exception.as_bytes(), |update| *update.id.as_bytes())
}

/// The letter about one exception, if one is due and was not queued yet.
fn due(db: &mut Db, version: &Version, one: &Weighed, today: Day) -> Result<Option<Due>, Fault> {
    let standing = &one.standing;
    let (Some(planned), Some(owner)) = (standing.planned, standing.owner_email.clone()) else {
        return Ok(None);
    };
    let Some(number) = number_on(today, planned) else { return Ok(None) };
    let exception = one.exception.id;
    let since = since(exception, &one.updates);
    if standing.status.is_some_and(Status::is_done) || is_queued(db, exception, since, number)? {
        return Ok(None);
    }
    Ok(Some(Due { exception, since, number, planned, owner, version: version.clone() }))
}

/// All letters that are due on `today`, of every report that is offered.
pub fn list_due(db: &mut Db, keyring: &Keyring, today: Day) -> Result<Vec<Due>, Fault> {
    let mut all = Vec::new();
    for version in versions::list_offered(db)? {
        for one in weigh(db, keyring, &version, today)? {
            all.extend(due(db, &version, &one, today)?);
        }
    }
    Ok(all)
}

/// The same letter as it is due now, read anew; nothing when it was queued, mended or moved meanwhile.
pub fn find_due(db: &mut Db, keyring: &Keyring, asked: &Due, today: Day) -> Result<Option<Due>, Fault> {
    let version = versions::require(db, asked.version.id)?;
    if !matches!(version.state, State::Finalized(_)) {
        return Ok(None);
    }
    let weighed = weigh(db, keyring, &version, today)?;
    match weighed.iter().find(|one| one.exception.id == asked.exception) {
        Some(one) => due(db, &version, one, today),
        None => Ok(None),
    }
}

/// Whether this letter, or a later one of its row, was queued.
fn is_queued(db: &mut Db, exception: ExceptionId, since: [u8; 16], number: i32) -> Result<bool, Fault> {
    let rows = reminder::table
        .filter(reminder::exception_id.eq(exception))
        .filter(reminder::since.eq(since.to_vec()))
        .filter(reminder::number.ge(number))
        .count();
    Ok(rows.get_result::<i64>(db)? > 0)
}

/// Notes that a letter is queued. `None` when it was already.
pub fn insert(db: &mut Db, due: &Due, at: Micros) -> Result<Option<()>, Fault> {
    let inserted = diesel::insert_into(reminder::table)
        .values((
            reminder::exception_id.eq(due.exception),
            reminder::since.eq(due.since.to_vec()),
            reminder::number.eq(due.number),
            reminder::at.eq(at),
        ))
        .execute(db);
    match inserted {
        Ok(_) => Ok(Some(())),
        Err(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ahead_on_the_day_and_each_week_after() {
        let day = |text| Day::parse(text).unwrap();
        let on = |today| number_on(day(today), day("2026-12-18"));
        assert_eq!(on("2026-12-10"), None);
        assert_eq!((on("2026-12-11"), on("2026-12-17")), (Some(0), Some(0)));
        assert_eq!((on("2026-12-18"), on("2026-12-24")), (Some(1), Some(1)));
        assert_eq!((on("2026-12-25"), on("2027-01-01")), (Some(2), Some(3)));
    }
}
