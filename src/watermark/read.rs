//! Reads which copy a PDF is.
//!
//! Looks at what the pages paint, not at what a file says about itself: every form that a page draws, directly or
//! through other forms, is read for the outlines of our glyphs. So a copy is still named after other programs
//! have saved it anew, as long as they left the forms alone. Programs that dissolve forms are a matter for tracing.

use super::IntakeRefusal;
use super::copy_id::CopyId;
use super::intake;
use super::intake::limits::NESTING;
use super::marks::glyphs::glyph;
use super::marks::slot::{COPY, SAMPLE, UNASSIGNED};
use super::rewrite::decode::{Budget, decode};
use super::rewrite::lexer::{Lexer, Token};
use hayro_syntax::object::{Dict, Name, ObjectIdentifier, Stream};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Write as _;

/// What stands on one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageReading {
    /// An issued copy.
    Copy(CopyId),
    /// No mark of ours.
    Nothing,
    /// A sample.
    Sample,
    /// A mark of ours without a copy id that holds.
    Unreadable,
    /// A body that was never issued.
    Unassigned,
}

/// What stands on the pages, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// One reading per page.
    pub pages: Vec<PageReading>,
}

impl Reading {
    /// The ids of all copies that were read, each once, in the order of their pages.
    pub fn copies(&self) -> Vec<CopyId> {
        let mut copies = Vec::new();
        for page in &self.pages {
            if let PageReading::Copy(copy) = page
                && !copies.contains(copy)
            {
                copies.push(*copy);
            }
        }
        copies
    }
}

/// Reads which copy stands on every page of a PDF.
pub fn read_copy_id(pdf: &[u8]) -> Result<Reading, IntakeRefusal> {
    let pdf = intake::open(pdf.to_vec().into())?;
    let mut reader = Reader {
        letters: letters(),
        budget: Budget::of_file(pdf.data().as_ref().len()),
        known: HashMap::new(),
    };
    let mut pages = Vec::new();
    for page in pdf.pages().iter() {
        let forms = page.raw().get::<Dict<'_>>(b"Resources").and_then(|own| own.get::<Dict<'_>>(b"XObject"));
        let forms = forms.unwrap_or_else(|| page.resources().x_objects.clone());
        let content = page.page_stream().unwrap_or_default().to_vec();
        pages.push(reader.painted(&content, &forms, 0)?);
    }
    Ok(Reading { pages })
}

/// What is known while reading.
struct Reader {
    /// Letters by their outlines.
    letters: HashMap<&'static str, char>,
    /// What may still be decoded.
    budget: Budget,
    /// Forms read already: the same mark stands on every page.
    known: HashMap<ObjectIdentifier, PageReading>,
}

