//! How often the response checker is right, on 120 labelled responses:
//! `cargo test --test it exceptions::checker -- --nocapture` prints precision and recall of every rule.

#![expect(clippy::print_stdout, reason = "the figures are what this test is run for")]

use candor::exceptions::checker::Checker;
use candor::exceptions::{Answer, Response};
use candor::text::{Day, Paragraphs};
use serde::Deserialize;

/// The labelled responses that the rules were developed with.
const RESPONSES: &str = include_str!("../../fixtures/responses.toml");
/// The labelled responses that the rules were widened with.
const PRACTICE: &str = include_str!("../../fixtures/responses-practice.toml");
/// Labelled responses by somebody who never saw the rules: label, rules with commas between, text; with a head. The
/// rules are not changed because of them.
const HELD_OUT: &str = include_str!("../../fixtures/responses-held-out.tsv");

/// The file.
#[derive(Deserialize)]
struct File {
    response: Vec<Labelled>,
}

/// A response and what a careful reader cites in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    wrong: Vec<String>,
    acknowledgement: Option<Paragraphs>,
    root_cause: Option<Paragraphs>,
    completed: Option<Paragraphs>,
    in_progress: Option<Paragraphs>,
    planned_date: Option<Day>,
    disagreement: Option<Paragraphs>,
}

/// What a set of responses was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// To measure.
    HeldOut,
    /// To widen the rules with.
    Practice,
    /// To develop the rules with.
    Tuning,
}

impl Set {
    /// Its responses.
    fn responses(self) -> Vec<Labelled> {
        match self {
            Self::HeldOut => HELD_OUT.lines().skip(1).map(Labelled::of_line).collect(),
            Self::Practice => toml::from_str::<File>(PRACTICE).unwrap().response,
            Self::Tuning => toml::from_str::<File>(RESPONSES).unwrap().response,
        }
    }
}

impl Labelled {
    /// A response out of a line. The texts are whole; the form has four parts. Decided before anything was measured:
    /// the first sentence acknowledges, and the rest is what was done.
    fn of_line(line: &str) -> Self {
        let mut cells = line.splitn(3, '\t');
        let mut cell = || cells.next().unwrap();
        let (label, flags, text) = (cell(), cell(), cell());
        let wrong: Vec<String> =
            flags.split(',').filter(|flag| !flag.is_empty()).map(|flag| flag.replace('-', "_")).collect();
        assert_eq!(label == "good", wrong.is_empty(), "{line}");
        let (first, rest) = text.split_once(". ").unwrap_or((text, ""));
        Self {
            wrong,
            acknowledgement: Some(Paragraphs::parse(first).unwrap()),
            root_cause: None,
            completed: Paragraphs::parse(rest).ok(),
            in_progress: None,
            planned_date: None,
            disagreement: None,
        }
    }
    /// The response.
    fn response(&self) -> Response {
        match &self.disagreement {
            Some(words) => Response::Disagreed(words.clone()),
            None => Response::Answered(Answer {
                acknowledgement: self.acknowledgement.clone().unwrap(),
                root_cause: self.root_cause.clone(),
                completed: self.completed.clone(),
                in_progress: self.in_progress.clone(),
                planned_date: self.planned_date,
            }),
        }
    }
}

/// How often a rule was right.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    rightly: u32,
    wrongly: u32,
    missed: u32,
}

impl Score {
    /// Of what it cited, how much was wanting; in percent.
    fn precision(self) -> u32 {
        percent(self.rightly, self.rightly + self.wrongly)
    }
    /// Of what was wanting, how much it cited; in percent.
    fn recall(self) -> u32 {
        percent(self.rightly, self.rightly + self.missed)
    }
}

/// A share in percent; all of nothing is 100.
fn percent(part: u32, whole: u32) -> u32 {
    (part * 100).checked_div(whole).unwrap_or(100)
}

/// Measures every rule on one set, and how many good responses got no remark.
fn measure(set: Set) -> (Vec<(String, Score)>, (u32, u32)) {
    let checker = Checker::load().unwrap();
    let responses = set.responses();
    assert_eq!(responses.len(), 40, "{set:?}");
    let mut scores: Vec<(String, Score)> =
        checker.rules().map(|(name, _)| (name.to_owned(), Score::default())).collect();
    let mut quiet = (0, 0);
    for (number, one) in responses.iter().enumerate() {
        assert!(one.wrong.iter().all(|rule| scores.iter().any(|(name, _)| name == rule)), "{:?}", one.wrong);
        let remarks = checker.check(&one.response());
        if one.wrong.is_empty() {
            quiet = (quiet.0 + u32::from(remarks.is_empty()), quiet.1 + 1);
        }
        for (name, score) in &mut scores {
            let cited = remarks.iter().find(|remark| remark.rule == *name);
            match (cited, one.wrong.contains(name)) {
                (Some(_), true) => score.rightly += 1,
                (Some(remark), false) => {
                    score.wrongly += 1;
                    println!("{set:?} {}: {name} wrongly: {}", number + 1, remark.sentence);
                }
                (None, true) => {
                    score.missed += 1;
                    println!("{set:?} {}: {name} missed", number + 1);
                }
                (None, false) => {}
            }
        }
    }
    (scores, quiet)
}

/// Prints the figures of one set and holds it to its floors: precision, recall, quiet on good responses.
fn holds(set: Set, floors: (u32, u32, u32)) {
    let (scores, (quiet, good)) = measure(set);
    println!("{set:?}: {quiet} of {good} good responses without a remark");
    let mut all = Score::default();
    for (name, score) in &scores {
        println!(
            "{set:?} {name:<13} precision {:>3} %  recall {:>3} %  ({score:?})",
            score.precision(),
            score.recall()
        );
        all.rightly += score.rightly;
        all.wrongly += score.wrongly;
        all.missed += score.missed;
    }
    println!("{set:?} all           precision {:>3} %  recall {:>3} %", all.precision(), all.recall());
    assert_eq!(good, 20);
    assert!(all.precision() >= floors.0, "precision {} %", all.precision());
    assert!(all.recall() >= floors.1, "recall {} %", all.recall());
    assert!(percent(quiet, good) >= floors.2, "quiet on {quiet} of {good}");
}

#[test]
fn the_rules_are_right_on_what_they_were_developed_with() {
    holds(Set::Tuning, (90, 90, 90));
}

#[test]
fn the_rules_are_right_on_what_they_were_widened_with() {
    holds(Set::Practice, (90, 90, 95));
}

#[test]
fn what_the_rules_do_with_words_of_somebody_who_never_saw_them() {
    // No goals, but what was measured: a change of the rules that makes them worse is noticed.
    holds(Set::HeldOut, (85, 45, 95));
}
