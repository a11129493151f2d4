//! Bridge letters: what management states about the time between the end of a report's period and a later day.
//!
//! Promises: a letter is written as final: dated by the server, sealed under the version's key and never changed, which the
//! database holds to as well; recipients get it through the gate only, made out to them, to read as a page or to take
//! away as a marked copy of its document. It is the company's word and no auditor's, and says so on its face.

pub mod document;

use super::companion::{self, Readied, Subject};
use super::{State, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::data_keys;
use crate::db::schema::bridge_letter;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{BridgeLetterId, CompanionId, PersonId, VersionId};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::seal::{DataKey, Place, Sealed};
use crate::text::{Day, JobTitle, Paragraphs, PersonName, hex};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The first day it speaks about.
    pub from: Day,
    /// The last one.
    pub to: Day,
    /// What has changed since the end of the period, or that nothing material has.
    pub statement: Paragraphs,
    /// Who signs it.
    pub signer: PersonName,
    /// Their title.
    pub title: JobTitle,
}

/// A letter, opened.
#[derive(Clone, Debug)]
pub struct BridgeLetter {
    /// Which.
    pub id: BridgeLetterId,
    /// When it was finalized.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// What it says.
    pub words: Words,
}

/// Why a letter was not finalized.
#[derive(Debug, thiserror::Error)]
pub enum FinalizeError {
    /// It begins inside the period of the report.
    #[error("The report speaks about the time until {}. The letter begins on a later day.", .0.words())]
    InsidePeriod(Day),
    /// It speaks about the future.
    #[error("A letter states what has happened. Its last day is today at the latest.")]
    InFuture,
    /// It ends before it begins.
    #[error("The last day lies before the first one.")]
    Backwards,
    /// The report is a draft, or withdrawn.
    #[error("A bridge letter stands beside a finalized report.")]
    NotFinalized,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for FinalizeError {
    fn kind(&self) -> Kind {
        match self {
            Self::InsidePeriod(_) | Self::InFuture | Self::Backwards => Kind::Invalid,
            Self::NotFinalized => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Whether a letter with these days may stand beside a report whose period ends on `end`.
pub fn check(words: &Words, end: Day, today: Day) -> Result<(), FinalizeError> {
    match words {
        words if words.from <= end => Err(FinalizeError::InsidePeriod(end)),
        words if words.to < words.from => Err(FinalizeError::Backwards),
        words if words.to > today => Err(FinalizeError::InFuture),
        _ => Ok(()),
    }
}

/// Where the words of a letter lie.
const fn place(id: BridgeLetterId) -> Place {
    Place { table: "bridge_letter", row: *id.as_bytes(), column: "words" }
}

/// Whether a version has a letter.
pub fn is_offered(db: &mut Db, version: VersionId) -> Result<bool, Fault> {
    let found = bridge_letter::table.filter(bridge_letter::version_id.eq(version));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(db)?)
}

/// The letters of a version, opened, in the order in which they were finalized.
pub fn list(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Vec<BridgeLetter>, Fault> {
    let rows: Vec<(BridgeLetterId, Micros, PersonId, Sealed<Words>)> = bridge_letter::table
        .filter(bridge_letter::version_id.eq(version))
        .order((bridge_letter::at, bridge_letter::id))
        .select((bridge_letter::id, bridge_letter::at, bridge_letter::by_person, bridge_letter::words))
        .load(db)?;
    let open = |(id, at, by, words)| Ok(BridgeLetter { id, at, by, words: key.open(&place(id), &words)? });
    rows.into_iter().map(open).collect()
}

/// The newest letter of a version: the one that is offered.
pub fn find_newest(db: &mut Db, version: VersionId) -> Result<Option<BridgeLetterId>, Fault> {
    let of_version = bridge_letter::table.filter(bridge_letter::version_id.eq(version));
    let newest = of_version.order((bridge_letter::at.desc(), bridge_letter::id.desc()));
    Ok(newest.select(bridge_letter::id).first(db).optional()?)
}

/// The document of the letter that is offered. Letters that were finalized before there were documents have none.
pub fn find_document(db: &mut Db, version: VersionId) -> Result<Option<CompanionId>, Fault> {
    match find_newest(db, version)? {
        Some(letter) => companion::find_of(db, Subject::BridgeLetter(letter)),
        None => Ok(None),
    }
}

/// Finalizes a letter: from now on it is the one that recipients get. Its entry commits to the words and the document.
pub fn finalize<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
    (words, document): (&Words, &Readied),
) -> Result<Recorded<'a, ()>, FinalizeError> {
    let at = act.at();
    let version = store::require(act.db(), version)?;
    let (State::Finalized(_) | State::Superseded(_)) = version.state else {
        return Err(FinalizeError::NotFinalized);
    };
    check(words, version.card.period.end(), Day::of(at))?;
    let key = data_keys::open_for(act.db(), &house.keyring, version.key_owner())?;
    let id = BridgeLetterId::new(&house.clock);
    let (from, to) = (words.from, words.to);
    let words = key.seal(&house.clock, &place(id), words).map_err(Fault::from)?;
    diesel::insert_into(bridge_letter::table)
        .values((
            bridge_letter::id.eq(id),
            bridge_letter::version_id.eq(version.id),
            bridge_letter::at.eq(at),
            bridge_letter::by_person.eq(by),
            bridge_letter::words.eq(&words),
        ))
        .execute(act.db())
        .map_err(Fault::from)?;
    companion::insert(act.db(), version.id, Subject::BridgeLetter(id), document, at)?;
    let digest = ring::digest::digest(&ring::digest::SHA256, words.as_bytes());
    let event = Event::new(EventKind::BridgeLetterFinalized)
        .by(Actor::Staff(by))
        .report(version.report.id)
        .version(version.id)
        .fact("from", from.to_string())
        .fact("to", to.to_string())
        .fact("letter_sealed_sha256", hex(digest.as_ref()));
    Ok(act.record(document.tell(event), ()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_begins_after_the_period_and_does_not_speak_of_the_future() {
        let day = |text| Day::parse(text).unwrap();
        let letter = |from, to| Words {
            from: day(from),
            to: day(to),
            statement: Paragraphs::parse("No material changes.").unwrap(),
            signer: PersonName::parse("Ingrid Solheim").unwrap(),
            title: JobTitle::parse("Chief executive").unwrap(),
        };
        let judge = |from, to| check(&letter(from, to), day("2026-09-30"), day("2026-11-21"));
        assert!(judge("2026-10-01", "2026-11-21").is_ok());
        assert!(matches!(judge("2026-09-30", "2026-11-21"), Err(FinalizeError::InsidePeriod(_))));
        assert!(matches!(judge("2026-10-01", "2026-11-22"), Err(FinalizeError::InFuture)));
        assert!(matches!(judge("2026-11-01", "2026-10-31"), Err(FinalizeError::Backwards)));
    }
}
