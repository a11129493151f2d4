//! Exceptions in bulk: all of a list or none of it into a draft, and the entry that comes before an export.

use super::{Desk, RecordError};
use crate::exceptions::Content;
use crate::exceptions::store::{self, SealedException};
use crate::fault::Fault;
use crate::ids::{ExceptionId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::store as versions;
use std::collections::BTreeSet;

/// Records all of these exceptions at the end of a draft's list, or none of them.
pub fn import<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    contents: &[Content],
) -> Result<Recorded<'a, ()>, RecordError> {
    let at = act.at();
    let desk = Desk::open(act.db(), house, version)?;
    let mut position = desk.exceptions.last().map_or(0, |last| last.position);
    let mut seen = BTreeSet::new();
    for content in contents {
        desk.check(act.db(), content, None)?;
        if !seen.insert(content.reference.clone()) {
            return Err(RecordError::ReferenceTaken(content.reference.clone()));
        }
        position = position.saturating_add(1);
        let id = ExceptionId::new(&house.clock);
        let sealed = desk.key.seal(&house.clock, &store::place(id), content).map_err(Fault::from)?;
        let row = SealedException { id, version, position, content: sealed, created_at: at, changed_at: at };
        store::insert(act.db(), &desk.draft, &row)?;
    }
    let event = event(EventKind::ExceptionsImported, by, desk.draft.version());
    let count = u64::try_from(contents.len()).unwrap_or(u64::MAX);
    Ok(act.record(event.fact("exceptions", count), ()))
}

/// Records that the exceptions of a version leave as a file, for staff of the desk.
pub fn export<'a>(
    mut act: Act<'a>,
    by: PersonId,
    version: VersionId,
    format: &str,
) -> Result<Recorded<'a, ()>, Fault> {
    let version = versions::require(act.db(), version)?;
    let event = event(EventKind::ExceptionsExported, by, &version).fact("format", format);
    Ok(act.record(event, ()))
}

/// An event about a version's exceptions.
fn event(kind: EventKind, by: PersonId, version: &crate::reports::Version) -> Event {
    Event::new(kind).by(Actor::Staff(by)).report(version.report.id).version(version.id)
}
