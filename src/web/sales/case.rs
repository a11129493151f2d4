//! Everything that is to be known before a request is decided, read at once.

use super::checks::Known;
use crate::accounts::Standing;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::{Fault, Kind};
use crate::grants::acts::{GrantError, check};
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::identity::{Person, store as people};
use crate::ids::{PersonId, RequestId, VersionId};
use crate::nda::{Acceptance, Nda, store as ndas};
use crate::notices::House;
use crate::remediation::store::{Tally, tally};
use crate::reports::{State as ReportState, Version, store as reports};
use crate::requests::{Details, Request, State, store as requests};
use crate::text::Day;

/// A request with what belongs to it.
pub(super) struct Case {
    /// The request.
    pub(super) request: Request,
    /// What was typed with it.
    pub(super) details: Details,
    /// Who asks.
    pub(super) person: Person,
    /// How their address's domain stands.
    pub(super) standing: Standing,
    /// What they ask for, and how many exceptions it has.
    pub(super) reports: Vec<(Version, Tally)>,
    /// Their side of the NDA.
    pub(super) nda: NdaSide,
    /// What was between them and us before, the newest first.
    pub(super) history: Vec<(Micros, String)>,
    /// What was granted by it, with the report's title.
    pub(super) grants: Vec<(Grant, String)>,
    /// Who decided it.
    pub(super) decider: Option<String>,
    /// Why the person who looks cannot approve it.
    pub(super) obstacles: Vec<String>,
    /// Whether approving needs a written reason.
    pub(super) needs_reason: bool,
}

/// The text in force, and the newest acceptance with the number of its text.
pub(super) struct NdaSide {
    /// The text in force.
    pub(super) in_force: Option<Nda>,
    /// The newest acceptance.
    pub(super) accepted: Option<(Acceptance, i32)>,
}

/// Reads the case for the person `by`. A request whose address is not confirmed is not found.
pub(super) fn read(db: &mut Db, house: &House, by: PersonId, id: RequestId) -> Result<Case, Fault> {
    let request = requests::require(db, &house.keyring, id)?;
    if request.state == State::Unconfirmed {
        return Err(Fault::bare("the request's address is not confirmed").with_kind(Kind::NotFound));
    }
    let person = people::require_person(db, &house.keyring, request.person)?;
    let details = request.details.clone().ok_or(Fault::bare("no details").with_kind(Kind::Gone))?;
    let standing = Known::read(db, &house.keyring)?.standing(&person);
    let reports = request
        .items
        .iter()
        .map(|item| {
            let version = reports::require(db, *item)?;
            let tally = tally(db, &house.keyring, &version, Day::of(house.clock.now()))?;
            Ok((version, tally))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let (obstacles, needs_reason) = judge(db, house, by, (&person, &reports))?;
    let granted = grants::list_by_request(db, &house.keyring, id)?;
    let granted = granted.into_iter().map(|grant| Ok((title(db, grant.version)?, grant)));
    Ok(Case {
        grants: granted
            .map(|pair| pair.map(|(title, grant)| (grant, title)))
            .collect::<Result<_, Fault>>()?,
        nda: nda(db, house, person.id)?,
        history: history(db, house, &request)?,
        decider: request.decided_by.map(|by| people::name_of(db, &house.keyring, by)).transpose()?,
        request,
        details,
        person,
        standing,
        reports,
        obstacles,
        needs_reason,
    })
}

/// Asks the rules themselves why `by` cannot approve, and whether a reason is needed.
fn judge(
    db: &mut Db,
    house: &House,
    by: PersonId,
    (person, reports): (&Person, &[(Version, Tally)]),
) -> Result<(Vec<String>, bool), Fault> {
    let mut obstacles = Vec::new();
    let mut needs_reason = false;
    match check(db, house, by, &person.email, None) {
        Ok(()) => {}
        Err(GrantError::Fault(fault)) => return Err(fault),
        Err(GrantError::FreeMailNeedsReason) => needs_reason = true,
        Err(refusal) => obstacles.push(refusal.to_string()),
    }
    if reports.iter().any(|(version, _)| !matches!(version.state, ReportState::Finalized(_))) {
        obstacles.push(GrantError::NotOffered.to_string());
    }
    for (version, tally) in reports.iter().filter(|(_, tally)| tally.blocking > 0) {
        let pressing = GrantError::Pressing { title: version.card.title.to_string(), count: tally.blocking };
        obstacles.push(pressing.to_string());
    }
    Ok((obstacles, needs_reason))
}

/// The person's side of the NDA.
fn nda(db: &mut Db, house: &House, person: PersonId) -> Result<NdaSide, Fault> {
    let in_force = ndas::find_in_force(db)?;
    let newest = ndas::find_standing(db, &house.keyring, person)?;
    let accepted = newest.map(|newest| Ok::<_, Fault>((ndas::require(db, newest.nda)?.number, newest)));
    let accepted = accepted.transpose()?.map(|(number, newest)| (newest, number));
    Ok(NdaSide { in_force, accepted })
}

/// The person's other requests and grants, in sentences.
fn history(db: &mut Db, house: &House, present: &Request) -> Result<Vec<(Micros, String)>, Fault> {
    let mut history = Vec::new();
    for request in requests::list_by_person(db, &house.keyring, present.person)? {
        if request.id == present.id || request.state == State::Unconfirmed {
            continue;
        }
        let titles: Result<Vec<String>, Fault> = request.items.iter().map(|item| title(db, *item)).collect();
        let end = match request.state {
            State::Unconfirmed | State::Waiting => "waits for a decision",
            State::Approved => "approved",
            State::Denied => "denied",
        };
        history.push((request.created_at, format!("Asked for {}: {end}.", titles?.join(" and "))));
    }
    let now = house.clock.now();
    for grant in grants::list_by_person(db, &house.keyring, present.person)? {
        if grant.request == Some(present.id) {
            continue;
        }
        let until = grant.expires_at.date_words();
        let end = match grant.state(now) {
            GrantState::Active => format!("until {until}"),
            GrantState::Expired => format!("ended on {until}"),
            GrantState::Revoked => "revoked since".to_owned(),
        };
        history.push((grant.granted_at, format!("Granted {}, {end}.", title(db, grant.version)?)));
    }
    history.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(history)
}

/// What a version is called.
pub(super) fn title(db: &mut Db, version: VersionId) -> Result<String, Fault> {
    Ok(reports::require(db, version)?.card.title.to_string())
}
