//! The accesses that the rules look at, read from the log.

use super::countries::Countries;
use super::rules::{Access, Accesses, Finding, VIEWS, find, is_reading};
use super::{Mute, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::report_grant;
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId};
use crate::ledger::store::{self as log, Disclosed, Entry, Filter, Stored};
use crate::ledger::{EventKind, PersonalField};
use crate::seal::Keyring;
use diesel::prelude::*;
use std::collections::HashMap;

/// Days in which unusual accesses are looked for.
pub const DAYS: i64 = 7;
/// Accesses of a kind that are looked at, the newest: downloads of reports, of documents beside them, wrong codes.
pub const ACCESSES: u16 = 2_000;
/// Views of a kind that are looked at, the newest: there are more of them than of downloads.
pub const VIEWED: u16 = 1_000;
/// Downloads or views of a kind by each person before those days that are looked at, to know what is new for them.
pub const EARLIER: u16 = 10;
/// What one person opens of one report from one network within so long is one access.
const ONE_VIEW_SECS: i64 = 3_600;

/// What was found: what is to be looked at, and how much is kept quiet.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Findings, newest first.
    pub findings: Vec<Finding>,
    /// Findings that are muted.
    pub muted: usize,
}

/// Everything that the rules find now.
pub fn look(db: &mut Db, (keyring, countries): (&Keyring, &Countries), now: Micros) -> Result<Seen, Fault> {
    let (settings, mutes) = (store::settings(db)?, store::list_mutes(db, keyring, now)?);
    let hours = store::hours(db)?;
    let found = find(&accesses(db, (keyring, countries), now)?, (&settings, &hours));
    let is_muted =
        |finding: &Finding| mutes.iter().any(|mute: &Mute| mute.covers(finding.rule, finding.person));
    let (muted, findings): (Vec<_>, Vec<_>) = found.into_iter().partition(is_muted);
    Ok(Seen { findings, muted: muted.len() })
}

/// What unusual accesses are looked for in, oldest first.
fn accesses(db: &mut Db, by: (&Keyring, &Countries), now: Micros) -> Result<Accesses, Fault> {
    let since = now.plus_days(-DAYS);
    let (mut recent, mut grants) = (Vec::new(), Vec::new());
    let fetched = [EventKind::CompanionStarted, EventKind::DownloadStarted, EventKind::CodeFailed];
    let kinds = fetched.into_iter().map(|kind| (kind, ACCESSES));
    for (kind, most) in kinds.chain(VIEWS.into_iter().map(|kind| (kind, VIEWED))) {
        let filter = Filter { kind: Some(kind), from: Some(since), ..Filter::default() };
        for stored in log::list_stored(db, &filter, most)? {
            let Some((access, grant)) = access(db, by, stored)? else { continue };
            recent.push(access);
            grants.push(grant);
        }
    }
    let ends = ends(db, &grants)?;
    for (access, grant) in recent.iter_mut().zip(grants) {
        access.ends = grant.and_then(|grant| ends.get(&grant).copied());
    }
    let earlier = earlier(db, by, (&recent, since))?;
    Ok(Accesses { recent: once(recent), earlier: once(earlier) })
}

/// Accesses in their order, those of one view told once: a room that is opened again, or from which a copy is fetched, within
/// the hour.
fn once(mut accesses: Vec<Access>) -> Vec<Access> {
    accesses.sort_by_key(|access| access.index);
    let of = |access: &Access| (access.person, access.report, access.network.clone());
    let mut fetched: HashMap<_, Vec<Micros>> = HashMap::new();
    for access in accesses.iter().filter(|access| access.kind.starts_download()) {
        fetched.entry(of(access)).or_default().push(access.at);
    }
    let mut viewed: HashMap<_, Micros> = HashMap::new();
    accesses.retain(|access| {
        if !VIEWS.contains(&access.kind) {
            return true;
        }
        let near = |at: &Micros| access.at.secs_since(*at).abs() < ONE_VIEW_SECS;
        let is_known = viewed.get(&of(access)).is_some_and(near)
            || fetched.get(&of(access)).is_some_and(|times| times.iter().any(near));
        if !is_known {
            viewed.insert(of(access), access.at);
        }
        !is_known
    });
    accesses
}

/// What those who read something of late had read before, oldest first.
fn earlier(
    db: &mut Db,
    by: (&Keyring, &Countries),
    (recent, until): (&[Access], Micros),
) -> Result<Vec<Access>, Fault> {
    let readings = recent.iter().filter(|access| is_reading(access.kind));
    let mut people: Vec<PersonId> = readings.filter_map(|access| access.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut found = Vec::new();
    for person in people {
        for kind in [EventKind::CompanionStarted, EventKind::DownloadStarted, EventKind::ReportViewed] {
            let (kind, person, until) = (Some(kind), Some(person), Some(until));
            let filter = Filter { kind, person, until, ..Filter::default() };
            for stored in log::list_stored(db, &filter, EARLIER)? {
                found.extend(access(db, by, stored)?.map(|(access, _)| access));
            }
        }
    }
    Ok(found)
}

/// An entry as the rules see it, with the grant that it was under; none of one that cannot be read.
fn access(
    db: &mut Db,
    (keyring, countries): (&Keyring, &Countries),
    Stored { index, at, leaf }: Stored,
) -> Result<Option<(Access, Option<GrantId>)>, Fault> {
    let Ok(leaf) = leaf else { return Ok(None) };
    let (kind, person, report) = (leaf.kind, leaf.recipient(), leaf.report);
    let (copy, grant) = (leaf.copy.clone(), leaf.grant);
    let network = network(db, keyring, &Entry { index, leaf })?;
    let address = network.as_deref().and_then(|network| network.parse().ok());
    let country = address.and_then(|address| countries.find(address));
    Ok(Some((Access { index, at, kind, person, report, copy, network, country, ends: None }, grant)))
}

/// When these grants end.
fn ends(db: &mut Db, grants: &[Option<GrantId>]) -> Result<HashMap<GrantId, Micros>, Fault> {
    let mut ids: Vec<GrantId> = grants.iter().flatten().copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut ends = HashMap::new();
    for some in ids.chunks(500) {
        let rows: Vec<(GrantId, Micros)> = report_grant::table
            .filter(report_grant::id.eq_any(some.to_vec()))
            .select((report_grant::id, report_grant::expires_at))
            .load(db)?;
        ends.extend(rows);
    }
    Ok(ends)
}

/// From where an entry's access came, as far as it is still disclosed.
fn network(db: &mut Db, keyring: &Keyring, entry: &Entry) -> Result<Option<String>, Fault> {
    if !entry.leaf.personal.contains_key(&PersonalField::NetworkAddress) {
        return Ok(None);
    }
    let disclosed = log::disclosures(db, keyring, entry)?;
    Ok(disclosed.into_iter().find_map(|(field, disclosed)| match disclosed {
        Disclosed::Value(address) if field == PersonalField::NetworkAddress => Some(address),
        Disclosed::Erased | Disclosed::Mismatch | Disclosed::Value(_) => None,
    }))
}
