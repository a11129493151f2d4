//! Typesetting: plain sheets of text as a PDF, for what this house writes itself.
//!
//! A [`Sheet`] is a title, a line for the head of every page, and blocks of text; it becomes an A4 file with one embedded
//! font, the one that marks are drawn with.
//!
//! Promises: every letter is drawn, or [`Sheet::to_pdf`] names those that cannot be; words can be selected, searched and
//! copied as they were written; the same sheet gives the same bytes.
//!
//! Not promised: scripts other than Latin, Greek and Cyrillic, hyphenation, kerning, structure for assistive programs.
//!
//! Weighed: a crate for writing PDFs, or the one that is here already as the second parser at intake. A page of plain text
//! needs six kinds of objects, so the latter does, and nothing new has to be trusted.

mod face;
mod file;
mod layout;

use crate::fault::Fault;
use face::Face;
use std::collections::BTreeSet;

/// A piece of text on a sheet. A line break in it is one on the page; an empty line is a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// What the sheet is.
    Title(String),
    /// What it says.
    Text(String),
    /// What stands below, smaller.
    Small(String),
    /// Room for a signature.
    Gap,
}

impl Block {
    /// What it says.
    fn text(&self) -> &str {
        match self {
            Self::Title(text) | Self::Text(text) | Self::Small(text) => text,
            Self::Gap => "",
        }
    }
}

/// What is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The title of the document.
    pub title: String,
    /// The line at the head of every page, before the number of the page.
    pub head: String,
    /// What stands on it, from the top.
    pub blocks: Vec<Block>,
}

/// Why a sheet was not set.
#[derive(Debug, thiserror::Error)]
pub enum TypesetError {
    /// The font has no such letters.
    #[error("the bundled font does not draw {0}")]
    Undrawn(String),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<TypesetError> for Fault {
    fn from(error: TypesetError) -> Self {
        match error {
            TypesetError::Fault(fault) => fault,
            undrawn @ TypesetError::Undrawn(_) => Self::new("typesetting", undrawn),
        }
    }
}

impl Sheet {
    /// The sheet as a PDF.
    pub fn to_pdf(&self) -> Result<Vec<u8>, TypesetError> {
        let texts = self.blocks.iter().map(Block::text).chain([self.head.as_str()]);
        let letters: BTreeSet<char> = texts.flat_map(str::chars).chain(file::NUMBERING.chars()).collect();
        let all: String = letters.iter().collect();
        if let Some(missing) = undrawn(&all) {
            return Err(TypesetError::Undrawn(missing));
        }
        let face = Face::bundled()?;
        let pages = layout::pages(&self.blocks, face);
        Ok(file::write(self, &pages, face, &letters)?)
    }
}

/// The letters of a text that cannot be set, each once, for people: `字 (U+5B57)`. `None` when all can be.
pub fn undrawn(text: &str) -> Option<String> {
    let missing: BTreeSet<char> = text.chars().filter(|letter| !is_drawn(*letter)).collect();
    // Some letters cannot be seen, so each has its number beside it.
    let words: Vec<String> =
        missing.iter().map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter))).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A name as it can be set: letters of other scripts transliterated, as on a mark.
pub fn in_drawn_letters(name: &str) -> String {
    let letter = |letter: char| {
        if is_drawn(letter) { letter.to_string() } else { any_ascii::any_ascii_char(letter).to_owned() }
    };
    name.chars().map(letter).collect()
}

/// Whether a letter can be set. Line breaks and tabs are room between words.
fn is_drawn(letter: char) -> bool {
    matches!(letter, '\n' | '\t') || Face::bundled().is_ok_and(|face| face.glyph(letter).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet with this text.
    fn sheet(text: &str) -> Sheet {
        Sheet {
            title: "A title".to_owned(),
            head: "A house".to_owned(),
            blocks: vec![Block::Title("A title".to_owned()), Block::Text(text.to_owned()), Block::Gap],
        }
    }

    /// The words of a PDF, page by page, as the second parser reads them.
    fn read(pdf: &[u8]) -> Vec<String> {
        let document = lopdf::Document::load_mem(pdf).unwrap();
        document.get_pages().keys().map(|page| document.extract_text(&[*page]).unwrap()).collect()
    }

    #[test]
    fn words_are_read_as_they_were_written() {
        let text = "Ærøskøbing, Łódź, Đakovo, İzmir, Ångström fi ffl\nΑθήνα, Ὀδυσσεύς, Київ, Ґанок, Ђорђе “quoted” – 5 µm, 10 Ω";
        let pages = read(&sheet(text).to_pdf().unwrap());
        assert_eq!(pages.len(), 1);
        for word in text.split_whitespace() {
            assert!(pages[0].contains(word), "{word}: {}", pages[0]);
        }
        assert!(pages[0].contains("Page 1 of 1"), "{}", pages[0]);
    }

    #[test]
    fn what_the_font_does_not_draw_is_named() {
        assert_eq!(undrawn("plain, Ελλάς, Україна\n\tčeština"), None);
        assert_eq!(undrawn("東京 in 京"), Some("京 (U+4EAC), 東 (U+6771)".to_owned()));
        assert!(
            matches!(sheet("東").to_pdf(), Err(TypesetError::Undrawn(letters)) if letters.starts_with("東"))
        );
        assert!(undrawn(&in_drawn_letters("株式会社 Beispiel")).is_none());
        assert_eq!(in_drawn_letters("Škoda"), "Škoda");
    }

    #[test]
    fn a_long_text_goes_on_over_pages_and_loses_nothing() {
        let words: Vec<String> = (0..1_800).map(|number| format!("word{number}")).collect();
        let pages = read(&sheet(&words.join(" ")).to_pdf().unwrap());
        assert!(pages.len() > 2, "{} pages", pages.len());
        let all = pages.concat();
        for word in [&words[0], &words[901], &words[1_799]] {
            assert!(all.contains(word.as_str()), "{word}");
        }
        for (number, page) in (1..).zip(&pages) {
            assert!(page.contains(&format!("Page {number} of {}", pages.len())), "{page}");
        }
        // A word longer than a line is broken, never drawn off the page.
        let long = "x".repeat(500);
        assert_eq!(read(&sheet(&long).to_pdf().unwrap())[0].matches('x').count(), 500);
    }

    #[test]
    fn the_same_sheet_gives_the_same_bytes_with_the_letters_it_uses() {
        let (once, again) = (sheet("Nothing has changed.").to_pdf(), sheet("Nothing has changed.").to_pdf());
        let (once, again) = (once.unwrap(), again.unwrap());
        assert_eq!(once, again);
        assert!(once.len() < 60_000, "{} bytes: the whole font is in it", once.len());
    }
}
