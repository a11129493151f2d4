//! The words of a page in the order in which it paints them: for people who do not see its picture.
//!
//! Lines follow the baselines. A page whose fonts do not say which letters they draw gives nothing; better nothing than
//! wrong letters.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, Point, Rect};
use hayro_syntax::Pdf;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most text of one page, in bytes.
const MOST: usize = 200_000;

/// The words of a page, counted from 0; empty when it has none that can be told.
pub(crate) fn words(pdf: &Pdf, place: usize) -> String {
    let Some(page) = pdf.pages().get(place) else { return String::new() };
    let read = catch_unwind(AssertUnwindSafe(|| {
        let (width, height) = page.render_dimensions();
        let cache = InterpreterCache::new();
        let upright = page.initial_transform(true).to_kurbo();
        let whole = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut context = Context::new(upright, whole, &cache, page.xref(), InterpreterSettings::default());
        let mut listener = Listener::default();
        interpret_page(page, &mut context, &mut listener);
        listener.text
    }));
    spoken(read.unwrap_or_default().trim())
}

/// The same words as somebody would say them: ligatures as their letters, and of a row of dots that leads the eye from a
/// heading to its page three.
fn spoken(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    // Dots and the blanks among them, until it is known how many there are.
    let mut dots = String::new();
    for letter in text.chars() {
        if letter == '.' || letter == ' ' {
            dots.push(letter);
            continue;
        }
        spoken.push_str(leader(&dots));
        dots.clear();
        match letter {
            '\u{fb00}' => spoken.push_str("ff"),
            '\u{fb01}' => spoken.push_str("fi"),
            '\u{fb02}' => spoken.push_str("fl"),
            '\u{fb03}' => spoken.push_str("ffi"),
            '\u{fb04}' => spoken.push_str("ffl"),
            '\u{fb05}' | '\u{fb06}' => spoken.push_str("st"),
            // A soft hyphen is not heard.
            '\u{ad}' => {}
            other => spoken.push(other),
        }
    }
    spoken + leader(&dots)
}

/// What is said of dots and blanks between two letters.
fn leader(dots: &str) -> &str {
    if dots.matches('.').count() > 3 { " ... " } else { dots }
}

/// Hears the glyphs of a page and writes them down.
#[derive(Default)]
struct Listener {
    text: String,
    /// Where the last glyph began and ended, and how large it was.
    last: Option<(Point, Point, f64)>,
}

impl Listener {
    /// Writes one glyph down that stands here.
    fn hear(&mut self, letters: &str, advance: f64, at: Affine) {
        if self.text.len() > MOST {
            return;
        }
        let [a, b, ..] = at.as_coeffs();
        // Glyphs are drawn in thousandths of the em.
        let em = (a.hypot(b) * 1_000.0).max(1.0);
        let (begins, ends) = (at * Point::ORIGIN, at * Point::new(advance, 0.0));
        if let Some((began, ended, size)) = self.last {
            let (away, down) = (begins - ended, (begins.y - began.y).abs());
            if down > 0.4 * size.min(em) && away.hypot() > 0.4 * size {
                self.push_break(if down > 1.9 * size.max(em) { "\n\n" } else { "\n" });
            } else if away.hypot() > 0.15 * size.min(em) {
                // A gap made by moving instead of a blank; kerning is smaller.
                self.push_break(" ");
            }
        }
        self.text.extend(letters.chars().filter(|letter| !letter.is_control()));
        self.last = Some((begins, ends, em));
    }
    /// Ends a word or line, once.
    fn push_break(&mut self, with: &str) {
        if with == " " && self.text.ends_with(char::is_whitespace) {
            return;
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str(with);
    }
}

impl<'a> Device<'a> for Listener {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        for glyph in run.glyphs() {
            let at = props.transform * glyph.transform();
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(shape) => shape.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(0.0));
            match glyph.as_unicode() {
                Some(BfString::Char(letter)) => self.hear(letter.encode_utf8(&mut [0; 4]), advance, at),
                Some(BfString::String(letters)) => self.hear(&letters, advance, at),
                None => {}
            }
        }
    }
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn ligatures_are_letters_and_leaders_are_short() {
        assert_eq!(spoken("con\u{fb01}dential o\u{fb03}ce"), "confidential office");
        assert_eq!(spoken("1 Scope ........... 4\n2 End. So."), "1 Scope ... 4\n2 End. So.");
        assert_eq!(spoken("2 Tests. . . . . .17"), "2 Tests ... 17");
        assert_eq!(spoken("wait... what. So. "), "wait... what. So. ");
        assert_eq!(spoken("co\u{ad}operate"), "cooperate");
    }

    #[test]
    fn lines_paragraphs_and_gaps_are_told_apart() {
        let content = "BT /F1 12 Tf 20 300 Td (First line ) Tj 0 -14 Td (second) Tj 60 0 Td (column) Tj \
                       -60 -40 Td (Another ) Tj (paragraph) Tj ET";
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
            format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        ];
        let mut file = "%PDF-1.7\n".to_owned();
        for (number, object) in (1..).zip(objects) {
            writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
        }
        file += "trailer\n<</Size 6/Root 1 0 R>>\n%%EOF\n";
        let pdf = Pdf::new(file.into_bytes()).unwrap();
        assert_eq!(words(&pdf, 0), "First line\nsecond column\n\nAnother paragraph");
        assert_eq!(words(&pdf, 1), "");
    }
}
