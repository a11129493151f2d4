//! Management's cover note: what a reader sees above the exceptions.
//!
//! Promises: a note is dated by the server, carries the name of whoever was signed in, is sealed under the version's key
//! and is never changed, which the database holds to as well. The newest one holds; the others are its history. It is
//! told beside the report, so that it may be written before and after the report is finalized.

use super::{State, Version, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::data_keys;
use crate::db::schema::cover_note;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{CoverNoteId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::seal::{DataKey, Place, Sealed};
use crate::text::{Paragraphs, hex};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// To the reader.
    pub text: Paragraphs,
}

/// A cover note, opened.
#[derive(Clone, Debug)]
pub struct CoverNote {
    /// When it was written.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// What it says.
    pub words: Words,
}

/// Why a note was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Nobody reads a withdrawn report.
    #[error("This version is withdrawn: nobody would read the note.")]
    Withdrawn,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for WriteError {
    fn kind(&self) -> Kind {
        match self {
            Self::Withdrawn => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Where the words of a note lie.
const fn place(id: CoverNoteId) -> Place {
    Place { table: "cover_note", row: *id.as_bytes(), column: "words" }
}

/// The notes of a version, opened, in the order in which they were written.
pub fn list(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Vec<CoverNote>, Fault> {
    let rows: Vec<(CoverNoteId, Micros, PersonId, Sealed<Words>)> = cover_note::table
        .filter(cover_note::version_id.eq(version))
        .order((cover_note::at, cover_note::id))
        .select((cover_note::id, cover_note::at, cover_note::by_person, cover_note::words))
        .load(db)?;
    let open = |(id, at, by, words)| Ok(CoverNote { at, by, words: key.open(&place(id), &words)? });
    rows.into_iter().map(open).collect()
}

/// Writes the note that readers see from now on. Its entry commits to the words and tells nothing of them.
pub fn write<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    words: &Words,
) -> Result<Recorded<'a, ()>, WriteError> {
    let at = act.at();
    let version: Version = store::require(act.db(), version)?;
    if let State::Withdrawn(_) | State::Recalled(_) = version.state {
        return Err(WriteError::Withdrawn);
    }
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let id = CoverNoteId::new(&house.clock);
    let words = key.seal(&house.clock, &place(id), words).map_err(Fault::from)?;
    diesel::insert_into(cover_note::table)
        .values((
            cover_note::id.eq(id),
            cover_note::version_id.eq(version.id),
            cover_note::at.eq(at),
            cover_note::by_person.eq(by),
            cover_note::words.eq(&words),
        ))
        .execute(act.db())
        .map_err(Fault::from)?;
    let digest = ring::digest::digest(&ring::digest::SHA256, words.as_bytes());
    let event = Event::new(EventKind::ReportCoverNoteWritten)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("number", version.number)
        .fact("note_sealed_sha256", hex(digest.as_ref()));
    Ok(act.record(event, ()))
}
