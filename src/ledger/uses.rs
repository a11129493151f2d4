//! When grants were used, first and last, by the log.

use super::kind::EventKind;
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
pub fn list_by_grant(db: &mut Db, grants: &[GrantId]) -> Result<Vec<(GrantId, Use)>, Fault> {
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
