//! The thirty days after a report arrives, week by week: what is to be done, by whom, until when, and what was done.
//!
//! Promises: a mark is dated, attributed and never changed; the newest one about an item holds. *Overdue* is computed.
//! Not promised: that a mark is true. What can be told from facts is told by the verdict beside it, not by marks.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::{PersonId, VersionId};
use crate::reports::memos::{self, Memo, MemoKind, Words};
use crate::seal::DataKey;
use crate::text::{Day, Line};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What is to be done, in the order in which it is best done.
    Item {
        /// Read it whole.
        Read = "read",
        /// State its facts.
        Facts = "facts",
        /// Somebody for each exception.
        Owners = "owners",
        /// Why it happened.
        Causes = "causes",
        /// How much each presses.
        Priorities = "priorities",
        /// What is answered.
        Responses = "responses",
        /// Until when.
        Plans = "plans",
        /// What readers have to do.
        UserControls = "user_controls",
        /// Corrections of facts.
        Review = "review",
        /// What stands above the exceptions.
        CoverNote = "cover_note",
        /// What sales says.
        TalkTrack = "talk_track",
        /// Who gets it first.
        FirstReaders = "first_readers",
        /// What has to hold before the next period.
        NextPeriod = "next_period",
    }
}

impl Item {
    /// What is to be done.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Read => {
                "Read the whole report, and enter every exception, also those under an unqualified opinion."
            }
            Self::Facts => {
                "State the facts: period, criteria, opinion, subservice organisations, restricted use."
            }
            Self::Owners => "Name one person or role for each exception.",
            Self::Causes => "Find the cause of each exception with the people who do the work.",
            Self::Priorities => "Decide how much each exception presses, with a reason.",
            Self::Responses => "Write each response in its four parts, and look at what the checker remarks.",
            Self::Plans => "Give each P1 and P2 a plan in steps with a date.",
            Self::UserControls => {
                "Compare the controls your customers must have with your contracts and help pages."
            }
            Self::Review => "Let auditor and management read the draft, and answer every correction.",
            Self::CoverNote => "Write the cover note that stands above the exceptions.",
            Self::TalkTrack => "Go through the talk track with sales, so that nobody is caught off guard.",
            Self::FirstReaders => "Decide who gets the report first and by which terms.",
            Self::NextPeriod => "Put on the board what must be verified before the next period is tested.",
        }
    }
    /// The days after the report has arrived until which it is to be done.
    pub const fn days(self) -> i64 {
        match self {
            Self::Read => 3,
            Self::Facts => 5,
            Self::Owners => 7,
            Self::Causes => 10,
            Self::Priorities => 12,
            Self::Responses => 14,
            Self::Plans => 17,
            Self::UserControls => 19,
            Self::Review => 21,
            Self::CoverNote => 24,
            Self::TalkTrack => 26,
            Self::FirstReaders => 28,
            Self::NextPeriod => 30,
        }
    }
    /// The week it belongs to, from 1 to 4; the last two days belong to the fourth.
    pub const fn week(self) -> i64 {
        let week = (self.days() + 6) / 7;
        if week > 4 { 4 } else { week }
    }
}

/// When the report arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// The day.
    pub arrived: Day,
}

impl Words for Begun {
    const KIND: MemoKind = MemoKind::ChecklistBegun;
}

/// What somebody says about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Which.
    pub item: Item,
    /// Who does it from now on.
    pub owner: Option<Line>,
    /// Whether it is done.
    pub done: bool,
}

impl Words for Mark {
    const KIND: MemoKind = MemoKind::ChecklistMark;
}

/// An item as it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which.
    pub item: Item,
    /// Until when.
    pub due: Day,
    /// Who does it.
    pub owner: Option<Line>,
    /// When it was marked as done, and by whom, if it is.
    pub done: Option<(Micros, PersonId)>,
}

impl Row {
    /// Whether its day is over and it is not done.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.done.is_none() && self.due < today
    }
}

/// The checklist of a version.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// When the report arrived, as it was said last.
    pub arrived: Day,
    /// The items in their order.
    pub rows: Vec<Row>,
}

impl Checklist {
    /// The checklist of a version, if it was begun.
    pub fn find(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Option<Self>, Fault> {
        let begun: Vec<Memo<Begun>> = memos::list(db, key, version)?;
        let Some(begun) = begun.last() else { return Ok(None) };
        let marks: Vec<Memo<Mark>> = memos::list(db, key, version)?;
        Ok(Some(Self::of(begun.words.arrived, &marks)))
    }
    /// The checklist after these marks, oldest first.
    fn of(arrived: Day, marks: &[Memo<Mark>]) -> Self {
        let row = |item: &Item| {
            let mark = marks.iter().rev().find(|mark| mark.words.item == *item);
            Row {
                item: *item,
                due: arrived.plus_days(item.days()),
                owner: mark.and_then(|mark| mark.words.owner.clone()),
                done: mark.filter(|mark| mark.words.done).map(|mark| (mark.at, mark.by)),
            }
        };
        Self { arrived, rows: Item::ALL.iter().map(row).collect() }
    }
    /// How many items are done.
    pub fn done(&self) -> usize {
        self.rows.iter().filter(|row| row.done.is_some()).count()
    }
    /// How many are overdue.
    pub fn overdue(&self, today: Day) -> usize {
        self.rows.iter().filter(|row| row.is_overdue(today)).count()
    }
    /// How much is done, in whole percent.
    pub fn percent(&self) -> usize {
        self.done() * 100 / self.rows.len().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::ids::MemoId;
    use crate::reports::memos::About;

    #[test]
    fn the_newest_mark_holds_and_days_pass() {
        let day = |text| Day::parse(text).unwrap();
        let clock = Clock::held(day("2026-11-21").start());
        let mark = |item, done| Memo {
            id: MemoId::new(&clock),
            about: About { version: VersionId::new(&clock), exception: None },
            at: clock.now(),
            by: PersonId::from_bytes([1; 16]),
            words: Mark { item, owner: Line::parse("Tobias").ok(), done },
        };
        let marks = [mark(Item::Read, true), mark(Item::Facts, true), mark(Item::Facts, false)];
        let list = Checklist::of(day("2026-11-01"), &marks);
        assert_eq!((list.done(), list.percent()), (1, 7));
        // Read is done; of what was due until the 20th day, seven further items are not.
        assert_eq!(list.overdue(day("2026-11-21")), 7);
        assert_eq!(list.overdue(day("2026-11-01")), 0);
        assert_eq!(list.rows[1].owner.as_ref().unwrap().as_str(), "Tobias");
    }

    #[test]
    fn items_stand_in_the_order_of_their_days_and_weeks() {
        let days: Vec<i64> = Item::ALL.iter().map(|item| item.days()).collect();
        assert!(days.is_sorted() && days.last() == Some(&30), "{days:?}");
        for week in 1..=4 {
            assert!(Item::ALL.iter().any(|item| item.week() == week), "nothing in week {week}");
        }
    }
}
