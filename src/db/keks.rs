//! The table `kek`: which key-encryption key wraps new data keys, since when, and what became of the earlier ones.
//!
//! The table decides, not the order of a keyring file: several processes hold copies of that file, and only a row that is
//! read under the head's lock makes them agree. Secrets stand in the keyring alone.

use super::Db;
use super::kek_schema::kek;
use crate::clock::Micros;
use crate::fault::Fault;
use diesel::prelude::*;

/// A key-encryption key that wraps or wrapped data keys.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct KekRow {
    /// Its name in the keyring.
    pub name: String,
    /// Since when it wraps new data keys.
    pub current_from: Micros,
    /// Since when nothing is wrapped under an earlier one; none while a rotation is under way.
    pub settled_at: Option<Micros>,
    /// When it was retired: nothing is wrapped under it, and it leaves the keyring.
    pub retired_at: Option<Micros>,
}

/// Every key, the current one first.
pub fn list(db: &mut Db) -> Result<Vec<KekRow>, Fault> {
    Ok(kek::table.order((kek::current_from.desc(), kek::name.desc())).load(db)?)
}

/// The key that wraps new data keys; none before the first data key.
pub fn current(db: &mut Db) -> Result<Option<KekRow>, Fault> {
    Ok(kek::table.order((kek::current_from.desc(), kek::name.desc())).first(db).optional()?)
}

/// Makes a key the current one, later than every other, whatever the clock says. It must not have been it before.
pub fn begin(db: &mut Db, name: &str, at: Micros) -> Result<(), Fault> {
    let last = current(db)?.map_or(at, |row| at.max(Micros(row.current_from.0.saturating_add(1))));
    diesel::insert_into(kek::table).values((kek::name.eq(name), kek::current_from.eq(last))).execute(db)?;
    Ok(())
}

/// Notes that nothing is wrapped under an earlier key than this one any more.
pub fn settle(db: &mut Db, name: &str, at: Micros) -> Result<(), Fault> {
    diesel::update(kek::table.find(name)).set(kek::settled_at.eq(Some(at))).execute(db)?;
    Ok(())
}

/// Notes that a key is retired.
pub fn retire(db: &mut Db, name: &str, at: Micros) -> Result<(), Fault> {
    diesel::update(kek::table.find(name)).set(kek::retired_at.eq(Some(at))).execute(db)?;
    Ok(())
}
