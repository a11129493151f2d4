//! Taking a grant back.

use crate::fault::{Fault, Kind, Refusal};
use crate::grants::store;
use crate::ids::{GrantId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;

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
