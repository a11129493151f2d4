//! Publishing a text, accepting it, declining it.

use super::{Acceptance, Evidence, Nda, digest, store};
use crate::accounts::store as accounts;
use crate::clock::Micros;
use crate::db::data_keys;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Origin, store as people};
use crate::ids::{AcceptanceId, NdaId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::seal::KeyOwner;
use crate::text::hex;
use crate::text::{EmailAddress, LongText};
use serde::Serialize;

/// Publishes a new text; it is in force at once and never changes.
pub fn publish<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    body: LongText,
) -> Result<Recorded<'a, Nda>, Fault> {
    let number = store::find_in_force(act.db())?.map_or(1, |last| last.number + 1);
    let text = Nda {
        id: NdaId::new(&house.clock),
        number,
        sha256: digest(body.as_str().as_bytes()),
        body,
        published_at: act.at(),
    };
    store::insert(act.db(), &text, by)?;
    let event = Event::new(EventKind::NdaPublished)
        .by(Actor::Staff(by))
        .fact("nda", text.id.to_string())
        .fact("number", i64::from(number))
        .fact("sha256", hex(&text.sha256));
    Ok(act.record(event, text))
}

/// Why an acceptance was refused.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Another text has come into force since the page was shown.
    #[error(
        "A newer version of the NDA has been published since you opened this page. Please read it and decide again."
    )]
    NotInForce,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for AcceptError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotInForce => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// What was shown and done on the NDA page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The text that stood on the page.
    pub nda: NdaId,
    /// When the page was shown.
    pub shown_at: Micros,
    /// The exact page.
    pub page: String,
}

/// What the letter with the certificate says.
#[derive(Serialize)]
struct Certificate {
    company: String,
    person: String,
    person_title: String,
    organisation: String,
    email: String,
    nda_title: String,
    version: i32,
    accepted_at: String,
    verified: String,
    text_sha256: String,
    page_sha256: String,
    index: u64,
    reference: String,
    link: String,
}

/// Accepts the text in force. The evidence, the page and the letter with the certificate are kept in the same act.
pub fn accept<'a>(
    mut act: Act<'a>,
    house: &House,
    person: PersonId,
    shown: &Shown,
    evidence: Evidence,
) -> Result<Recorded<'a, Acceptance>, AcceptError> {
    let text =
        store::find_in_force(act.db())?.filter(|text| text.id == shown.nda).ok_or(AcceptError::NotInForce)?;
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(person))?;
    let acceptance = Acceptance {
        id: AcceptanceId::new(&house.clock),
        person,
        nda: text.id,
        shown_at: shown.shown_at,
        accepted_at: act.at(),
        entry: act.index(),
        withdrawn_at: None,
        evidence,
        page_sha256: digest(shown.page.as_bytes()),
    };
    store::insert_acceptance(act.db(), &house.clock, &key, &acceptance, &shown.page)?;
    let known = people::require_person(act.db(), &house.keyring, person)?;
    if known.name.is_none() {
        people::update_name(act.db(), &house.keyring, &house.clock, person, Some(&acceptance.evidence.name))?;
    }
    let company =
        accounts::find_company(act.db())?.map(|company| company.name.to_string()).unwrap_or_default();
    let words = certificate(house, company, &known.email, &text, &acceptance);
    let letter = house.letters.render(LetterKind::NdaAccepted, &known.email, &words)?;
    outbox::enqueue(act.db(), house, person, &letter)?;
    let event = accepted_event(&text, &acceptance);
    Ok(act.record(event, acceptance))
}

/// The certificate's words.
fn certificate(
    house: &House,
    company: String,
    email: &EmailAddress,
    text: &Nda,
    acceptance: &Acceptance,
) -> Certificate {
    let evidence = &acceptance.evidence;
    Certificate {
        person: evidence.name.to_string(),
        person_title: evidence.title.to_string(),
        organisation: evidence.company.to_string(),
        email: email.to_string(),
        nda_title: text.title(&company),
        version: text.number,
        accepted_at: acceptance.accepted_at.words(),
        verified: evidence.verified_by.clone(),
        text_sha256: hex(&text.sha256),
        page_sha256: hex(&acceptance.page_sha256),
        index: acceptance.entry,
        reference: acceptance.id.to_string(),
        link: house.link(&format!("/certificates/{}", acceptance.id)),
        company,
    }
}

/// The entry of an acceptance: digests in the clear, what names the person as commitments.
fn accepted_event(text: &Nda, acceptance: &Acceptance) -> Event {
    let (person, evidence) = (acceptance.person, &acceptance.evidence);
    Event::new(EventKind::NdaAccepted)
        .by(Actor::Person(person))
        .about(person)
        .acceptance(acceptance.id)
        .fact("nda", text.id.to_string())
        .fact("nda_sha256", hex(&text.sha256))
        .fact("page_sha256", hex(&acceptance.page_sha256))
        .fact("shown_at", acceptance.shown_at.0)
        .fact("verified_by", evidence.verified_by.as_str())
        .personal(person, PersonalField::TypedName, evidence.name.as_str())
        .personal(person, PersonalField::TypedTitle, evidence.title.as_str())
        .personal(person, PersonalField::Company, evidence.company.as_str())
        .personal(person, PersonalField::NetworkAddress, &evidence.address)
        .personal(person, PersonalField::UserAgent, &evidence.user_agent)
}

/// Records that the text was declined. Nothing is opened; the person may come back.
pub fn decline<'a>(
    act: Act<'a>,
    person: PersonId,
    shown: NdaId,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, Fault> {
    let event = Event::new(EventKind::NdaDeclined)
        .by(Actor::Person(person))
        .about(person)
        .fact("nda", shown.to_string())
        .personal(person, PersonalField::NetworkAddress, &origin.address.to_string());
    Ok(act.record(event, ()))
}

/// Records that the person opened the certificate of an acceptance: it names them, and where they were.
pub fn read_certificate<'a>(
    act: Act<'a>,
    acceptance: &Acceptance,
    origin: &Origin,
) -> Result<Recorded<'a, ()>, Fault> {
    let person = acceptance.person;
    let event = Event::new(EventKind::CertificateRead)
        .by(Actor::Person(person))
        .about(person)
        .acceptance(acceptance.id)
        .fact("nda", acceptance.nda.to_string())
        .personal(person, PersonalField::NetworkAddress, &origin.address.to_string());
    Ok(act.record(event, ()))
}

/// Records that the text was shown, so that a later acceptance has its beginning in the log.
pub fn show<'a>(act: Act<'a>, person: PersonId, text: &Nda) -> Result<Recorded<'a, ()>, Fault> {
    let event = Event::new(EventKind::NdaShown)
        .by(Actor::Person(person))
        .about(person)
        .fact("nda", text.id.to_string())
        .fact("nda_sha256", hex(&text.sha256));
    Ok(act.record(event, ()))
}
