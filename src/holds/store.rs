//! Rows of holds.

use super::{Hold, Purpose, Subject, Words};
use crate::clock::{Clock, Micros};
use crate::db::schema::{legal_hold, report_grant, report_version};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::ids::{HoldId, PersonId, ReportId};
use crate::seal::{KeyOwner, Keyring, Place, Sealed};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// The most holds that are listed.
const MOST: i64 = 500;

/// A row of `legal_hold`.
#[derive(Queryable)]
struct Row {
    id: HoldId,
    purpose: Purpose,
    person: Option<PersonId>,
    report: Option<ReportId>,
    words: Sealed<Words>,
    placed_at: Micros,
    placed_by: Option<PersonId>,
    ends_at: Option<Micros>,
    released_at: Option<Micros>,
    _released_by: Option<PersonId>,
}

/// Where a hold's words lie.
fn place(id: HoldId) -> Place {
    Place { table: "legal_hold", row: *id.as_bytes(), column: "words" }
}

/// Opens a row.
fn open(db: &mut Db, keyring: &Keyring, row: Row) -> Result<Hold, Fault> {
    let key = data_keys::find_for(db, keyring, KeyOwner::Hold(row.id))?;
    let subject = row.person.map(Subject::Person).or(row.report.map(Subject::Report));
    Ok(Hold {
        words: key.map(|key| key.open(&place(row.id), &row.words)).transpose()?,
        id: row.id,
        purpose: row.purpose,
        subject: subject.ok_or(Fault::bare("a hold on nothing"))?,
        placed_at: row.placed_at,
        placed_by: row.placed_by,
        ends_at: row.ends_at,
        released_at: row.released_at,
    })
}

/// The hold with this id.
pub fn require(db: &mut Db, keyring: &Keyring, id: HoldId) -> Result<Hold, Fault> {
    let row: Option<Row> = legal_hold::table.find(id).first(db).optional()?;
    open(db, keyring, row.ok_or(Fault::bare("no such hold").with_kind(Kind::NotFound))?)
}

/// Every hold, the newest first.
pub fn list(db: &mut Db, keyring: &Keyring) -> Result<Vec<Hold>, Fault> {
    let rows: Vec<Row> = legal_hold::table.order(legal_hold::id.desc()).limit(MOST).load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// Ends a hold. True when it was active.
pub fn update_released(db: &mut Db, id: HoldId, by: Option<PersonId>, now: Micros) -> Result<bool, Fault> {
    let active = legal_hold::table.find(id).filter(legal_hold::released_at.is_null());
    let changes = (legal_hold::released_at.eq(now), legal_hold::released_by.eq(by));
    Ok(diesel::update(active).set(changes).execute(db)? == 1)
}

/// Every hold that was placed on a person, the newest first.
pub fn list_by_person(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Vec<Hold>, Fault> {
    let of_person = legal_hold::table.filter(legal_hold::person_id.eq(person));
    let rows: Vec<Row> = of_person.order(legal_hold::id.desc()).load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// The active legal holds that keep a person from being erased: on them, or on a report that they were granted.
pub fn list_keeping(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Vec<Hold>, Fault> {
    let reports: Vec<ReportId> = report_grant::table
        .inner_join(report_version::table)
        .filter(report_grant::person_id.eq(person))
        .select(report_version::report_id)
        .distinct()
        .load(db)?;
    let reports: Vec<Option<ReportId>> = reports.into_iter().map(Some).collect();
    let rows: Vec<Row> = legal_hold::table
        .filter(legal_hold::purpose.eq(Purpose::Legal))
        .filter(legal_hold::released_at.is_null())
        .filter(legal_hold::person_id.eq(person).or(legal_hold::report_id.eq_any(reports)))
        .order(legal_hold::id)
        .load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// Everybody whom an active legal hold keeps: it is on them, or on a report that they were granted.
pub fn list_held(db: &mut Db) -> Result<BTreeSet<PersonId>, Fault> {
    let active = legal_hold::table
        .filter(legal_hold::purpose.eq(Purpose::Legal))
        .filter(legal_hold::released_at.is_null());
    let people: Vec<Option<PersonId>> = active.select(legal_hold::person_id).load(db)?;
    let reports: Vec<Option<ReportId>> = active.select(legal_hold::report_id).load(db)?;
    let mut held: BTreeSet<PersonId> = people.into_iter().flatten().collect();
    for report in reports.into_iter().flatten() {
        let granted = report_grant::table
            .inner_join(report_version::table)
            .filter(report_version::report_id.eq(report))
            .select(report_grant::person_id)
            .distinct();
        held.extend(granted.load::<PersonId>(db)?);
    }
    Ok(held)
}

/// Adds a hold with a key of its own, which is given for what is kept under it.
pub fn insert(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    hold: &Hold,
) -> Result<crate::seal::DataKey, Fault> {
    let key = data_keys::create(db, keyring, clock, KeyOwner::Hold(hold.id))?;
    let words = hold.words.as_ref().ok_or(Fault::bare("a hold without a name"))?;
    let (person, report) = match hold.subject {
        Subject::Person(person) => (Some(person), None),
        Subject::Report(report) => (None, Some(report)),
    };
    diesel::insert_into(legal_hold::table)
        .values((
            legal_hold::id.eq(hold.id),
            legal_hold::purpose.eq(hold.purpose),
            legal_hold::person_id.eq(person),
            legal_hold::report_id.eq(report),
            legal_hold::words.eq(key.seal(clock, &place(hold.id), words)?),
            legal_hold::placed_at.eq(hold.placed_at),
            legal_hold::placed_by.eq(hold.placed_by),
            legal_hold::ends_at.eq(hold.ends_at),
        ))
        .execute(db)?;
    Ok(key)
}

/// Destroys the keys of holds on a person that were released: what they were called may name them.
pub fn forget_released(db: &mut Db, person: PersonId) -> Result<(), Fault> {
    let released: Vec<HoldId> = legal_hold::table
        .filter(legal_hold::person_id.eq(person))
        .filter(legal_hold::released_at.is_not_null())
        .select(legal_hold::id)
        .load(db)?;
    released.into_iter().try_for_each(|id| data_keys::destroy(db, KeyOwner::Hold(id)).map(drop))
}
