//! What compliance does with exceptions while their report is a draft, and finalizing with all of them.

pub mod exchange;
pub mod priority;
pub mod version;

use super::history::{LinkError, check_link};
use super::store::{self, SealedException, open_all};
use super::{Content, Exception};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ExceptionId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::reports::acts::{self as reports, FinalizeError};
use crate::reports::{Draft, NotADraft, Version, store as versions};
use crate::seal::{DataKey, KeyOwner};
use crate::text::{Line, hex};

/// Why an exception was not recorded, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Its report is finalized.
    #[error(transparent)]
    NotADraft(#[from] NotADraft),
    /// Another exception of the version has this number.
    #[error("This report has an exception {0} already. Please give this one another reference.")]
    ReferenceTaken(Line),
    /// It cannot repeat what it is said to repeat.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotADraft(error) => error.kind(),
            Self::ReferenceTaken(_) => Kind::Conflict,
            Self::Link(error) => error.kind(),
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// A draft with its key and its exceptions, opened.
struct Desk {
    draft: Draft,
    key: DataKey,
    exceptions: Vec<Exception>,
}

impl Desk {
    /// Opens the draft `version`.
    fn open(db: &mut Db, house: &House, version: VersionId) -> Result<Self, RecordError> {
        let draft = versions::require(db, version)?.into_draft()?;
        let key = data_keys::open_for(db, &house.keyring, KeyOwner::Version(version))?;
        let exceptions = open_all(&key, store::list_sealed(db, version)?)?;
        Ok(Self { draft, key, exceptions })
    }
    /// Refuses a reference that another exception than `own` has, and a link that does not lead back in time.
    fn check(&self, db: &mut Db, content: &Content, own: Option<ExceptionId>) -> Result<(), RecordError> {
        let mut others = self.exceptions.iter().filter(|other| Some(other.id) != own);
        if others.any(|other| other.content.reference == content.reference) {
            return Err(RecordError::ReferenceTaken(content.reference.clone()));
        }
        match content.repeats {
            Some(repeats) => Ok(check_link(db, self.draft.version(), repeats)?),
            None => Ok(()),
        }
    }
    /// An event about one of its exceptions. The log names the row, not a word of what it says.
    fn event(&self, kind: EventKind, by: PersonId, exception: ExceptionId) -> Event {
        let version = self.draft.version();
        Event::new(kind)
            .by(Actor::Staff(by))
            .report(version.report.id)
            .version(version.id)
            .fact("exception", exception.to_string())
    }
}

/// Records an exception at the end of a draft's list.
pub fn record<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    content: &Content,
) -> Result<Recorded<'a, ExceptionId>, RecordError> {
    let at = act.at();
    let desk = Desk::open(act.db(), house, version)?;
    desk.check(act.db(), content, None)?;
    let id = ExceptionId::new(&house.clock);
    let sealed = desk.key.seal(&house.clock, &store::place(id), content).map_err(Fault::from)?;
    let position = desk.exceptions.last().map_or(1, |last| last.position.saturating_add(1));
    let row = SealedException { id, version, position, content: sealed, created_at: at, changed_at: at };
    store::insert(act.db(), &desk.draft, &row)?;
    let event = desk.event(EventKind::ExceptionRecorded, by, id).fact("position", position);
    Ok(act.record(event, id))
}

/// Changes what is said about an exception of a draft.
pub fn change<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: ExceptionId,
    content: &Content,
) -> Result<Recorded<'a, ()>, RecordError> {
    let at = act.at();
    let version = store::require_sealed(act.db(), id)?.version;
    let desk = Desk::open(act.db(), house, version)?;
    desk.check(act.db(), content, Some(id))?;
    let sealed = desk.key.seal(&house.clock, &store::place(id), content).map_err(Fault::from)?;
    store::update(act.db(), &desk.draft, id, &sealed, at)?;
    let event = desk.event(EventKind::ExceptionChanged, by, id);
    Ok(act.record(event, ()))
}

/// Removes an exception from a draft.
pub fn remove<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    id: ExceptionId,
) -> Result<Recorded<'a, ()>, RecordError> {
    let version = store::require_sealed(act.db(), id)?.version;
    let desk = Desk::open(act.db(), house, version)?;
    store::delete(act.db(), &desk.draft, id)?;
    let event = desk.event(EventKind::ExceptionRemoved, by, id);
    Ok(act.record(event, ()))
}

/// Finalizes a version with the exceptions it has now: from here on neither changes.
pub fn finalize<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
) -> Result<Recorded<'a, Version>, FinalizeError> {
    let rows = store::list_sealed(act.db(), version)?;
    let exceptions = digest(&rows);
    check_links(act.db(), house, version, rows)?;
    reports::finalize(act, house, by, version, &exceptions)
}

/// Refuses links that led back in time when they were made and do not any more: the draft's period was changed since.
fn check_links(
    db: &mut Db,
    house: &House,
    version: VersionId,
    rows: Vec<SealedException>,
) -> Result<(), FinalizeError> {
    let version = versions::require(db, version)?;
    let key = data_keys::open_for(db, &house.keyring, version.key_owner())?;
    for exception in open_all(&key, rows)? {
        let Some(repeats) = exception.content.repeats else { continue };
        match check_link(db, &version, repeats) {
            Ok(()) => {}
            Err(LinkError::Fault(fault)) => return Err(fault.into()),
            Err(error) => return Err(FinalizeError::Link(exception.content.reference, error.to_string())),
        }
    }
    Ok(())
}

/// The digest over sealed exceptions in their order: SHA-256 of, for each, its id (16 bytes), the length of its cell
/// (8 bytes, big-endian) and the cell.
pub fn digest(rows: &[SealedException]) -> reports::Exceptions {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for row in rows {
        let cell = row.content.as_bytes();
        context.update(row.id.as_bytes());
        context.update(&u64::try_from(cell.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(cell);
    }
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    reports::Exceptions { count, sealed_sha256: hex(context.finish().as_ref()) }
}
