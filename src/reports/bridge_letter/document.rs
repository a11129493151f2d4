//! The letter as a document: its words on a sheet, and that sheet prepared for the marks of its recipients.

use super::Words;
use crate::fault::Fault;
use crate::reports::Version;
use crate::reports::companion::{self, Readied};
use crate::reports::upload::{Shelf, UploadError};
use crate::text::Day;
use crate::typeset::{Block, Sheet, in_drawn_letters};
use crate::watermark::MarkFonts;
use std::path::Path;

/// Whose letter it is, and of which day.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// The company.
    pub company: &'a str,
    /// When it is finalized.
    pub on: Day,
}

/// The sheet of a letter beside a version. Names in scripts that are not drawn are transliterated, as on a mark.
pub fn sheet(version: &Version, words: &Words, issued: Issued<'_>) -> Sheet {
    let card = &version.card;
    let company = in_drawn_letters(issued.company);
    let (report, auditor) = (in_drawn_letters(card.title.as_str()), in_drawn_letters(card.auditor.as_str()));
    let about = format!(
        "{company} states about the time since the end of the period of “{report}”, version {} (period: {}; examined by {auditor}):",
        version.number,
        card.period.words(),
    );
    Sheet {
        title: format!("Bridge letter: {report}"),
        head: company.clone(),
        blocks: vec![
            Block::Title("Bridge letter".to_owned()),
            Block::Text(format!("{} to {}", words.from.words(), words.to.words())),
            Block::Text(about),
            Block::Text(words.statement.to_string()),
            Block::Gap,
            Block::Text(format!("{}\n{}, {company}\n{}", words.signer, words.title, issued.on.words())),
            Block::Small(format!(
                "This letter is the statement of {company}. No auditor has examined the time it speaks about, and it does not extend the report. It was finalized on {} and has not changed since.",
                issued.on.words()
            )),
        ],
    }
}

/// Typesets a letter, prepares it in a child process of `program`, and seals it. Blocks for a second or so.
pub fn ready(
    shelf: &Shelf<'_>,
    (program, fonts): (&Path, &MarkFonts),
    words: &Words,
    issued: Issued<'_>,
) -> Result<Readied, UploadError> {
    let pdf = sheet(shelf.version, words, issued).to_pdf().map_err(Fault::from)?;
    companion::ready(shelf, program, fonts, &pdf)
}
