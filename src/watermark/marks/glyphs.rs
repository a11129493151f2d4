//! Glyph outlines of the bundled font, as path operators of a content stream.
//!
//! Every glyph stands on a grid of 100 units to the em, so that most numbers have two digits. The font's pairs of
//! quadratic curves are joined to one cubic, which is what they were made from: half the bytes, the same shape.
//! The same text always gives the same bytes; reading a mark depends on it.

use super::fonts::{Outlines, path_of};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::outline::OutlinePen;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::sync::OnceLock;

/// Noto Sans Regular, SIL Open Font License 1.1, see the licence beside it.
pub(crate) const FONT: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf");

/// Units to the em.
pub(super) const EM: f32 = 100.0;
/// The same as a whole number.
pub(super) const UNITS: i32 = 100;

/// A glyph as it is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glyph {
    /// Path operators without the painting one; empty for a blank.
    pub(crate) path: &'static str,
    /// How far the next glyph stands, in units.
    pub(crate) advance: u32,
}

/// The bundled font, opened once.
struct Bundled {
    font: FontRef<'static>,
    letters: Charmap<'static>,
    outlines: Outlines,
}

/// The bundled font; `None` only if the bundled file were broken, which a test excludes.
fn bundled() -> Option<&'static Bundled> {
    static BUNDLED: OnceLock<Option<Bundled>> = OnceLock::new();
    let open = || {
        let font = FontRef::new(FONT).ok()?;
        Some(Bundled { letters: font.charmap(), outlines: Outlines::of(&font), font })
    };
    BUNDLED.get_or_init(open).as_ref()
}

/// Whether the font has a glyph for this letter.
pub(super) fn has(letter: char) -> bool {
    bundled().and_then(|bundled| bundled.letters.map(letter)).is_some()
}

/// The outline of a glyph of the font; empty if it has none.
pub(super) fn outline(glyph: GlyphId) -> &'static str {
    bundled().map_or("", |Bundled { font, outlines, .. }| outlines.get(glyph, || path_of(font, glyph)))
}

/// The glyph of a letter; an empty one if the font has none. Those of ASCII, which most marks consist of, are kept.
pub(crate) fn glyph(letter: char) -> Glyph {
    static ASCII: OnceLock<Vec<Glyph>> = OnceLock::new();
    let known = ASCII.get_or_init(|| ('\0'..='~').map(measured).collect());
    let place = usize::try_from(u32::from(letter)).unwrap_or(usize::MAX);
    known.get(place).copied().unwrap_or_else(|| measured(letter))
}

/// Looks the glyph of a letter up in the font.
fn measured(letter: char) -> Glyph {
    let Some(Bundled { font, letters, .. }) = bundled() else { return Glyph::default() };
    let Some(id) = letters.map(letter) else { return Glyph::default() };
    let metrics = GlyphMetrics::new(font, Size::new(EM), LocationRef::default());
    let advance = rounded(metrics.advance_width(id).unwrap_or(0.0)).parse().unwrap_or(0);
    Glyph { path: outline(id), advance }
}

/// A number rounded to whole units.
fn rounded(value: f32) -> String {
    let text = format!("{value:.0}");
    if text == "-0" { "0".to_owned() } else { text }
}

/// A point of an outline.
type Point = (f32, f32);

/// Writes an outline as path operators, joining pairs of quadratic curves.
#[derive(Default)]
pub(super) struct PathPen {
    /// What was written so far.
    pub(super) path: String,
    at: Point,
    /// A quadratic curve that waits for its twin: start, control, end.
    waiting: Option<(Point, Point, Point)>,
}

impl PathPen {
    /// Writes points and the operator.
    fn push(&mut self, points: &[Point], operator: &str) {
        for (x, y) in points {
            self.path.push_str(&rounded(*x));
            self.path.push(' ');
            self.path.push_str(&rounded(*y));
            self.path.push(' ');
        }
        self.path.push_str(operator);
        self.path.push('\n');
    }
    /// Writes the curve that waits, raised to a cubic.
    fn flush(&mut self) {
        if let Some((start, control, end)) = self.waiting.take() {
            let first = between(start, control, 2.0 / 3.0);
            let second = between(end, control, 2.0 / 3.0);
            self.push(&[first, second, end], "c");
        }
    }
}

/// The point on the way from one to another.
fn between(from: Point, to: Point, part: f32) -> Point {
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// Whether the end of one quadratic curve lies in the middle of the two control points: then both are one cubic.
fn are_twins(control: Point, end: Point, next_control: Point) -> bool {
    let middle = between(control, next_control, 0.5);
    (middle.0 - end.0).abs() < 0.1 && (middle.1 - end.1).abs() < 0.1
}

impl OutlinePen for PathPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.flush();
        self.push(&[(x, y)], "m");
        self.at = (x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.flush();
        self.push(&[(x, y)], "l");
        self.at = (x, y);
    }
    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        match self.waiting.take() {
            Some((start, control, end)) if are_twins(control, end, (cx0, cy0)) => {
                let first = between(start, control, 4.0 / 3.0);
                let second = between((x, y), (cx0, cy0), 4.0 / 3.0);
                self.push(&[first, second, (x, y)], "c");
            }
            other => {
                self.waiting = other;
                self.flush();
                self.waiting = Some((self.at, (cx0, cy0), (x, y)));
            }
        }
        self.at = (x, y);
    }
    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.flush();
        self.push(&[(cx0, cy0), (cx1, cy1), (x, y)], "c");
        self.at = (x, y);
    }
    fn close(&mut self) {
        self.flush();
        self.path.push_str("h\n");
    }
}
