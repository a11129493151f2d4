//! How often the response checker is right, on 80 labelled responses:
//! `cargo test --test it exceptions::checker -- --nocapture` prints precision and recall of every rule.

#![expect(clippy::print_stdout, reason = "the figures are what this test is run for")]

use candor::exceptions::checker::Checker;
use candor::exceptions::{Answer, Response};
use candor::text::{Day, Paragraphs};
use serde::Deserialize;

/// The labelled responses.
const RESPONSES: &str = include_str!("../../fixtures/responses.toml");

/// The file.
#[derive(Deserialize)]
struct File {
    response: Vec<Labelled>,
}

/// A response and what a careful reader cites in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    half: Half,
    wrong: Vec<String>,
    acknowledgement: Option<Paragraphs>,
    root_cause: Option<Paragraphs>,
    completed: Option<Paragraphs>,
    in_progress: Option<Paragraphs>,
    planned_date: Option<Day>,
    disagreement: Option<Paragraphs>,
}

/// What a response was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Half {
    /// To measure.
    HeldOut,
    /// To develop the rules with.
    Tuning,
}

impl Labelled {
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

/// Measures every rule on one half, and how many good responses got no remark.
fn measure(half: Half) -> (Vec<(String, Score)>, (u32, u32)) {
    let checker = Checker::load().unwrap();
    let file: File = toml::from_str(RESPONSES).unwrap();
    let responses: Vec<&Labelled> = file.response.iter().filter(|one| one.half == half).collect();
    assert_eq!(responses.len(), 40, "{half:?}");
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
                    println!("{half:?} {}: {name} wrongly: {}", number + 1, remark.sentence);
                }
                (None, true) => {
                    score.missed += 1;
                    println!("{half:?} {}: {name} missed", number + 1);
                }
                (None, false) => {}
            }
        }
    }
    (scores, quiet)
}

/// Prints the figures of one half and holds it to its floors: precision, recall, quiet on good responses.
fn holds(half: Half, floors: (u32, u32, u32)) {
    let (scores, (quiet, good)) = measure(half);
    println!("{half:?}: {quiet} of {good} good responses without a remark");
    let mut all = Score::default();
    for (name, score) in &scores {
        println!(
            "{half:?} {name:<13} precision {:>3} %  recall {:>3} %  ({score:?})",
            score.precision(),
            score.recall()
        );
        all.rightly += score.rightly;
        all.wrongly += score.wrongly;
        all.missed += score.missed;
    }
    println!("{half:?} all           precision {:>3} %  recall {:>3} %", all.precision(), all.recall());
    assert_eq!(good, 20);
    assert!(all.precision() >= floors.0, "precision {} %", all.precision());
    assert!(all.recall() >= floors.1, "recall {} %", all.recall());
    assert!(percent(quiet, good) >= floors.2, "quiet on {quiet} of {good}");
}

#[test]
fn the_rules_are_right_on_what_they_were_developed_with() {
    holds(Half::Tuning, (90, 90, 90));
}

#[test]
fn the_rules_are_right_on_what_was_written_before_them() {
    holds(Half::HeldOut, (80, 70, 85));
}
