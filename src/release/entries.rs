//! What the entries of the gate have in common.

use super::admit::Asker;
use super::decide::Decision;
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, ReportId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded};

/// An event of the asker: who, from where, with what.
pub(super) fn event(kind: EventKind, asker: &Asker) -> Event {
    Event::new(kind)
        .by(Actor::Person(asker.person))
        .about(asker.person)
        .personal(asker.person, PersonalField::NetworkAddress, &asker.origin.address.to_string())
        .personal(asker.person, PersonalField::UserAgent, &asker.origin.user_agent)
}

/// Adds what it was about.
pub(super) fn about(event: Event, report: ReportId, version: VersionId, grant: GrantId) -> Event {
    event.report(report).version(version).grant(grant)
}

/// The stable name of a refusal.
pub(super) fn why(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allow(_) => "allowed",
        Decision::Deny(deny) => deny.name(),
        Decision::Need(_) => "steps_missing",
    }
}

/// Records that a stored report does not pass its check.
#[expect(clippy::unnecessary_wraps, reason = "acts have this form")]
pub(super) fn damaged<'a>(
    act: Act<'a>,
    person: PersonId,
    (grant, version): (GrantId, VersionId),
    what: &'static str,
) -> Result<Recorded<'a, ()>, Fault> {
    let event = Event::new(EventKind::IntegrityFailed)
        .by(Actor::Person(person))
        .about(person)
        .version(version)
        .grant(grant)
        .fact("what", what);
    Ok(act.record(event, ()))
}
