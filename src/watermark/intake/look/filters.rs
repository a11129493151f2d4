//! Reads the filters of streams out of the text around them, before any parser has seen the file.
//!
//! Promise: a list that the parser could read is among those found. More are found than there are, which costs time and
//! nothing else: a wrong filter gives no data. Not found is what lies in an object stream.

use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::find;
use crate::watermark::intake::unpack::Packing;
use std::borrow::Cow;
use std::collections::HashMap;

/// The most filters of one stream; honest files have two. Each may double the ways of reading it.
pub(super) const FILTERS: usize = 6;

/// The refusal of a stream with more.
pub(super) fn packed_too_often() -> IntakeRefusal {
    IntakeRefusal::damaged("a stream is packed more often than any program packs")
}

/// A list of filters, the first to be undone first.
pub(super) type List = Vec<Packing>;

/// Lists that stand alone in an object, by the object's number.
pub(super) struct Elsewhere<'p> {
    pdf: &'p [u8],
    /// Read when the first stream asks.
    lists: Option<HashMap<Vec<u8>, Vec<List>>>,
}

impl<'p> Elsewhere<'p> {
    /// Nothing read yet.
    pub(super) const fn new(pdf: &'p [u8]) -> Self {
        Self { pdf, lists: None }
    }
    /// What stands in the object of this number; an object may stand in a file several times.
    fn lists(&mut self, number: &[u8]) -> &[List] {
        let lists = self.lists.get_or_insert_with(|| all(self.pdf));
        lists.get(number).map_or(&[], Vec::as_slice)
    }
}

/// The lists of filters in the text before a stream.
pub(super) fn lists(before: &[u8], elsewhere: &mut Elsewhere<'_>) -> Result<Vec<List>, IntakeRefusal> {
    let (mut lists, mut rest): (Vec<List>, _) = (Vec::new(), before);
    while let Some(place) = find(rest, b"/F") {
        rest = rest.get(place.saturating_add(2)..).unwrap_or_default();
        let said = said(rest.strip_prefix(b"ilter").unwrap_or(rest));
        let mut found = Vec::new();
        if let [Said::Elsewhere(number)] = said.as_slice() {
            found.extend_from_slice(elsewhere.lists(number));
        } else {
            found.push(together(&said, elsewhere));
        }
        for list in found {
            if list.len() > FILTERS {
                return Err(packed_too_often());
            }
            let early = find(before, b"EarlyChange").is_none();
            for list in readings(&list, early) {
                if !list.is_empty() && !lists.contains(&list) {
                    lists.push(list);
                }
            }
        }
    }
    Ok(lists)
}

/// The ways in which the parser may read a list: it inflates from behind a header, and from before it when that fails.
fn readings(list: &[Packing], early: bool) -> Vec<List> {
    list.iter().fold(vec![List::new()], |readings, packing| {
        let also: &[Packing] = match packing {
            Packing::Flate => &[Packing::Flate, Packing::Deflate],
            Packing::Lzw if !early => &[Packing::Lzw, Packing::LzwLate],
            other => std::slice::from_ref(other),
        };
        let with = |one: &Packing| {
            readings.iter().map(|list| [list.as_slice(), &[*one]].concat()).collect::<Vec<_>>()
        };
        also.iter().flat_map(with).collect()
    })
}

/// What is said of one filter.
#[derive(Debug, PartialEq, Eq)]
enum Said<'t> {
    /// Its name stands in the object of this number.
    Elsewhere(&'t [u8]),
    /// Its name.
    Packing(Packing),
}

/// A list of which parts may stand elsewhere.
fn together(said: &[Said<'_>], elsewhere: &mut Elsewhere<'_>) -> List {
    let mut list = List::new();
    for one in said {
        match one {
            Said::Elsewhere(number) => list.extend(elsewhere.lists(number).iter().flatten()),
            Said::Packing(packing) => list.push(*packing),
        }
        if list.len() > FILTERS {
            break;
        }
    }
    list
}

/// What a name, a reference or a list of both says of filters; names that mean no packing are passed over.
fn said(value: &[u8]) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    let value = skip_blanks(value);
    let list = value.strip_prefix(b"[");
    let mut rest = list.unwrap_or(value);
    while said.len() <= FILTERS {
        rest = skip_blanks(rest);
        if let Some(name) = rest.strip_prefix(b"/") {
            let (name, behind) = word(name);
            rest = behind;
            said.extend(packing(name).map(Said::Packing));
        } else {
            let (number, behind) = word(rest);
            let (generation, behind) = word(skip_blanks(behind));
            let (letter, behind) = word(skip_blanks(behind));
            if !(is_digits(number) && is_digits(generation) && letter == b"R") {
                break;
            }
            rest = behind;
            said.push(Said::Elsewhere(plain(number)));
        }
        if list.is_none() {
            break;
        }
    }
    said
}

