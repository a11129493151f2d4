//! Rows of exceptions. Whatever changes one takes the [`Draft`] it belongs to; reading yields sealed rows, which open
//! only with the version's key.

use super::{Content, Exception};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::report_exception;
use crate::fault::{Fault, Kind};
use crate::ids::{ExceptionId, VersionId};
use crate::reports::Draft;
use crate::seal::{DataKey, Place, Sealed};
use diesel::prelude::*;

/// A row: an exception whose content is still sealed.
#[derive(Clone, Debug, Queryable)]
pub struct SealedException {
    /// Which.
    pub id: ExceptionId,
    /// Of which version.
    pub version: VersionId,
    /// Its place in the list, from 1.
    pub position: i32,
    /// What is said about it.
    pub content: Sealed<Content>,
    /// When it was recorded.
    pub created_at: Micros,
    /// When it was last changed.
    pub changed_at: Micros,
}

impl SealedException {
    /// Opens the content with the version's key.
    pub fn open(self, key: &DataKey) -> Result<Exception, Fault> {
        let Self { id, version, position, content, created_at, changed_at } = self;
        let content = key.open(&place(id), &content)?;
        Ok(Exception { id, version, position, content, created_at, changed_at })
    }
}

/// Where the content of an exception lies.
pub(super) const fn place(id: ExceptionId) -> Place {
    Place { table: "report_exception", row: *id.as_bytes(), column: "content" }
}

/// All exceptions of a version in their order, sealed.
pub fn list_sealed(db: &mut Db, version: VersionId) -> Result<Vec<SealedException>, Fault> {
    Ok(report_exception::table
        .filter(report_exception::version_id.eq(version))
        .order((report_exception::position, report_exception::id))
        .load(db)?)
}

/// Opens sealed exceptions with their version's key.
pub fn open_all(key: &DataKey, rows: Vec<SealedException>) -> Result<Vec<Exception>, Fault> {
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// The exception with this id, sealed.
///
/// # Errors
/// [`Kind::NotFound`] when there is none.
pub fn require_sealed(db: &mut Db, id: ExceptionId) -> Result<SealedException, Fault> {
    let row = report_exception::table.find(id).first(db).optional()?;
    row.ok_or(Fault::bare("no such exception").with_kind(Kind::NotFound))
}

/// How many exceptions a version has.
pub fn count(db: &mut Db, version: VersionId) -> Result<u32, Fault> {
    let count: i64 =
        report_exception::table.filter(report_exception::version_id.eq(version)).count().get_result(db)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Adds an exception at the end of its draft's list.
pub fn insert(db: &mut Db, draft: &Draft, new: &SealedException) -> Result<(), Fault> {
    diesel::insert_into(report_exception::table)
        .values((
            report_exception::id.eq(new.id),
            report_exception::version_id.eq(draft.version().id),
            report_exception::position.eq(new.position),
            report_exception::content.eq(&new.content),
            report_exception::created_at.eq(new.created_at),
            report_exception::changed_at.eq(new.changed_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Writes the content of an exception of this draft.
pub fn update(
    db: &mut Db,
    draft: &Draft,
    id: ExceptionId,
    content: &Sealed<Content>,
    at: Micros,
) -> Result<(), Fault> {
    let row = report_exception::table.find(id).filter(report_exception::version_id.eq(draft.version().id));
    diesel::update(row)
        .set((report_exception::content.eq(content), report_exception::changed_at.eq(at)))
        .execute(db)?;
    Ok(())
}

/// Removes an exception of this draft.
pub fn delete(db: &mut Db, draft: &Draft, id: ExceptionId) -> Result<(), Fault> {
    let row = report_exception::table.find(id).filter(report_exception::version_id.eq(draft.version().id));
    diesel::delete(row).execute(db)?;
    Ok(())
}
