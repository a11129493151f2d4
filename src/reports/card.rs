//! The card: what anybody may know about a report before asking for it.
//!
//! The words about the opinion say what the auditor said and where it ends. They never say "compliant", "certified" or
//! "secure": an opinion is about tests of a sample in a period that is over.

use crate::text::{Day, Line, Paragraphs, Slug};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a report was made under.
    Framework {
        /// ISO/IEC 27001, certificate or audit report.
        Iso27001 = "iso27001",
        /// Any other audit.
        Other = "other",
        /// A penetration test.
        PenTest = "pen_test",
        /// SOC 2 Type I: the design of controls on one day.
        Soc2Type1 = "soc2_type_1",
        /// SOC 2 Type II: the operation of controls over a period.
        Soc2Type2 = "soc2_type_2",
    }
}

impl Framework {
    /// As a heading shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Iso27001 => "ISO/IEC 27001",
            Self::Other => "Other audit",
            Self::PenTest => "Penetration test",
            Self::Soc2Type1 => "SOC 2 Type I",
            Self::Soc2Type2 => "SOC 2 Type II",
        }
    }
}

text_enum! {
    /// The auditor's opinion.
    Opinion {
        /// The criteria were not met in important respects.
        Adverse = "adverse",
        /// The auditor could not form an opinion.
        Disclaimer = "disclaimer",
        /// A report of this kind gives none.
        None = "none",
        /// The criteria were met, except for what the report names.
        Qualified = "qualified",
        /// The criteria were met in all material respects.
        Unqualified = "unqualified",
    }
}

impl Opinion {
    /// In a word or two, for a label.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Adverse => "Adverse opinion",
            Self::Disclaimer => "Disclaimer of opinion",
            Self::None => "No opinion given",
            Self::Qualified => "Qualified opinion",
            Self::Unqualified => "Unqualified opinion",
        }
    }
}

/// The time a report speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Period {
    /// Observed from `start` to `end`, both included.
    Between {
        /// The first day.
        start: Day,
        /// The last day.
        end: Day,
    },
    /// As of one day.
    On {
        /// That day.
        day: Day,
    },
}

impl Period {
    /// The period from `start` to `end`; `None` when it would end before it begins.
    pub fn between(start: Day, end: Day) -> Option<Self> {
        (start <= end).then_some(Self::Between { start, end })
    }
    /// The last day it speaks about.
    pub const fn end(self) -> Day {
        match self {
            Self::Between { end, .. } => end,
            Self::On { day } => day,
        }
    }
    /// For people: `1 October 2025 to 30 September 2026`, or `as of 30 September 2026`.
    pub fn words(self) -> String {
        match self {
            Self::Between { start, end } => format!("{} to {}", start.words(), end.words()),
            Self::On { day } => format!("as of {}", day.words()),
        }
    }
}

/// The public facts of a report version; stored as JSON in the open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The title on the trust page.
    pub title: Line,
    /// The auditor's or the company's number for it.
    pub reference: Option<Line>,
    /// What it was made under.
    pub framework: Framework,
    /// The kind of report in words: `Type II examination`.
    pub report_type: Line,
    /// Categories or standards it was audited against; one at least.
    pub criteria: Vec<Line>,
    /// The time it speaks about.
    pub period: Period,
    /// A word of explanation about the period.
    pub period_note: Option<Paragraphs>,
    /// The day the auditor signed.
    pub report_date: Option<Day>,
    /// The audit firm or office.
    pub auditor: Line,
    /// Whom or what was audited, when it is not the company as a whole.
    pub audited: Option<Line>,
    /// The auditor's opinion.
    pub opinion: Opinion,
    /// The company's explanation of the opinion in plain words.
    pub explanation: Option<Paragraphs>,
    /// A few sentences for the trust page.
    pub summary: Option<Paragraphs>,
    /// The report about the period before.
    #[serde(default)]
    pub predecessor: Option<Slug>,
    /// When the next report is expected.
    pub next_expected: Option<Day>,
    /// What a reader must know first, such as that the report is an example.
    pub note: Option<Paragraphs>,
}

