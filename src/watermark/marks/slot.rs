//! The slot: the one part of a body that differs between copies.
//!
//! A fixed number of bytes, the content stream of one form. It holds six lines of glyph outlines in a box of
//! [`LINE_WIDTH`] by six times [`LINE_PITCH`] units; the pages paint parts of the box where they want them. What the
//! glyphs do not need is filled with blanks.
//!
//! Invariant: whatever is not personalised says UNASSIGNED COPY, never nothing. Held by
//! `watermark::rewriting::a_body_as_stored_says_unassigned_copy`.

use super::glyphs;
use super::script::{drawable_exact, drawable_name};
use crate::watermark::IntakeRefusal;
use std::fmt::Write as _;

/// The length of every slot. A letter needs about 190 bytes, so this holds 340 letters in all lines together.
pub(crate) const SLOT_BYTES: usize = 64 * 1024;
/// The width of a line in units (100 to the em); longer lines are drawn smaller.
pub(crate) const LINE_WIDTH: u32 = 2_400;
/// The distance between two lines, and the height of a line's box.
pub(crate) const LINE_PITCH: u32 = 150;
/// How many lines a slot has.
pub(crate) const LINES: u32 = 6;
/// How far the baseline stands above the bottom of a line's box.
const BASELINE: u32 = 42;
/// A line is never drawn smaller than this part of its size: then it is refused.
const LEAST_SCALE: f64 = 0.16;
/// What an unissued body says.
pub(crate) const UNASSIGNED: &str = "UNASSIGNED COPY";
/// What a sample says.
pub(crate) const SAMPLE: &str = "SAMPLE";
/// What stands before a copy id.
pub(crate) const COPY: &str = "Copy ";

/// The six lines of a slot, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    /// Who: the name.
    pub(crate) name: String,
    /// Who: the e-mail address, exact.
    pub(crate) email: String,
    /// Who: the company; may be empty.
    pub(crate) company: String,
    /// Which copy, granted when.
    pub(crate) copy: String,
    /// What a finder should do.
    pub(crate) finder: String,
    /// Where a finder reports it.
    pub(crate) verify: String,
}

impl Lines {
    /// What a body says before it is issued.
    pub(crate) fn unassigned() -> Self {
        Self {
            name: UNASSIGNED.to_owned(),
            email: "issued to nobody".to_owned(),
            company: String::new(),
            copy: UNASSIGNED.to_owned(),
            finder: "This copy should not exist.".to_owned(),
            verify: "Please tell its publisher.".to_owned(),
        }
    }
    /// The slot: outlines of all lines, filled with blanks.
    pub(crate) fn to_slot(&self) -> Result<Vec<u8>, IntakeRefusal> {
        let texts = [
            ("the name", drawable_name(&self.name)),
            ("the e-mail address", drawable_exact(&self.email)),
            ("the company", drawable_name(&self.company)),
            ("the line with the copy id", drawable_name(&self.copy)),
            ("the line for a finder", drawable_name(&self.finder)),
            ("the address for a finder", drawable_exact(&self.verify)),
        ];
        let mut slot = String::with_capacity(SLOT_BYTES);
        for ((what, text), below) in texts.iter().zip((0..LINES).rev()) {
            push_line(&mut slot, text, below * LINE_PITCH + BASELINE)
                .ok_or_else(|| IntakeRefusal::SlotOverflow { what: (*what).to_owned() })?;
        }
        let mut slot = slot.into_bytes();
        if slot.len() > SLOT_BYTES {
            let what = "name, e-mail address and company together".to_owned();
            return Err(IntakeRefusal::SlotOverflow { what });
        }
        slot.resize(SLOT_BYTES, b' ');
        Ok(slot)
    }
}

/// A slot of blanks: the page as it was, to compare with. It is never stored and never leaves.
pub(crate) fn blank_slot() -> Vec<u8> {
    vec![b' '; SLOT_BYTES]
}

/// Writes one line, centred; `None` if it had to be smaller than is legible.
fn push_line(slot: &mut String, text: &str, baseline: u32) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    let glyphs: Vec<_> = text.chars().map(glyphs::glyph).collect();
    let width = glyphs.iter().fold(0_u32, |sum, glyph| sum.saturating_add(glyph.advance));
    let scale = (f64::from(LINE_WIDTH) / f64::from(width.max(1))).min(1.0);
    if scale < LEAST_SCALE {
        return None;
    }
    let start = (f64::from(LINE_WIDTH) - f64::from(width) * scale) / 2.0;
    let _ = writeln!(slot, "q {scale:.3} 0 0 {scale:.3} {start:.0} {baseline} cm");
    let mut step = 0;
    for glyph in glyphs {
        if !glyph.path.is_empty() {
            let _ = writeln!(slot, "1 0 0 1 {step} 0 cm\n{}B", glyph.path);
            step = 0;
        }
        step += glyph.advance;
    }
    slot.push_str("Q\n");
    Some(())
}
