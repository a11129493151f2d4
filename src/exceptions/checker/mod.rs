//! The response checker: what careful readers cite in a management response, before they read it.
//!
//! Promises: advice only. It never blocks, never rewrites, and every remark names the sentence it is about, why it is
//! made and how to mend it. The rules are a table that can be read and argued about (`config/response-rules.toml`).
//! Not promised: that a response without remarks is good. How often the rules are right is measured by a test.

mod pattern;
mod rules;

use super::Response;
use crate::fault::Fault;
use crate::text::Paragraphs;
use pattern::{has_date, sentences, words};
use rules::{Judge, Rule};

/// The table.
const TABLE: &str = include_str!("../../../config/response-rules.toml");

/// A part of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// That the exception is accepted, and what it was.
    Acknowledgement,
    /// Why it happened.
    RootCause,
    /// What has been put right.
    Completed,
    /// What is still being done.
    InProgress,
    /// That it is not accepted, and why.
    Disagreement,
}

impl Part {
    /// The field of the form that holds it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::RootCause => "root_cause",
            Self::Completed => "completed",
            Self::InProgress => "in_progress",
            Self::Disagreement => "disagreement",
        }
    }
}

impl Part {
    /// As its field is called.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Acknowledgement => "Acknowledgement",
            Self::RootCause => "Root cause",
            Self::Completed => "Completed",
            Self::InProgress => "In progress",
            Self::Disagreement => "Disagreement",
        }
    }
}

/// A remark of a careful reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The rule's stable name.
    pub rule: String,
    /// What is wanting, in a word or two.
    pub title: String,
    /// Where.
    pub part: Part,
    /// The sentence.
    pub sentence: String,
    /// Why readers mind.
    pub why: String,
    /// How to mend it.
    pub mend: String,
}

/// The rules, read.
#[derive(Clone, Debug)]
pub struct Checker(Vec<Rule>);

impl Checker {
    /// Reads the table.
    ///
    /// # Errors
    /// When it does not have its documented shape: a defect of the build.
    pub fn load() -> Result<Self, Fault> {
        rules::read(TABLE).map(Self)
    }

    /// The rules' names and titles, in the order of the table.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|rule| (rule.name.as_str(), rule.title.as_str()))
    }

    /// The remarks on a response, in the order of the table, at most one for each rule and sentence.
    pub fn check(&self, response: &Response) -> Vec<Remark> {
        let parts = parts(response);
        self.0.iter().flat_map(|rule| check_rule(rule, response, &parts)).collect()
    }
}

/// The parts that are there, with their words.
fn parts(response: &Response) -> Vec<(Part, &Paragraphs)> {
    match response {
        Response::Disagreed(words) => vec![(Part::Disagreement, words)],
        Response::Answered(answer) => [
            (Part::Acknowledgement, Some(&answer.acknowledgement)),
            (Part::RootCause, answer.root_cause.as_ref()),
            (Part::Completed, answer.completed.as_ref()),
            (Part::InProgress, answer.in_progress.as_ref()),
        ]
        .into_iter()
        .filter_map(|(part, words)| words.map(|words| (part, words)))
        .collect(),
    }
}

/// The remarks of one rule.
fn check_rule(rule: &Rule, response: &Response, parts: &[(Part, &Paragraphs)]) -> Vec<Remark> {
    let remark = |part: Part, sentence: &str| Remark {
        rule: rule.name.clone(),
        title: rule.title.clone(),
        part,
        sentence: sentence.to_owned(),
        why: rule.why.clone(),
        mend: rule.mend.clone(),
    };
    match &rule.judge {
        Judge::Phrase { .. } => {
            let each = parts.iter().flat_map(|(part, text)| {
                sentences(text.as_str()).into_iter().map(move |sentence| (*part, sentence))
            });
            each.filter(|(_, sentence)| rule.cites(sentence))
                .map(|(part, sentence)| remark(part, sentence))
                .collect()
        }
        Judge::NoDate { .. } => {
            undated(rule, response).into_iter().map(|(part, text)| remark(part, first_of(text))).collect()
        }
        Judge::TooBrief { words: least } => {
            let written: usize = parts.iter().map(|(_, text)| words(text.as_str()).len()).sum();
            let first = parts.first().filter(|_| written < *least);
            first.map(|(part, text)| remark(*part, first_of(text))).into_iter().collect()
        }
    }
}

