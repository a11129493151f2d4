//! Whether a file is one that left this house, by its digest alone: for whoever finds a copy.
//!
//! Promises: the answer names the report and how its version stands, never whose copy it is; an unknown digest says
//! nothing about a file, since saving it again changes every byte's digest.

use crate::db::Db;
use crate::db::companion_schema::{companion, companion_download};
use crate::db::schema::{download, report_grant, report_version};
use crate::fault::Fault;
use crate::ids::VersionId;
use crate::reports::companion::CompanionKind;
use crate::reports::{State, Version, store as reports};
use diesel::prelude::*;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// A copy of a document beside the report that was made for somebody.
    Companion(CompanionKind),
    /// A copy that was made for somebody.
    Copy,
    /// The file as the auditor issued it; this house gives it to nobody.
    Issued,
}

/// What has this digest, and of which version; `None` when nothing that was ever finalized has.
pub fn find_known(db: &mut Db, sha256: [u8; 32]) -> Result<Option<(Known, Version)>, Fault> {
    let copy: Option<VersionId> = download::table
        .inner_join(report_grant::table)
        .filter(download::sha256.eq(sha256.to_vec()))
        .select(report_grant::version_id)
        .first(db)
        .optional()?;
    let found = match copy {
        Some(version) => Some((Known::Copy, version)),
        None => find_companion(db, sha256)?,
    };
    let found = match found {
        Some(found) => Some(found),
        None => report_version::table
            .filter(report_version::source_sha256.eq(sha256.to_vec()))
            .order(report_version::number.desc())
            .select(report_version::id)
            .load(db)?
            .into_iter()
            .next()
            .map(|id| (Known::Issued, id)),
    };
    let Some((known, id)) = found else { return Ok(None) };
    let version = reports::require(db, id)?;
    // A draft is nobody's business yet.
    Ok((version.state != State::Draft).then_some((known, version)))
}

/// The copy of a document beside a report that has this digest.
fn find_companion(db: &mut Db, sha256: [u8; 32]) -> Result<Option<(Known, VersionId)>, Fault> {
    let found: Option<(CompanionKind, VersionId)> = companion_download::table
        .inner_join(companion::table)
        .filter(companion_download::sha256.eq(sha256.to_vec()))
        .select((companion::kind, companion::version_id))
        .first(db)
        .optional()?;
    Ok(found.map(|(kind, version)| (Known::Companion(kind), version)))
}
