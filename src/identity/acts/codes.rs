//! Asking for a code, and disowning one.

use crate::fault::{Fault, Kind, Refusal};
use crate::identity::codes::{self, Asked, CodeRow, NewCode};
use crate::identity::secrets::Token;
use crate::identity::{Origin, Person, store as people};
use crate::ids::RequestId;
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use serde::Serialize;

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Three codes an hour.
    #[error(
        "Three codes were sent to this address within the last hour. Please use the newest one, or try again in an hour."
    )]
    TooManyForAddress,
    /// Twenty codes an hour.
    #[error(
        "Too many codes were asked for from your network within the last hour. Please try again in an hour."
    )]
    TooManyForNetwork,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for AskError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooManyForAddress | Self::TooManyForNetwork => Kind::TooMany,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// What a code is asked for: words for the letter, and the request that waits for it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it opens, in words.
    pub items: String,
    /// The company named in the request; empty for a sign-in.
    pub organisation: String,
    /// The request that waits.
    pub request: Option<RequestId>,
}

/// What the letter with the code says.
#[derive(Serialize)]
struct CodeLetter {
    company: String,
    person: String,
    code: String,
    items: String,
    link: String,
    valid: &'static str,
    network: String,
    asked_at: String,
}

/// Issues a code within an act: checks the limits, adds the row, queues the letter, and gives the entry to record.
pub fn issue(
    act: &mut Act<'_>,
    house: &House,
    person: &Person,
    wish: &Wish,
    (browser, origin): (&Token, &Origin),
) -> Result<Event, AskError> {
    let at = act.at();
    let network = origin.network();
    let (by_person, by_network) = codes::count_recent(act.db(), &house.keyring, person.id, &network, at)?;
    if by_person >= codes::MOST_PER_ADDRESS {
        return Err(AskError::TooManyForAddress);
    }
    if by_network >= codes::MOST_PER_NETWORK {
        return Err(AskError::TooManyForNetwork);
    }
    let asked = Asked {
        address: origin.address.to_string(),
        purpose: wish.items.clone(),
        organisation: wish.organisation.clone(),
    };
    let new = NewCode {
        person: person.id,
        request: wish.request,
        browser: browser.clone(),
        network: network.clone(),
        asked,
    };
    let secrets = codes::insert(act.db(), &house.keyring, &house.clock, &new, at)?;
    let company = crate::accounts::store::find_company(act.db())?;
    let letter = CodeLetter {
        company: company.map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        code: secrets.code.shown(),
        items: wish.items.clone(),
        link: house.link(&format!("/confirm/{}", secrets.link.expose())),
        valid: "10 minutes",
        network,
        asked_at: at.words(),
    };
    let letter = house.letters.render(LetterKind::Code, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, person.id, &letter)?;
    Ok(Event::new(EventKind::CodeIssued)
        .by(Actor::Stranger)
        .about(person.id)
        .fact("code", secrets.id.to_string())
        .personal(person.id, PersonalField::Email, person.email.as_str())
        .personal(person.id, PersonalField::NetworkAddress, &origin.address.to_string()))
}

/// Asks for a code to sign in with: for somebody who is known already.
pub fn ask<'a>(
    mut act: Act<'a>,
    house: &House,
    person: &Person,
    browser: &Token,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, AskError> {
    let wish = Wish { items: "your access".to_owned(), organisation: String::new(), request: None };
    let event = issue(&mut act, house, person, &wish, (browser, origin))?;
    Ok(act.record(event, ()))
}

/// Issues another code for what an older one was for. The older one dies.
pub fn resend<'a>(
    mut act: Act<'a>,
    house: &House,
    old: &CodeRow,
    browser: &Token,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, AskError> {
    let person = people::require_person(act.db(), &house.keyring, old.person)?;
    let asked = old.open_asked(act.db(), &house.keyring)?;
    let wish = Wish { items: asked.purpose, organisation: asked.organisation, request: old.request };
    let event = issue(&mut act, house, &person, &wish, (browser, origin))?;
    Ok(act.record(event, ()))
}

/// Why a link could not be disowned.
#[derive(Debug, thiserror::Error)]
pub enum DisownError {
    /// No such link, used, or dead.
    #[error("This link has ended. Nothing was signed in with it after that; there is nothing left to stop.")]
    Ended,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DisownError {
    fn kind(&self) -> Kind {
        match self {
            Self::Ended => Kind::Gone,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// "This was not me": kills the code that belongs to the link.
pub fn disown<'a>(
    mut act: Act<'a>,
    house: &House,
    link: &Token,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, DisownError> {
    let at = act.at();
    let row = codes::find_by_link(act.db(), &house.keyring, link)?
        .filter(|row| row.is_live(at))
        .ok_or(DisownError::Ended)?;
    codes::update_killed(act.db(), row.id, at)?;
    let event = Event::new(EventKind::CodeDisowned)
        .by(Actor::Stranger)
        .about(row.person)
        .fact("code", row.id.to_string())
        .personal(row.person, PersonalField::NetworkAddress, &origin.address.to_string());
    Ok(act.record(event, ()))
}
