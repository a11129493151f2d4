//! Which characters are drawn, and what stands for the others.
//!
//! The bundled font draws Latin, Greek and Cyrillic without shaping. Names in other scripts are transliterated
//! (`王小明` becomes `WangXiaoMing`); what has no transliteration is written as its code point, `{U+E000}`. An e-mail
//! address is never transliterated: a letter that cannot be drawn is always written as its code point, so that
//! two addresses never look alike. A question mark never stands for anything but itself.

use super::glyphs;
use std::fmt::Write as _;

/// The text as it is drawn: transliterated where the font cannot draw it.
pub(super) fn drawable_name(text: &str) -> String {
    drawn_when(text, is_drawn)
}

/// The text in ASCII alone: few different letters, however many the text has.
pub(super) fn transliterated(text: &str) -> String {
    drawn_when(text, |letter| matches!(letter, '!'..='~'))
}

/// The text with some letters as they are, the others transliterated.
fn drawn_when(text: &str, as_is: impl Fn(char) -> bool) -> String {
    let mut drawn = String::with_capacity(text.len());
    for letter in text.chars().filter(|c| !is_invisible(*c)) {
        if letter.is_whitespace() {
            drawn.push(' ');
        } else if as_is(letter) {
            drawn.push(letter);
        } else {
            let ascii = any_ascii::any_ascii_char(letter);
            // A symbol's long name says no more than its number, and a line has to hold it.
            if ascii.is_empty() || ascii.len() > 10 || ascii.contains('?') {
                push_code_point(&mut drawn, letter);
            } else {
                drawn.push_str(ascii);
            }
        }
    }
    drawn.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text as it is drawn, with nothing left out and nothing alike: for addresses.
pub(super) fn drawable_exact(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_drawn(letter) { drawn.push(letter) } else { push_code_point(&mut drawn, letter) }
    }
    drawn
}

/// Writes a letter as its code point.
fn push_code_point(drawn: &mut String, letter: char) {
    let _ = write!(drawn, "{{U+{:04X}}}", u32::from(letter));
}

/// Whether the font draws the letter rightly one after the other, without shaping.
fn is_drawn(letter: char) -> bool {
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
