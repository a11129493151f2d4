//! What the log says of grants: when each was used first and last, and every entry of one.

use super::kind::EventKind;
use super::leaf::Leaf;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use crate::ids::GrantId;
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// When something was used first and last, by the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The first time.
    pub first: Micros,
    /// The last time.
    pub last: Micros,
}

/// The uses of these grants: report rooms shown and downloads started. A grant that was not used is left out.
pub fn list_uses(db: &mut Db, grants: &[GrantId]) -> Result<Vec<(GrantId, Use)>, Fault> {
    let rows: Vec<(Option<GrantId>, Option<Micros>, Option<Micros>)> = ledger_entry::table
        .filter(ledger_entry::grant_id.eq_any(grants.to_vec()))
        .filter(ledger_entry::kind.eq_any([EventKind::ReportViewed, EventKind::DownloadStarted]))
        .group_by(ledger_entry::grant_id)
        .select((ledger_entry::grant_id, min(ledger_entry::at), max(ledger_entry::at)))
        .load(db)?;
    let whole = |(grant, first, last): (Option<_>, Option<_>, Option<_>)| {
        Some((grant?, Use { first: first?, last: last? }))
    };
    Ok(rows.into_iter().filter_map(whole).collect())
}

/// The entries of a grant with their indexes, the newest first, at most `most`.
pub fn list_entries(db: &mut Db, grant: GrantId, most: i64) -> Result<Vec<(u64, Leaf)>, Fault> {
    let rows: Vec<(i64, Vec<u8>)> = ledger_entry::table
        .filter(ledger_entry::grant_id.eq(grant))
        .order(ledger_entry::idx.desc())
        .limit(most)
        .select((ledger_entry::idx, ledger_entry::leaf))
        .load(db)?;
    rows.into_iter()
        .map(|(index, leaf)| {
            let index = u64::try_from(index).map_err(|error| Fault::new("index of an entry", error))?;
            Ok((index, Leaf::parse(&leaf)?))
        })
        .collect()
}
