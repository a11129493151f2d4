//! The visible mark: what it says ([`slot`]), how it is drawn ([`glyphs`], [`script`]), where it stands.
//!
//! A page paints one small form, the *stencil*, which paints the slot several times: three times along the diagonal
//! (name, e-mail, company, copy id; large in the middle, smaller beside it) and in three columns at the bottom of the page (the same, and what a finder
//! should do). One stencil serves all pages of the same size. Light outlines around dark letters are seen on white,
//! black and scanned pages alike, and transparent enough that the text below stays readable.

pub(crate) mod fonts;
pub(crate) mod glyphs;
mod pack;
mod row;
mod script;
pub(crate) mod slot;

use slot::{LINE_PITCH, LINE_WIDTH};
use std::fmt::Write as _;

/// The part of the page's width or height that the footer may fill.
const FILL: f64 = 0.96;
/// The same for one diagonal mark.
const DIAGONAL_FILL: f64 = 0.82;
/// Capitals of a diagonal mark beside the middle are at least so high, in points, unless those of the middle are smaller.
const ASIDE_POINTS: f64 = 9.0;
/// Capitals of the footer are at least so high, in points, where three columns leave room for it.
const FOOTER_POINTS: f64 = 6.0;
/// How high a capital of the bundled font is in the units of the slot.
const CAPITAL_UNITS: f64 = 71.4;
/// The distance of the footer from the bottom of the page, as a part of its height.
const FOOTER_RISE: f64 = 0.008;

/// The visible part of a page, in its own coordinates, and how it is turned when shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Left edge.
    pub(crate) x: f64,
    /// Bottom edge.
    pub(crate) y: f64,
    /// Width before turning.
    pub(crate) width: f64,
    /// Height before turning.
    pub(crate) height: f64,
    /// Clockwise: 0, 90, 180 or 270 degrees.
    pub(crate) rotate: i32,
}

impl Frame {
    /// Width and height as the reader sees them.
    pub(crate) fn shown(&self) -> (f64, f64) {
        if matches!(self.rotate, 90 | 270) { (self.height, self.width) } else { (self.width, self.height) }
    }
    /// The matrix that puts a stencil, drawn upright from its lower left corner, on the page.
    pub(crate) fn matrix(&self) -> String {
        let (right, top) = (self.x + self.width, self.y + self.height);
        let (turn, x, y) = match self.rotate {
            90 => ("0 1 -1 0", right, self.y),
            180 => ("-1 0 0 -1", right, top),
            270 => ("0 -1 1 0", self.x, top),
            _ => ("1 0 0 1", self.x, self.y),
        };
        format!("{turn} {} {}", number(x), number(y))
    }
}

/// A number as PDF wants it: no exponent, at most five decimals.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if matches!(text, "" | "-0") { "0".to_owned() } else { text.to_owned() }
}

/// A text drawn with the bundled font from the origin on, 100 units to the em, and how wide it is.
pub(crate) fn outlines(text: &str) -> (String, f64) {
    let fonts = fonts::MarkFonts::bundled();
    let row = row::Row::of(&script::name(text, &fonts), row::Setting::Shaped, &fonts);
    (row.filled(), f64::from(row.width))
}

/// The names a stencil uses in its own resources.
pub(crate) const SLOT_NAME: &str = "S";
/// The graphics state of the outlines of the diagonal marks.
pub(crate) const DIAGONAL_OUTLINE: &str = "DO";
/// The graphics state of the letters of the diagonal marks.
pub(crate) const DIAGONAL_LETTERS: &str = "DL";
/// The graphics state of the outlines of the footer.
pub(crate) const FOOTER_OUTLINE: &str = "FO";
/// The graphics state of the letters of the footer.
pub(crate) const FOOTER_LETTERS: &str = "FL";

/// How large the slot's units are in the footer: three columns fill the width of the page, or two lines a tenth of its
/// height; where that is little, as on a banner, as much as is read.
fn footer_scale(width: f64, height: f64) -> f64 {
    let by_width = 0.97 * FILL * width / 3.0 / f64::from(LINE_WIDTH);
    let by_height = 0.1 * height / f64::from(2 * LINE_PITCH);
    by_width.min(by_height.max(FOOTER_POINTS / CAPITAL_UNITS))
}

/// The part of a page's height, from below, in which the footer stands.
pub(crate) fn footer_share(width: f64, height: f64) -> f64 {
    FOOTER_RISE + footer_scale(width, height) * f64::from(2 * LINE_PITCH) / height
}

