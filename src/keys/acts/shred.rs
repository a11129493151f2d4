//! Shredding a report: the keys of its versions are destroyed here, and every word that was sealed under them with them.
//!
//! Promises: it asks for nothing that a hold keeps; grants that still open it end in the same act, each with its entry; what
//! was committed to stays in the log. Not promised: copies that people hold, and backups until their key-encryption key
//! is retired and gone, or they are deleted; until when is told.

use super::told;
use crate::clock::Micros;
use crate::db::shreds::{self, Shred};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::holds::{Subject, store as holds};
use crate::ids::{PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::{State, Version, store as reports};
use crate::text::Slug;
use std::collections::{BTreeMap, BTreeSet};

/// Why nothing was shredded.
#[derive(Debug, thiserror::Error)]
pub enum ShredError {
    /// It was done.
    #[error("This was shredded on {0} already.")]
    Shredded(String),
    /// A hold keeps it.
    #[error("The hold \u{201c}{0}\u{201d} keeps this report. It has to be released first.")]
    Held(String),
    /// Grants still open it.
    #[error("{0} people can read it now. Their grants have to end with it: say so, or revoke them first.")]
    Live(usize),
    /// Nothing of this name.
    #[error("There is no such report here, or no such version of it.")]
    NotFound,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ShredError {
    fn kind(&self) -> Kind {
        match self {
            Self::Shredded(_) | Self::Held(_) | Self::Live(_) => Kind::Conflict,
            Self::NotFound => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// What is to be shredded: a report, or one version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The report.
    pub slug: Slug,
    /// Which version; all of them when none is named.
    pub number: Option<u32>,
}

/// What shredding would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The versions whose keys go, the newest first.
    pub versions: Vec<Version>,
    /// Grants that open one of them now.
    pub live: Vec<Grant>,
    /// Whoever was ever granted one of them.
    pub holders: usize,
    /// Whoever is written to, and about which versions: they can read one now, or ever did.
    pub told: BTreeMap<PersonId, BTreeSet<VersionId>>,
}

/// What becomes of grants that still open what is shredded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveGrants {
    /// They end in the same act.
    End,
    /// Nothing is shredded while there are any.
    Refuse,
}

/// Whether it may be shredded now, and what would happen; for pages that ask, and again inside the act.
pub fn plan(db: &mut Db, house: &House, target: &Target, now: Micros) -> Result<Plan, ShredError> {
    let mut versions = reports::list_by_slug(db, &target.slug)?;
    versions.retain(|version| target.number.is_none_or(|number| number == version.number));
    let newest = versions.first().ok_or(ShredError::NotFound)?;
    let (report, shredded_at) = (newest.report.id, newest.shredded_at);
    versions.retain(|version| version.shredded_at.is_none());
    if versions.is_empty() {
        return Err(ShredError::Shredded(shredded_at.map(Micros::date_words).unwrap_or_default()));
    }
    let mut held = holds::list(db, &house.keyring)?;
    held.retain(|hold| hold.released_at.is_none() && hold.subject == Subject::Report(report));
    if let Some(hold) = held.first() {
        return Err(ShredError::Held(hold.name().to_owned()));
    }
    let mut all = Vec::new();
    for version in &versions {
        all.extend(grants::list_by_version(db, &house.keyring, version.id)?);
    }
    let people: BTreeSet<PersonId> = all.iter().map(|grant| grant.person).collect();
    // Whoever is held is held with what they were granted: evidence of what they read must stay readable.
    for person in &people {
        let mut held = holds::list_by_person(db, &house.keyring, *person)?;
        held.retain(|hold| hold.released_at.is_none() && hold.purpose == crate::holds::Purpose::Legal);
        if let Some(hold) = held.first() {
            return Err(ShredError::Held(hold.name().to_owned()));
        }
    }
    let told = told::holders(db, &all, now)?;
    all.retain(|grant| grant.state(now) == GrantState::Active);
    Ok(Plan { versions, live: all, holders: people.len(), told })
}

/// What was shredded.
#[derive(Clone, Debug)]
pub struct Shredded {
    /// How many versions.
    pub versions: usize,
    /// How many grants ended.
    pub grants_ended: usize,
    /// The key-encryption keys that open their keys in backups.
    pub keks: BTreeSet<String>,
    /// Until when backups are kept, by the settings of today.
    pub backups_until: Micros,
}

/// Shreds. What a crash leaves behind at any line: nothing of it, or all of it.
pub fn shred<'a>(
    mut act: Act<'a>,
    house: &House,
    by: Option<PersonId>,
    (target, live): (&Target, LiveGrants),
    backups_days: i64,
) -> Result<Recorded<'a, Shredded>, ShredError> {
    let at = act.at();
    let plan = plan(act.db(), house, target, at)?;
    if live == LiveGrants::Refuse && !plan.live.is_empty() {
        return Err(ShredError::Live(plan.live.len()));
    }
    let mut done = Shredded {
        versions: plan.versions.len(),
        grants_ended: plan.live.len(),
        keks: BTreeSet::new(),
        backups_until: at.plus_days(backups_days),
    };
    for grant in &plan.live {
        end(&mut act, by, grant)?;
    }
    let told = told::tell(act.db(), house, &plan.versions, &plan.told)?;
    let mut last = None;
    for version in &plan.versions {
        if let Some(event) = last.take() {
            act.also(event);
        }
        let kek = destroy(&mut act, version, done.backups_until)?;
        let ended = plan.live.iter().filter(|grant| grant.version == version.id).count();
        last = Some(
            Event::new(EventKind::ReportShredded)
                .by(by.map_or(Actor::Operator, Actor::Staff))
                .report(version.report.id)
                .version(version.id)
                .fact("number", version.number)
                .fact("kek", kek.as_str())
                .fact("backups_until", done.backups_until.0)
                .fact("grants_ended", u64::try_from(ended).unwrap_or(u64::MAX))
                .fact("holders", told.get(&version.id).copied().unwrap_or_default()),
        );
        done.keks.insert(kek);
    }
    let event = last.ok_or(ShredError::NotFound)?;
    Ok(act.record(event, done))
}

/// Ends a grant with its entry.
fn end(act: &mut Act<'_>, by: Option<PersonId>, grant: &Grant) -> Result<(), Fault> {
    let at = act.at();
    grants::update_revoked(act.db(), grant.id, by.unwrap_or(grant.granted_by), at)?;
    act.also(
        Event::new(EventKind::GrantRevoked)
            .by(by.map_or(Actor::Operator, Actor::Staff))
            .about(grant.person)
            .version(grant.version)
            .grant(grant.id)
            .copy(grant.copy.as_str())
            .fact("why", "shredded"),
    );
    Ok(())
}

/// Destroys a version's key and takes it out of offer; which key-encryption key opens it in backups.
fn destroy(act: &mut Act<'_>, version: &Version, backups_until: Micros) -> Result<String, Fault> {
    let (at, entry) = (act.at(), i64::try_from(act.index()).map_err(|_| Fault::bare("the log is full"))?);
    let id: VersionId = version.id;
    let kek = data_keys::destroy(act.db(), version.key_owner())?.unwrap_or_default();
    if matches!(version.state, State::Finalized(_) | State::Superseded(_)) {
        reports::update_withdrawn(act.db(), id)?;
    }
    shreds::insert(act.db(), &Shred { version: id, at, entry, kek: kek.clone(), backups_until })?;
    Ok(kek)
}
