//! What the last check of the whole log has found: read from the entry that recorded it, so that it survives a reload
//! and everybody at the desk sees the same.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::acts::{CHECKPOINTS, DISCLOSED, ENTRIES, FIRST_BAD, TOOK_MILLIS, VERDICT, WHY, outcome};
use crate::ledger::store::{self, Filter};
use crate::ledger::verify::Verdict;
use crate::ledger::{EventKind, Fact, Leaf};
use crate::web::page::{Status, Tone, When};
use serde::Serialize;

/// A check and its outcome.
pub(super) struct Verified {
    at: Micros,
    /// `whole`, `tampered` or `unusable`.
    verdict: String,
    why: Option<String>,
    first_bad: Option<u64>,
    /// Entries, checkpoints, pieces of personal data.
    checked: Option<[u64; 3]>,
    took_millis: u64,
}

impl Verified {
    /// The last check that was recorded.
    pub(super) fn newest(db: &mut Db) -> Result<Option<Self>, Fault> {
        let filter = Filter { kind: Some(EventKind::LogVerified), ..Filter::default() };
        let newest = store::list_stored(db, &filter, 1)?.pop();
        Ok(newest.map(|entry| match &entry.leaf {
            Ok(leaf) => Self::told_by(leaf),
            Err(error) => Self {
                at: entry.at,
                verdict: "unusable".to_owned(),
                why: Some(format!(
                    "entry {}, which holds the last result, cannot be read: {error}",
                    entry.index
                )),
                first_bad: Some(entry.index),
                checked: None,
                took_millis: 0,
            },
        }))
    }

    /// What an entry tells of a check.
    fn told_by(leaf: &Leaf) -> Self {
        let number = |key: &str| match leaf.facts.get(key) {
            Some(Fact::U64(number)) => Some(*number),
            _ => None,
        };
        let text = |key: &str| leaf.facts.get(key).map(ToString::to_string);
        Self {
            at: leaf.at,
            verdict: text(VERDICT).unwrap_or_default(),
            why: text(WHY),
            first_bad: number(FIRST_BAD),
            checked: number(ENTRIES)
                .zip(number(CHECKPOINTS))
                .zip(number(DISCLOSED))
                .map(|((a, b), c)| [a, b, c]),
            took_millis: number(TOOK_MILLIS).unwrap_or_default(),
        }
    }

    /// A check that could not be recorded.
    pub(super) fn unrecorded(verdict: &Verdict, at: Micros, took_millis: u64) -> Self {
        let (why, first_bad, checked) = match verdict {
            Verdict::Tampered { index, why } => (Some(why.clone()), *index, None),
            Verdict::Unusable { why } => (Some(why.clone()), None, None),
            Verdict::Whole(whole) => (None, None, Some([whole.entries, whole.checkpoints, whole.disclosed])),
        };
        Self { at, verdict: outcome(verdict).to_owned(), why, first_bad, checked, took_millis }
    }

    /// In a word or two, for the head of the log.
    pub(super) fn state(last: Option<&Self>) -> Status {
        match last {
            None => Status::new(Tone::Quiet, "Not verified yet"),
            Some(last) if last.verdict == "whole" => {
                Status::new(Tone::Ok, format!("Found whole on {}", last.at.date_words()))
            }
            Some(last) if last.verdict == "tampered" => Status::new(Tone::Danger, "Found tampered with"),
            Some(_) => Status::new(Tone::Danger, "Could not be verified"),
        }
    }

    /// As the page about integrity shows it.
    pub(super) fn shown(self) -> Shown {
        let (state, title, text) = match self.verdict.as_str() {
            "whole" => (
                "whole",
                "The log is whole",
                "Every entry stands where it was written and says what it said. Nothing was changed, left out or added \
                 up to the last checkpoint; a log regrown as a whole can only be told by a checkpoint kept outside."
                    .to_owned(),
            ),
            "tampered" => (
                "tampered",
                "The log was tampered with",
                "What is stored is not what was written. Do not trust it before somebody has looked.".to_owned(),
            ),
            _ => (
                "unusable",
                "The log could not be verified",
                "It could not be read to its end, so nobody can say whether it is whole.".to_owned(),
            ),
        };
        let took = match self.took_millis {
            0..1000 => format!("{} ms", self.took_millis),
            longer => format!("{}.{} s", longer / 1000, longer % 1000 / 100),
        };
        let checked = match self.checked {
            Some([entries, checkpoints, disclosed]) => format!(
                "Checked {} entries, {} stored checkpoints and {} pieces of personal data in {took}",
                grouped(entries),
                grouped(checkpoints),
                grouped(disclosed)
            ),
            None => format!("Ended after {took}"),
        };
        Shown {
            state,
            title,
            text,
            first_bad: self.first_bad.map(|index| index.to_string()),
            findings: self.why.map(sentence).into_iter().collect(),
            checked,
            at: self.at.into(),
        }
    }
}

/// A check as the page shows it.
#[derive(Serialize)]
pub(super) struct Shown {
    state: &'static str,
    title: &'static str,
    text: String,
    first_bad: Option<String>,
    checked: String,
    at: When,
    findings: Vec<String>,
}

impl Shown {
    /// Adds what else is wrong.
    pub(super) fn finding(&mut self, text: &str) {
        self.findings.push(text.to_owned());
    }
}

/// A reason as a sentence.
fn sentence(why: String) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A number with a comma every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::verify::Whole;

    #[test]
    fn numbers_are_grouped() {
        for (number, words) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (61_204, "61,204"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), words);
        }
    }

    #[test]
    fn every_verdict_has_its_words() {
        let shown = |verdict: Verdict| Verified::unrecorded(&verdict, Micros(0), 1_250).shown();
        let whole = shown(Verdict::Whole(Whole { entries: 61_204, ..Whole::default() }));
        assert_eq!(whole.state, "whole");
        assert!(
            whole.checked.contains("61,204 entries") && whole.checked.ends_with("1.2 s"),
            "{}",
            whole.checked
        );
        let bad = shown(Verdict::Tampered { index: Some(7), why: "entries are missing".to_owned() });
        assert_eq!((bad.state, bad.first_bad.as_deref()), ("tampered", Some("7")));
        assert_eq!(bad.findings, ["Entries are missing."]);
        assert_eq!(shown(Verdict::Unusable { why: String::new() }).state, "unusable");
    }
}
