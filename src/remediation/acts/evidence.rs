//! Sealing a file as evidence, choosing whether holders learn of it, and reading it.

use crate::db::{Db, data_keys};
use crate::exceptions::store as exceptions;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ExceptionId, MemoId, PersonId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::remediation::evidence::{self, Choice, Evidence, File};
use crate::reports::companion::{self, Readied, Subject};
use crate::reports::memos::{self, About};
use crate::reports::{State, Version, store as versions};
use crate::seal::DataKey;
use crate::text::hex;

/// Why nothing was done with evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The report is a draft, or withdrawn.
    #[error(
        "Evidence is kept beside a finalized report. This one is a draft, or it is open to nobody any more."
    )]
    NotFinalized,
    /// There is no such file.
    #[error("There is no such file beside this exception.")]
    NotThere,
    /// It is as it was wanted already.
    #[error("This was chosen already. Load the page again to see who did.")]
    ChosenAlready,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for EvidenceError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFinalized | Self::ChosenAlready => Kind::Conflict,
            Self::NotThere => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// The finalized version of an exception, with its key.
fn beside(db: &mut Db, house: &House, exception: ExceptionId) -> Result<(Version, DataKey), EvidenceError> {
    let version = exceptions::require_sealed(db, exception)?.version;
    let version = versions::require(db, version)?;
    let (State::Finalized(_) | State::Superseded(_)) = version.state else {
        return Err(EvidenceError::NotFinalized);
    };
    let key = data_keys::open_for(db, &house.keyring, version.key_owner())?;
    Ok((version, key))
}

/// One file beside an exception.
fn find(
    db: &mut Db,
    (version, key): (&Version, &DataKey),
    (exception, id): (ExceptionId, MemoId),
) -> Result<Evidence, EvidenceError> {
    let all = evidence::list(db, key, version.id)?;
    let is_it = |one: &Evidence| one.file.id == id && one.file.about.exception == Some(exception);
    all.into_iter().find(is_it).ok_or(EvidenceError::NotThere)
}

/// An event about evidence: the log names the memo, not the file.
fn event(kind: EventKind, by: PersonId, version: &Version, exception: ExceptionId) -> Event {
    Event::new(kind)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("exception", exception.to_string())
}

/// Keeps a file that the vault holds as evidence. A crash before this leaves a sealed object that no row knows.
pub fn keep_evidence<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    file: &File,
) -> Result<Recorded<'a, MemoId>, EvidenceError> {
    let at = act.at();
    let (version, key) = beside(act.db(), house, exception)?;
    let about = About { version: version.id, exception: Some(exception) };
    let added = memos::insert(act.db(), (&house.clock, &key), about, (at, by), file)?;
    evidence::insert_object(act.db(), version.id, file.object, at)?;
    let event = event(EventKind::EvidenceKept, by, &version, exception)
        .fact("evidence", added.id.to_string())
        .fact("memo_sealed_sha256", added.sealed_sha256)
        .fact("object_sealed_sha256", hex(&file.sealed_sha256))
        .fact("size_bytes", file.size_bytes);
    Ok(act.record(event, added.id))
}

/// Chooses whether holders of the report learn of a file. When it is a document that was readied for the mark, they can take
/// copies of it from now on.
pub fn choose_evidence<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    (choice, document): (Choice, Option<&Readied>),
) -> Result<Recorded<'a, ()>, EvidenceError> {
    let at = act.at();
    let (version, key) = beside(act.db(), house, exception)?;
    let evidence = find(act.db(), (&version, &key), (exception, choice.evidence))?;
    if evidence.told == choice.told {
        return Err(EvidenceError::ChosenAlready);
    }
    let about = About { version: version.id, exception: Some(exception) };
    let digest = memos::add(act.db(), (&house.clock, &key), about, (at, by), &choice)?;
    let event = event(EventKind::EvidenceChosen, by, &version, exception)
        .fact("evidence", choice.evidence.to_string())
        .fact("told", choice.told)
        .fact("memo_sealed_sha256", digest);
    let event = match document {
        Some(document) => {
            let subject = Subject::Evidence(choice.evidence);
            companion::insert(act.db(), version.id, subject, document, at)?;
            document.tell(event)
        }
        None => event,
    };
    Ok(act.record(event, ()))
}

/// Records that a member of staff reads a file, before its first byte; answers where it lies.
pub fn read_evidence<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    exception: ExceptionId,
    id: MemoId,
) -> Result<Recorded<'a, (Version, File)>, EvidenceError> {
    let version = exceptions::require_sealed(act.db(), exception)?.version;
    let version = versions::require(act.db(), version)?;
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let file = find(act.db(), (&version, &key), (exception, id))?.file.words;
    let event = event(EventKind::EvidenceRead, by, &version, exception).fact("evidence", id.to_string());
    Ok(act.record(event, (version, file)))
}
