//! Declining a wish to be forgotten: with a reason, by a letter that says what the person can do about it.
//!
//! Promises: the person is told in the transaction that declines, why, until when evidence of their NDA is kept, and to
//! whom they can turn (GDPR, article 12(4)). Nothing of what is held about them changes, and they may ask again.

use super::{Terms, store};
use crate::accounts::store as accounts;
use crate::clock::{Clock, Micros};
use crate::db::schema::erasure_decline;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::store as grants;
use crate::identity::store as people;
use crate::ids::{DeclineId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::nda::store as ndas;
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::seal::{KeyOwner, Keyring, Place, Sealed};
use crate::text::Reason;
use diesel::prelude::*;
use serde::Serialize;

/// Why a wish was not declined.
#[derive(Debug, thiserror::Error)]
pub enum DeclineError {
    /// There is no wish, or it was answered already.
    #[error("This person does not ask to be forgotten, or was answered already.")]
    NoWish,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DeclineError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoWish => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// A wish that was declined, opened.
#[derive(Clone, Debug)]
pub struct Decline {
    /// Whose.
    pub person: PersonId,
    /// When they had asked.
    pub asked_at: Micros,
    /// When it was declined.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// The index of its entry.
    pub entry: u64,
    /// Why; none once the person was erased after all.
    pub reason: Option<Reason>,
}

/// To the person: what was decided and why, what stays until when, and what they can do.
#[derive(Serialize)]
struct DeclinedLetter {
    company: String,
    person: String,
    asked: String,
    reason: String,
    evidence_until: Option<String>,
    contact: String,
    link: String,
}

/// Where a reason lies.
const fn place(id: DeclineId) -> Place {
    Place { table: "erasure_decline", row: *id.as_bytes(), column: "reason" }
}

/// Until when evidence of a person's NDA is kept, as things stand; none when they accepted nothing.
fn evidence_until(
    db: &mut Db,
    keyring: &Keyring,
    id: PersonId,
    terms: Terms,
) -> Result<Option<Micros>, Fault> {
    let acceptances = ndas::list_acceptances(db, keyring, id)?;
    let Some(newest) = acceptances.first() else { return Ok(None) };
    let held = grants::list_by_person(db, keyring, id)?;
    let ends = held.iter().map(|grant| grant.revoked_at.unwrap_or(grant.expires_at));
    let ended = ends.max().unwrap_or(newest.accepted_at).max(newest.accepted_at);
    Ok(Some(ended.plus_days(terms.evidence_days)))
}

/// Declines the wish that waits; the person is written to.
pub fn decline<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    (id, reason): (PersonId, &Reason),
    terms: Terms,
) -> Result<Recorded<'a, ()>, DeclineError> {
    let (at, entry) = (act.at(), act.index());
    let wish = store::find_wish(act.db(), id)?.ok_or(DeclineError::NoWish)?;
    let person = people::require_person(act.db(), &house.keyring, id)?;
    let until = evidence_until(act.db(), &house.keyring, id, terms)?;
    let company = accounts::find_company(act.db())?;
    let letter = DeclinedLetter {
        company: company.as_ref().map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        asked: wish.asked_at.date_words(),
        reason: reason.to_string(),
        evidence_until: until.map(Micros::date_words),
        contact: company.map(|company| company.contact.to_string()).unwrap_or_default(),
        link: house.link("/access#forget"),
    };
    let letter = house.letters.render(LetterKind::ErasureDeclined, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, id, &letter)?;
    store::delete_wish(act.db(), id)?;
    let declined = Decline { person: id, asked_at: wish.asked_at, at, by, entry, reason: None };
    insert(act.db(), (&house.keyring, &house.clock), &declined, reason)?;
    let event = Event::new(EventKind::ErasureDeclined)
        .by(Actor::Staff(by))
        .about(id)
        .fact("asked_at", wish.asked_at.0);
    let event = match until {
        Some(until) => event.fact("evidence_ends_at", until.0),
        None => event,
    };
    Ok(act.record(event, ()))
}

/// Adds a wish that was declined.
fn insert(
    db: &mut Db,
    (keyring, clock): (&Keyring, &Clock),
    declined: &Decline,
    reason: &Reason,
) -> Result<(), Fault> {
    let id = DeclineId::new(clock);
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(declined.person))?;
    diesel::insert_into(erasure_decline::table)
        .values((
            erasure_decline::id.eq(id),
            erasure_decline::person_id.eq(declined.person),
            erasure_decline::asked_at.eq(declined.asked_at),
            erasure_decline::at.eq(declined.at),
            erasure_decline::by_person.eq(declined.by),
            erasure_decline::entry_idx.eq(i64::try_from(declined.entry).unwrap_or(i64::MAX)),
            erasure_decline::reason.eq(key.seal(clock, &place(id), reason)?),
        ))
        .execute(db)?;
    Ok(())
}

/// A row of `erasure_decline`.
type Row = (DeclineId, PersonId, Micros, Micros, PersonId, i64, Sealed<Reason>);

/// Opens a row.
fn open(db: &mut Db, keyring: &Keyring, row: Row) -> Result<Decline, Fault> {
    let (id, person, asked_at, at, by, entry, reason) = row;
    let key = data_keys::find_for(db, keyring, KeyOwner::Person(person))?;
    let reason = key.map(|key| key.open(&place(id), &reason)).transpose()?;
    Ok(Decline { person, asked_at, at, by, entry: u64::try_from(entry).unwrap_or(0), reason })
}

/// The newest wish of a person that was declined.
pub fn find(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Option<Decline>, Fault> {
    let row: Option<Row> = erasure_decline::table
        .filter(erasure_decline::person_id.eq(person))
        .order(erasure_decline::at.desc())
        .first(db)
        .optional()?;
    row.map(|row| open(db, keyring, row)).transpose()
}

/// The newest wishes that were declined; at most `most`.
pub fn list_newest(db: &mut Db, keyring: &Keyring, most: i64) -> Result<Vec<Decline>, Fault> {
    let rows: Vec<Row> = erasure_decline::table.order(erasure_decline::at.desc()).limit(most).load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}