impl Reader {
    /// What content paints through the forms it draws.
    fn painted(
        &mut self,
        content: &[u8],
        forms: &Dict<'_>,
        depth: usize,
    ) -> Result<PageReading, IntakeRefusal> {
        let mut best = PageReading::Nothing;
        for name in drawn(content) {
            let Some(form) = forms.get::<Stream<'_>>(&name) else { continue };
            if form.dict().get::<Name<'_>>(b"Subtype").as_deref() == Some(b"Form") {
                best = better(best, self.form(&form, depth)?);
            }
        }
        Ok(best)
    }
    /// What a form shows, itself or through others.
    fn form(&mut self, form: &Stream<'_>, depth: usize) -> Result<PageReading, IntakeRefusal> {
        if depth >= NESTING {
            return Ok(PageReading::Nothing);
        }
        if let Some(known) = self.known.get(&form.obj_id()) {
            return Ok(*known);
        }
        // A form inside itself reads as nothing.
        self.known.insert(form.obj_id(), PageReading::Nothing);
        let content = decode(form, &mut self.budget)?.unwrap_or_default();
        let own = judge(&self.lines(&content));
        let resources = form.dict().get::<Dict<'_>>(b"Resources").unwrap_or_default();
        let forms = resources.get::<Dict<'_>>(b"XObject").unwrap_or_default();
        let reading = better(own, self.painted(&content, &forms, depth + 1)?);
        self.known.insert(form.obj_id(), reading);
        Ok(reading)
    }
    /// The lines of text that our glyphs spell, one per saved state.
    fn lines(&self, content: &[u8]) -> Vec<String> {
        let (mut lines, mut line, mut path) = (Vec::new(), String::new(), String::new());
        let (mut operands, mut pen, mut width): (Vec<f64>, f64, f64) = (Vec::new(), 0.0, 0.0);
        let mut lexer = Lexer::new(content);
        while let Ok(Some(token)) = lexer.token() {
            match token {
                Token::Number(number) => operands.push(parsed(number)),
                Token::Word(b"q") => (line, pen, width) = (String::new(), 0.0, 0.0),
                Token::Word(b"Q") => lines.push(std::mem::take(&mut line)),
                Token::Word(b"cm") => {
                    // Steps from glyph to glyph; more than the last glyph's width is a blank.
                    pen += operands.get(4).copied().unwrap_or(0.0);
                }
                Token::Word(b"B" | b"b" | b"f" | b"F" | b"S" | b"n") => {
                    if !line.is_empty() && pen > width + 0.5 {
                        line.push(' ');
                    }
                    let letter = self.letters.get(path.as_str()).copied();
                    pen = 0.0;
                    width = letter.map_or(0.0, |letter| f64::from(glyph(letter).advance));
                    line.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                    path.clear();
                }
                Token::Word(operator) => {
                    for number in &operands {
                        // Writing to a String cannot fail.
                        let _ = write!(path, "{number:.0} ");
                    }
                    path.push_str(&String::from_utf8_lossy(operator));
                    path.push('\n');
                }
                _ => {}
            }
            if !matches!(token, Token::Number(_)) {
                operands.clear();
            }
        }
        lines
    }
}

/// A number as written.
fn parsed(number: &[u8]) -> f64 {
    std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// The names that content draws, each once.
fn drawn(content: &[u8]) -> Vec<Vec<u8>> {
    let (mut names, mut last) = (Vec::new(), None);
    let mut lexer = Lexer::new(content);
    while let Ok(Some(token)) = lexer.token() {
        match token {
            Token::Name(name) => last = Name::new(name).map(|name| name.to_vec()),
            Token::Word(b"Do") => {
                if let Some(name) = last.take().filter(|name| !names.contains(name)) {
                    names.push(name);
                }
            }
            Token::Word(b"ID") if lexer.inline_data().is_err() => break,
            _ => {}
        }
    }
    names
}

/// Letters by their outlines: everything a copy id and our own words are written with.
fn letters() -> HashMap<&'static str, char> {
    (' '..='~').map(|letter| (glyph(letter).path, letter)).filter(|(path, _)| !path.is_empty()).collect()
}

/// What lines of text say about the copy.
fn judge(lines: &[String]) -> PageReading {
    let known =
        lines.iter().flat_map(|line| line.chars()).filter(|letter| *letter != char::REPLACEMENT_CHARACTER);
    if known.count() < 5 {
        return PageReading::Nothing;
    }
    let copy = lines.iter().find_map(|line| line.strip_prefix(COPY)?.get(..11)?.parse().ok());
    match copy {
        Some(copy) => PageReading::Copy(copy),
        None if lines.iter().any(|line| line == UNASSIGNED) => PageReading::Unassigned,
        None if lines.iter().any(|line| line.starts_with(SAMPLE)) => PageReading::Sample,
        None => PageReading::Unreadable,
    }
}

/// The reading that says more.
fn better(one: PageReading, other: PageReading) -> PageReading {
    let weight = |reading: PageReading| match reading {
        PageReading::Nothing => 0,
        PageReading::Unreadable => 1,
        PageReading::Sample | PageReading::Unassigned => 2,
        PageReading::Copy(_) => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}
