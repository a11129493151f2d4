//! The slot: the one part of a body that differs between copies.
//!
//! A fixed number of bytes, the deflated content stream of one form. It holds six lines of glyph outlines in a box of
//! [`LINE_WIDTH`] by six times [`LINE_PITCH`] units; the pages paint parts of the box where they want them. A text that
//! is too long for its line is drawn smaller and in several rows. What the glyphs do not need is filled with blanks.
//!
//! Invariant: whatever is not personalised says UNASSIGNED COPY, never nothing. Held by
//! `watermark::rewriting::a_body_as_stored_says_unassigned_copy`.

use super::fonts::MarkFonts;
use super::pack::Packer;
use super::row::{Row, Setting};
use super::script::{self, Letter};
use crate::watermark::IntakeRefusal;

/// The length of every slot. A letter needs about 85 bytes the first time and 6 when it is repeated: this holds the
/// longest name, address and company that a form takes.
pub(crate) const SLOT_BYTES: usize = 16 * 1024;
/// The width of a line in units (100 to the em); longer lines are drawn smaller.
pub(crate) const LINE_WIDTH: u32 = 2_400;
/// The distance between two lines, and the height of a line's box.
pub(crate) const LINE_PITCH: u32 = 150;
/// How many lines a slot has.
pub(crate) const LINES: u32 = 6;
/// How far the baseline stands above the bottom of a line's box.
const BASELINE: u32 = 42;
/// The most rows of one line.
const MOST_ROWS: u32 = 6;
/// A line is never drawn smaller than this part of its size: then it is refused.
const LEAST_SCALE: f64 = 0.16;
/// To this many letters a name is shortened when nothing else helps.
const SHORTENED: usize = 40;
/// What an unissued body says.
pub(crate) const UNASSIGNED: &str = "UNASSIGNED COPY";
/// What a sample says.
pub(crate) const SAMPLE: &str = "SAMPLE";
/// What stands before a copy id.
pub(crate) const COPY: &str = "Copy ";

/// Which letters stand for a name.
type Drawing<'d> = dyn Fn(&str) -> Vec<Letter> + 'd;

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
    ///
    /// Name and company give way when all together do not fit: first their own letters, then their ends. The address
    /// and the copy id never do.
    pub(crate) fn to_slot(&self, fonts: &MarkFonts) -> Result<Vec<u8>, IntakeRefusal> {
        let own = |text: &str| script::name(text, fonts);
        let shortened = |text: &str| match text.char_indices().nth(SHORTENED) {
            Some((end, _)) => script::transliterated(&format!("{}...", text.get(..end).unwrap_or_default())),
            None => script::transliterated(text),
        };
        let ways: [&Drawing<'_>; 3] = [&own, &script::transliterated, &shortened];
        for draw in ways {
            if let Some(slot) = self.to_slot_with(draw, fonts)? {
                return Ok(slot);
            }
        }
        Err(IntakeRefusal::SlotOverflow { what: "name, e-mail address and company together".to_owned() })
    }
    /// The slot with name and company drawn in one way; `None` if it is too long.
    fn to_slot_with(&self, draw: &Drawing<'_>, fonts: &MarkFonts) -> Result<Option<Vec<u8>>, IntakeRefusal> {
        let texts = [
            ("the name", Setting::Shaped, draw(&self.name)),
            ("the e-mail address", Setting::Exact, script::exact(&self.email)),
            ("the company", Setting::Shaped, draw(&self.company)),
            ("the line with the copy id", Setting::Exact, script::exact(&self.copy)),
            ("the line for a finder", Setting::Exact, script::exact(&self.finder)),
            ("the address for a finder", Setting::Exact, script::exact(&self.verify)),
        ];
        let mut slot = Packer::new();
        for ((what, setting, text), below) in texts.iter().zip((0..LINES).rev()) {
            let set = |part: &[Letter]| Row::of(part, *setting, fonts);
            push_line(&mut slot, text, set, below * LINE_PITCH)
                .ok_or_else(|| IntakeRefusal::SlotOverflow { what: (*what).to_owned() })?;
        }
        Ok(slot.finish(SLOT_BYTES))
    }
}

/// A slot that paints nothing: the page as it was, to compare with. It is never stored and never leaves.
pub(crate) fn blank_slot() -> Vec<u8> {
    Packer::new().finish(SLOT_BYTES).unwrap_or_default()
}

/// The rows with which the letters are largest, and how large that is.
fn best_rows<'f>(text: &[Letter], set: impl Fn(&[Letter]) -> Row<'f>) -> (f64, Vec<Row<'f>>) {
    let mut best = (0.0, Vec::new());
    for count in 1..=MOST_ROWS {
        let most = 1.0 / f64::from(count);
        if best.0 >= most {
            break;
        }
        let rows: Vec<Row<'f>> = parts(text, count).into_iter().map(&set).collect();
        let widest = rows.iter().map(|row| row.width).max().unwrap_or(0);
        let scale = (f64::from(LINE_WIDTH) / f64::from(widest.max(1))).min(most);
        if scale > best.0 {
            best = (scale, rows);
        }
    }
    best
}

/// Writes one line into its box, centred; `None` if it had to be smaller than is legible.
fn push_line<'f>(
    slot: &mut Packer,
    text: &[Letter],
    set: impl Fn(&[Letter]) -> Row<'f>,
    bottom: u32,
) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    let (scale, rows) = best_rows(text, set);
    if scale < LEAST_SCALE {
        return None;
    }
    let (pitch, count) = (f64::from(LINE_PITCH), u32::try_from(rows.len()).unwrap_or(1).max(1));
    let step = pitch / f64::from(count);
    for (row, above) in rows.iter().zip((0..count).rev()) {
        let start = (f64::from(LINE_WIDTH) - f64::from(row.width) * scale) / 2.0;
        let low = f64::from(bottom) + step * f64::from(above) + (step - pitch * scale) / 2.0;
        let baseline = low + f64::from(BASELINE) * scale;
        slot.text(&format!("q {scale:.3} 0 0 {scale:.3} {start:.0} {baseline:.0} cm\n"));
        row.push(slot);
        slot.text("Q\n");
    }
    Some(())
}

/// A text in as many parts of about the same length, cut at blanks where one is near.
fn parts(text: &[Letter], count: u32) -> Vec<&[Letter]> {
    let (mut parts, mut rest) = (Vec::new(), text);
    for left in (2..=count).rev() {
        let middle = rest.len().div_ceil(usize::try_from(left).unwrap_or(1));
        let is_blank = |letter: &Letter| letter.letter == ' ';
        let blank = rest.get(..middle).and_then(|part| part.iter().rposition(is_blank));
        let cut = blank.filter(|place| place * 3 > middle * 2).unwrap_or(middle);
        let (part, further) = rest.split_at_checked(cut).unwrap_or((rest, &[]));
        parts.push(part);
        rest = match further {
            [blank, rest @ ..] if is_blank(blank) => rest,
            further => further,
        };
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}
