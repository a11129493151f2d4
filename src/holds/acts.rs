//! Placing a hold and releasing it.

use super::{Hold, Purpose, Subject, Words, store};
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::store as people;
use crate::ids::{HoldId, PersonId};
use crate::ledger::acts::Reader;
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::reports::store as reports;
use crate::text::Reason;

/// Why a hold was not placed or released.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// It ends by itself.
    #[error(
        "This hold keeps the evidence of an NDA after an erasure. It ends by itself, on the day the person was told."
    )]
    EndsByItself,
    /// It has ended.
    #[error("This hold was released already.")]
    Released,
    /// There is nothing left to hold.
    #[error("This person was erased. What stays of them is under a hold already.")]
    Erased,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for HoldError {
    fn kind(&self) -> Kind {
        match self {
            Self::EndsByItself | Self::Released => Kind::Conflict,
            Self::Erased => Kind::Gone,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Places a hold: from now on nothing about its subject is erased or swept.
pub fn place<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    subject: Subject,
    words: Words,
) -> Result<Recorded<'a, HoldId>, HoldError> {
    match subject {
        Subject::Person(person) => match people::require_person(act.db(), &house.keyring, person) {
            Ok(_) => {}
            Err(fault) if fault.kind() == Kind::Gone => return Err(HoldError::Erased),
            Err(fault) => return Err(fault.into()),
        },
        Subject::Report(report) => {
            if !reports::list(act.db())?.iter().any(|version| version.report.id == report) {
                return Err(Fault::bare("no such report").with_kind(Kind::NotFound).into());
            }
        }
    }
    let hold = Hold {
        id: HoldId::new(&house.clock),
        purpose: Purpose::Legal,
        subject,
        words: Some(words.clone()),
        placed_at: act.at(),
        placed_by: Some(by),
        ends_at: None,
        released_at: None,
    };
    store::insert(act.db(), &house.keyring, &house.clock, &hold)?;
    let event = about(Event::new(EventKind::HoldPlaced), &hold).by(Actor::Staff(by));
    let owner = owner(subject, by);
    let event = event.personal(owner, PersonalField::HoldName, words.name.as_str()).personal(
        owner,
        PersonalField::HoldReason,
        words.reason.as_str(),
    );
    Ok(act.record(event, hold.id))
}

/// Releases a legal hold; the reason is committed to.
pub fn release<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: HoldId,
    reason: &Reason,
) -> Result<Recorded<'a, ()>, HoldError> {
    let hold = store::require(act.db(), &house.keyring, id)?;
    if hold.purpose == Purpose::NdaEvidence {
        return Err(HoldError::EndsByItself);
    }
    let at = act.at();
    if !store::update_released(act.db(), id, Some(by), at)? {
        return Err(HoldError::Released);
    }
    let event = about(Event::new(EventKind::HoldReleased), &hold).by(Actor::Staff(by)).personal(
        owner(hold.subject, by),
        PersonalField::HoldReason,
        reason.as_str(),
    );
    Ok(act.record(event, ()))
}

/// Records that the evidence under a hold is read. To be done before it is shown.
pub fn read_evidence<'a>(act: Act<'a>, reader: Reader, hold: &Hold) -> Result<Recorded<'a, ()>, Fault> {
    Ok(act.record(about(reader.event(EventKind::HoldEvidenceRead), hold), ()))
}

/// Whose key seals what is said of a hold: it may name the person it is on, and is erased with them.
const fn owner(subject: Subject, by: PersonId) -> PersonId {
    match subject {
        Subject::Person(person) => person,
        Subject::Report(_) => by,
    }
}

/// Which hold an entry is about, and on whom or what.
fn about(event: Event, hold: &Hold) -> Event {
    let event = event.fact("hold", hold.id.to_string()).fact("purpose", hold.purpose.as_str());
    match hold.subject {
        Subject::Person(person) => event.about(person),
        Subject::Report(report) => event.report(report),
    }
}
