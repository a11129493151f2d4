//! Recalling a version, reminding its holders, and their word that they have destroyed it.

use super::super::register::{Holders, holders};
use super::{RecallError, store};
use crate::accounts::store as accounts;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::grants::store as grants;
use crate::identity::{Origin, store as people};
use crate::ids::{PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::recalls::{self, Recall};
use crate::reports::{State, Version, store as reports};
use crate::text::{PersonName, Reason};
use serde::Serialize;

/// What a recall has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// How many people are written to.
    pub holders: usize,
    /// How many live grants were ended.
    pub grants_ended: usize,
}

/// To a holder: what is recalled, why, and what is asked of them.
#[derive(Serialize)]
struct RecalledLetter {
    company: String,
    person: String,
    title: String,
    number: String,
    since: String,
    /// None once the version was shredded.
    reason: Option<String>,
    link: String,
}

/// Recalls a version: takes it out of offer, ends its grants, and writes to everybody who holds it.
pub fn recall<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: VersionId,
    reason: &Reason,
) -> Result<Recorded<'a, Recalled>, RecallError> {
    let at = act.at();
    let version = reports::require(act.db(), id)?;
    match version.state {
        State::Draft => return Err(RecallError::NotIssued),
        State::Recalled(_) => return Err(RecallError::AlreadyRecalled),
        State::Finalized(_) | State::Superseded(_) | State::Withdrawn(_) => {}
    }
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let Holders { live, people } = holders(act.db(), &house.keyring, id, at)?;
    let recall = Recall { version: id, at, by, reason: Some(reason.clone()) };
    let digest = recalls::insert(act.db(), (&house.clock, &key), &version, &recall)?;
    for holding in &live {
        grants::update_revoked(act.db(), holding.grant, by, at)?;
        let ended = Event::new(EventKind::GrantRevoked)
            .by(Actor::Staff(by))
            .about(holding.person)
            .report(version.report.id)
            .version(id)
            .grant(holding.grant)
            .copy(holding.copy.as_str())
            .fact("why", "recalled");
        act.also(ended);
    }
    let told = write_to(&mut act, house, &people, (LetterKind::Recalled, &version, &recall))?;
    let event = event(EventKind::ReportRecalled, Actor::Staff(by), &version)
        .fact("number", version.number)
        .fact("reason_sealed_sha256", digest)
        .fact("holders", count(told))
        .fact("grants_ended", count(live.len()));
    Ok(act.record(event, Recalled { holders: told, grants_ended: live.len() }))
}

/// Nobody is written to twice within so many seconds, however often the button is pressed.
const REMIND_AGAIN_SECS: i64 = 600;

/// Writes once more to everybody who was asked to destroy a version and has not said that they did, unless that was a
/// moment ago.
pub fn remind<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: VersionId,
) -> Result<Recorded<'a, usize>, RecallError> {
    let version = reports::require(act.db(), id)?;
    let recall = require(&mut act, house, &version)?;
    let at = act.at();
    let silent: Vec<PersonId> = store::list_told(act.db(), id)?
        .into_iter()
        .filter(|told| told.confirmed.is_none() && told.last.plus_secs(REMIND_AGAIN_SECS) <= at)
        .map(|told| told.person)
        .collect();
    let told = write_to(&mut act, house, &silent, (LetterKind::RecallReminder, &version, &recall))?;
    if told == 0 {
        return Err(RecallError::NobodyToRemind);
    }
    let event = event(EventKind::RecallReminded, Actor::Staff(by), &version).fact("holders", count(told));
    Ok(act.record(event, told))
}

/// A holder says that they have destroyed every copy they had. The name they type is their claim.
pub fn confirm<'a>(
    mut act: Act<'a>,
    person: PersonId,
    id: VersionId,
    typed: &PersonName,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, RecallError> {
    let (at, entry) = (act.at(), act.index());
    let told = store::find_told(act.db(), id, person)?.ok_or(RecallError::NotYours)?;
    if told.confirmed.is_some() {
        return Err(RecallError::Confirmed);
    }
    let version = reports::require(act.db(), id)?;
    store::insert_destruction(act.db(), id, person, at, entry)?;
    let event = event(EventKind::DestructionConfirmed, Actor::Person(person), &version)
        .about(person)
        .personal(person, PersonalField::TypedName, typed.as_str())
        .personal(person, PersonalField::NetworkAddress, &origin.address.to_string())
        .personal(person, PersonalField::UserAgent, &origin.user_agent);
    Ok(act.record(event, ()))
}

/// The recall of a version, opened.
fn require(act: &mut Act<'_>, house: &House, version: &Version) -> Result<Recall, RecallError> {
    let key = data_keys::find_for(act.db(), &house.keyring, version.key_owner())?;
    recalls::find(act.db(), key.as_ref(), version.id)?.ok_or(RecallError::NotIssued)
}

/// Writes to these people, as far as they can still be written to; gives how many.
fn write_to(
    act: &mut Act<'_>,
    house: &House,
    holders: &[PersonId],
    (kind, version, recall): (LetterKind, &Version, &Recall),
) -> Result<usize, Fault> {
    let at = act.at();
    let company = accounts::find_company(act.db())?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    let mut told = 0;
    for id in holders {
        // Whoever was forgotten has no address any more.
        let Some(person) = people::look_up(act.db(), &house.keyring, *id)?.person() else { continue };
        let letter = RecalledLetter {
            company: company.clone(),
            person: person.shown_as().to_owned(),
            title: version.card.title.to_string(),
            number: version.number.to_string(),
            since: recall.at.date_words(),
            reason: recall.reason.as_ref().map(ToString::to_string),
            link: house.link(&format!("/recalls/{}", version.id)),
        };
        let letter = house.letters.render(kind, &person.email, &letter)?;
        outbox::enqueue(act.db(), house, person.id, &letter)?;
        store::insert_notice(act.db(), &house.clock, version.id, person.id, at)?;
        told += 1;
    }
    Ok(told)
}

/// An event about a version.
fn event(kind: EventKind, by: Actor, version: &Version) -> Event {
    Event::new(kind).by(by).report(version.report.id).version(version.id)
}

/// A number for a fact.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
