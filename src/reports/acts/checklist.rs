//! Beginning the checklist of a report that has arrived, and marking its items.

use super::event;
use crate::db::data_keys;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{PersonId, VersionId};
use crate::ledger::{Act, EventKind, Recorded};
use crate::notices::House;
use crate::reports::checklist::{Begun, Checklist, Mark};
use crate::reports::memos::{self, About};
use crate::reports::store;
use crate::text::Day;

/// Why nothing was marked.
#[derive(Debug, thiserror::Error)]
pub enum ChecklistError {
    /// It claims to have arrived after today.
    #[error("This day lies in the future. Say when the report arrived.")]
    NotYet,
    /// Nobody has begun it.
    #[error("The checklist of this report has not been begun. Say first when the report arrived.")]
    NotBegun,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ChecklistError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotYet => Kind::Invalid,
            Self::NotBegun => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Begins the checklist, or corrects the day from which it counts.
pub fn begin_checklist<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    begun: &Begun,
) -> Result<Recorded<'a, ()>, ChecklistError> {
    let at = act.at();
    if begun.arrived > Day::of(at) {
        return Err(ChecklistError::NotYet);
    }
    let version = store::require(act.db(), version)?;
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let digest = memos::add(act.db(), (&house.clock, &key), About::version(&version), (at, by), begun)?;
    let event = event(EventKind::ChecklistBegun, by, &version)
        .fact("arrived", begun.arrived.to_string())
        .fact("memo_sealed_sha256", digest);
    Ok(act.record(event, ()))
}

/// Marks an item: who does it, and whether it is done.
pub fn mark_checklist<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    mark: &Mark,
) -> Result<Recorded<'a, ()>, ChecklistError> {
    let at = act.at();
    let version = store::require(act.db(), version)?;
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    if Checklist::find(act.db(), &key, version.id)?.is_none() {
        return Err(ChecklistError::NotBegun);
    }
    let digest = memos::add(act.db(), (&house.clock, &key), About::version(&version), (at, by), mark)?;
    let event = event(EventKind::ChecklistMarked, by, &version)
        .fact("item", mark.item.as_str())
        .fact("done", mark.done)
        .fact("memo_sealed_sha256", digest);
    Ok(act.record(event, ()))
}
