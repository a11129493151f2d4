//! Asking for reports, confirming the address ([`redeem`](fn@redeem)), denying.

mod redeem;
mod renew;

pub use redeem::{Answer, RedeemError, Redeemed, redeem};
pub use renew::{RenewError, renew};

use super::store::{self, Decision};
use super::{Details, Relation, Request, State};
use crate::accounts::store as accounts;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::acts::codes::{AskError, Wish, issue};
use crate::identity::secrets::Token;
use crate::identity::{Origin, store as people};
use crate::ids::{PersonId, RequestId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::nda::store as ndas;
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::store as reports;
use crate::seal::KeyOwner;
use crate::text::{EmailAddress, PersonName, Reason};
use serde::Serialize;

/// A request as it was typed.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Who asks.
    pub email: EmailAddress,
    /// Their name.
    pub name: PersonName,
    /// As what.
    pub relation: Relation,
    /// Company and reason.
    pub details: Details,
    /// For which finalized versions.
    pub items: Vec<VersionId>,
}

/// Why a request could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The limits on codes.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// No NDA text is in force.
    #[error(
        "Requests are closed for the moment: no NDA text is in force. The company has to publish one first."
    )]
    NoNda,
    /// Nothing was picked, or something that is not offered.
    #[error("Please pick at least one of the reports that are offered.")]
    NothingPicked,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SubmitError {
    fn kind(&self) -> Kind {
        match self {
            Self::Ask(error) => error.kind(),
            Self::NoNda => Kind::Conflict,
            Self::NothingPicked => Kind::Invalid,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Makes a request and mails the code that confirms its address. Sales sees it only after that.
pub fn submit<'a>(
    mut act: Act<'a>,
    house: &House,
    new: &NewRequest,
    browser: &Token,
    origin: &Origin,
) -> Result<Recorded<'a, RequestId>, SubmitError> {
    if ndas::find_in_force(act.db())?.is_none() {
        return Err(SubmitError::NoNda);
    }
    let items = words_for(act.db(), &new.items)?.ok_or(SubmitError::NothingPicked)?;
    let person =
        people::find_or_insert_person(act.db(), &house.keyring, &house.clock, &new.email, Some(&new.name))?;
    let request = Request {
        id: RequestId::new(&house.clock),
        person: person.id,
        relation: new.relation,
        state: State::Unconfirmed,
        details: Some(new.details.clone()),
        items: new.items.clone(),
        created_at: act.at(),
        confirmed_at: None,
        decided_at: None,
        decided_by: None,
        decision: None,
    };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(person.id))?;
    store::insert(act.db(), &house.clock, &key, &request)?;
    let wish = Wish { items, organisation: new.details.company.to_string(), request: Some(request.id) };
    let issued = issue(&mut act, house, &person, &wish, (browser, origin))?;
    act.also(issued);
    let event = Event::new(EventKind::RequestSubmitted)
        .by(Actor::Stranger)
        .about(person.id)
        .request(request.id)
        .fact("relation", new.relation.as_str())
        .personal(person.id, PersonalField::Name, new.name.as_str())
        .personal(person.id, PersonalField::Company, new.details.company.as_str());
    Ok(act.record(event, request.id))
}

/// The titles of finalized versions in words; `None` when there are none, or one is not offered.
pub fn words_for(db: &mut Db, items: &[VersionId]) -> Result<Option<String>, Fault> {
    let mut titles = Vec::new();
    for item in items {
        match reports::find_offered(db, *item)? {
            Some(version) => titles.push(version.card.title.to_string()),
            None => return Ok(None),
        }
    }
    Ok((!titles.is_empty()).then(|| titles.join(" and ")))
}

/// Why a request could not be denied.
#[derive(Debug, thiserror::Error)]
pub enum DenyError {
    /// Somebody was faster.
    #[error("This request has been decided already. Reload the page to see how.")]
    AlreadyDecided,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DenyError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyDecided => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// To the requester: no, and why.
#[derive(Serialize)]
struct DeniedLetter {
    company: String,
    person: String,
    items: String,
    reason: String,
    contact: String,
    link: String,
}

/// Denies a waiting request with a reason that the requester is told.
pub fn deny<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: RequestId,
    reason: Reason,
) -> Result<Recorded<'a, ()>, DenyError> {
    let request = store::require(act.db(), &house.keyring, id)?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(request.person))?;
    let decision = Decision { state: State::Denied, by, reason: Some(reason.clone()), at: act.at() };
    if !store::update_decided(act.db(), &house.clock, &key, id, &decision)? {
        return Err(DenyError::AlreadyDecided);
    }
    let person = people::require_person(act.db(), &house.keyring, request.person)?;
    let company = accounts::find_company(act.db())?;
    let letter = DeniedLetter {
        company: company.as_ref().map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        items: words_for(act.db(), &request.items)?.unwrap_or_else(|| "a report".to_owned()),
        reason: reason.to_string(),
        contact: company.map(|company| company.contact.to_string()).unwrap_or_default(),
        link: house.link("/request"),
    };
    let letter = house.letters.render(LetterKind::Denied, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, person.id, &letter)?;
    let event = Event::new(EventKind::RequestDenied)
        .by(Actor::Staff(by))
        .about(person.id)
        .request(id)
        .personal(person.id, PersonalField::Email, person.email.as_str());
    Ok(act.record(event, ()))
}
