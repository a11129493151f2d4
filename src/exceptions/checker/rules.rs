//! The table of rules: `config/response-rules.toml`, whose head says what its words mean.

use super::pattern::{Pattern, words};
use crate::fault::Fault;
use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The rules.
    rule: Vec<Row>,
}

/// A row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its stable name.
    name: String,
    /// In a word or two.
    title: String,
    /// How it judges.
    kind: Kind,
    /// Why readers mind.
    why: String,
    /// How to mend it.
    mend: String,
    /// What a sentence must match.
    #[serde(default)]
    patterns: Vec<String>,
    /// What excuses it.
    #[serde(default)]
    unless: Vec<String>,
    /// Whether a figure in the sentence excuses it.
    #[serde(default)]
    bare: bool,
    /// The least number of words.
    words: Option<usize>,
}

/// How a rule judges, as the table says it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// By dates.
    NoDate,
    /// By a sentence's words.
    Phrase,
    /// By length.
    TooBrief,
}

/// How a rule judges.
#[derive(Clone, Debug)]
pub(super) enum Judge {
    /// By dates.
    NoDate {
        /// What says that no step is open.
        nothing_open: Vec<Pattern>,
    },
    /// By a sentence's words.
    Phrase {
        /// What a sentence must match.
        patterns: Vec<Pattern>,
        /// What excuses it.
        unless: Vec<Pattern>,
        /// Whether a figure in the sentence excuses it.
        bare: bool,
    },
    /// By length.
    TooBrief {
        /// The least number of words.
        words: usize,
    },
}

/// A rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Its stable name.
    pub(super) name: String,
    /// In a word or two.
    pub(super) title: String,
    /// Why readers mind.
    pub(super) why: String,
    /// How to mend it.
    pub(super) mend: String,
    /// How it judges.
    pub(super) judge: Judge,
}

impl Rule {
    /// Whether a sentence is cited by a rule of phrases.
    pub(super) fn cites(&self, sentence: &str) -> bool {
        let Judge::Phrase { patterns, unless, bare } = &self.judge else { return false };
        let words = words(sentence);
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is_in(&words));
        let excused = *bare && sentence.contains(|c: char| c.is_ascii_digit());
        !excused && any(patterns) && !any(unless)
    }
    /// Whether a sentence says that no step is open.
    pub(super) fn says_nothing_is_open(&self, sentence: &str) -> bool {
        let Judge::NoDate { nothing_open } = &self.judge else { return false };
        let words = words(sentence);
        nothing_open.iter().any(|pattern| pattern.is_in(&words))
    }
}

/// Reads the table.
pub(super) fn read(text: &str) -> Result<Vec<Rule>, Fault> {
    let file: File =
        toml::from_str(text).map_err(|error| Fault::new("the table of response rules", error))?;
    file.rule.into_iter().map(rule).collect()
}

/// Reads a row.
fn rule(row: Row) -> Result<Rule, Fault> {
    let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>();
    let judge = match row.kind {
        Kind::NoDate => Judge::NoDate { nothing_open: patterns(&row.patterns)? },
        Kind::Phrase => Judge::Phrase {
            patterns: patterns(&row.patterns)?,
            unless: patterns(&row.unless)?,
            bare: row.bare,
        },
        Kind::TooBrief => {
            Judge::TooBrief { words: row.words.ok_or(Fault::bare("a rule of length without its words"))? }
        }
    };
    Ok(Rule { name: row.name, title: row.title, why: row.why, mend: row.mend, judge })
}
