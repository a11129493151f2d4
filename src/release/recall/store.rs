//! Rows of notices about recalls, and of confirmations that copies were destroyed.

use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::recall_schema::{destruction, recall_notice};
use crate::fault::Fault;
use crate::ids::{PersonId, RecallNoticeId, VersionId};
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// Somebody who was written to about a recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who.
    pub person: PersonId,
    /// When first.
    pub first: Micros,
    /// When last.
    pub last: Micros,
    /// When they confirmed, and the index of that entry.
    pub confirmed: Option<(Micros, u64)>,
}

/// Everybody who was written to about the recall of a version.
pub fn list_told(db: &mut Db, version: VersionId) -> Result<Vec<Told>, Fault> {
    let notices: Vec<(PersonId, Option<Micros>, Option<Micros>)> = recall_notice::table
        .filter(recall_notice::version_id.eq(version))
        .group_by(recall_notice::person_id)
        .order(recall_notice::person_id)
        .select((recall_notice::person_id, min(recall_notice::at), max(recall_notice::at)))
        .load(db)?;
    let confirmed: Vec<(PersonId, Micros, i64)> = destruction::table
        .filter(destruction::version_id.eq(version))
        .select((destruction::person_id, destruction::at, destruction::entry_idx))
        .load(db)?;
    let told = notices.into_iter().filter_map(|(person, first, last)| {
        let confirmed = confirmed.iter().find(|(other, ..)| *other == person);
        let confirmed = confirmed.map(|(_, at, entry)| (*at, u64::try_from(*entry).unwrap_or(0)));
        Some(Told { person, first: first?, last: last?, confirmed })
    });
    Ok(told.collect())
}

/// What is known of one person and the recall of a version; none when they were not written to.
pub fn find_told(db: &mut Db, version: VersionId, person: PersonId) -> Result<Option<Told>, Fault> {
    Ok(list_told(db, version)?.into_iter().find(|told| told.person == person))
}

/// The version that this person was last asked to destroy without having confirmed it.
pub fn find_unconfirmed(db: &mut Db, person: PersonId) -> Result<Option<VersionId>, Fault> {
    let told: Vec<VersionId> = recall_notice::table
        .filter(recall_notice::person_id.eq(person))
        .order(recall_notice::at.desc())
        .select(recall_notice::version_id)
        .load(db)?;
    let confirmed: Vec<VersionId> = destruction::table
        .filter(destruction::person_id.eq(person))
        .select(destruction::version_id)
        .load(db)?;
    Ok(told.into_iter().find(|version| !confirmed.contains(version)))
}

/// Notes that somebody is written to.
pub fn insert_notice(
    db: &mut Db,
    clock: &Clock,
    version: VersionId,
    person: PersonId,
    at: Micros,
) -> Result<(), Fault> {
    diesel::insert_into(recall_notice::table)
        .values((
            recall_notice::id.eq(RecallNoticeId::new(clock)),
            recall_notice::version_id.eq(version),
            recall_notice::person_id.eq(person),
            recall_notice::at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// Notes that somebody has confirmed, in the entry with this index.
pub fn insert_destruction(
    db: &mut Db,
    version: VersionId,
    person: PersonId,
    at: Micros,
    entry: u64,
) -> Result<(), Fault> {
    diesel::insert_into(destruction::table)
        .values((
            destruction::version_id.eq(version),
            destruction::person_id.eq(person),
            destruction::at.eq(at),
            destruction::entry_idx.eq(i64::try_from(entry).unwrap_or(i64::MAX)),
        ))
        .execute(db)?;
    Ok(())
}
