//! Switching retention on and off, and sweeping.

use super::{Plan, Rule, store};
use crate::db::data_keys;
use crate::erasure::acts::{EraseError, Telling, erase};
use crate::erasure::{Erasure, Terms};
use crate::fault::Fault;
use crate::holds::store as holds;
use crate::ids::{HoldId, LetterId, PersonId, RequestId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::{House, outbox};
use crate::requests::State;
use crate::seal::KeyOwner;

/// Switches the rules on or off.
pub fn switch(mut act: Act<'_>, by: PersonId, is_on: bool) -> Result<Recorded<'_, ()>, Fault> {
    let at = act.at();
    store::insert_switch(act.db(), (at, is_on, by))?;
    let event = Event::new(EventKind::RetentionSwitched).by(Actor::Staff(by)).fact("on", is_on);
    Ok(act.record(event, ()))
}

/// Takes what a plan found, as far as it is still so; how much that was. Objects of the vault are removed by the caller
/// after this: an entry of something that is still there does no harm, and the next sweep finds it again.
pub fn sweep<'a>(mut act: Act<'a>, plan: &Plan) -> Result<Recorded<'a, usize>, Fault> {
    let at = act.at();
    let ids = || plan.goes.iter().map(|candidate| candidate.id);
    let db = act.db();
    let swept = match plan.rule {
        Rule::Unconfirmed | Rule::Denied => {
            let state = if plan.rule == Rule::Denied { State::Denied } else { State::Unconfirmed };
            store::delete_requests(db, state, &ids().map(RequestId::from_bytes).collect::<Vec<_>>())?
        }
        Rule::Letters => outbox::delete_done(db, &ids().map(LetterId::from_bytes).collect::<Vec<_>>())?,
        Rule::Evidence => {
            let mut swept = 0;
            for hold in ids().map(HoldId::from_bytes) {
                if holds::update_released(db, hold, None, at)? {
                    store::delete_evidence(db, hold)?;
                    data_keys::destroy(db, KeyOwner::Hold(hold))?;
                    swept += 1;
                }
            }
            swept
        }
        // People go by an erasure each.
        Rule::People => 0,
        Rule::Orphans => plan.goes.len(),
    };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let event = Event::new(EventKind::RetentionSwept)
        .fact("rule", plan.rule.as_str())
        .fact("swept", number(swept))
        .fact("kept_by_holds", number(plan.kept.len()));
    Ok(act.record(event, swept))
}

/// Erases somebody of whom nothing is known but a code: nobody is written to, for they may never have asked.
pub fn sweep_person<'a>(
    act: Act<'a>,
    house: &House,
    person: PersonId,
    terms: Terms,
) -> Result<Recorded<'a, Erasure>, EraseError> {
    erase(act, house, (None, Telling::Nobody), person, terms)
}
