//! Asking to be forgotten, and erasing.

use super::{Erasure, Terms, Wish, evidence, store, words};
use crate::accounts::store as accounts;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::{Grant, State, store as grants};
use crate::holds::{Hold, store as holds};
use crate::identity::store::{self as people, Known};
use crate::identity::{Face, Origin, Role, codes, erased, filters, sessions};
use crate::ids::PersonId;
use crate::ledger::acts::Reader;
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded, store as log};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::requests::store as requests;
use crate::seal::KeyOwner;
use crate::subscriptions::store as subscriptions;
use crate::tokens::store as tokens;
use serde::Serialize;

/// Why a wish to be forgotten was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It waits already.
    #[error("You have asked for this already. You are written to as soon as it is done.")]
    Asked,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for AskError {
    fn kind(&self) -> Kind {
        match self {
            Self::Asked => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// To security: a wish waits. It names nobody.
#[derive(Serialize)]
struct AskedLetter {
    company: String,
    person: String,
    due: String,
    link: String,
}

/// Takes a person's wish to be forgotten; the security desk is told.
pub fn ask<'a>(
    mut act: Act<'a>,
    house: &House,
    person: PersonId,
    origin: &Origin,
) -> Result<Recorded<'a, Wish>, AskError> {
    let wish = Wish { person, asked_at: act.at() };
    if !store::insert_wish(act.db(), wish)? {
        return Err(AskError::Asked);
    }
    let company = accounts::find_company(act.db())?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    for officer in people::list_by_role(act.db(), &house.keyring, Role::Security)? {
        let letter = AskedLetter {
            company: company.clone(),
            person: officer.shown_as().to_owned(),
            due: wish.due_at().date_words(),
            link: house.link(&format!("/security/people/{person}")),
        };
        let letter = house.letters.render(LetterKind::ErasureAsked, &officer.email, &letter)?;
        outbox::enqueue(act.db(), house, officer.id, &letter)?;
    }
    let event = Event::new(EventKind::ErasureAsked)
        .by(Actor::Person(person))
        .about(person)
        .fact("due_at", wish.due_at().0)
        .personal(person, PersonalField::NetworkAddress, &origin.address.to_string());
    Ok(act.record(event, wish))
}

/// Records that everything held about a person is read, or that people were looked for. To be done before it is shown.
pub fn look(act: Act<'_>, reader: Reader, person: Option<PersonId>) -> Result<Recorded<'_, ()>, Fault> {
    let event = reader.event(EventKind::PersonViewed);
    let event = match person {
        Some(person) => event.about(person),
        None => event.fact("searched", true),
    };
    Ok(act.record(event, ()))
}

/// Why a person was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// It was done.
    #[error("This person was erased already.")]
    Erased,
    /// A hold keeps them.
    #[error("The hold \u{201c}{0}\u{201d} keeps everything about this person. It has to be released first.")]
    Held(String),
    /// Their row does not open.
    #[error(
        "The row that names this person does not open: damaged or exchanged. Bring it back from a backup, then erase them."
    )]
    Unreadable,
    /// Has a desk.
    #[error("This person is on the staff. Take their desks away first: candor staff remove.")]
    Staff,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for EraseError {
    fn kind(&self) -> Kind {
        match self {
            Self::Erased | Self::Held(_) | Self::Staff | Self::Unreadable => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Whether a person may be erased now; for the page that asks, and again inside the act.
pub fn check(db: &mut Db, house: &House, person: PersonId) -> Result<(), EraseError> {
    if store::find(db, person)?.is_some() {
        return Err(EraseError::Erased);
    }
    if !sessions::list_roles(db, person)?.is_empty() {
        return Err(EraseError::Staff);
    }
    if let Some(hold) = holds::list_keeping(db, &house.keyring, person)?.first() {
        return Err(EraseError::Held(hold.name().to_owned()));
    }
    match people::look_up(db, &house.keyring, person)? {
        Known::Unreadable => Err(EraseError::Unreadable),
        Known::Erased | Known::Missing | Known::Person(_) => Ok(()),
    }
}

/// What an erasure took away, for its entry.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    grants: usize,
    requests: usize,
    letters: usize,
    commitments: usize,
    sessions: usize,
}

/// Whether the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// By a last letter.
    Letter,
    /// Not at all: nobody ever confirmed that the address is theirs.
    Nobody,
}

/// Erases a person. What a crash leaves behind at any line: nothing of it, or all of it.
pub fn erase<'a>(
    mut act: Act<'a>,
    house: &House,
    (by, telling): (Option<PersonId>, Telling),
    id: PersonId,
    terms: Terms,
) -> Result<Recorded<'a, Erasure>, EraseError> {
    check(act.db(), house, id)?;
    let person = people::require_person(act.db(), &house.keyring, id)?;
    let at = act.at();
    let held = grants::list_by_person(act.db(), &house.keyring, id)?;
    let mut taken = Taken { grants: end_grants(&mut act, by, &held)?, ..Taken::default() };
    let db = act.db();
    let hold = evidence::hold_back(db, house, (&person, by, at), &held, terms)?;
    let letter = words::letter(db, house, &person, hold.as_ref(), at.plus_days(terms.backups_days))?;
    let companies = words::companies(db, house, id, &held)?;
    taken.sessions =
        sessions::end_all(db, id, Face::Prospect, at)? + sessions::end_all(db, id, Face::Staff, at)?;
    taken.requests = requests::delete_undecided(db, id)?;
    let named = words::names(&person, &held);
    taken.letters =
        outbox::delete_by_person(db, id)? + outbox::forget_in_others(db, house, (&named, &companies))?;
    filters::forget_networks(db, &house.keyring, id)?;
    taken.commitments = log::delete_personal(db, id)?;
    codes::delete_by_person(db, id)?;
    tokens::revoke_by_person(db, id, at)?;
    subscriptions::end_by_person(db, id, at)?;
    store::delete_wish(db, id)?;
    holds::forget_released(db, id)?;
    people::forget(db, &house.clock, id)?;
    erased::insert(db, &house.keyring, &person.email, at)?;
    let kek = data_keys::destroy(db, KeyOwner::Person(id))?.unwrap_or_default();
    // Only now: it is the one letter to them that stays, under a key of its own.
    if telling == Telling::Letter {
        outbox::enqueue(db, house, id, &letter)?;
    }
    let done = Erasure {
        person: id,
        at,
        by,
        entry: act.index(),
        hold: hold.as_ref().map(|hold| hold.id),
        kek,
        backups_until: at.plus_days(terms.backups_days),
    };
    store::insert(act.db(), &done)?;
    Ok(act.record(event(&done, hold.as_ref(), taken), done))
}

