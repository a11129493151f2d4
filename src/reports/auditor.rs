//! What auditors do here: they confirm that the file which was taken in is the one they issued, and read beside it.
//!
//! Promises: a confirmation is dated by the server, made by somebody signed in as an auditor who gave the digest from
//! their own records, and never changed. Firm and licence are as they stated them; nobody here checks a licence, and
//! readers are told so.

use super::{State, Version, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::data_keys;
use crate::db::schema::auditor_confirmation;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{ConfirmationId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::seal::{DataKey, Place, Sealed};
use crate::text::{Line, hex};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What an auditor states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The audit firm.
    pub firm: Line,
    /// Its licence: number and where it was given.
    pub licence: Line,
}

/// A confirmation, opened.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// When.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// What they state.
    pub words: Words,
}

/// Why a file was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The digest is another one.
    #[error(
        "This is not the digest of the file that was taken in. If yours is right, another file was taken in: tell the company, and confirm nothing."
    )]
    OtherFile,
    /// The report is a draft, or withdrawn.
    #[error("Only the file of a report that is finalized, and not withdrawn, can be confirmed.")]
    NotFinalized,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ConfirmError {
    fn kind(&self) -> Kind {
        match self {
            Self::OtherFile => Kind::Invalid,
            Self::NotFinalized => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Where the words of a confirmation lie.
const fn place(id: ConfirmationId) -> Place {
    Place { table: "auditor_confirmation", row: *id.as_bytes(), column: "words" }
}

/// The confirmations of a version, opened, oldest first.
pub fn list(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Vec<Confirmation>, Fault> {
    let rows: Vec<(ConfirmationId, Micros, PersonId, Sealed<Words>)> = auditor_confirmation::table
        .filter(auditor_confirmation::version_id.eq(version))
        .order((auditor_confirmation::at, auditor_confirmation::id))
        .select((
            auditor_confirmation::id,
            auditor_confirmation::at,
            auditor_confirmation::by_person,
            auditor_confirmation::words,
        ))
        .load(db)?;
    let open = |(id, at, by, words)| Ok(Confirmation { at, by, words: key.open(&place(id), &words)? });
    rows.into_iter().map(open).collect()
}

/// Whether a version can be confirmed and read by auditors.
pub const fn is_theirs(version: &Version) -> bool {
    matches!(version.state, State::Finalized(_) | State::Superseded(_))
}

/// Confirms the file of a version: `digest` is what the auditor's own records say, in hexadecimal.
pub fn confirm<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    (digest, words): (&str, &Words),
) -> Result<Recorded<'a, ()>, ConfirmError> {
    let at = act.at();
    let version = store::require(act.db(), version)?;
    let file = version.file.as_ref().filter(|_| is_theirs(&version)).ok_or(ConfirmError::NotFinalized)?;
    let issued = hex(&file.source_sha256);
    if !digest.trim().eq_ignore_ascii_case(&issued) {
        return Err(ConfirmError::OtherFile);
    }
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let id = ConfirmationId::new(&house.clock);
    let words = key.seal(&house.clock, &place(id), words).map_err(Fault::from)?;
    diesel::insert_into(auditor_confirmation::table)
        .values((
            auditor_confirmation::id.eq(id),
            auditor_confirmation::version_id.eq(version.id),
            auditor_confirmation::at.eq(at),
            auditor_confirmation::by_person.eq(by),
            auditor_confirmation::words.eq(&words),
        ))
        .execute(act.db())
        .map_err(Fault::from)?;
    let sealed = ring::digest::digest(&ring::digest::SHA256, words.as_bytes());
    let event = event(EventKind::ReportAuditorConfirmed, by, &version)
        .fact("source_sha256", issued)
        .fact("words_sealed_sha256", hex(sealed.as_ref()));
    Ok(act.record(event, ()))
}

/// Records that an auditor opens a report's exceptions: what they see is sealed.
pub fn read(mut act: Act<'_>, by: PersonId, version: VersionId) -> Result<Recorded<'_, ()>, ConfirmError> {
    let version = require_theirs(act.db(), version)?;
    Ok(act.record(event(EventKind::ReportAuditorRead, by, &version), ()))
}

/// Records that an auditor opens several reports at once, each by an entry of its own; there must be one.
pub fn read_all<'a>(
    mut act: Act<'a>,
    by: PersonId,
    versions: &[VersionId],
) -> Result<Recorded<'a, ()>, ConfirmError> {
    let (last, others) = versions.split_last().ok_or(ConfirmError::NotFinalized)?;
    for version in others {
        let version = require_theirs(act.db(), *version)?;
        act.also(event(EventKind::ReportAuditorRead, by, &version));
    }
    read(act, by, *last)
}

/// The version, if auditors read it.
fn require_theirs(db: &mut Db, version: VersionId) -> Result<Version, ConfirmError> {
    let version = store::require(db, version)?;
    if is_theirs(&version) { Ok(version) } else { Err(ConfirmError::NotFinalized) }
}

/// An event about a version, by an auditor.
fn event(kind: EventKind, by: PersonId, version: &Version) -> Event {
    Event::new(kind)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("number", version.number)
}
