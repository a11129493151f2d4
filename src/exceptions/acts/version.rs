//! Beginning the next version of a report: a draft that says what the version before said, to be corrected.

use super::store::{self, SealedException, open_all};
use crate::db::data_keys;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ExceptionId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::{State, Version, store as versions};
use crate::seal::KeyOwner;

/// Why no version was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The newest version is still a draft.
    #[error("A new version of this report is being written already. Finish that one.")]
    DraftExists,
    /// There is nothing to follow.
    #[error("A new version follows a finalized one. This report has none that is offered.")]
    NotFinalized,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for BeginError {
    fn kind(&self) -> Kind {
        match self {
            Self::DraftExists | Self::NotFinalized => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Begins the version after `version`, with a key of its own: facts and exceptions are sealed anew, the file is not
/// taken over, because a correction comes with a corrected file.
pub fn begin_version<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
) -> Result<Recorded<'a, Version>, BeginError> {
    let at = act.at();
    let old = versions::require(act.db(), version)?;
    let newest = versions::require_by_slug(act.db(), &old.report.slug)?;
    match (old.state, newest.id == old.id) {
        (State::Finalized(_), true) => {}
        (State::Finalized(_), false) => return Err(BeginError::DraftExists),
        (State::Draft | State::Superseded(_) | State::Withdrawn(_) | State::Recalled(_), _) => {
            return Err(BeginError::NotFinalized);
        }
    }
    let id = VersionId::new(&house.clock);
    let key = data_keys::create(act.db(), &house.keyring, &house.clock, KeyOwner::Version(id))?;
    let old_key = data_keys::open_for(act.db(), &house.keyring, old.key_owner())?;
    let facts = old.open_facts(&old_key).map_err(Fault::from)?;
    let new = Version {
        id,
        number: old.number.saturating_add(1),
        state: State::Draft,
        facts: versions::seal_facts(&house.clock, &key, id, &facts)?,
        file: None,
        created_at: at,
        shredded_at: None,
        report: old.report.clone(),
        card: old.card.clone(),
    };
    versions::insert_draft(act.db(), &new)?;
    let draft = new.clone().into_draft().map_err(|_| Fault::bare("a new version is a draft"))?;
    for exception in open_all(&old_key, store::list_sealed(act.db(), old.id)?)? {
        let own = ExceptionId::new(&house.clock);
        let content = key.seal(&house.clock, &store::place(own), &exception.content).map_err(Fault::from)?;
        let position = exception.position;
        let row = SealedException { id: own, version: id, position, content, created_at: at, changed_at: at };
        store::insert(act.db(), &draft, &row)?;
    }
    let event = Event::new(EventKind::ReportVersionBegun)
        .by(Actor::Staff(by))
        .report(new.report.id)
        .version(id)
        .fact("number", new.number)
        .fact("follows", old.id.to_string());
    Ok(act.record(event, new))
}