/// Ends every grant that still runs, with an entry each; how many there were.
fn end_grants(act: &mut Act<'_>, by: Option<PersonId>, held: &[Grant]) -> Result<usize, Fault> {
    let (at, mut ended) = (act.at(), 0);
    for grant in held.iter().filter(|grant| grant.state(at) != State::Revoked) {
        if grants::update_revoked(act.db(), grant.id, by.unwrap_or(grant.granted_by), at)? {
            ended += 1;
            act.also(
                Event::new(EventKind::GrantRevoked)
                    .by(by.map_or(Actor::System, Actor::Staff))
                    .about(grant.person)
                    .version(grant.version)
                    .grant(grant.id)
                    .copy(grant.copy.as_str()),
            );
        }
    }
    Ok(ended)
}

/// The entry: numbers and dates, nothing that names.
fn event(done: &Erasure, hold: Option<&Hold>, taken: Taken) -> Event {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let event = Event::new(EventKind::PersonErased)
        .by(done.by.map_or(Actor::System, Actor::Staff))
        .about(done.person)
        .fact("grants_ended", number(taken.grants))
        .fact("requests_deleted", number(taken.requests))
        .fact("letters_deleted", number(taken.letters))
        .fact("commitments_erased", number(taken.commitments))
        .fact("sessions_ended", number(taken.sessions))
        .fact("kek", done.kek.as_str())
        .fact("backups_forget_at", done.backups_until.0);
    match hold {
        Some(hold) => event
            .fact("hold", hold.id.to_string())
            .fact("evidence_ends_at", hold.ends_at.unwrap_or_default().0),
        None => event,
    }
}
