//! Recalls: a version that nobody is to hold any more, since when, by whom, and the reason that its holders are told.
//!
//! Promises: a version is recalled once and for ever, and never granted again, which the database holds to as well. The
//! reason is sealed under the version's key. What recalling does to grants and holders is the release's matter.

use super::{Version, store};
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::recall_schema::recall;
use crate::fault::Fault;
use crate::ids::{PersonId, VersionId};
use crate::seal::{DataKey, Place, Sealed};
use crate::text::{Reason, hex};
use diesel::prelude::*;

/// A recall, opened.
#[derive(Clone, Debug)]
pub struct Recall {
    /// Of which version.
    pub version: VersionId,
    /// Since when.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// Why, in words for the holders; none once the version's key was destroyed.
    pub reason: Option<Reason>,
}

/// Where the reason lies.
const fn place(version: VersionId) -> Place {
    Place { table: "recall", row: *version.as_bytes(), column: "reason" }
}

/// Whether a version was recalled.
pub fn is_recalled(db: &mut Db, version: VersionId) -> Result<bool, Fault> {
    let found = recall::table.find(version).select(recall::version_id).first::<VersionId>(db).optional()?;
    Ok(found.is_some())
}

/// The recall of a version, if there is one; `key` is the version's, if it was not destroyed.
pub fn find(db: &mut Db, key: Option<&DataKey>, version: VersionId) -> Result<Option<Recall>, Fault> {
    let row: Option<(VersionId, Micros, PersonId, Sealed<Reason>)> =
        recall::table.find(version).first(db).optional()?;
    let open = |(version, at, by, reason)| {
        let reason = key.map(|key| key.open(&place(version), &reason)).transpose()?;
        Ok(Recall { version, at, by, reason })
    };
    row.map(open).transpose()
}

/// When a version was recalled; nothing of it is opened.
pub fn find_at(db: &mut Db, version: VersionId) -> Result<Option<Micros>, Fault> {
    Ok(recall::table.find(version).select(recall::at).first(db).optional()?)
}

/// Takes a version out of offer, if it still is on offer, and recalls it. Gives the digest of the sealed reason, for the
/// entry.
pub fn insert(
    db: &mut Db,
    (clock, key): (&Clock, &DataKey),
    version: &Version,
    new: &Recall,
) -> Result<String, Fault> {
    if version.state.opens() {
        store::update_withdrawn(db, version.id)?;
    }
    let reason = new.reason.as_ref().ok_or(Fault::bare("a recall without a reason"))?;
    let reason = key.seal(clock, &place(version.id), reason)?;
    diesel::insert_into(recall::table)
        .values((
            recall::version_id.eq(version.id),
            recall::at.eq(new.at),
            recall::by_person.eq(new.by),
            recall::reason.eq(&reason),
        ))
        .execute(db)?;
    Ok(hex(ring::digest::digest(&ring::digest::SHA256, reason.as_bytes()).as_ref()))
}
