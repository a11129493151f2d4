//! Telling what happened since, beside a finalized report.

use super::store::{self, SealedUpdate};
use super::{Note, Status};
use crate::db::data_keys;
use crate::exceptions::store as exceptions;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ExceptionId, PersonId, RemediationId};
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
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for UpdateError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFinalized => Kind::Conflict,
            Self::NotYet => Kind::Invalid,
            Self::Fault(fault) => fault.kind(),
        }
    }
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
    let State::Finalized(_) = version.state else { return Err(UpdateError::NotFinalized) };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Version(version.id))?;
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
