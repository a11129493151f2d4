//! Rows of wishes and erasures.

use super::{Erasure, Wish};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{erasure, erasure_wish};
use crate::fault::Fault;
use crate::ids::{HoldId, PersonId};
use diesel::prelude::*;

/// The wish of a person, if one waits.
pub fn find_wish(db: &mut Db, person: PersonId) -> Result<Option<Wish>, Fault> {
    let row: Option<(PersonId, Micros)> = erasure_wish::table.find(person).first(db).optional()?;
    Ok(row.map(|(person, asked_at)| Wish { person, asked_at }))
}

/// Every wish that waits, the oldest first.
pub fn list_wishes(db: &mut Db) -> Result<Vec<Wish>, Fault> {
    let rows: Vec<(PersonId, Micros)> = erasure_wish::table.order(erasure_wish::asked_at).load(db)?;
    Ok(rows.into_iter().map(|(person, asked_at)| Wish { person, asked_at }).collect())
}

/// Adds a wish; `false` when one waits already.
pub fn insert_wish(db: &mut Db, wish: Wish) -> Result<bool, Fault> {
    if find_wish(db, wish.person)?.is_some() {
        return Ok(false);
    }
    let values = (erasure_wish::person_id.eq(wish.person), erasure_wish::asked_at.eq(wish.asked_at));
    diesel::insert_into(erasure_wish::table).values(values).execute(db)?;
    Ok(true)
}

/// Takes a wish away; `false` when none waited.
pub fn delete_wish(db: &mut Db, person: PersonId) -> Result<bool, Fault> {
    Ok(diesel::delete(erasure_wish::table.find(person)).execute(db)? == 1)
}

/// A row of `erasure`.
type Row = (PersonId, Micros, Option<PersonId>, i64, Option<HoldId>, String, Micros);

/// Reads a row.
fn read((person, at, by, entry, hold, kek, backups_until): Row) -> Erasure {
    Erasure { person, at, by, entry: u64::try_from(entry).unwrap_or(0), hold, kek, backups_until }
}

/// The erasure of a person, if they were erased.
pub fn find(db: &mut Db, person: PersonId) -> Result<Option<Erasure>, Fault> {
    let row: Option<Row> = erasure::table.find(person).first(db).optional()?;
    Ok(row.map(read))
}

/// The newest erasures; at most `most`.
pub fn list_newest(db: &mut Db, most: i64) -> Result<Vec<Erasure>, Fault> {
    let rows: Vec<Row> = erasure::table.order(erasure::at.desc()).limit(most).load(db)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Whether anybody was erased since then.
pub fn any_since(db: &mut Db, since: Micros) -> Result<bool, Fault> {
    let newest: Option<Micros> = erasure::table
        .filter(erasure::at.ge(since))
        .select(erasure::at)
        .order(erasure::at.desc())
        .first(db)
        .optional()?;
    Ok(newest.is_some())
}

/// Adds an erasure; a person is erased once.
pub fn insert(db: &mut Db, done: &Erasure) -> Result<(), Fault> {
    diesel::insert_into(erasure::table)
        .values((
            erasure::person_id.eq(done.person),
            erasure::at.eq(done.at),
            erasure::by_person.eq(done.by),
            erasure::entry_idx.eq(i64::try_from(done.entry).unwrap_or(i64::MAX)),
            erasure::hold_id.eq(done.hold),
            erasure::kek.eq(&done.kek),
            erasure::backups_until.eq(done.backups_until),
        ))
        .execute(db)?;
    Ok(())
}
