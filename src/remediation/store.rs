//! Rows of remediation updates: only ever added, which the database holds to as well.

use super::{Note, Status, Update};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{remediation, report_exception};
use crate::fault::Fault;
use crate::ids::{ExceptionId, PersonId, RemediationId, VersionId};
use crate::seal::{DataKey, Place, Sealed};
use diesel::prelude::*;

/// A row: an update whose note is still sealed.
#[derive(Clone, Debug, Queryable)]
pub struct SealedUpdate {
    /// Which.
    pub id: RemediationId,
    /// Of which exception.
    pub exception: ExceptionId,
    /// When it was written.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// The status from then on.
    pub status: Status,
    /// What it says.
    pub note: Sealed<Note>,
}

impl SealedUpdate {
    /// Opens the note with the version's key.
    pub fn open(self, key: &DataKey) -> Result<Update, Fault> {
        let Self { id, exception, at, by, status, note } = self;
        let note = key.open(&place(id), &note)?;
        Ok(Update { id, exception, at, by, status, note })
    }
}

/// Where the note of an update lies.
pub(super) const fn place(id: RemediationId) -> Place {
    Place { table: "remediation", row: *id.as_bytes(), column: "note" }
}

/// The updates of all exceptions of a version in the order in which they were written, sealed.
pub fn list_sealed(db: &mut Db, version: VersionId) -> Result<Vec<SealedUpdate>, Fault> {
    Ok(remediation::table
        .inner_join(report_exception::table.on(report_exception::id.eq(remediation::exception_id)))
        .filter(report_exception::version_id.eq(version))
        .order((remediation::at, remediation::id))
        .select(remediation::all_columns)
        .load(db)?)
}

/// Opens sealed updates with their version's key.
pub fn open_all(key: &DataKey, rows: Vec<SealedUpdate>) -> Result<Vec<Update>, Fault> {
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// Adds an update.
pub fn insert(db: &mut Db, new: &SealedUpdate) -> Result<(), Fault> {
    diesel::insert_into(remediation::table)
        .values((
            remediation::id.eq(new.id),
            remediation::exception_id.eq(new.exception),
            remediation::at.eq(new.at),
            remediation::by_person.eq(new.by),
            remediation::status.eq(new.status),
            remediation::note.eq(&new.note),
        ))
        .execute(db)?;
    Ok(())
}
