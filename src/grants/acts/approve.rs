//! Approving a request.

use super::{GrantError, Pressing, Recipient, check, give};
use crate::accounts::store as accounts;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::grants::{Grant, Terms};
use crate::identity::store as people;
use crate::ids::{PersonId, RequestId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::requests::State;
use crate::requests::acts::words_for;
use crate::requests::store::{self as requests, Decision};
use crate::seal::KeyOwner;
use crate::text::Reason;
use serde::Serialize;

/// To the requester: yes, and for how long.
#[derive(Serialize)]
struct ApprovedLetter {
    company: String,
    person: String,
    items: String,
    until: String,
    downloads: String,
    link: String,
}

/// Approves a waiting request: a grant for each of its reports, and a letter.
pub fn approve<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: RequestId,
    (terms, reason): (Terms, Option<Reason>),
) -> Result<Recorded<'a, Vec<Grant>>, GrantError> {
    let request = requests::require(act.db(), &house.keyring, id)?;
    let person = people::require_person(act.db(), &house.keyring, request.person)?;
    if request.state != State::Waiting {
        return Err(GrantError::AlreadyDecided);
    }
    check(act.db(), house, by, &person.email, reason.as_ref())?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(person.id))?;
    let decision = Decision { state: State::Approved, by, reason: reason.clone(), at: act.at() };
    if !requests::update_decided(act.db(), &house.clock, &key, id, &decision)? {
        return Err(GrantError::AlreadyDecided);
    }
    let details = request.details.as_ref().ok_or(Fault::bare("a request without details"))?;
    let to = Recipient {
        person: &person,
        company: &details.company,
        request: Some(id),
        pressing: Pressing::Refused,
    };
    let mut grants = Vec::new();
    for version in &request.items {
        let (grant, event) = give(&mut act, house, by, &to, (*version, terms))?;
        act.also(event);
        grants.push(grant);
    }
    let company = accounts::find_company(act.db())?;
    let letter = ApprovedLetter {
        company: company.map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        items: words_for(act.db(), &request.items)?.unwrap_or_default(),
        until: act.at().plus_days(terms.days()).date_words(),
        downloads: count_words(terms.downloads()),
        link: house.link(&format!("/requests/{id}")),
    };
    let letter = house.letters.render(LetterKind::Approved, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, person.id, &letter)?;
    let event = Event::new(EventKind::RequestApproved)
        .by(Actor::Staff(by))
        .about(person.id)
        .request(id)
        .fact("reason_given", reason.is_some());
    Ok(act.record(event, grants))
}

/// `3 downloads`, `1 download`, `reading in the report room only`.
fn count_words(downloads: i32) -> String {
    match downloads {
        0 => "no downloads: reading in the report room only".to_owned(),
        1 => "1 download".to_owned(),
        n => format!("{n} downloads"),
    }
}