/// The lists that stand alone in an object of a file, by its number.
fn all(pdf: &[u8]) -> HashMap<Vec<u8>, Vec<List>> {
    let (mut lists, mut at): (HashMap<Vec<u8>, Vec<List>>, usize) = (HashMap::new(), 0);
    while let Some(place) = pdf.get(at..).and_then(|rest| find(rest, b"obj")) {
        let keyword = at.saturating_add(place);
        at = keyword.saturating_add(3);
        let value = pdf.get(at..).unwrap_or_default();
        // Room for eight names, each written with escapes.
        let value = unescaped(value.get(..1_024).unwrap_or(value));
        if !matches!(skip_blanks(&value).first(), Some(b'[' | b'/')) {
            continue;
        }
        let list: List = said(&value)
            .into_iter()
            .filter_map(|one| if let Said::Packing(packing) = one { Some(packing) } else { None })
            .collect();
        let before = pdf.get(keyword.saturating_sub(32)..keyword).unwrap_or_default();
        let mut words = before.rsplit(|byte| !byte.is_ascii_digit()).filter(|word| !word.is_empty());
        if let (false, Some(_generation), Some(number)) = (list.is_empty(), words.next(), words.next()) {
            lists.entry(plain(number).to_vec()).or_default().push(list);
        }
    }
    lists
}

/// A number without the zeros before it.
fn plain(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == b'0').count();
    number.get(zeros..).unwrap_or_default()
}

/// Whether a word is digits alone.
fn is_digits(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

/// The word at the beginning, and what follows it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or_default()
}

/// What follows white space and comments.
fn skip_blanks(mut text: &[u8]) -> &[u8] {
    loop {
        let blanks = text.iter().take_while(|byte| matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)).count();
        text = text.get(blanks..).unwrap_or_default();
        if text.first() != Some(&b'%') {
            return text;
        }
        let comment = text.iter().take_while(|byte| !matches!(byte, 10 | 13)).count();
        text = text.get(comment..).unwrap_or_default();
    }
}

/// Text with the bytes that names write as `#` and two digits.
pub(super) fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'#') {
        return Cow::Borrowed(text);
    }
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut plain, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let code = digit(rest.first()).zip(digit(rest.get(1))).filter(|_| *first == b'#');
        match code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = rest.get(2..).unwrap_or_default();
            }
            None => plain.push(*first),
        }
    }
    Cow::Owned(plain)
}

/// The packing of a name; `None` for one that is none.
fn packing(name: &[u8]) -> Option<Packing> {
    match name {
        b"A85" | b"ASCII85Decode" => Some(Packing::Base85),
        b"AHx" | b"ASCIIHexDecode" => Some(Packing::Hex),
        b"Fl" | b"FlateDecode" => Some(Packing::Flate),
        b"LZW" | b"LZWDecode" => Some(Packing::Lzw),
        b"RL" | b"RunLengthDecode" => Some(Packing::RunLength),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Packing::{Base85, Deflate, Flate, Hex, Lzw, LzwLate};

    /// The lists in a text of a file.
    fn found(before: &str, file: &str) -> Vec<List> {
        lists(&unescaped(before.as_bytes()), &mut Elsewhere::new(file.as_bytes())).unwrap()
    }

    #[test]
    fn filters_are_found_however_they_are_written() {
        for (text, list) in [
            ("<</Filter/FlateDecode>>", vec![Flate]),
            ("<</Filter[/ASCII85Decode /FlateDecode]>>", vec![Base85, Flate]),
            ("<</Filter %[/Fl]\r [ %/Fl\n/AHx\0/Fl]>>", vec![Hex, Flate]),
            ("<</Fi#6cter[/F#6c#61teDecode/DCTDecode]>>", vec![Flate]),
            ("<</F/Fl>>", vec![Flate]),
            ("<</Filter[9 0 R/Fl 010 0 R]>>", vec![Flate, Flate, Lzw, Flate]),
            ("<</Filter 10 0 R>>", vec![Lzw, Flate]),
        ] {
            let file = "9 0 obj /Fl endobj\n10 0 obj[/LZW/Fl]endobj 11 0 obj[0 0 9 9]endobj";
            assert_eq!(found(text, file).first(), Some(&list), "{text}");
        }
        assert_eq!(found("<</Filter[/Fl/Fl]>>", "").len(), 4);
        assert_eq!(found("<</Filter/Fl>>", ""), [[Flate], [Deflate]]);
        assert_eq!(found("<</Filter/LZW/DecodeParms<</EarlyChange 0>>>>", ""), [[Lzw], [LzwLate]]);
        assert_eq!(found("<</Filter/DCTDecode/Length 5/Font 5 0 R>>", ""), Vec::<List>::new());
        let often = format!("<</Filter[{}]>>", "/Fl".repeat(9));
        assert!(lists(often.as_bytes(), &mut Elsewhere::new(b"")).is_err());
    }
}
