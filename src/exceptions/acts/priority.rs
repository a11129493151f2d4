//! Deciding how much an exception presses, and accepting its risk: beside the report, in whatever state but withdrawn.

use crate::db::data_keys;
use crate::exceptions::priority::{Decided, RiskAccepted};
use crate::exceptions::store;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ExceptionId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::memos::{self, About, Words};
use crate::reports::{State, store as versions};

/// Why a priority was not decided or a risk not accepted.
#[derive(Debug, thiserror::Error)]
pub enum WeighError {
    /// The report is withdrawn.
    #[error("This report is withdrawn: nothing is decided about its exceptions any more.")]
    Withdrawn,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for WeighError {
    fn kind(&self) -> Kind {
        match self {
            Self::Withdrawn => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Decides the priority of an exception.
pub fn prioritise<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    decided: &Decided,
) -> Result<Recorded<'a, ()>, WeighError> {
    let event = note(&mut act, house, by, exception, (EventKind::ExceptionPrioritised, decided))?;
    let event = event.fact("priority", decided.priority.as_str()).fact("due", decided.due.to_string());
    Ok(act.record(event, ()))
}

/// Records that a named executive accepts the risk of an exception. Who they are stands in the sealed memo.
pub fn accept_risk<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    accepted: &RiskAccepted,
) -> Result<Recorded<'a, ()>, WeighError> {
    let event = note(&mut act, house, by, exception, (EventKind::ExceptionRiskAccepted, accepted))?;
    Ok(act.record(event, ()))
}

/// Adds the memo and gives its event.
fn note<T: Words>(
    act: &mut Act<'_>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    (kind, words): (EventKind, &T),
) -> Result<Event, WeighError> {
    let at = act.at();
    let version = store::require_sealed(act.db(), exception)?.version;
    let version = versions::require(act.db(), version)?;
    if matches!(version.state, State::Withdrawn(_) | State::Recalled(_)) {
        return Err(WeighError::Withdrawn);
    }
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let about = About { version: version.id, exception: Some(exception) };
    let digest = memos::add(act.db(), (&house.clock, &key), about, (at, by), words)?;
    Ok(Event::new(kind)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("exception", exception.to_string())
        .fact("memo_sealed_sha256", digest))
}
