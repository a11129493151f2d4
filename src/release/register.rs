//! The distribution register: who holds which version of which report, since when, under which NDA, whether they have
//! used it, and which documents beside it they took. One row per grant, the newest first: every copy that was made under
//! a grant bears the grant's number, whichever document it is of.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::State;
use crate::grants::companions::{self, Beside};
use crate::grants::holdings::{self, Holding};
use crate::ids::{GrantId, PersonId, ReportId, VersionId};
use crate::ledger::uses::{self, Tally};
use crate::nda::store::{self as ndas, Accepted};
use crate::reports::{State as VersionState, Version, store as reports};
use crate::seal::Keyring;
use crate::text_enum;
use std::collections::BTreeMap;

/// Grants read at a time.
const BATCH: i64 = 200;

text_enum! {
    /// Where a holding stands, in the order of its life.
    Standing {
        /// The grant opens the version.
        Live = "live",
        /// Its time has ended.
        Ended = "ended",
        /// It was taken back.
        Revoked = "revoked",
        /// The version opens to nobody any more.
        Withdrawn = "withdrawn",
        /// The version was recalled.
        Recalled = "recalled",
        /// The version's key was destroyed here.
        Shredded = "shredded",
    }
}

impl Standing {
    /// In a word.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Ended => "Ended",
            Self::Revoked => "Revoked",
            Self::Withdrawn => "Withdrawn",
            Self::Recalled => "Recalled",
            Self::Shredded => "Shredded",
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this report.
    pub report: Option<ReportId>,
    /// Only where every one of these words stands in the holder's company, name or address.
    pub company: String,
    /// Only what stands so.
    pub standing: Option<Standing>,
    /// Only older grants.
    pub before: Option<GrantId>,
}

/// A row of the register.
#[derive(Clone, Debug)]
pub struct Held {
    /// The grant and whose it is.
    pub holding: Holding,
    /// Where it stands.
    pub standing: Standing,
    /// The report's title.
    pub title: String,
    /// The version's number.
    pub number: u32,
    /// The newest NDA text that the holder accepted.
    pub nda: Option<Accepted>,
    /// When the version's key was destroyed here.
    pub shredded_at: Option<Micros>,
    /// How often it was used.
    pub used: Tally,
    /// Which documents beside the report were taken.
    pub beside: Beside,
}

/// A page of the register, and where the next one begins when there is one.
pub fn list(
    db: &mut Db,
    keyring: &Keyring,
    filter: &Filter,
    (now, most): (Micros, usize),
) -> Result<(Vec<Held>, Option<GrantId>), Fault> {
    let versions = versions(db, filter.report)?;
    let ids: Vec<VersionId> = versions.keys().copied().collect();
    let (mut found, mut before) = (Vec::new(), filter.before);
    loop {
        let batch = holdings::list(db, keyring, &ids, before, BATCH)?;
        let is_last = batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        let mut fitting = Vec::new();
        for holding in batch {
            before = Some(holding.grant);
            let Some(version) = versions.get(&holding.version) else { continue };
            let standing = standing(&holding, version, now);
            if filter.standing.is_none_or(|wanted| wanted == standing) && fits(&holding, &filter.company) {
                fitting.push((holding, standing, version));
            }
        }
        for held in tell(db, fitting)? {
            if found.len() >= most {
                let next = found.last().map(|last: &Held| last.holding.grant);
                return Ok((found, next));
            }
            found.push(held);
        }
        if is_last {
            return Ok((found, None));
        }
    }
}

/// Every version that was ever issued, or those of one report.
fn versions(db: &mut Db, report: Option<ReportId>) -> Result<BTreeMap<VersionId, Version>, Fault> {
    let issued = reports::list(db)?.into_iter().filter(|version| version.state != VersionState::Draft);
    Ok(issued
        .filter(|version| report.is_none_or(|report| report == version.report.id))
        .map(|version| (version.id, version))
        .collect())
}

/// Where a holding stands: what became of the version comes before what became of the grant.
fn standing(holding: &Holding, version: &Version, now: Micros) -> Standing {
    if version.shredded_at.is_some() {
        return Standing::Shredded;
    }
    match (version.state, holding.state(now)) {
        (VersionState::Recalled(_), _) => Standing::Recalled,
        (VersionState::Draft | VersionState::Withdrawn(_), _) => Standing::Withdrawn,
        (_, State::Revoked) => Standing::Revoked,
        (_, State::Expired) => Standing::Ended,
        (_, State::Active) => Standing::Live,
    }
}

/// Whether every word stands in the company, name or address; nobody who was forgotten fits a word.
fn fits(holding: &Holding, words: &str) -> bool {
    let mark = holding.mark.as_ref();
    let text = mark.map(|mark| format!("{} {} {}", mark.company, mark.name, mark.email).to_lowercase());
    let text = text.unwrap_or_default();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// Adds what the log and the NDA say of some holdings.
fn tell(db: &mut Db, fitting: Vec<(Holding, Standing, &Version)>) -> Result<Vec<Held>, Fault> {
    let grants: Vec<GrantId> = fitting.iter().map(|(holding, ..)| holding.grant).collect();
    let people: Vec<PersonId> = fitting.iter().map(|(holding, ..)| holding.person).collect();
    let used = uses::tally(db, &grants)?;
    let beside = companions::list_beside(db, &grants)?;
    let accepted = ndas::list_newest_accepted(db, &people)?;
    let held = fitting.into_iter().map(|(holding, standing, version)| Held {
        standing,
        title: version.card.title.to_string(),
        number: version.number,
        shredded_at: version.shredded_at,
        nda: accepted.get(&holding.person).copied(),
        used: used.get(&holding.grant).copied().unwrap_or_default(),
        beside: beside.get(&holding.grant).copied().unwrap_or_default(),
        holding,
    });
    Ok(held.collect())
}

/// Who holds a version, or may have kept something of it or of a document beside it.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    /// The grants that are live.
    pub live: Vec<Holding>,
    /// Everybody with a live grant, or with one that was ever used; each once.
    pub people: Vec<PersonId>,
}

/// The holders of a version, whatever became of their grants.
pub fn holders(db: &mut Db, keyring: &Keyring, version: VersionId, now: Micros) -> Result<Holders, Fault> {
    let (mut holders, mut before) = (Holders::default(), None);
    loop {
        let batch = holdings::list(db, keyring, &[version], before, BATCH)?;
        let Some(last) = batch.last() else { break };
        before = Some(last.grant);
        let ids: Vec<GrantId> = batch.iter().map(|holding| holding.grant).collect();
        let used = uses::tally(db, &ids)?;
        for holding in batch {
            let is_live = holding.state(now) == State::Active;
            if is_live || used.contains_key(&holding.grant) {
                holders.people.push(holding.person);
            }
            if is_live {
                holders.live.push(holding);
            }
        }
    }
    holders.people.sort_unstable();
    holders.people.dedup();
    Ok(holders)
}
