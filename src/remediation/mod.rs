//! Remediation: what happened since the report, told beside it.
//!
//! Promises: an update is dated by the server, carries the name of whoever was signed in, and is never changed; the
//! report itself stays as it was finalized. The status today is the newest update's; *overdue* is computed from the
//! planned date, nobody sets it. The words are sealed under the version's key.

pub mod acts;
pub mod evidence;
pub mod reminders;
pub mod store;
pub mod weighed;

use crate::clock::Micros;
use crate::exceptions::Response;
use crate::ids::{ExceptionId, PersonId, RemediationId};
use crate::text::{Day, EmailAddress, Line, Paragraphs};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far the mending has come, in the order of its life.
    Status {
        /// There is a plan.
        Planned = "planned",
        /// Work has begun.
        InProgress = "in_progress",
        /// Done, not yet shown to work.
        Implemented = "implemented",
        /// Shown to work.
        Verified = "verified",
    }
}

impl Status {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::InProgress => "In progress",
            Self::Implemented => "Implemented",
            Self::Verified => "Verified",
        }
    }
    /// Whether nothing is left to be done by a date.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Implemented | Self::Verified)
    }
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// What is to be done.
    pub text: Line,
    /// Whether it is.
    pub done: bool,
}

/// What an update says; sealed as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The day it happened, as the author says; the day it was written is the server's.
    pub happened_on: Day,
    /// What has changed.
    pub text: Paragraphs,
    /// Who answers for the mending, a person or a role.
    pub owner: Option<Line>,
    /// Until when it is planned from now on; `None` leaves the date that was known.
    pub planned: Option<Day>,
    /// Where reminders go from now on; never shown to readers. `None` leaves the address that was known.
    #[serde(default)]
    pub owner_email: Option<EmailAddress>,
    /// The steps of the plan from now on; none leaves those that were known.
    #[serde(default)]
    pub steps: Vec<PlanStep>,
    /// What shows it, for the desk; readers see it only if `show_evidence` says so.
    #[serde(default)]
    pub evidence: Option<Paragraphs>,
    /// Whether readers see the evidence.
    #[serde(default)]
    pub show_evidence: bool,
    /// The recurrence test: which change of the structure keeps this exact failure from happening again under normal
    /// operations. Needed before it counts as verified.
    #[serde(default)]
    pub prevented_by: Option<Paragraphs>,
}

impl Note {
    /// A note that says what has changed and nothing else.
    pub const fn new(happened_on: Day, text: Paragraphs) -> Self {
        Self {
            happened_on,
            text,
            owner: None,
            planned: None,
            owner_email: None,
            steps: Vec::new(),
            evidence: None,
            show_evidence: false,
            prevented_by: None,
        }
    }
}

/// An update, opened.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which.
    pub id: RemediationId,
    /// Of which exception.
    pub exception: ExceptionId,
    /// When it was written.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// The status from then on.
    pub status: Status,
    /// What it says.
    pub note: Note,
}

/// Where the mending of one exception stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The newest status; `None` before the first update.
    pub status: Option<Status>,
    /// Until when it is planned: by the newest update that names a date, else by the response.
    pub planned: Option<Day>,
    /// Who answers for it, by the newest update that names somebody.
    pub owner: Option<Line>,
    /// Where reminders go.
    pub owner_email: Option<EmailAddress>,
    /// The steps of the plan.
    pub steps: Vec<PlanStep>,
    /// Whether the planned date is over and it is not done.
    pub overdue: bool,
}

impl Standing {
    /// In a word or two: `In progress, overdue`.
    pub fn words(&self) -> String {
        let status = self.status.map_or("No update yet", Status::words);
        if self.overdue { format!("{status}, overdue") } else { status.to_owned() }
    }
}

/// Where the mending stands on `today`, after `updates` of one exception in the order in which they were written.
pub fn standing(response: Option<&Response>, updates: &[Update], today: Day) -> Standing {
    let newest = |pick: fn(&Note) -> Option<Day>| updates.iter().rev().find_map(|update| pick(&update.note));
    let status = updates.last().map(|update| update.status);
    let planned = newest(|note| note.planned).or_else(|| response.and_then(Response::planned_date));
    let owner = updates.iter().rev().find_map(|update| update.note.owner.clone());
    let overdue = planned.is_some_and(|planned| planned < today) && !status.is_some_and(Status::is_done);
    let owner_email = updates.iter().rev().find_map(|update| update.note.owner_email.clone());
    let steps = updates.iter().rev().find(|update| !update.note.steps.is_empty());
    let steps = steps.map(|update| update.note.steps.clone()).unwrap_or_default();
    Standing { status, planned, owner, owner_email, steps, overdue }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::exceptions::Answer;

    /// A day.
    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// An update with this status and planned date.
    fn update(status: Status, planned: Option<&str>) -> Update {
        let clock = Clock::held(day("2026-11-21").start());
        Update {
            id: RemediationId::new(&clock),
            exception: ExceptionId::from_bytes([1; 16]),
            at: clock.now(),
            by: PersonId::from_bytes([2; 16]),
            status,
            note: Note {
                planned: planned.map(day),
                ..Note::new(day("2026-11-20"), Paragraphs::parse("Weekly rebuild done.").unwrap())
            },
        }
    }

    /// A response that plans until this day.
    fn planned(until: &str) -> Response {
        Response::Answered(Answer {
            acknowledgement: Paragraphs::parse("We agree.").unwrap(),
            root_cause: None,
            completed: None,
            in_progress: None,
            planned_date: Some(day(until)),
        })
    }

    #[test]
    fn the_day_after_the_planned_one_is_overdue_until_it_is_done() {
        let response = planned("2026-12-18");
        let on = |today, updates: &[Update]| standing(Some(&response), updates, day(today)).overdue;
        assert!(!on("2026-12-18", &[]));
        assert!(on("2026-12-19", &[]));
        assert!(on("2026-12-19", &[update(Status::InProgress, None)]));
        assert!(!on("2026-12-19", &[update(Status::InProgress, Some("2027-01-29"))]), "moved in the open");
        assert!(!on("2026-12-19", &[update(Status::Implemented, None)]));
        assert!(
            on("2026-12-19", &[update(Status::Verified, None), update(Status::InProgress, None)]),
            "reopened"
        );
    }

    #[test]
    fn without_updates_nothing_is_claimed() {
        let standing = standing(None, &[], day("2026-12-19"));
        assert_eq!((standing.status, standing.overdue, standing.planned), (None, false, None));
        assert_eq!(standing.words(), "No update yet");
    }
}
