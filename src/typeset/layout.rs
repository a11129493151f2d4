//! Lines and pages: where each piece of text stands on an A4 sheet.
//!
//! Lengths are thousandths of a point. The lowest part of a page stays free: the mark's footer stands there.

use super::Block;
use super::face::Face;

/// A point.
pub(super) const POINT: i64 = 1_000;
/// The width of a sheet.
pub(super) const WIDTH: i64 = 595_276;
/// Its height.
pub(super) const HEIGHT: i64 = 841_890;
/// The margins to the left and to the right.
pub(super) const MARGIN: i64 = 79_000;
/// The baseline of the head of a page.
pub(super) const HEAD: i64 = HEIGHT - 52_000;
/// Where the text begins.
const TOP: i64 = HEIGHT - 96_000;
/// Where it ends.
const BOTTOM: i64 = 108_000;
/// The room that a gap leaves.
const GAP: i64 = 30_000;
/// A block of no more lines than this is not broken over two pages.
const TOGETHER: usize = 4;

/// How a block is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// The size of the letters in points.
    pub(super) size: i64,
    /// From one baseline to the next.
    leading: i64,
    /// The room below the block.
    after: i64,
    /// How dark: the grey of the letters as PDF writes it.
    pub(super) grey: &'static str,
}

/// The head of each page.
pub(super) const RUNNING: Style = Style { size: 9, leading: 13 * POINT, after: 0, grey: "0.35" };

/// How a block is set.
const fn style(block: &Block) -> Style {
    match block {
        Block::Title(_) => Style { size: 20, leading: 27 * POINT, after: 14 * POINT, grey: "0" },
        Block::Text(_) | Block::Gap => Style { size: 11, leading: 16 * POINT, after: 9 * POINT, grey: "0" },
        Block::Small(_) => Style { size: 9, leading: 13 * POINT, after: 6 * POINT, grey: "0.25" },
    }
}

/// A line in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What it says.
    pub(super) text: String,
    /// How it is set.
    pub(super) style: Style,
    /// Its baseline, from the bottom of the page.
    pub(super) y: i64,
}

/// How wide a text is, set in this size.
pub(super) fn width(text: &str, size: i64, face: &Face) -> i64 {
    // A thousandth of the em of one point is a thousandth of a point.
    text.chars().map(|letter| face.width(letter) * size).sum()
}

/// The lines of each page.
pub(super) fn pages(blocks: &[Block], face: &Face) -> Vec<Vec<Line>> {
    let mut pages = vec![Vec::new()];
    let mut y = TOP;
    for block in blocks {
        let style = style(block);
        if *block == Block::Gap {
            y -= GAP;
            continue;
        }
        let lines = lines(block.text(), style.size, face);
        let height = |lines: &[String]| lines.iter().map(|line| step(line, style)).sum::<i64>();
        if lines.len() <= TOGETHER && y - height(&lines) < BOTTOM {
            y = next_page(&mut pages);
        }
        for text in lines {
            let step = step(&text, style);
            if y - step < BOTTOM {
                y = next_page(&mut pages);
            }
            y -= step;
            if let (Some(page), false) = (pages.last_mut(), text.is_empty()) {
                page.push(Line { text, style, y });
            }
        }
        y -= style.after;
    }
    pages
}

/// How far down the next line stands: an empty one takes half.
const fn step(line: &str, style: Style) -> i64 {
    if line.is_empty() { style.leading / 2 } else { style.leading }
}

/// Begins a page, unless nothing stands on this one yet.
fn next_page(pages: &mut Vec<Vec<Line>>) -> i64 {
    if pages.last().is_some_and(|page| !page.is_empty()) {
        pages.push(Vec::new());
    }
    TOP
}

/// The lines of a text, none wider than the page allows.
fn lines(text: &str, size: i64, face: &Face) -> Vec<String> {
    let mut lines = Vec::new();
    for written in text.replace('\t', "    ").split('\n') {
        lines.extend(wrapped(written.trim_end(), size, face));
    }
    lines
}

/// One line as it was written, as so many as it needs.
fn wrapped(written: &str, size: i64, face: &Face) -> Vec<String> {
    let room = WIDTH - 2 * MARGIN;
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in written.split_inclusive(' ') {
        if !line.is_empty() && width(&line, size, face) + width(word.trim_end(), size, face) > room {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            // Only a word that is wider than a whole line is broken inside.
            if letter != ' ' && width(&line, size, face) + face.width(letter) * size > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    // The blank at which a line was broken stays: whoever copies the words finds them apart.
    lines
}
