//! Rows of remediation updates: only ever added, which the database holds to as well.

use super::weighed::weigh;
use super::{Note, Status, Update};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{remediation, report_exception};
use crate::exceptions::Class;
use crate::fault::Fault;
use crate::ids::{ExceptionId, PersonId, RemediationId, VersionId};
use crate::reports::Version;
use crate::seal::{DataKey, Keyring, Place, Sealed};
use crate::text::Day;
use diesel::prelude::*;
use std::collections::BTreeMap;

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

/// How many exceptions a version has, and how far they are mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub exceptions: u32,
    /// Mended, verified or not.
    pub mended: u32,
    /// Mended and shown to be.
    pub verified: u32,
}

/// Counts the exceptions of a version by what their newest updates say; nothing sealed is opened.
pub fn count(db: &mut Db, version: VersionId) -> Result<Counts, Fault> {
    let all: i64 =
        report_exception::table.filter(report_exception::version_id.eq(version)).count().get_result(db)?;
    let told: Vec<(ExceptionId, Status)> = remediation::table
        .inner_join(report_exception::table.on(report_exception::id.eq(remediation::exception_id)))
        .filter(report_exception::version_id.eq(version))
        .order((remediation::at, remediation::id))
        .select((remediation::exception_id, remediation::status))
        .load(db)?;
    let mut counts = Counts { exceptions: u32::try_from(all).unwrap_or(u32::MAX), ..Counts::default() };
    for status in told.into_iter().collect::<BTreeMap<_, _>>().into_values() {
        counts.mended += u32::from(status.is_done());
        counts.verified += u32::from(status == Status::Verified);
    }
    Ok(counts)
}

/// Opens sealed updates with their version's key.
pub fn open_all(key: &DataKey, rows: Vec<SealedUpdate>) -> Result<Vec<Update>, Fault> {
    rows.into_iter().map(|row| row.open(key)).collect()
}

/// How many exceptions a version has, and how many of each class are not mended yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub exceptions: usize,
    /// Those whose newest update is neither implemented nor verified, by class.
    pub open: BTreeMap<Class, usize>,
    /// Those that keep the report from being shared beyond people invited by name.
    pub blocking: usize,
}

impl Tally {
    /// How many are not mended yet.
    pub fn open(&self) -> usize {
        self.open.values().sum()
    }
}

/// Counts a version's exceptions for whoever decides about access: numbers leave, no word of what is sealed does. Nothing is
/// left to count of what was shredded.
pub fn tally(db: &mut Db, keyring: &Keyring, version: &Version, today: Day) -> Result<Tally, Fault> {
    if version.shredded_at.is_some() {
        return Ok(Tally::default());
    }
    let all = weigh(db, keyring, version, today)?;
    let mut open = BTreeMap::new();
    for one in all.iter().filter(|one| !one.standing.status.is_some_and(Status::is_done)) {
        *open.entry(one.exception.content.class).or_default() += 1;
    }
    let blocking = all.iter().filter(|one| one.blocks()).count();
    Ok(Tally { exceptions: all.len(), open, blocking })
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
