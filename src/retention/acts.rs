//! Switching retention on and off, and sweeping.

use super::held::Held;
use super::{Plan, Rule, store};
use crate::db::{Db, data_keys};
use crate::erasure::acts::{EraseError, Telling, erase};
use crate::erasure::{Erasure, Terms, store as erasure};
use crate::fault::Fault;
use crate::holds::store as holds;
use crate::identity::codes;
use crate::ids::{HoldId, LetterId, PersonId, RequestId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::{House, outbox};
use crate::requests::State;
use crate::seal::{KeyOwner, Keyring};

/// Switches the rules on or off.
pub fn switch(mut act: Act<'_>, by: PersonId, is_on: bool) -> Result<Recorded<'_, ()>, Fault> {
    let at = act.at();
    store::insert_switch(act.db(), (at, is_on, by))?;
    let event = Event::new(EventKind::RetentionSwitched).by(Actor::Staff(by)).fact("on", is_on);
    Ok(act.record(event, ()))
}

/// Takes what a plan found, as far as it is still so and no hold was placed since; how much that was. Objects of the vault
/// are removed by the caller after this: an entry of something that is still there does no harm, and the next sweep finds
/// it again.
pub fn sweep<'a>(mut act: Act<'a>, keyring: &Keyring, plan: &Plan) -> Result<Recorded<'a, usize>, Fault> {
    let at = act.at();
    let db = act.db();
    let goes = still_free(db, keyring, plan)?;
    let kept = plan.kept.saturating_add(plan.goes.len().saturating_sub(goes.len()));
    let ids = || goes.iter().copied();
    let mut requests =
        |state| store::delete_requests(db, state, &ids().map(RequestId::from_bytes).collect::<Vec<_>>());
    let swept = match plan.rule {
        Rule::Unconfirmed => requests(State::Unconfirmed)?,
        Rule::Denied => requests(State::Denied)?,
        Rule::Approved => requests(State::Approved)?,
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
        Rule::Orphans => goes.len(),
    };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let event = Event::new(EventKind::RetentionSwept)
        .fact("rule", plan.rule.as_str())
        .fact("swept", number(swept))
        .fact("kept_by_holds", number(kept));
    Ok(act.record(event, swept))
}

/// What of a plan no hold keeps by now.
fn still_free(db: &mut Db, keyring: &Keyring, plan: &Plan) -> Result<Vec<[u8; 16]>, Fault> {
    let mut held = Held::read(db, keyring)?;
    let mut free = Vec::new();
    for candidate in &plan.goes {
        if held.keeps(db, plan.rule, candidate)?.is_none() {
            free.push(candidate.id);
        }
    }
    Ok(free)
}

/// Erases somebody of whom nothing is known but codes. Whoever typed one in, or asks to be forgotten, is told by a letter;
/// nobody else is: they may never have asked.
pub fn sweep_person<'a>(
    mut act: Act<'a>,
    house: &House,
    person: PersonId,
    terms: Terms,
) -> Result<Recorded<'a, Erasure>, EraseError> {
    let confirmed = codes::any_used(act.db(), person)? || erasure::find_wish(act.db(), person)?.is_some();
    let telling = if confirmed { Telling::Letter } else { Telling::Nobody };
    erase(act, house, (None, telling), person, terms)
}
