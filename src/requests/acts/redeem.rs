//! Redeeming a mailed code or link: the address is confirmed, a session begins, and the request goes on its way.

use super::words_for;
use crate::accounts::store as accounts;
use crate::db::Db;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::codes::{self, CodeRow, MOST_TRIES};
use crate::identity::secrets::{Token, TypedCode};
use crate::identity::{Face, Origin, Person, Role, sessions, store as people};
use crate::ids::{PersonId, RequestId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::requests::{Request, store};
use serde::Serialize;

/// How a person answered the letter.
#[derive(Clone, Debug)]
pub enum Answer {
    /// By typing the code.
    Code(Option<TypedCode>),
    /// By the button on the link's page.
    Link(Token),
}

/// What came of it.
#[derive(Debug)]
pub enum Redeemed {
    /// The address is confirmed; a session begins.
    Confirmed {
        /// The session's cookie.
        session: Token,
        /// Whose.
        person: PersonId,
        /// The request that went on its way.
        request: Option<RequestId>,
    },
    /// A wrong code; so many tries are left.
    Wrong(i32),
}

/// Why nothing could be redeemed at all.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// Expired, used, killed, or tried too often.
    #[error(
        "This code has ended: it was used already, is older than ten minutes, or was tried too often. Please ask for a new one."
    )]
    Ended,
    /// This browser asked for nothing.
    #[error(
        "This browser has not asked for a code. Open the page in the browser you began with, or ask for a new code here."
    )]
    NotAsked,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RedeemError {
    fn kind(&self) -> Kind {
        match self {
            Self::Ended => Kind::Gone,
            Self::NotAsked => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Redeems a code or link in the browser that asked for it. A wrong code is counted and recorded.
pub fn redeem<'a>(
    mut act: Act<'a>,
    house: &House,
    browser: &Token,
    answer: &Answer,
    origin: &Origin,
) -> Result<Recorded<'a, Redeemed>, RedeemError> {
    let at = act.at();
    let row = match answer {
        Answer::Code(_) => codes::find_by_browser(act.db(), &house.keyring, browser)?,
        Answer::Link(link) => codes::find_by_link(act.db(), &house.keyring, link)?,
    };
    let row = row.filter(|row| row.asked_by(&house.keyring, browser)).ok_or(RedeemError::NotAsked)?;
    if !row.is_live(at) {
        return Err(RedeemError::Ended);
    }
    let right = match answer {
        Answer::Code(code) => code.as_ref().is_some_and(|code| row.matches(&house.keyring, code)),
        Answer::Link(_) => true,
    };
    if right { confirm(act, house, &row, origin) } else { count_wrong(act, &row, origin) }
}

/// Counts a wrong try.
fn count_wrong<'a>(
    mut act: Act<'a>,
    row: &CodeRow,
    origin: &Origin,
) -> Result<Recorded<'a, Redeemed>, RedeemError> {
    let tries = row.tries + 1;
    codes::update_tries(act.db(), row.id, tries)?;
    let event = Event::new(EventKind::CodeFailed)
        .by(Actor::Stranger)
        .about(row.person)
        .fact("code", row.id.to_string())
        .fact("tries", i64::from(tries))
        .personal(row.person, PersonalField::NetworkAddress, &origin.address.to_string());
    Ok(act.record(event, Redeemed::Wrong(MOST_TRIES - tries)))
}

/// Confirms the address, begins a session, and sends the request on its way.
fn confirm<'a>(
    mut act: Act<'a>,
    house: &House,
    row: &CodeRow,
    origin: &Origin,
) -> Result<Recorded<'a, Redeemed>, RedeemError> {
    let at = act.at();
    if !codes::update_used(act.db(), row.id, at)? {
        return Err(RedeemError::Ended);
    }
    let session = sessions::insert(act.db(), &house.keyring, &house.clock, row.person, Face::Prospect)?;
    let person = people::require_person(act.db(), &house.keyring, row.person)?;
    if let Some(request) = row.request
        && store::update_confirmed(act.db(), request, at)?
    {
        let request = store::require(act.db(), &house.keyring, request)?;
        send_on(act.db(), house, &person, &request)?;
    }
    let mut event = Event::new(EventKind::CodeConfirmed)
        .by(Actor::Person(person.id))
        .about(person.id)
        .fact("code", row.id.to_string())
        .personal(person.id, PersonalField::Email, person.email.as_str())
        .personal(person.id, PersonalField::NetworkAddress, &origin.address.to_string())
        .personal(person.id, PersonalField::UserAgent, &origin.user_agent);
    if let Some(request) = row.request {
        event = event.request(request);
    }
    Ok(act.record(event, Redeemed::Confirmed { session, person: person.id, request: row.request }))
}

/// To the requester: it arrived.
#[derive(Serialize)]
struct ReceivedLetter {
    company: String,
    person: String,
    items: String,
    reference: String,
    next: &'static str,
    link: String,
}

/// To sales: it waits.
#[derive(Serialize)]
struct WaitingLetter {
    company: String,
    person: String,
    email: String,
    organisation: String,
    relation: &'static str,
    items: String,
    warnings: String,
    link: String,
}

/// Tells the requester that the request arrived, and sales that it waits.
pub(super) fn send_on(db: &mut Db, house: &House, person: &Person, request: &Request) -> Result<(), Fault> {
    let company = accounts::find_company(db)?;
    let name = company.as_ref().map(|company| company.name.to_string()).unwrap_or_default();
    let items = words_for(db, &request.items)?.unwrap_or_default();
    let received = ReceivedLetter {
        company: name.clone(),
        person: person.shown_as().to_owned(),
        items: items.clone(),
        reference: request.reference(),
        next: "Next: read and accept the NDA. The company decides meanwhile.",
        link: house.link(&format!("/requests/{}", request.id)),
    };
    let letter = house.letters.render(LetterKind::RequestReceived, &person.email, &received)?;
    outbox::enqueue(db, house, person.id, &letter)?;
    let own = company.as_ref().map(|company| &company.domain);
    let waiting = WaitingLetter {
        company: name,
        person: person.shown_as().to_owned(),
        email: person.email.to_string(),
        organisation: request.organisation().to_owned(),
        relation: request.relation.words(),
        items,
        warnings: crate::accounts::standing(&person.email.domain(), own, &[]).warning().unwrap_or_default(),
        link: house.link(&format!("/sales/requests/{}", request.id)),
    };
    for seller in people::list_by_role(db, &house.keyring, Role::Sales)? {
        let letter = house.letters.render(LetterKind::NewRequest, &seller.email, &waiting)?;
        outbox::enqueue(db, house, seller.id, &letter)?;
    }
    Ok(())
}
