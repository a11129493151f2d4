//! The accesses that the rules look at, read from the log.

use super::rules::{Access, Finding, find};
use super::{Mute, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::report_grant;
use crate::fault::Fault;
use crate::ids::GrantId;
use crate::ledger::store::{self as log, Disclosed, Entry, Filter};
use crate::ledger::{EventKind, PersonalField};
use crate::seal::Keyring;
use diesel::prelude::*;
use std::collections::HashMap;

/// Days in which unusual accesses are looked for.
pub const DAYS: i64 = 7;
/// Accesses of a kind that are looked at, the newest.
pub const ACCESSES: u16 = 2_000;

/// What was found: what is to be looked at, and how much is kept quiet.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Findings, newest first.
    pub findings: Vec<Finding>,
    /// Findings that are muted.
    pub muted: usize,
}

/// Everything that the rules find now.
pub fn look(db: &mut Db, keyring: &Keyring, now: Micros) -> Result<Seen, Fault> {
    let (settings, mutes) = (store::settings(db)?, store::list_mutes(db, keyring, now)?);
    let found = find(&accesses(db, keyring, now)?, &settings);
    let is_muted =
        |finding: &Finding| mutes.iter().any(|mute: &Mute| mute.covers(finding.rule, finding.person));
    let (muted, findings): (Vec<_>, Vec<_>) = found.into_iter().partition(is_muted);
    Ok(Seen { findings, muted: muted.len() })
}

/// What unusual accesses are looked for in, oldest first.
fn accesses(db: &mut Db, keyring: &Keyring, now: Micros) -> Result<Vec<Access>, Fault> {
    let mut found = Vec::new();
    let mut grants = Vec::new();
    for kind in [EventKind::DownloadStarted, EventKind::CodeFailed] {
        let filter = Filter { kind: Some(kind), from: Some(now.plus_days(-DAYS)), ..Filter::default() };
        for stored in log::list_stored(db, &filter, ACCESSES)? {
            let Ok(leaf) = stored.leaf else { continue };
            let (person, report, copy) = (leaf.recipient(), leaf.report, leaf.copy.clone());
            grants.push(leaf.grant);
            let network = network(db, keyring, &Entry { index: stored.index, leaf })?;
            let (index, at) = (stored.index, stored.at);
            found.push(Access { index, at, kind, person, report, copy, network, ends: None });
        }
    }
    let ends = ends(db, &grants)?;
    for (access, grant) in found.iter_mut().zip(grants) {
        access.ends = grant.and_then(|grant| ends.get(&grant).copied());
    }
    found.sort_by_key(|access| access.index);
    Ok(found)
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
