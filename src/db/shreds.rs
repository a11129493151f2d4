//! The table `report_shred`: versions whose keys were destroyed, so that whoever comes across one is told.

use super::Db;
use super::shred_schema::report_shred;
use crate::clock::Micros;
use crate::fault::{Fault, Kind};
use crate::ids::VersionId;
use diesel::prelude::*;

/// A version that was shredded.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Shred {
    /// Which.
    pub version: VersionId,
    /// When.
    pub at: Micros,
    /// The index of its entry.
    pub entry: i64,
    /// The key-encryption key that opens its key in backups.
    pub kek: String,
    /// Until when backups are kept, by the settings of that day.
    pub backups_until: Micros,
}

/// Notes that a version was shredded.
pub fn insert(db: &mut Db, shred: &Shred) -> Result<(), Fault> {
    diesel::insert_into(report_shred::table)
        .values((
            report_shred::version_id.eq(shred.version),
            report_shred::at.eq(shred.at),
            report_shred::entry_idx.eq(shred.entry),
            report_shred::kek.eq(&shred.kek),
            report_shred::backups_until.eq(shred.backups_until),
        ))
        .execute(db)?;
    Ok(())
}

/// When and how a version was shredded; none when it was not.
pub fn find(db: &mut Db, version: VersionId) -> Result<Option<Shred>, Fault> {
    Ok(report_shred::table.find(version).first(db).optional()?)
}

/// Every version that was shredded, the newest first.
pub fn list(db: &mut Db) -> Result<Vec<Shred>, Fault> {
    Ok(report_shred::table.order(report_shred::at.desc()).load(db)?)
}

/// Whether any version was shredded since then.
pub fn any_since(db: &mut Db, since: Micros) -> Result<bool, Fault> {
    let count: i64 = report_shred::table.filter(report_shred::at.ge(since)).count().get_result(db)?;
    Ok(count > 0)
}

/// What whoever asks for something of a shredded version is told.
pub fn gone(shred: &Shred) -> Fault {
    Fault::bare("a version that was shredded").with_kind(Kind::Gone).saying(format!(
        "This report version was shredded on {}: its key was destroyed, and nothing that was sealed under it can be read \
         here any more.",
        shred.at.date_words()
    ))
}
