//! Inviting somebody ahead of a request.

use super::{GrantError, Pressing, Recipient, check, give};
use crate::accounts::store as accounts;
use crate::grants::{Grant, State, Terms, store};
use crate::identity::store as people;
use crate::ids::{PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::store as reports;
use crate::requests::acts::words_for;
use crate::text::{CompanyName, EmailAddress, PersonName, Reason};
use serde::Serialize;

/// An invitation as sales typed it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The address.
    pub email: EmailAddress,
    /// Whose.
    pub name: PersonName,
    /// Of which company.
    pub company: CompanyName,
    /// To what.
    pub items: Vec<VersionId>,
    /// For how long and how often.
    pub terms: Terms,
    /// Why, if it must be said.
    pub reason: Option<Reason>,
    /// Whether the inviter said that they know of pressing exceptions without a plan.
    pub pressing: Pressing,
}

/// To the invited.
#[derive(Serialize)]
struct InvitationLetter {
    company: String,
    person: String,
    inviter: String,
    items: String,
    days: String,
    link: String,
    contact: String,
}

/// Invites a person ahead of a request: the grants exist, and open once the address is confirmed and the NDA accepted.
pub fn invite<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    invitation: &Invitation,
) -> Result<Recorded<'a, Vec<Grant>>, GrantError> {
    check(act.db(), house, by, &invitation.email, invitation.reason.as_ref())?;
    let items = words_for(act.db(), &invitation.items)?.ok_or(GrantError::NotOffered)?;
    let inviter = people::require_person(act.db(), &house.keyring, by)?;
    let name = Some(&invitation.name);
    let person =
        people::find_or_insert_person(act.db(), &house.keyring, &house.clock, &invitation.email, name)?;
    require_none(&mut act, house, person.id, &invitation.items)?;
    let to = Recipient {
        person: &person,
        company: &invitation.company,
        request: None,
        pressing: invitation.pressing,
    };
    let mut grants = Vec::new();
    for version in &invitation.items {
        let (grant, event) = give(&mut act, house, by, &to, (*version, invitation.terms))?;
        act.also(event);
        grants.push(grant);
    }
    let company = accounts::find_company(act.db())?;
    let letter = InvitationLetter {
        company: company.as_ref().map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        inviter: inviter.shown_as().to_owned(),
        items,
        days: format!("{} days", invitation.terms.days()),
        link: house.link("/sign-in"),
        contact: company.map(|company| company.contact.to_string()).unwrap_or_default(),
    };
    let letter = house.letters.render(LetterKind::Invitation, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, person.id, &letter)?;
    let event = Event::new(EventKind::InvitationSent)
        .by(Actor::Staff(by))
        .about(person.id)
        .fact("reason_given", invitation.reason.is_some())
        .personal(person.id, PersonalField::Email, person.email.as_str());
    Ok(act.record(event, grants))
}

/// Refuses when the person holds an active grant to one of these: a second click on "invite" must not give twice.
fn require_none(
    act: &mut Act<'_>,
    house: &House,
    person: PersonId,
    items: &[VersionId],
) -> Result<(), GrantError> {
    let at = act.at();
    for item in items {
        let held = store::find_for(act.db(), &house.keyring, person, *item, at)?;
        if let Some(held) = held.filter(|held| held.state(at) == State::Active) {
            let title = reports::require(act.db(), *item)?.card.title.to_string();
            return Err(GrantError::Holds { title, until: held.expires_at.date_words() });
        }
    }
    Ok(())
}