/// The first sentence of a text.
fn first_of(text: &Paragraphs) -> &str {
    sentences(text.as_str()).first().copied().unwrap_or(text.as_str())
}

/// The part that wants a date: open steps without one, or no date in all that was and will be done.
fn undated<'a>(rule: &Rule, response: &'a Response) -> Option<(Part, &'a Paragraphs)> {
    let Response::Answered(answer) = response else { return None };
    if answer.planned_date.is_some() {
        return None;
    }
    let dated = |text: &Option<Paragraphs>| text.as_ref().is_some_and(|text| has_date(text.as_str()));
    let nothing_open = |text: &Paragraphs| {
        sentences(text.as_str()).into_iter().any(|sentence| rule.says_nothing_is_open(sentence))
    };
    let open = answer.in_progress.as_ref().filter(|text| !nothing_open(text));
    match open {
        Some(text) if !has_date(text.as_str()) => Some((Part::InProgress, text)),
        _ if dated(&answer.completed) || dated(&answer.in_progress) => None,
        _ => Some(match &answer.completed {
            Some(text) => (Part::Completed, text),
            None => (Part::Acknowledgement, &answer.acknowledgement),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exceptions::Answer;

    /// A response in four parts.
    fn answered(acknowledgement: &str, completed: &str, in_progress: &str) -> Response {
        let words = |text: &str| Paragraphs::parse(text).ok();
        Response::Answered(Answer {
            acknowledgement: words(acknowledgement).unwrap(),
            root_cause: words(
                "The list of systems was kept by hand, and the new system had not been entered.",
            ),
            completed: words(completed),
            in_progress: words(in_progress),
            planned_date: None,
        })
    }

    #[test]
    fn a_remark_names_the_sentence_and_how_to_mend_it() {
        let checker = Checker::load().unwrap();
        let response = answered(
            "We agree. This was merely a formality.",
            "Fixed on 3 June 2026 by adding the system to the list.",
            "No step is open.",
        );
        let remarks = checker.check(&response);
        let [remark] = remarks.as_slice() else { panic!("{remarks:?}") };
        assert_eq!((remark.rule.as_str(), remark.part), ("minimising", Part::Acknowledgement));
        assert_eq!(remark.sentence, "This was merely a formality.");
        assert!(!remark.why.is_empty() && !remark.mend.is_empty());
    }

    #[test]
    fn open_steps_want_a_date_even_beside_completed_ones() {
        let checker = Checker::load().unwrap();
        let done = "The system was added to the list on 3 June 2026.";
        let rules = |open: &str| {
            let response = answered("We agree that one system was left out of the review.", done, open);
            checker.check(&response).into_iter().map(|remark| remark.rule).collect::<Vec<_>>()
        };
        assert_eq!(rules("The list will be generated."), ["no_date"]);
        assert!(rules("The list will be generated from December 2026 on.").is_empty());
        assert!(rules("No step is open. Internal audit tests it each quarter.").is_empty());
    }

    #[test]
    fn a_disagreement_with_records_is_no_offence() {
        let words = "We do not agree. The two records of 6 March 2026, INC-881 and INC-902, were opened in the test \
                     environment, which the policy exempts on page 14; both were handed over on 3 June 2026.";
        let response = Response::Disagreed(Paragraphs::parse(words).unwrap());
        assert_eq!(Checker::load().unwrap().check(&response), []);
    }
}
