//! Asking for the version that supersedes the one a person holds: one click, because their address is confirmed and
//! who they are is known.

use super::redeem::send_on;
use super::words_for;
use crate::db::data_keys;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{Origin, Person};
use crate::ids::{RequestId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::requests::{Details, Relation, Request, State, store};
use crate::seal::KeyOwner;
use crate::text::{CompanyName, Reason};

/// Why a renewal was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// It waits already.
    #[error("You have asked for the new version already. You are mailed when it is decided.")]
    Waiting,
    /// It is not offered.
    #[error("This version is not offered any more. The company can say why.")]
    NotOffered,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RenewError {
    fn kind(&self) -> Kind {
        match self {
            Self::Waiting => Kind::Conflict,
            Self::NotOffered => Kind::Gone,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Asks for `item` on behalf of somebody who holds the version before it, as `company`.
pub fn renew<'a>(
    mut act: Act<'a>,
    house: &House,
    (person, origin): (&Person, &Origin),
    company: &CompanyName,
    item: VersionId,
) -> Result<Recorded<'a, RequestId>, RenewError> {
    if store::find_waiting_like(act.db(), person.id, item)?.is_some() {
        return Err(RenewError::Waiting);
    }
    words_for(act.db(), &[item])?.ok_or(RenewError::NotOffered)?;
    let at = act.at();
    let earlier = store::list_by_person(act.db(), &house.keyring, person.id)?;
    let request = Request {
        id: RequestId::new(&house.clock),
        person: person.id,
        relation: earlier.first().map_or(Relation::Customer, |earlier| earlier.relation),
        state: State::Unconfirmed,
        details: Some(Details {
            company: company.clone(),
            reason: Reason::parse("Holds the version that this one supersedes.").ok(),
            address: origin.address.to_string(),
        }),
        items: vec![item],
        created_at: at,
        confirmed_at: None,
        decided_at: None,
        decided_by: None,
        decision: None,
    };
    let key = data_keys::open_for(act.db(), &house.keyring, KeyOwner::Person(person.id))?;
    store::insert(act.db(), &house.clock, &key, &request)?;
    // The address was confirmed for the session that asks: nothing is left to be confirmed.
    store::update_confirmed(act.db(), request.id, at)?;
    send_on(act.db(), house, person, &request)?;
    let event = Event::new(EventKind::RequestSubmitted)
        .by(Actor::Person(person.id))
        .about(person.id)
        .request(request.id)
        .fact("relation", request.relation.as_str())
        .fact("renewal", true);
    Ok(act.record(event, request.id))
}
