//! Queries over reports, versions and their sealed objects. What changes content takes a [`Draft`].

use super::rows::{ReportRow, Since, StateWord, VersionRow, to_json};
use super::{Card, Complete, Draft, Facts, File, Finalized, Report, State, Version, facts_place};
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::recall_schema::recall;
use crate::db::schema::{report, report_version, sealed_object};
use crate::db::shred_schema::report_shred;
use crate::fault::{Fault, Kind};
use crate::ids::VersionId;
use crate::seal::{DataKey, Sealed};
use crate::text::{Slug, hex};
use crate::vault::{ObjectKind, ObjectRef};
use diesel::alias;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

/// Runs a query over versions joined with their reports. What became of each since is asked along: a version is read with
/// every request of its readers.
macro_rules! versions {
    ($db:expr, $($filter:tt)*) => {{
        let newer = alias!(report_version as newer);
        // What supersedes needs no mark on what is superseded.
        let superseded = exists(
            newer
                .filter(newer.field(report_version::report_id).eq(report_version::report_id))
                .filter(newer.field(report_version::number).gt(report_version::number))
                .filter(newer.field(report_version::state).ne(StateWord::Draft)),
        );
        let rows: Vec<(VersionRow, ReportRow, Since)> = report_version::table
            .inner_join(report::table.on(report::id.eq(report_version::report_id)))
            .left_join(report_shred::table.on(report_shred::version_id.eq(report_version::id)))
            .left_join(recall::table.on(recall::version_id.eq(report_version::id)))
            $($filter)*
            .select((
                report_version::all_columns,
                report::all_columns,
                (superseded, recall::version_id.nullable().is_not_null(), report_shred::at.nullable()),
            ))
            .load($db)?;
        let open = |(version, report, since): (VersionRow, ReportRow, Since)| version.open($db, report, &since);
        rows.into_iter().map(open).collect::<Result<Vec<_>, Fault>>()
    }};
}

/// Nothing there, or nothing that may be known.
fn missing() -> Fault {
    Fault::bare("no such report").with_kind(Kind::NotFound)
}

/// Every version, newest report first, for compliance.
pub fn list(db: &mut Db) -> Result<Vec<Version>, Fault> {
    versions!(db, .order((report::created_at.desc(), report_version::number.desc())))
}

/// The versions offered on the trust page: finalized ones, newest first.
pub fn list_offered(db: &mut Db) -> Result<Vec<Version>, Fault> {
    let finalized = versions!(db, .filter(report_version::state.eq(StateWord::Finalized))
        .order((report_version::finalized_at.desc(), report_version::id.desc())))?;
    Ok(finalized.into_iter().filter(|version| matches!(version.state, State::Finalized(_))).collect())
}

/// The versions that were recalled, the newest first: the public is told.
pub fn list_recalled(db: &mut Db) -> Result<Vec<Version>, Fault> {
    let gone = versions!(db, .filter(report_version::state.eq(StateWord::Withdrawn))
        .order((report_version::finalized_at.desc(), report_version::id.desc())))?;
    Ok(gone.into_iter().filter(|version| matches!(version.state, State::Recalled(_))).collect())
}

/// The version, if it is offered.
pub fn find_offered(db: &mut Db, id: VersionId) -> Result<Option<Version>, Fault> {
    Ok(find(db, id)?.filter(|version| matches!(version.state, State::Finalized(_))))
}

/// The version, in whatever state.
pub fn find(db: &mut Db, id: VersionId) -> Result<Option<Version>, Fault> {
    Ok(versions!(db, .filter(report_version::id.eq(id)))?.pop())
}

/// The version, in whatever state.
///
/// # Errors
/// [`Kind::NotFound`] when there is none.
pub fn require(db: &mut Db, id: VersionId) -> Result<Version, Fault> {
    find(db, id)?.ok_or_else(missing)
}

/// The newest version of the report with this slug, in whatever state.
///
/// # Errors
/// [`Kind::NotFound`] when there is none.
pub fn require_by_slug(db: &mut Db, slug: &Slug) -> Result<Version, Fault> {
    let mut read = || -> Result<Vec<Version>, Fault> {
        versions!(db, .filter(report::slug.eq(slug.as_str())).order(report_version::number.asc()))
    };
    // Several statements: a draft's file that is replaced between them is read anew.
    let found = read().or_else(|_| read())?.pop();
    found.ok_or_else(missing)
}

/// Every version of the report with this slug, the newest first.
pub fn list_by_slug(db: &mut Db, slug: &Slug) -> Result<Vec<Version>, Fault> {
    versions!(db, .filter(report::slug.eq(slug.as_str())).order(report_version::number.desc()))
}

/// The newest version of the report with this slug that was ever finalized.
pub fn find_finalized_by_slug(db: &mut Db, slug: &Slug) -> Result<Option<Version>, Fault> {
    let versions = versions!(db, .filter(report::slug.eq(slug.as_str()))
        .filter(report_version::state.ne(StateWord::Draft))
        .order(report_version::number.asc()))?;
    Ok(versions.into_iter().next_back())
}