/// The content of the stencil for pages shown at this size.
pub(crate) fn stencil(width: f64, height: f64) -> String {
    let mut content = String::new();
    // The glyphs are filled and stroked: once with the filling transparent, once with the stroke, so that the light
    // outline lies below the letter and does not thin it. A stem is nine units wide: an outline of seven would take back
    // on a grey page what the letter darkens, and then both need more ink, in which the text below is lost.
    for state in [DIAGONAL_OUTLINE, DIAGONAL_LETTERS] {
        let _ = writeln!(content, "q /{state} gs 0 g 1 G 5 w 1 j");
        for part in [-0.48, 0.0, 0.48] {
            push_diagonal(&mut content, (width, height), part);
        }
        content.push_str("Q\n");
    }
    for state in [FOOTER_OUTLINE, FOOTER_LETTERS] {
        let _ = writeln!(content, "q /{state} gs 0.1 g 1 G 9 w 1 j");
        for column in [0_u32, 1, 2] {
            push_footer(&mut content, (width, height), column);
        }
        content.push_str("Q\n");
    }
    content
}

/// Paints lines of the slot: a matrix from the slot's units to the page, and which part of its box.
fn push_part(content: &mut String, matrix: [f64; 6], (bottom, lines): (u32, u32)) {
    let matrix = matrix.map(number).join(" ");
    let (low, high) = (bottom * LINE_PITCH, lines * LINE_PITCH);
    let _ = writeln!(content, "q {matrix} cm 0 {low} {LINE_WIDTH} {high} re W n /{SLOT_NAME} Do Q");
}

/// Paints the four upper lines in the direction of the diagonal, moved by a part of the way to the corner beside it: as
/// large as fits there whole, but no smaller than is read with ease and no larger than in the middle.
fn push_diagonal(content: &mut String, (width, height): (f64, f64), part: f64) {
    let (block_width, block_height) = (f64::from(LINE_WIDTH), f64::from(4 * LINE_PITCH));
    let diagonal = width.hypot(height);
    let (sin, cos) = (height / diagonal, width / diagonal);
    let scale_by_width = width / (block_width * cos + block_height * sin);
    let scale_by_height = height / (block_width * sin + block_height * cos);
    let largest = DIAGONAL_FILL * scale_by_width.min(scale_by_height);
    let scale = (largest * (1.0 - part.abs())).max(ASIDE_POINTS / CAPITAL_UNITS).min(largest);
    // The middle of the block comes to its place.
    let (center_x, center_y) = (width / 2.0 * (1.0 - part), height / 2.0 * (1.0 + part));
    let (middle_x, middle_y) = (block_width / 2.0, f64::from(4 * LINE_PITCH));
    let x = center_x - scale * (middle_x * cos - middle_y * sin);
    let y = center_y - scale * (middle_x * sin + middle_y * cos);
    push_part(content, [scale * cos, scale * sin, -scale * sin, scale * cos, x, y], (2, 4));
}

/// Paints two lines of the slot as one column of the footer.
fn push_footer(content: &mut String, (width, height): (f64, f64), column: u32) {
    let third = FILL * width / 3.0;
    let scale = footer_scale(width, height);
    let bottom_line = 4 - 2 * column;
    let middle = width / 2.0 + third * (f64::from(column) - 1.0);
    let x = middle - scale * f64::from(LINE_WIDTH) / 2.0;
    let y = height * FOOTER_RISE - scale * f64::from(bottom_line * LINE_PITCH);
    push_part(content, [scale, 0.0, 0.0, scale, x, y], (bottom_line, 2));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heights of capitals in points that a stencil for this size gives: diagonal and footer.
    fn capitals(width: f64, height: f64) -> (f64, f64) {
        let content = stencil(width, height);
        let heights = content.lines().filter(|line| line.ends_with("Do Q")).map(|line| {
            let numbers: Vec<f64> =
                line.split(' ').skip(1).take(4).map(|number| number.parse().unwrap()).collect();
            CAPITAL_UNITS * numbers[0].hypot(numbers[1])
        });
        let heights: Vec<f64> = heights.collect();
        (heights[0], *heights.last().unwrap())
    }

    #[test]
    fn letters_are_legible_from_a_business_card_to_a0() {
        for (width, height) in
            [(241.0, 156.0), (156.0, 241.0), (298.0, 420.0), (595.0, 842.0), (960.0, 540.0), (2384.0, 3370.0)]
        {
            let (diagonal, footer) = capitals(width, height);
            assert!(diagonal >= 5.0, "{width} x {height}: diagonal capitals of {diagonal:.1} pt");
            // A card's footer is small print; a page's is read without a glass.
            let least = if width.max(height) < 300.0 {
                1.3
            } else if width.max(height) < 800.0 {
                2.5
            } else {
                5.0
            };
            assert!(footer >= least, "{width} x {height}: footer capitals of {footer:.1} pt");
        }
    }
}
