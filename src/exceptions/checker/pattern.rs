//! Sentences, words, dates, and the small patterns of the table of rules. Pure; linear in the text but for gaps of a
//! few words.

use crate::fault::Fault;

/// How many words a gap may take.
const GAP_WORDS: usize = 4;
/// Months, as dates in words name them. May is left out: it is a verb as well.
const MONTHS: [&str; 11] = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The sentences of a text, as they were written.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut ends = text.char_indices().peekable();
    while let Some((at, c)) = ends.next() {
        let after = at + c.len_utf8();
        let next = ends.peek().map(|(_, next)| *next);
        let ended = c == '\n' || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace));
        if ended {
            found.push(text.get(start..after).unwrap_or_default().trim());
            start = after;
        }
    }
    found.push(text.get(start..).unwrap_or_default().trim());
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

/// The words of a text in small letters, punctuation left out.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}')
        .map(|word| word.trim_matches(['\'', '\u{2019}']).replace('\u{2019}', "'").to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Whether a text names a date: a year of this century, or a month.
pub(super) fn has_date(text: &str) -> bool {
    let is_year = |word: &String| word.len() == 4 && word.starts_with("20") && word.parse::<u16>().is_ok();
    words(text).iter().any(|word| is_year(word) || MONTHS.contains(&word.as_str()))
}

/// A word of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    /// Its letters.
    letters: String,
    /// Whether the text's word may go on.
    open: bool,
}

impl Word {
    /// Reads `word` or `word*`.
    fn parse(text: &str) -> Self {
        let letters = text.trim_end_matches('*');
        Self { letters: letters.to_owned(), open: letters.len() < text.len() }
    }
    /// Whether it is this word of a text.
    fn is(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.letters) } else { word == self.letters }
    }
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// One of these, each a row of words.
    Choice(Vec<Vec<Word>>),
    /// A few words of any kind.
    Gap,
}

/// A pattern of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When a bracket is not closed, or nothing is in it.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let row = |text: &str| text.split_whitespace().map(Word::parse).collect::<Vec<_>>();
        let broken = || Fault::new("a pattern of the response rules", text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (piece, after) = if let Some(inside) = rest.strip_prefix('(') {
                let (choices, after) = inside.split_once(')').ok_or_else(broken)?;
                (Piece::Choice(choices.split('|').map(row).collect()), after)
            } else {
                let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
                (if word == "..." { Piece::Gap } else { Piece::Choice(vec![row(word)]) }, after)
            };
            if matches!(&piece, Piece::Choice(rows) if rows.iter().any(Vec::is_empty)) {
                return Err(broken());
            }
            pieces.push(piece);
            rest = after.trim_start();
        }
        if pieces.is_empty() { Err(broken()) } else { Ok(Self(pieces)) }
    }
    /// Whether it stands somewhere in these words.
    pub(super) fn is_in(&self, words: &[String]) -> bool {
        (0..words.len()).any(|start| begins(&self.0, words.get(start..).unwrap_or_default()))
    }
}

/// Whether `words` begin with `pieces`.
fn begins(pieces: &[Piece], words: &[String]) -> bool {
    let Some((piece, later)) = pieces.split_first() else { return true };
    match piece {
        Piece::Gap => (0..=GAP_WORDS.min(words.len()))
            .any(|skipped| begins(later, words.get(skipped..).unwrap_or_default())),
        Piece::Choice(rows) => rows.iter().any(|row| {
            let fits =
                row.len() <= words.len() && row.iter().zip(words).all(|(wanted, word)| wanted.is(word));
            fits && begins(later, words.get(row.len()..).unwrap_or_default())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_kept_as_they_were_written() {
        let text = "We agree. Version 4.2 failed on 3 June!\nNo step is open";
        assert_eq!(sentences(text), ["We agree.", "Version 4.2 failed on 3 June!", "No step is open"]);
        assert!(sentences(" . \n ").is_empty());
    }

    #[test]
    fn patterns_mean_what_the_table_says() {
        let fits = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().is_in(&words(text));
        assert!(fits("take* ... seriously", "We take the security of data seriously."));
        assert!(!fits("take* ... seriously", "We take the security of data very seriously."));
        assert!(fits("(his|the vendor's) fault", "It was the vendor\u{2019}s fault."));
        assert!(fits("state of the art", "State-of-the-art procedures"));
        assert!(!fits("form", "formality"));
        for broken in ["", "(open", "()", "a ( | b)"] {
            assert!(Pattern::parse(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn dates_are_seen_in_figures_and_words() {
        assert!(
            has_date("Done on 2026-06-03") && has_date("in March") && !has_date("we may have 2,000 cases")
        );
    }
}
