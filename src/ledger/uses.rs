//! When grants were used, first and last, by the log.

use super::kind::EventKind;
use super::store::{self, Filter};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::ledger_entry;
use crate::fault::Fault;
use crate::ids::GrantId;
use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// As many views of pages are looked at, the newest.
const MOST_VIEWS: u16 = 5_000;

/// When something was used first and last, by the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The first time.
    pub first: Micros,
    /// The last time.
    pub last: Micros,
}

/// The uses of these grants: report rooms and pages shown, downloads started. A grant that was not used is left out.
pub fn list_by_grant(db: &mut Db, grants: &[GrantId]) -> Result<Vec<(GrantId, Use)>, Fault> {
    let rows: Vec<(Option<GrantId>, Option<Micros>, Option<Micros>)> = ledger_entry::table
        .filter(ledger_entry::grant_id.eq_any(grants.to_vec()))
        .filter(ledger_entry::kind.eq_any([
            EventKind::ReportViewed,
            EventKind::ReportPageViewed,
            EventKind::ReportReadByToken,
            EventKind::BridgeLetterTaken,
            EventKind::CompanionStarted,
            EventKind::DownloadStarted,
        ]))
        .group_by(ledger_entry::grant_id)
        .select((ledger_entry::grant_id, min(ledger_entry::at), max(ledger_entry::at)))
        .load(db)?;
    let whole = |(grant, first, last): (Option<_>, Option<_>, Option<_>)| {
        Some((grant?, Use { first: first?, last: last? }))
    };
    Ok(rows.into_iter().filter_map(whole).collect())
}

/// How many different pages were shown under a grant, by the log.
pub fn count_pages(db: &mut Db, grant: GrantId) -> Result<usize, Fault> {
    let filter = Filter { kind: Some(EventKind::ReportPageViewed), grant: Some(grant), ..Filter::default() };
    let pages: BTreeSet<String> = store::list(db, &filter, MOST_VIEWS)?
        .iter()
        .filter_map(|entry| entry.leaf.facts.get("page").map(ToString::to_string))
        .collect();
    Ok(pages.len())
}

/// How often a grant was used, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Downloads of the report that were started.
    pub downloads: i64,
    /// Downloads of documents beside it that were started.
    pub companions: i64,
    /// Times that the room, a page, or a bridge letter to read was shown.
    pub views: i64,
    /// The last of any.
    pub last: Option<Micros>,
}

/// How often each of these grants was used; one that was not is left out.
pub fn tally(db: &mut Db, grants: &[GrantId]) -> Result<BTreeMap<GrantId, Tally>, Fault> {
    let rows: Vec<(Option<GrantId>, EventKind, i64, Option<Micros>)> = ledger_entry::table
        .filter(ledger_entry::grant_id.eq_any(grants.to_vec()))
        .filter(ledger_entry::kind.eq_any([
            EventKind::ReportViewed,
            EventKind::ReportPageViewed,
            EventKind::ReportReadByToken,
            EventKind::BridgeLetterTaken,
            EventKind::CompanionStarted,
            EventKind::DownloadStarted,
        ]))
        .group_by((ledger_entry::grant_id, ledger_entry::kind))
        .select((ledger_entry::grant_id, ledger_entry::kind, count_star(), max(ledger_entry::at)))
        .load(db)?;
    let mut tallies: BTreeMap<GrantId, Tally> = BTreeMap::new();
    for (grant, kind, count, last) in rows {
        let Some(grant) = grant else { continue };
        let tally = tallies.entry(grant).or_default();
        let counted = match kind {
            EventKind::DownloadStarted => &mut tally.downloads,
            EventKind::CompanionStarted => &mut tally.companions,
            _ => &mut tally.views,
        };
        *counted = counted.saturating_add(count);
        tally.last = tally.last.max(last);
    }
    Ok(tallies)
}
