//! Making tokens and taking them back.

use super::{ApiToken, LONGEST_DAYS, MOST_LIVE, store};
use crate::clock::Clock;
use crate::fault::{Fault, Kind, Refusal};
use crate::grants::{State, store as grants};
use crate::ids::{ApiTokenId, GrantId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::seal::Keyring;

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The grant has ended, or is somebody else's.
    #[error("This access has ended, so there is nothing a program could read.")]
    NotActive,
    /// Enough of them.
    #[error(
        "There are {MOST_LIVE} live tokens for this report already. Take one back that is not needed any more."
    )]
    TooMany,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for MakeError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotActive => Kind::Gone,
            Self::TooMany => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Why a token was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum TakeBackError {
    /// Not there, or not this person's.
    #[error("There is no such token of yours.")]
    NotYours,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for TakeBackError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotYours => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Makes a token for a grant of this person; it ends with the grant at the latest.
pub fn make<'a>(
    mut act: Act<'a>,
    (keyring, clock): (&Keyring, &Clock),
    person: PersonId,
    grant: GrantId,
) -> Result<Recorded<'a, ApiToken>, MakeError> {
    let at = act.at();
    let held = grants::require(act.db(), keyring, grant)?;
    if held.person != person || held.state(at) != State::Active {
        return Err(MakeError::NotActive);
    }
    let live = store::list_by_grant(act.db(), grant)?.iter().filter(|token| token.is_live(at)).count();
    if live >= MOST_LIVE {
        return Err(MakeError::TooMany);
    }
    let expires_at = held.expires_at.min(at.plus_secs(LONGEST_DAYS * 86_400));
    let token =
        ApiToken { id: ApiTokenId::new(clock), grant, person, created_at: at, expires_at, revoked_at: None };
    store::insert(act.db(), &token)?;
    let event = event(EventKind::TokenMade, &token).version(held.version);
    Ok(act.record(event, token))
}

/// Takes a token of this person back: the next use of it is refused. Twice is as good as once.
pub fn take_back(
    mut act: Act<'_>,
    person: PersonId,
    id: ApiTokenId,
) -> Result<Recorded<'_, ()>, TakeBackError> {
    let at = act.at();
    let token = store::find(act.db(), id)?.filter(|token| token.person == person);
    let token = token.ok_or(TakeBackError::NotYours)?;
    store::update_revoked(act.db(), id, at)?;
    Ok(act.record(event(EventKind::TokenTakenBack, &token), ()))
}

/// An event about a token, by whom it belongs to.
fn event(kind: EventKind, token: &ApiToken) -> Event {
    Event::new(kind)
        .by(Actor::Person(token.person))
        .about(token.person)
        .grant(token.grant)
        .fact("token", token.id.to_string())
}
