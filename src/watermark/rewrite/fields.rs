//! Values of form fields that have no picture of their own: drawn simply, so that no answer is lost.
//!
//! A viewer would make the picture when it opens the file; flattened, nobody does. The letters are outlines of the
//! bundled font, black, cut at the field's edge: no font has to be found or embedded.

use super::metadata::text;
use super::pages::rectangle;
use crate::watermark::marks::{number, outlines};
use hayro_syntax::object::{Array, Dict, Name, Object, String as Text};
use std::fmt::Write as _;

/// How far up the value or the kind of a field may be inherited from.
const PARENTS: usize = 16;
/// The distance of text from the field's edge.
const MARGIN: f64 = 2.0;
/// The size of letters when the field leaves it to the viewer.
const USUAL_SIZE: f64 = 11.0;
/// Text fields of several lines (bit 13), and such whose letters nobody should see (bit 14).
const MULTILINE: i64 = 1 << 12;
/// See [`MULTILINE`].
const SECRET: i64 = 1 << 13;

/// Whether a field says anything that would be lost with it.
pub(super) fn has_value(field: &Dict<'_>) -> bool {
    match inherited(field, b"V") {
        Some(Object::Null(_)) | None => false,
        Some(Object::Name(state)) => &*state != b"Off",
        Some(Object::String(text)) => !text.as_bytes().is_empty(),
        Some(_) => true,
    }
}

/// Content that draws the value of a field where it stands; `None` when there is nothing that can be drawn.
pub(super) fn drawn(field: &Dict<'_>) -> Option<String> {
    let [x0, y0, x1, y1] = rectangle(field, b"Rect")?;
    let place = Place { x: x0.min(x1), y: y0.min(y1), width: (x1 - x0).abs(), height: (y1 - y0).abs() };
    match inherited(field, b"FT")?.into_name().as_deref() {
        Some(b"Btn") => is_on(field).then(|| place.cross()),
        Some(b"Ch" | b"Tx") => {
            let words = words(field)?;
            (!words.trim().is_empty()).then(|| place.written(&words, size(field), flags(field)))
        }
        _ => None,
    }
}

/// An entry of a field, its own or its parents'.
fn inherited<'a>(field: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..PARENTS {
        if let Some(found) = field.get::<Object<'a>>(key) {
            return Some(found);
        }
        field = field.get::<Dict<'a>>(b"Parent")?;
    }
    None
}

/// Its flags.
fn flags(field: &Dict<'_>) -> i64 {
    inherited(field, b"Ff").and_then(Object::into_number).map_or(0, |flags| flags.as_i64())
}

/// The size of its letters as the field states it, `None` when the viewer may choose.
fn size(field: &Dict<'_>) -> Option<f64> {
    let style = match inherited(field, b"DA")? {
        Object::String(style) => text(style.as_bytes()),
        _ => return None,
    };
    let words: Vec<&str> = style.split_whitespace().collect();
    let place = words.iter().position(|word| *word == "Tf")?.checked_sub(1)?;
    words.get(place)?.parse().ok().filter(|size| (2.0..=144.0).contains(size))
}

/// Whether a box is ticked: by its own state, or by the value of its field.
fn is_on(field: &Dict<'_>) -> bool {
    let state = field.get::<Name<'_>>(b"AS").map(|state| state.to_vec());
    let value = || inherited(field, b"V").and_then(Object::into_name).map(|value| value.to_vec());
    state.or_else(value).is_some_and(|state| state != b"Off")
}

/// What a text or choice says, several choices one under the other.
fn words(field: &Dict<'_>) -> Option<String> {
    let chosen: Vec<String> = match inherited(field, b"V")? {
        Object::String(value) => vec![lines_of(value.as_bytes())],
        Object::Array(values) => values.iter::<Text<'_>>().map(|value| lines_of(value.as_bytes())).collect(),
        _ => return None,
    };
    let options = inherited(field, b"Opt").and_then(|options| match options {
        Object::Array(options) => Some(options),
        _ => None,
    });
    let shown =
        chosen.into_iter().map(|value| options.as_ref().and_then(|all| label(all, &value)).unwrap_or(value));
    let words = shown.collect::<Vec<_>>().join("\n");
    Some(if flags(field) & SECRET == 0 { words } else { "*".repeat(words.chars().count()) })
}

/// The words shown for a choice: options are pairs of value and words, or the words alone.
fn label(options: &Array<'_>, value: &str) -> Option<String> {
    options
        .iter::<Object<'_>>()
        .filter_map(|option| match option {
            Object::Array(pair) => Some(pair),
            _ => None,
        })
        .find_map(|pair| {
            let [name, shown] = <[String; 2]>::try_from(
                pair.iter::<Text<'_>>().map(|part| lines_of(part.as_bytes())).collect::<Vec<_>>(),
            )
            .ok()?;
            (name == value).then_some(shown)
        })
}

/// A value as text, with its line ends.
fn lines_of(bytes: &[u8]) -> String {
    // Line ends are control characters, which a title must not have and a value may.
    let wide = bytes.starts_with(b"\xFE\xFF");
    let breaks = |byte: &u8| matches!(byte, b'\r' | b'\n') && !wide;
    bytes.split(breaks).map(text).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Where a field stands.
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Place {
    /// Begins drawing in black within the field's edge.
    fn begin(&self) -> String {
        let edge = [self.x, self.y, self.width, self.height].map(number).join(" ");
        format!("q {edge} re W n 0 g 0 G\n")
    }
    /// A cross from corner to corner.
    fn cross(&self) -> String {
        let inset = self.width.min(self.height) * 0.2;
        let [left, right] = [self.x + inset, self.x + self.width - inset].map(number);
        let [low, high] = [self.y + inset, self.y + self.height - inset].map(number);
        let broad = number((inset / 2.0).max(0.5));
        format!(
            "{}{broad} w {left} {low} m {right} {high} l {left} {high} m {right} {low} l S Q\n",
            self.begin()
        )
    }
    /// Words, from the top when there are several lines.
    fn written(&self, words: &str, size: Option<f64>, flags: i64) -> String {
        let is_long = flags & MULTILINE != 0 || words.contains('\n');
        let room = (self.width - 2.0 * MARGIN).max(1.0);
        let size = size.unwrap_or(USUAL_SIZE).min(if is_long { USUAL_SIZE } else { self.height * 0.8 });
        let lines = if is_long { wrapped(words, room / size) } else { vec![words.to_owned()] };
        let mut content = self.begin();
        for (line, row) in lines.iter().zip(1_u16..) {
            let (paths, width) = outlines(line);
            // The grid has 100 units to the em.
            let scale = (size / 100.0).min(room / width.max(1.0));
            let base = if is_long {
                self.y + self.height - MARGIN - size * (1.15 * f64::from(row) - 0.25)
            } else {
                self.y + (self.height - size * 0.7) / 2.0
            };
            let [scale, x, base] = [scale, self.x + MARGIN, base].map(number);
            let _ = writeln!(content, "q {scale} 0 0 {scale} {x} {base} cm\n{paths}Q");
        }
        content.push_str("Q\n");
        content
    }
}

/// Words in lines of at most so many ems.
fn wrapped(words: &str, ems: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in words.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if outlines(&longer).1 > ems * 100.0 && !line.is_empty() {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = longer;
            }
        }
        lines.push(line);
    }
    lines.retain(|line| !line.is_empty());
    lines
}
