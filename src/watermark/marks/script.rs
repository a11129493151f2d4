//! Which characters are drawn, by which font, and what stands for the others.
//!
//! The bundled font draws Latin, Greek and Cyrillic; fonts the operator names draw their scripts. Names in other scripts
//! are transliterated (`王小明` becomes `WangXiaoMing`); what has no transliteration is written as its code point,
//! `{U+E000}`. An e-mail address is never transliterated: a letter that is not simply drawn is always written as its
//! code point, so that two addresses never look alike. A question mark never stands for anything but itself.

use super::fonts::MarkFonts;
use super::glyphs;
use harfrust::{Script, Tag, unicode};
use std::fmt::Write as _;

/// A letter, and the font that draws it: 0 is the bundled one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// The letter.
    pub(super) letter: char,
    /// The place of its font.
    pub(super) font: usize,
}

/// Marks that belong to the letter before them, whatever its script.
const INHERITED: Option<Script> = Script::from_iso15924_tag(Tag::new(b"Zinh"));

/// A name as it is drawn: each letter by a font, transliterated where none draws it.
pub(super) fn name(text: &str, fonts: &MarkFonts) -> Vec<Letter> {
    let mut drawn: Vec<Letter> = Vec::new();
    for letter in text.chars() {
        let before = drawn.last().map(|before| before.font);
        if letter.is_whitespace() {
            // Blanks stay with the font before them, and never stand first or twice.
            if drawn.last().is_some_and(|last| last.letter != ' ') {
                drawn.push(Letter { letter: ' ', font: before.unwrap_or(0) });
            }
        } else if let Some(font) = font_of(letter, before, fonts) {
            drawn.push(Letter { letter, font });
        } else if !is_invisible(letter) {
            drawn.extend(ascii_of(letter).chars().map(|letter| Letter { letter, font: 0 }));
        }
    }
    drawn.truncate(drawn.iter().rposition(|last| last.letter != ' ').map_or(0, |last| last + 1));
    drawn
}

/// A name in ASCII alone: few different letters, however many the text has.
pub(super) fn transliterated(text: &str) -> Vec<Letter> {
    let ascii: String = text
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| match letter {
            '!'..='~' => letter.to_string(),
            blank if blank.is_whitespace() => " ".to_owned(),
            other => ascii_of(other),
        })
        .collect();
    name(&ascii, &MarkFonts::bundled())
}

/// A text with nothing left out and nothing alike: for addresses. Only letters that stand alone are drawn as such.
pub(super) fn exact(text: &str) -> Vec<Letter> {
    let mut drawn = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let written = if is_simple(letter) { letter.to_string() } else { code_point(letter) };
        drawn.extend(written.chars().map(|letter| Letter { letter, font: 0 }));
    }
    drawn
}

/// The font that draws a letter behind one of another font.
fn font_of(letter: char, before: Option<usize>, fonts: &MarkFonts) -> Option<usize> {
    if Some(unicode::script(u32::from(letter))) == INHERITED {
        // A joiner has no shape of its own but changes those beside it.
        let joins = matches!(letter, '\u{200C}' | '\u{200D}') && before.is_some_and(|font| font > 0);
        return before.filter(|font| joins || (!is_invisible(letter) && fonts.draws(*font, letter)));
    }
    if is_simple(letter) {
        return Some(0);
    }
    if is_invisible(letter) { None } else { fonts.drawing(letter) }
}

/// What stands for a letter: its transliteration, or its code point when that says more.
fn ascii_of(letter: char) -> String {
    let ascii = any_ascii::any_ascii_char(letter);
    // A symbol's long name says no more than its number, and a line has to hold it.
    if ascii.is_empty() || ascii.len() > 10 || ascii.contains('?') {
        code_point(letter)
    } else {
        ascii.to_owned()
    }
}

/// A letter written as its code point.
fn code_point(letter: char) -> String {
    let mut written = String::new();
    // Writing to a String cannot fail.
    let _ = write!(written, "{{U+{:04X}}}", u32::from(letter));
    written
}

/// Whether the bundled font draws the letter rightly one after the other, without shaping.
fn is_simple(letter: char) -> bool {
    let simple = matches!(letter,
        ' '..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{52F}'
        | '\u{1E00}'..='\u{1FFF}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{20A0}'..='\u{20BF}'
        | '\u{2116}' | '\u{2122}');
    simple && glyphs::has(letter)
}

/// Whether the letter has no shape: controls, direction marks, joiners, variation selectors.
const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{0}'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{AD}' | '\u{61C}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}
