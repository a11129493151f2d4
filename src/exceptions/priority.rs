//! Priorities: proposed by rule, decided by a person with a reason. What the rule proposes holds until somebody decides.

use super::{Class, Content, Severity};
use crate::reports::Opinion;
use crate::reports::memos::{MemoKind, Words};
use crate::text::{Day, JobTitle, Paragraphs, PersonName, Reason};
use crate::text_enum;
use serde::{Deserialize, Serialize};

/// Criteria about access and about change management, where a systemic failure reaches everything else.
const REACHING: [&str; 14] = [
    "CC6.1", "CC6.2", "CC6.3", "CC8.1", "A.5.15", "A.5.16", "A.5.17", "A.5.18", "A.8.2", "A.8.3", "A.8.4",
    "A.8.5", "A.8.31", "A.8.32",
];
/// Days until an exception of the second priority is due, if nothing else is decided.
const P2_DAYS: i64 = 45;
/// Days until one of the first priority is due.
const P1_DAYS: i64 = 30;

text_enum! {
    /// How much an exception presses, the most pressing first.
    Priority {
        /// Before the report is shared widely.
        P1 = "p1",
        /// Within 30 to 60 days.
        P2 = "p2",
        /// Before the next period begins.
        P3 = "p3",
    }
}

impl Priority {
    /// As a label shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }
    /// What it asks for.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::P1 => "A response with a dated plan before the report is shared widely.",
            Self::P2 => "Mended within 30 to 60 days.",
            Self::P3 => "Mended before the next period begins.",
        }
    }
    /// Until when it is due if nothing else is decided: `from` is today, `period_end` the end of the period.
    pub fn due(self, from: Day, period_end: Day) -> Day {
        match self {
            Self::P1 => from.plus_days(P1_DAYS),
            Self::P2 => from.plus_days(P2_DAYS),
            // Periods follow each other and are a year long as a rule; what is over already is due now.
            Self::P3 => period_end.plus_days(365).max(from),
        }
    }
}

/// What the rule proposes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The priority.
    pub priority: Priority,
    /// The circumstances, each a sentence.
    pub because: Vec<&'static str>,
}

/// Proposes a priority for an exception of a report with this opinion.
pub fn propose(content: &Content, opinion: Opinion) -> Proposal {
    let criterion = content.criterion.as_str();
    let reaching = criterion
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .any(|word| REACHING.contains(&word));
    let systemic = content.class == Class::SystemicOperating;
    let against = matches!(opinion, Opinion::Qualified | Opinion::Adverse | Opinion::Disclaimer);
    let because = |circumstances: &[(bool, &'static str)]| -> Vec<&'static str> {
        circumstances.iter().filter_map(|(is_so, words)| is_so.then_some(*words)).collect()
    };
    let first = because(&[
        (
            content.weight.severity == Some(Severity::MaterialWeakness),
            "The auditor calls it a material weakness.",
        ),
        (content.class == Class::Design, "The control as designed could not meet its criterion."),
        (systemic && reaching, "Access or change management failed for a common cause."),
        (content.weight.customer_data, "Data of customers could have been reached or changed."),
        (against && systemic, "The opinion is not unqualified, and this failed for a common cause."),
    ]);
    if !first.is_empty() {
        return Proposal { priority: Priority::P1, because: first };
    }
    let second = because(&[
        (
            content.weight.severity == Some(Severity::SignificantDeficiency),
            "The auditor calls it a significant deficiency.",
        ),
        (systemic, "The control failed for a common cause."),
        (against, "The opinion is not unqualified."),
    ]);
    if !second.is_empty() {
        return Proposal { priority: Priority::P2, because: second };
    }
    Proposal {
        priority: Priority::P3,
        because: vec!["The control failed in single cases, and no more is known."],
    }
}

/// What a person decided about the priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The priority.
    pub priority: Priority,
    /// Why.
    pub reason: Reason,
    /// Until when it is due.
    pub due: Day,
}

impl Words for Decided {
    const KIND: MemoKind = MemoKind::Priority;
}

/// An executive's acceptance of the risk, in writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAccepted {
    /// Who accepts it.
    pub executive: PersonName,
    /// Their title.
    pub title: JobTitle,
    /// What they wrote.
    pub statement: Paragraphs,
}

impl Words for RiskAccepted {
    const KIND: MemoKind = MemoKind::RiskAccepted;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exceptions::Weight;
    use crate::text::Line;

    /// An exception of this class at this criterion.
    fn content(class: Class, criterion: &str) -> Content {
        let words = |text| Paragraphs::parse(text).unwrap();
        Content {
            reference: Line::parse("E-1").unwrap(),
            title: Line::parse("Access of leavers").unwrap(),
            criterion: Line::parse(criterion).unwrap(),
            control: words("Access is removed."),
            tests: Vec::new(),
            test_words: None,
            sample: None,
            finding: words("Access was removed late."),
            pages: None,
            nature: None,
            impact: None,
            compensating: None,
            class,
            weight: Weight::default(),
            repeats: None,
            recommendation: None,
            evaluation: None,
            response: None,
        }
    }

    #[test]
    fn each_circumstance_proposes_its_priority() {
        let of = |class, criterion, opinion| propose(&content(class, criterion), opinion).priority;
        let clean = Opinion::Unqualified;
        assert_eq!(of(Class::SystemicOperating, "CC6.2 Users are registered", clean), Priority::P1);
        assert_eq!(of(Class::SystemicOperating, "Annex A.8.32", clean), Priority::P1);
        assert_eq!(of(Class::SystemicOperating, "CC7.2", clean), Priority::P2);
        assert_eq!(of(Class::SystemicOperating, "CC7.2", Opinion::Qualified), Priority::P1);
        assert_eq!(of(Class::IsolatedOperating, "CC6.2", clean), Priority::P3);
        assert_eq!(of(Class::IsolatedOperating, "CC6.2", Opinion::Adverse), Priority::P2);
        assert_eq!(of(Class::Design, "C1.2", clean), Priority::P1);
        let mut weighty = content(Class::IsolatedOperating, "C1.2");
        weighty.weight.customer_data = true;
        assert_eq!(propose(&weighty, clean).priority, Priority::P1);
        weighty.weight = Weight { severity: Some(Severity::SignificantDeficiency), customer_data: false };
        let proposal = propose(&weighty, clean);
        assert_eq!((proposal.priority, proposal.because.len()), (Priority::P2, 1));
    }

    #[test]
    fn what_is_due_is_never_over_already() {
        let day = |text| Day::parse(text).unwrap();
        let (today, end) = (day("2026-11-21"), day("2025-09-30"));
        assert_eq!(Priority::P2.due(today, end), day("2027-01-05"));
        assert_eq!(Priority::P3.due(today, end), today);
        assert_eq!(Priority::P3.due(today, day("2026-09-30")), day("2027-09-30"));
    }
}
