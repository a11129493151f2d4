//! Rows of downloads: starts and ends, which are never changed.

use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{download, download_end, report_grant};
use crate::fault::Fault;
use crate::ids::{DownloadId, GrantId, NodeId, PersonId};
use crate::text_enum;
use diesel::prelude::*;

text_enum! {
    /// How a download ended.
    Outcome {
        /// Broken off by either side.
        Aborted = "aborted",
        /// Every byte was handed to the connection.
        Completed = "completed",
        /// The server went down in between.
        OutcomeUnknown = "outcome_unknown",
    }
}

/// A started download.
#[derive(Clone, Debug)]
pub struct Started {
    /// Which.
    pub id: DownloadId,
    /// Under which grant.
    pub grant: GrantId,
    /// When.
    pub at: Micros,
    /// The index of its entry.
    pub entry: u64,
    /// Bytes of the copy.
    pub size_bytes: u64,
    /// SHA-256 of the copy.
    pub sha256: [u8; 32],
    /// Which process sends it.
    pub node: NodeId,
}

/// Adds the start of a download.
pub fn insert_download(db: &mut Db, started: &Started) -> Result<(), Fault> {
    diesel::insert_into(download::table)
        .values((
            download::id.eq(started.id),
            download::grant_id.eq(started.grant),
            download::started_at.eq(started.at),
            download::entry_idx.eq(i64::try_from(started.entry).unwrap_or(i64::MAX)),
            download::size_bytes.eq(i64::try_from(started.size_bytes).unwrap_or(i64::MAX)),
            download::sha256.eq(started.sha256.to_vec()),
            download::node_id.eq(started.node),
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
    diesel::insert_into(download_end::table)
        .values((
            download_end::download_id.eq(id),
            download_end::outcome.eq(outcome),
            download_end::sent_bytes.eq(sent_bytes.and_then(|bytes| i64::try_from(bytes).ok())),
            download_end::ended_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// The digest of the grant's copy, known since its first start.
pub fn find_copy_digest(db: &mut Db, grant: GrantId) -> Result<Option<[u8; 32]>, Fault> {
    let digest: Option<Vec<u8>> =
        download::table.filter(download::grant_id.eq(grant)).select(download::sha256).first(db).optional()?;
    digest.map(|digest| digest.try_into().map_err(|_| Fault::bare("digest of a copy"))).transpose()
}

/// A download that was started and never ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct OpenDownload {
    /// Which.
    pub id: DownloadId,
    /// The index of its start's entry.
    pub start: i64,
    /// Under which grant.
    pub grant: GrantId,
    /// By whom.
    pub person: PersonId,
    /// Which process sends it; none when that was not noted.
    pub node: Option<NodeId>,
}

/// Downloads that were started and never ended, oldest first.
pub fn list_open_downloads(db: &mut Db) -> Result<Vec<OpenDownload>, Fault> {
    Ok(download::table
        .inner_join(report_grant::table)
        .left_join(download_end::table)
        .filter(download_end::download_id.is_null())
        .order(download::entry_idx)
        .select((
            download::id,
            download::entry_idx,
            download::grant_id,
            report_grant::person_id,
            download::node_id,
        ))
        .load(db)?)
}
