//! What compliance does with the company's own page.

use super::{Company, store};
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};

/// Changes how the company presents itself.
pub fn change_company<'a>(mut act: Act<'a>, by: PersonId, new: &Company) -> Result<Recorded<'a, ()>, Fault> {
    let at = act.at();
    store::update_company(act.db(), new, at)?;
    let event = Event::new(EventKind::CompanyChanged)
        .by(Actor::Staff(by))
        .fact("name", new.name.as_str())
        .fact("domain", new.domain.as_str());
    Ok(act.record(event, ()))
}
