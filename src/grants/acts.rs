//! Giving grants, by answering a request or by invitation, and taking them back.

use super::store;
use super::{Grant, MarkWords, Terms};
use crate::accounts::{Standing, standing, store as accounts};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Person, store as people};
use crate::ids::{GrantId, PersonId, ReportId, RequestId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::nda::store as ndas;
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::store as reports;
use crate::requests::State as RequestState;
use crate::requests::acts::words_for;
use crate::requests::store::{self as requests, Decision};
use crate::seal::KeyOwner;
use crate::text::{CompanyName, EmailAddress, PersonName, Reason};
use crate::watermark::CopyId;
use serde::Serialize;

/// Why a grant could not be given.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Somebody was faster.
    #[error("This request has been decided already. Reload the page to see how.")]
    AlreadyDecided,
    /// A free-mail address without a reason.
    #[error(
        "This is a free-mail address: anybody can have one. Write the reason why you grant it all the same."
    )]
    FreeMailNeedsReason,
    /// No NDA text is in force.
    #[error("Nothing can be granted yet: no NDA text is in force. Compliance has to publish one first.")]
    NoNda,
    /// The report was withdrawn, or was never finalized.
    #[error("This report is not offered any more. Compliance can say why.")]
    NotOffered,
    /// The approver's own address.
    #[error("You cannot approve your own request. Ask a colleague.")]
    OwnAddress,
    /// The hosting company's own domain.
    #[error("This address belongs to your own company. Reports are not granted to colleagues here.")]
    OwnDomain,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for GrantError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyDecided | Self::NoNda => Kind::Conflict,
            Self::FreeMailNeedsReason => Kind::Invalid,
            Self::NotOffered => Kind::Gone,
            Self::OwnAddress | Self::OwnDomain => Kind::Forbidden,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Whether this person may be granted something by that one: the rules that need no request.
pub fn check(
    db: &mut Db,
    house: &House,
    by: PersonId,
    email: &EmailAddress,
    reason: Option<&Reason>,
) -> Result<(), GrantError> {
    if ndas::find_in_force(db)?.is_none() {
        return Err(GrantError::NoNda);
    }
    let approver = people::require_person(db, &house.keyring, by)?;
    if approver.email.lookup() == email.lookup() {
        return Err(GrantError::OwnAddress);
    }
    let own = accounts::find_company(db)?.map(|company| company.domain);
    match standing(&email.domain(), own.as_ref(), &[]) {
        Standing::Own => Err(GrantError::OwnDomain),
        Standing::FreeMail if reason.is_none() => Err(GrantError::FreeMailNeedsReason),
        Standing::Company | Standing::FreeMail | Standing::LooksLike(_) => Ok(()),
    }
}

/// Whom a grant is for, in the words of the mark.
struct Recipient<'a> {
    person: &'a Person,
    company: &'a CompanyName,
    request: Option<RequestId>,
}

/// Adds one grant and gives its entry.
fn give(
    act: &mut Act<'_>,
    house: &House,
    by: PersonId,
    to: &Recipient<'_>,
    (version, terms): (VersionId, Terms),
) -> Result<(Grant, Event), GrantError> {
    let offered = reports::find_offered(act.db(), version)?.ok_or(GrantError::NotOffered)?;
    let at = act.at();
    let name = to.person.name.clone();
    let name = name.map_or_else(|| PersonName::parse(to.person.email.as_str()), Ok);
    let grant = Grant {
        id: GrantId::new(&house.clock),
        person: to.person.id,
        version,
        request: to.request,
        copy: CopyId::new(&house.clock),
        mark: MarkWords {
            name: name.map_err(|error| Fault::new("name of a recipient", error))?,
            email: to.person.email.clone(),
            company: to.company.clone(),
        },
        granted_at: at,
        granted_by: by,
        expires_at: at.plus_days(terms.days()),
        downloads_allowed: terms.downloads(),
        revoked_at: None,
        downloads_started: 0,
    };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(to.person.id))?;
    store::insert(act.db(), &house.clock, &key, &grant)?;
    Ok((grant.clone(), granted_event(&grant, offered.report.id)))
}

/// The entry of a grant.
fn granted_event(grant: &Grant, report: ReportId) -> Event {
    let mut event = Event::new(EventKind::GrantCreated)
        .by(Actor::Staff(grant.granted_by))
        .about(grant.person)
        .report(report)
        .version(grant.version)
        .grant(grant.id)
        .copy(grant.copy.as_str())
        .fact("expires_at", grant.expires_at.0)
        .fact("downloads_allowed", i64::from(grant.downloads_allowed))
        .personal(grant.person, PersonalField::Email, grant.mark.email.as_str())
        .personal(grant.person, PersonalField::Name, grant.mark.name.as_str())
        .personal(grant.person, PersonalField::Company, grant.mark.company.as_str());
    if let Some(request) = grant.request {
        event = event.request(request);
    }
    event
}

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
    if request.state != RequestState::Waiting {
        return Err(GrantError::AlreadyDecided);
    }
    check(act.db(), house, by, &person.email, reason.as_ref())?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(person.id))?;
    let decision = Decision { state: RequestState::Approved, by, reason: reason.clone(), at: act.at() };
    if !requests::update_decided(act.db(), &house.clock, &key, id, &decision)? {
        return Err(GrantError::AlreadyDecided);
    }
    let to = Recipient { person: &person, company: &request.details.company, request: Some(id) };
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
    let to = Recipient { person: &person, company: &invitation.company, request: None };
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

/// Why a grant could not be revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// It is revoked.
    #[error("This grant was revoked already.")]
    AlreadyRevoked,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RevokeError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyRevoked => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Revokes a grant: the next request under it is refused, running downloads are cut.
pub fn revoke<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: GrantId,
) -> Result<Recorded<'a, ()>, RevokeError> {
    let grant = store::require(act.db(), &house.keyring, id)?;
    let at = act.at();
    if !store::update_revoked(act.db(), id, by, at)? {
        return Err(RevokeError::AlreadyRevoked);
    }
    let event = Event::new(EventKind::GrantRevoked)
        .by(Actor::Staff(by))
        .about(grant.person)
        .version(grant.version)
        .grant(id)
        .copy(grant.copy.as_str());
    Ok(act.record(event, ()))
}
