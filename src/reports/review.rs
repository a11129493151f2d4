//! The review of a draft: auditor and management read it once more, and whoever finds a fact wrong asks for a correction.
//!
//! Promises: who asked for what, when, and how it was answered by whom is kept sealed beside the version and never
//! changes; a version is not finalized while a correction waits for its answer. A correction changes nothing by itself:
//! the draft is changed on its own pages, and the answer says what was done.

use super::State;
use super::memos::{self, Memo, MemoKind, Words};
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::{MemoId, VersionId};
use crate::seal::DataKey;
use crate::text::{Day, Line, Paragraphs};
use crate::text_enum;
use serde::{Deserialize, Serialize};

/// How many business days a review has, if nothing else is said: auditors ask for five to seven.
pub const BUSINESS_DAYS: u32 = 7;

text_enum! {
    /// What became of a correction.
    Verdict {
        /// The draft was changed.
        Accepted = "accepted",
        /// It was not.
        Declined = "declined",
    }
}

impl Verdict {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
        }
    }
}

/// Until when a draft is reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The last day.
    pub due: Day,
}

impl Words for Opened {
    const KIND: MemoKind = MemoKind::ReviewOpened;
}

/// What somebody wants corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Who asked: a name, and whom they speak for.
    pub asked_by: Line,
    /// When they asked; when it was entered is the server's to say.
    pub asked_on: Day,
    /// What is wrong, and what it should say.
    pub text: Paragraphs,
}

impl Words for Correction {
    const KIND: MemoKind = MemoKind::Correction;
}

/// The answer to a correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// To which.
    pub correction: MemoId,
    /// Yes or no.
    pub verdict: Verdict,
    /// What was changed, or why nothing was.
    pub words: Paragraphs,
}

impl Words for Settled {
    const KIND: MemoKind = MemoKind::CorrectionSettled;
}

/// A correction with its answer, if it has one.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What was asked for.
    pub correction: Memo<Correction>,
    /// The answer.
    pub settled: Option<Memo<Settled>>,
}

/// The review of a version.
#[derive(Clone, Debug)]
pub struct Review {
    /// Each time it was opened or its end was moved, oldest first; never empty.
    pub opened: Vec<Memo<Opened>>,
    /// The last day, as it was said last.
    pub due: Day,
    /// What was asked for, in the order in which it was entered.
    pub corrections: Vec<Asked>,
}

impl Review {
    /// The review of a version, if it was ever opened.
    pub fn find(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Option<Self>, Fault> {
        let opened: Vec<Memo<Opened>> = memos::list(db, key, version)?;
        let Some(due) = opened.last().map(|last| last.words.due) else { return Ok(None) };
        let asked: Vec<Memo<Correction>> = memos::list(db, key, version)?;
        let settled: Vec<Memo<Settled>> = memos::list(db, key, version)?;
        let answered = |correction: Memo<Correction>| {
            let answer = settled.iter().find(|settled| settled.words.correction == correction.id);
            Asked { settled: answer.cloned(), correction }
        };
        Ok(Some(Self { opened, due, corrections: asked.into_iter().map(answered).collect() }))
    }
    /// How many corrections wait for an answer.
    pub fn open(&self) -> usize {
        self.corrections.iter().filter(|asked| asked.settled.is_none()).count()
    }
    /// Whether its last day is over.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.due < today
    }
    /// The correction with this id.
    pub fn correction(&self, id: MemoId) -> Option<&Asked> {
        self.corrections.iter().find(|asked| asked.correction.id == id)
    }
}

/// How far a report has come, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Facts, file and exceptions are being entered.
    Draft,
    /// Exceptions are entered, responses are being written.
    Responses,
    /// Whoever finds a fact wrong asks for a correction.
    Review,
    /// Fixed and offered.
    Finalized,
    /// Fixed, followed by a newer version.
    Superseded,
    /// Fixed, open to nobody.
    Withdrawn,
    /// Withdrawn, and to be destroyed by everybody who holds it.
    Recalled,
}

impl Stage {
    /// The stage of a version with this many exceptions.
    pub const fn of(state: State, exceptions: usize, review: Option<&Review>) -> Self {
        match (state, review) {
            (State::Draft, Some(_)) => Self::Review,
            (State::Draft, None) if exceptions > 0 => Self::Responses,
            (State::Draft, None) => Self::Draft,
            (State::Finalized(_), _) => Self::Finalized,
            (State::Superseded(_), _) => Self::Superseded,
            (State::Withdrawn(_), _) => Self::Withdrawn,
            (State::Recalled(_), _) => Self::Recalled,
        }
    }
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Responses => "Responses",
            Self::Review => "Review",
            Self::Finalized => "Finalized",
            Self::Superseded => "Superseded",
            Self::Withdrawn => "Withdrawn",
            Self::Recalled => "Recalled",
        }
    }
}

/// The day so many business days later: Saturdays and Sundays do not count; holidays are nobody's to know here.
pub fn plus_business_days(from: Day, days: u32) -> Day {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.plus_days(1);
        left -= u32::from(!is_weekend(day));
    }
    day
}

/// Whether a day is a Saturday or Sunday. The epoch was a Thursday.
fn is_weekend(day: Day) -> bool {
    matches!(day.start().0.div_euclid(86_400_000_000).rem_euclid(7), 2 | 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_do_not_count() {
        let day = |text| Day::parse(text).unwrap();
        // 20 November 2026 is a Friday.
        assert_eq!(plus_business_days(day("2026-11-20"), 1), day("2026-11-23"));
        assert_eq!(plus_business_days(day("2026-11-20"), 7), day("2026-12-01"));
        assert_eq!(plus_business_days(day("2026-11-21"), 5), day("2026-11-27"));
        assert_eq!(plus_business_days(day("2026-11-21"), 0), day("2026-11-21"));
    }

    #[test]
    fn a_draft_goes_from_stage_to_stage() {
        assert_eq!(Stage::of(State::Draft, 0, None), Stage::Draft);
        assert_eq!(Stage::of(State::Draft, 2, None), Stage::Responses);
    }
}