/// The newest offered version of the report with this slug.
///
/// # Errors
/// [`Kind::NotFound`] when there is none.
pub fn require_offered_by_slug(db: &mut Db, slug: &Slug) -> Result<Version, Fault> {
    let newest = find_finalized_by_slug(db, slug)?;
    newest.filter(|version| matches!(version.state, State::Finalized(_))).ok_or_else(missing)
}

/// Adds a report. `None` when its slug is taken.
pub fn insert_report(db: &mut Db, new: &Report) -> Result<Option<()>, Fault> {
    let inserted = diesel::insert_into(report::table)
        .values((
            report::id.eq(new.id),
            report::slug.eq(new.slug.as_str()),
            report::created_at.eq(new.created_at),
            report::created_by.eq(new.created_by),
        ))
        .execute(db);
    match inserted {
        Ok(_) => Ok(Some(())),
        // The id is fresh, so the one constraint that can be hurt is that of the slug.
        Err(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Adds a version as a draft without a file.
pub fn insert_draft(db: &mut Db, new: &Version) -> Result<(), Fault> {
    diesel::insert_into(report_version::table)
        .values((
            report_version::id.eq(new.id),
            report_version::report_id.eq(new.report.id),
            report_version::number.eq(i32::try_from(new.number).unwrap_or(i32::MAX)),
            report_version::state.eq(StateWord::Draft),
            report_version::card.eq(to_json(&new.card)?),
            report_version::facts.eq(&new.facts),
            report_version::warnings.eq("[]"),
            report_version::created_at.eq(new.created_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Seals facts for the row of this version.
pub fn seal_facts(
    clock: &Clock,
    key: &DataKey,
    id: VersionId,
    facts: &Facts,
) -> Result<Sealed<Facts>, Fault> {
    Ok(key.seal(clock, &facts_place(id), facts)?)
}

/// Writes card and facts of a draft.
pub fn update_facts(db: &mut Db, draft: &Draft, card: &Card, facts: &Sealed<Facts>) -> Result<(), Fault> {
    diesel::update(report_version::table.find(draft.version().id))
        .set((report_version::card.eq(to_json(card)?), report_version::facts.eq(facts)))
        .execute(db)?;
    Ok(())
}

/// Gives a draft its file, in place of an earlier one.
///
/// The rows of the earlier objects go; whoever called removes the objects themselves after the act.
pub fn update_file(db: &mut Db, draft: &Draft, file: &File, at: Micros) -> Result<(), Fault> {
    let id = draft.version().id;
    let objects = [
        (ObjectKind::Original, &file.original),
        (ObjectKind::Body, &file.body),
        (ObjectKind::Manifest, &file.manifest),
    ];
    for (kind, object) in objects {
        insert_object(db, id, (kind, object), at)?;
    }
    diesel::update(report_version::table.find(id))
        .set((
            report_version::original_id.eq(file.original.id),
            report_version::body_id.eq(file.body.id),
            report_version::manifest_id.eq(file.manifest.id),
            report_version::pages.eq(i32::try_from(file.pages).unwrap_or(i32::MAX)),
            report_version::tier.eq(file.tier),
            report_version::warnings.eq(to_json(&file.warnings)?),
            report_version::source_sha256.eq(file.source_sha256.to_vec()),
        ))
        .execute(db)?;
    if let Some(old) = &draft.version().file {
        let old = [old.original.id, old.body.id, old.manifest.id];
        diesel::delete(sealed_object::table.filter(sealed_object::id.eq_any(old))).execute(db)?;
    }
    Ok(())
}

/// Adds the row of a sealed object.
pub(super) fn insert_object(
    db: &mut Db,
    version: VersionId,
    (kind, object): (ObjectKind, &ObjectRef),
    at: Micros,
) -> Result<(), Fault> {
    diesel::insert_into(sealed_object::table)
        .values((
            sealed_object::id.eq(object.id),
            sealed_object::version_id.eq(version),
            sealed_object::kind.eq(kind),
            sealed_object::size_bytes.eq(i64::try_from(object.size_bytes).unwrap_or(i64::MAX)),
            sealed_object::sha256.eq(object.sha256.to_vec()),
            sealed_object::sealed_sha256.eq(object.sealed_sha256.to_vec()),
            sealed_object::created_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// Fixes a complete draft for ever.
pub fn update_finalized(db: &mut Db, complete: &Complete, by: Finalized) -> Result<(), Fault> {
    diesel::update(report_version::table.find(complete.version().id))
        .set((
            report_version::state.eq(StateWord::Finalized),
            report_version::finalized_at.eq(by.at),
            report_version::finalized_by.eq(by.by),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes a finalized version out of offer.
pub fn update_withdrawn(db: &mut Db, id: VersionId) -> Result<(), Fault> {
    diesel::update(report_version::table.find(id))
        .set(report_version::state.eq(StateWord::Withdrawn))
        .execute(db)?;
    Ok(())
}

/// The digest of a card, for the log: SHA-256 of its JSON, in hexadecimal.
pub fn card_sha256(card: &Card) -> Result<String, Fault> {
    Ok(hex(ring::digest::digest(&ring::digest::SHA256, to_json(card)?.as_bytes()).as_ref()))
}