impl Card {
    /// What the opinion means and where it ends, in our words; shown beside the company's own explanation.
    pub fn opinion_in_words(&self) -> String {
        let about = self.subject();
        match self.opinion {
            Opinion::Unqualified => format!(
                "In the auditor's opinion, {about} in all material respects. This rests on tests of samples: single \
                 deviations can stand beside it, and each is listed as an exception. It says nothing about the time \
                 after {}.",
                self.period.end().words()
            ),
            Opinion::Qualified => format!(
                "In the auditor's opinion, {about}, except for the matter that the report describes. Holders of the \
                 report read that matter first."
            ),
            Opinion::Adverse => format!(
                "In the auditor's opinion it can not be said that {about}: the report found faults that reach through \
                 the system. Read them before relying on it."
            ),
            Opinion::Disclaimer => {
                "The auditor gave no opinion, because there was not enough evidence to form one. \
                                    This is no assurance in either direction."
                    .to_owned()
            }
            Opinion::None => {
                "A report of this kind gives no opinion. It states what was examined and what was found; \
                              what follows from it is for the reader to judge."
                    .to_owned()
            }
        }
    }

    /// What an opinion under this framework is about: the part after "in the auditor's opinion".
    fn subject(&self) -> String {
        let when = match self.period {
            Period::Between { start, end } => format!("from {} to {}", start.words(), end.words()),
            Period::On { day } => format!("on {}", day.words()),
        };
        match self.framework {
            Framework::Soc2Type1 => format!(
                "the controls were suitably designed {when} to meet the criteria in scope; whether they worked over \
                 time was not tested"
            ),
            Framework::Soc2Type2 => format!(
                "the controls were suitably designed and worked {when} so that the criteria in scope were met"
            ),
            Framework::Iso27001 => {
                format!("the management system conformed {when} to the standard within its scope")
            }
            Framework::Other | Framework::PenTest => format!("what was examined met its criteria {when}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A card with this framework and opinion.
    fn card(framework: Framework, opinion: Opinion) -> Card {
        let line = |text| Line::parse(text).unwrap();
        Card {
            title: line("SOC 2 Type II, 2026"),
            reference: None,
            framework,
            report_type: line("Type II examination"),
            criteria: vec![line("Security")],
            period: Period::between(Day::parse("2025-10-01").unwrap(), Day::parse("2026-09-30").unwrap())
                .unwrap(),
            period_note: None,
            report_date: None,
            auditor: line("Fennimore Quill LLP"),
            audited: None,
            opinion,
            explanation: None,
            summary: None,
            predecessor: None,
            next_expected: None,
            note: None,
        }
    }

    #[test]
    fn no_opinion_is_oversold() {
        let forbidden = ["compliant", "certified", "secure", "guarantee", "passed", "clean", "!"];
        for framework in Framework::ALL {
            for opinion in Opinion::ALL {
                let words = card(*framework, *opinion).opinion_in_words().to_lowercase();
                for word in forbidden {
                    assert!(!words.contains(word), "{framework} {opinion}: {words}");
                }
                let limited = ["except", "no opinion", "not be said", "nothing about the time after"];
                assert!(limited.iter().any(|limit| words.contains(limit)), "{framework} {opinion}: {words}");
            }
        }
    }

    #[test]
    fn the_words_name_the_period_that_was_observed() {
        let words = card(Framework::Soc2Type2, Opinion::Unqualified).opinion_in_words();
        assert!(words.contains("from 1 October 2025 to 30 September 2026"), "{words}");
    }

    #[test]
    fn a_period_does_not_end_before_it_begins() {
        let (first, last) = (Day::parse("2026-01-01").unwrap(), Day::parse("2026-12-31").unwrap());
        assert!(Period::between(last, first).is_none());
        assert!(Period::between(first, first).is_some());
    }

    #[test]
    fn a_card_reads_as_it_was_written() {
        let card = card(Framework::PenTest, Opinion::None);
        let json = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<Card>(&json).unwrap(), card);
    }
}
