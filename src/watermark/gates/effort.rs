//! How much a file paints, counted before anything is painted.
//!
//! A form may paint another one ten times, and that one the next: eleven of them are ten thousand million things to
//! paint, and a file of two kilobytes would be painted until the deadline. So every page is followed once without any
//! picture, through its forms as the painter itself follows them, and what the renderer would be asked is counted: paths,
//! runs of letters, pictures, clips, groups.
//!
//! Not counted: what a tiling or a mask repeats within itself. There the deadline of the child holds.

use crate::watermark::IntakeRefusal;
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use hayro::kurbo::{BezPath, Rect};
use hayro_syntax::Pdf;
use hayro_syntax::page::Page;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// So much any file may draw: about a second of following.
const BASE: u64 = 100_000;
/// And so much more for each of its bytes: honest content needs bytes for what it draws. Of 284 real and odd files the
/// one that draws most for its size reaches a twentieth of this.
const PER_BYTE: u64 = 4;
/// A run of letters counts once, and once more for so many letters.
const LETTERS: usize = 100;
/// The memory of fonts and colours is forgotten after so many pages.
const REMEMBERED: usize = 64;

/// Refuses a file that draws more than any honest one of its size.
pub(super) fn check(source: &Pdf) -> Result<(), IntakeRefusal> {
    let bytes = u64::try_from(source.data().as_ref().len()).unwrap_or(u64::MAX);
    let limit = BASE.saturating_add(bytes.saturating_mul(PER_BYTE));
    let mut counter = Counter { left: limit, drawn: false };
    let mut cache = InterpreterCache::new();
    for (place, page) in source.pages().iter().enumerate() {
        if place % REMEMBERED == 0 {
            cache = InterpreterCache::new();
        }
        let followed = catch_unwind(AssertUnwindSafe(|| follow(page, &cache, &mut counter)));
        if counter.left == 0 {
            return Err(IntakeRefusal::TooMuchToPaint { limit });
        }
        // A page that cannot be followed cannot be painted either, and is judged there.
        if followed.is_err() {
            cache = InterpreterCache::new();
        }
    }
    Ok(())
}

/// Whether a page, counted from 0, draws anything: a path, letters or a picture. One that cannot be followed may.
pub(super) fn draws(source: &Pdf, place: usize) -> bool {
    let Some(page) = source.pages().get(place) else { return false };
    let (cache, mut counter) = (InterpreterCache::new(), Counter { left: u64::MAX, drawn: false });
    let followed = catch_unwind(AssertUnwindSafe(|| follow(page, &cache, &mut counter)));
    counter.drawn || followed.is_err()
}

/// Follows a page without painting it.
fn follow<'p>(page: &Page<'p>, cache: &InterpreterCache<'p>, counter: &mut Counter) {
    let (width, height) = page.render_dimensions();
    let upright = page.initial_transform(true).to_kurbo();
    let whole = Rect::new(0.0, 0.0, width.into(), height.into());
    let mut context = Context::new(upright, whole, cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, counter);
}

/// Counts what is drawn.
struct Counter {
    /// So much more may come.
    left: u64,
    /// Whether anything was drawn that would be seen by itself.
    drawn: bool,
}

impl Counter {
    /// Counts; the page is left where nothing more may come, for the interpreter has no other way to be stopped.
    fn count(&mut self, drawn: usize) {
        self.left = self.left.saturating_sub(u64::try_from(drawn).unwrap_or(u64::MAX));
        if self.left == 0 {
            resume_unwind(Box::new(()));
        }
    }
}

impl<'a> Device<'a> for Counter {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.drawn = true;
        self.count(1);
    }
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count(1);
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count(1);
    }
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.drawn = true;
        self.count(1 + run.glyphs().len() / LETTERS);
    }
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.drawn = true;
        self.count(1);
    }
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// A file whose page paints the first of some forms, each of which paints the next one so many times.
    fn nested(forms: usize, times: usize) -> Pdf {
        let form = |next: usize| {
            let content = if next > forms + 4 { "0 0 9 9 re f".to_owned() } else { "/X Do ".repeat(times) };
            let entries = format!(
                "/Type/XObject/Subtype/Form/BBox[0 0 300 400]/Resources<</XObject<</X {next} 0 R>>>>"
            );
            format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
        };
        let mut objects = vec![
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>".to_owned(),
            "<</Length 5>>\nstream\n/X Do\nendstream".to_owned(),
        ];
        objects.extend((6..forms + 6).map(form));
        let mut file = "%PDF-1.7\n".to_owned();
        for (number, object) in (1..).zip(&objects) {
            writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
        }
        writeln!(file, "trailer\n<</Size {}/Root 1 0 R>>\n%%EOF", objects.len() + 1).unwrap();
        Pdf::new(file.into_bytes()).unwrap()
    }

    #[test]
    fn forms_in_forms_are_counted_as_often_as_they_are_painted() {
        assert_eq!(check(&nested(4, 10)), Ok(()));
        let bomb = nested(12, 10);
        let limit = BASE + PER_BYTE * u64::try_from(bomb.data().as_ref().len()).unwrap();
        assert_eq!(check(&bomb), Err(IntakeRefusal::TooMuchToPaint { limit }));
    }
}
