//! Rows of downloads of companions: documents beside a report, taken under the same grant.

use super::downloads::{OpenDownload, Outcome, Started};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::companion_schema::{companion, companion_download, companion_download_end};
use crate::db::schema::report_grant;
use crate::fault::Fault;
use crate::ids::{CompanionId, DownloadId, GrantId, NodeId, PersonId};
use crate::reports::companion::CompanionKind;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Adds the start of a download.
pub fn insert_download(db: &mut Db, companion: CompanionId, started: &Started) -> Result<(), Fault> {
    diesel::insert_into(companion_download::table)
        .values((
            companion_download::id.eq(started.id),
            companion_download::companion_id.eq(companion),
            companion_download::grant_id.eq(started.grant),
            companion_download::started_at.eq(started.at),
            companion_download::entry_idx.eq(i64::try_from(started.entry).unwrap_or(i64::MAX)),
            companion_download::size_bytes.eq(i64::try_from(started.size_bytes).unwrap_or(i64::MAX)),
            companion_download::sha256.eq(started.sha256.to_vec()),
            companion_download::node_id.eq(started.node),
        ))
        .execute(db)?;
    Ok(())
}

/// Adds the end of a download; a second end is refused by the key.
pub fn insert_end(
    db: &mut Db,
    id: DownloadId,
    outcome: Outcome,
    sent_bytes: Option<u64>,
    now: Micros,
) -> Result<(), Fault> {
    diesel::insert_into(companion_download_end::table)
        .values((
            companion_download_end::download_id.eq(id),
            companion_download_end::outcome.eq(outcome),
            companion_download_end::sent_bytes.eq(sent_bytes.and_then(|bytes| i64::try_from(bytes).ok())),
            companion_download_end::ended_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// The digest of the grant's copy of a companion, known since its first start.
pub fn find_copy_digest(
    db: &mut Db,
    grant: GrantId,
    companion: CompanionId,
) -> Result<Option<[u8; 32]>, Fault> {
    let digest: Option<Vec<u8>> = companion_download::table
        .filter(companion_download::grant_id.eq(grant))
        .filter(companion_download::companion_id.eq(companion))
        .select(companion_download::sha256)
        .first(db)
        .optional()?;
    digest.map(|digest| digest.try_into().map_err(|_| Fault::bare("digest of a copy"))).transpose()
}

/// What somebody holds beside a report: how many different documents of each kind they have taken copies of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Bridge letters.
    pub letters: usize,
    /// Files of evidence.
    pub evidence: usize,
}

/// What is held beside the report under each of these grants; one that took nothing is left out.
pub fn list_beside(db: &mut Db, grants: &[GrantId]) -> Result<BTreeMap<GrantId, Beside>, Fault> {
    let rows: Vec<(GrantId, CompanionId, CompanionKind)> = companion_download::table
        .inner_join(companion::table)
        .filter(companion_download::grant_id.eq_any(grants.to_vec()))
        .select((companion_download::grant_id, companion_download::companion_id, companion::kind))
        .distinct()
        .load(db)?;
    let mut held: BTreeMap<GrantId, Beside> = BTreeMap::new();
    for (grant, _, kind) in rows {
        let beside = held.entry(grant).or_default();
        let counted = match kind {
            CompanionKind::BridgeLetter => &mut beside.letters,
            CompanionKind::Evidence => &mut beside.evidence,
        };
        *counted = counted.saturating_add(1);
    }
    Ok(held)
}

/// Downloads of companions that were started and never ended, oldest first.
pub fn list_open_downloads(db: &mut Db) -> Result<Vec<(OpenDownload, CompanionId)>, Fault> {
    let rows: Vec<(DownloadId, i64, GrantId, PersonId, NodeId, CompanionId)> = companion_download::table
        .inner_join(report_grant::table)
        .left_join(companion_download_end::table)
        .filter(companion_download_end::download_id.is_null())
        .order(companion_download::entry_idx)
        .select((
            companion_download::id,
            companion_download::entry_idx,
            companion_download::grant_id,
            report_grant::person_id,
            companion_download::node_id,
            companion_download::companion_id,
        ))
        .load(db)?;
    let open = |(id, start, grant, person, node, companion)| {
        (OpenDownload { id, start, grant, person, node: Some(node) }, companion)
    };
    Ok(rows.into_iter().map(open).collect())
}
