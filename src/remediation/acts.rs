//! Telling what happened since, beside a finalized report.

pub mod evidence;
pub mod remind;

use super::store::{self, SealedUpdate};
use super::{Note, Status, Update};
use crate::db::data_keys;
use crate::exceptions::store as exceptions;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Person, store as people};
use crate::ids::{ExceptionId, PersonId, RemediationId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::{State, store as versions};
use crate::seal::KeyOwner;
use crate::text::Day;

/// Why an update was not added.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The report is a draft, or withdrawn.
    #[error(
        "Remediation is told beside a finalized report. While the report is a draft, say it in the management response."
    )]
    NotFinalized,
    /// It claims to have happened after today.
    #[error(
        "This day lies in the future. Say what has happened, and put what is planned into the target date."
    )]
    NotYet,
    /// Verified before it was implemented.
    #[error("Only what is implemented can be verified. Say first that it is implemented, and how.")]
    NotImplemented,
    /// Verified without the recurrence test.
    #[error(
        "Could this exact failure happen again under normal operations? Name the change of the structure that keeps it \
         from happening; without one it is implemented, and not verified."
    )]
    NoRecurrenceTest,
    /// Verified by the owner, or by whoever said that it is implemented.
    #[error(
        "Somebody else verifies: not the owner, and not whoever said that it is implemented. Ask a colleague."
    )]
    OwnWork,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for UpdateError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFinalized | Self::NotImplemented => Kind::Conflict,
            Self::NotYet | Self::NoRecurrenceTest => Kind::Invalid,
            Self::OwnWork => Kind::Forbidden,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Records that somebody at the sales desk opens a report's talk track: what it shows is sealed.
pub fn open_talk_track(
    mut act: Act<'_>,
    by: PersonId,
    version: VersionId,
) -> Result<Recorded<'_, ()>, Fault> {
    let version = versions::require(act.db(), version)?;
    let event = Event::new(EventKind::ReportTalkTrackOpened)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id);
    Ok(act.record(event, ()))
}

/// Whether `verifier` may say that what these updates tell is verified.
fn check_verification(updates: &[Update], note: &Note, verifier: &Person) -> Result<(), UpdateError> {
    let done = updates.iter().rev().find(|update| update.status == Status::Implemented);
    let newest = updates.last().map(|update| update.status);
    let Some(done) = done.filter(|_| newest.is_some_and(Status::is_done)) else {
        return Err(UpdateError::NotImplemented);
    };
    if note.prevented_by.is_none() {
        return Err(UpdateError::NoRecurrenceTest);
    }
    let email = note.owner_email.as_ref();
    let email = email.or_else(|| updates.iter().rev().find_map(|update| update.note.owner_email.as_ref()));
    let owner = note.owner.as_ref();
    let owner = owner.or_else(|| updates.iter().rev().find_map(|update| update.note.owner.as_ref()));
    let owns = email.is_some_and(|email| email.lookup() == verifier.email.lookup())
        || owner.is_some_and(|owner| owner.as_str().eq_ignore_ascii_case(verifier.shown_as()));
    if owns || done.by == verifier.id { Err(UpdateError::OwnWork) } else { Ok(()) }
}

/// Adds an update to an exception of a finalized report: dated now, attributed to `by`, never changed afterwards.
pub fn update<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    (status, note): (Status, &Note),
) -> Result<Recorded<'a, RemediationId>, UpdateError> {
    let at = act.at();
    if note.happened_on > Day::of(at) {
        return Err(UpdateError::NotYet);
    }
    let version = exceptions::require_sealed(act.db(), exception)?.version;
    let version = versions::require(act.db(), version)?;
    let (State::Finalized(_) | State::Superseded(_)) = version.state else {
        return Err(UpdateError::NotFinalized);
    };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Version(version.id))?;
    if status == Status::Verified {
        let verifier = people::require_person(act.db(), &house.keyring, by)?;
        let mut updates = store::open_all(&key, store::list_sealed(act.db(), version.id)?)?;
        updates.retain(|update| update.exception == exception);
        check_verification(&updates, note, &verifier)?;
    }
    let id = RemediationId::new(&house.clock);
    let note = key.seal(&house.clock, &store::place(id), note).map_err(Fault::from)?;
    store::insert(act.db(), &SealedUpdate { id, exception, at, by, status, note })?;
    let event = Event::new(EventKind::RemediationUpdated)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("exception", exception.to_string())
        .fact("status", status.as_str());
    Ok(act.record(event, id))
}
