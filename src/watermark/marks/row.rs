//! Sets letters into rows of glyphs, from left to right as they are painted.
//!
//! Names are shaped: joined, stacked and reordered as their script asks, and from right to left where it runs so. Exact
//! texts are not: one letter, one glyph, so that a mark reads back.

use super::fonts::MarkFonts;
use super::glyphs::{self, Glyph};
use super::pack::Packer;
use super::script::Letter;
use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont, unicode};
use unicode_bidi::BidiInfo;

/// How the letters of a text become glyphs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// One letter, one glyph.
    Exact,
    /// As the script of each word asks.
    Shaped,
}

/// A glyph and where it stands.
struct Placed<'f> {
    /// Its outline; empty for a blank.
    path: &'f str,
    /// From the pen to the glyph, to the right.
    aside: i32,
    /// From the baseline to the glyph, upwards.
    above: i32,
    /// From the pen to the next glyph's.
    advance: i32,
}

impl From<Glyph> for Placed<'_> {
    fn from(glyph: Glyph) -> Self {
        let advance = i32::try_from(glyph.advance).unwrap_or(0);
        Self { path: glyph.path, aside: 0, above: 0, advance }
    }
}

/// One row of a line.
pub(super) struct Row<'f> {
    /// What is drawn, from left to right.
    glyphs: Vec<Placed<'f>>,
    /// How wide that is in units.
    pub(super) width: i32,
}

impl<'f> Row<'f> {
    /// The row that draws some letters.
    pub(super) fn of(letters: &[Letter], setting: Setting, fonts: &'f MarkFonts) -> Self {
        let glyphs = match setting {
            Setting::Exact => letters.iter().map(|letter| glyphs::glyph(letter.letter).into()).collect(),
            Setting::Shaped => shaped(letters, fonts),
        };
        let width = glyphs.iter().fold(0_i32, |sum, glyph: &Placed<'_>| sum.saturating_add(glyph.advance));
        Self { glyphs, width }
    }
    /// Writes the glyphs into a slot, filled and stroked.
    pub(super) fn push(&self, slot: &mut Packer) {
        for glyph in &self.glyphs {
            slot.piece(&glyph.content("B"));
        }
    }
    /// The glyphs as content, filled.
    pub(super) fn filled(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.content("f")).collect()
    }
}

impl Placed<'_> {
    /// The glyph with the steps to it and to the next one: in one piece, so that letters repeat as one.
    fn content(&self, paint: &str) -> String {
        let Self { path, aside, above, advance } = self;
        if path.is_empty() {
            return format!("1 0 0 1 {advance} 0 cm\n");
        }
        if (*aside, *above) == (0, 0) {
            return format!("{path}{paint}\n1 0 0 1 {advance} 0 cm\n");
        }
        let (back, down) = (advance - aside, -above);
        format!("1 0 0 1 {aside} {above} cm\n{path}{paint}\n1 0 0 1 {back} {down} cm\n")
    }
}

/// Shapes letters: runs of one direction in the order they are seen, each cut where font or script change.
fn shaped<'f>(letters: &[Letter], fonts: &'f MarkFonts) -> Vec<Placed<'f>> {
    let text: String = letters.iter().map(|letter| letter.letter).collect();
    let info = BidiInfo::new(&text, None);
    let mut glyphs = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_rtl = levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
            let before = text.get(..run.start).unwrap_or_default().chars().count();
            let length = text.get(run).unwrap_or_default().chars().count();
            let run = letters.get(before..before.saturating_add(length)).unwrap_or_default();
            let mut words: Vec<&[Letter]> = run.chunk_by(belong_together).collect();
            if is_rtl {
                words.reverse();
            }
            let direction = if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight };
            for word in words {
                glyphs.extend(shape(word, direction, fonts));
            }
        }
    }
    glyphs
}

/// Whether two neighbours are shaped together: the same font, and scripts that do not differ.
fn belong_together(one: &Letter, other: &Letter) -> bool {
    let script = |letter: &Letter| unicode::script(u32::from(letter.letter));
    // Common and inherited letters have no script of their own.
    let neutral = |letter: &Letter| script(letter).tag().to_string().starts_with('Z');
    one.font == other.font && (script(one) == script(other) || neutral(one) || neutral(other))
}

/// Shapes a word of one font, script and direction.
fn shape<'f>(word: &[Letter], direction: Direction, fonts: &'f MarkFonts) -> Vec<Placed<'f>> {
    let Some(place) = word.first().map(|letter| letter.font) else { return Vec::new() };
    let Some(font) = fonts.shaper(place) else { return Vec::new() };
    let mut buffer = Buffer::new();
    buffer.push_str(&word.iter().map(|letter| letter.letter).collect::<String>());
    buffer.set_direction(direction);
    buffer.guess_segment_properties();
    let font = ShaperFont::new(font).with_scale(glyphs::UNITS);
    if harfrust::shape(&font, &mut buffer, ShapeOptions::new()).is_err() {
        return Vec::new();
    }
    let placed = buffer.glyph_infos().iter().zip(buffer.glyph_positions());
    placed
        .map(|(info, position)| Placed {
            path: fonts.outline(place, info.glyph_id),
            aside: position.x_offset,
            above: position.y_offset,
            advance: position.x_advance,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watermark::marks::script;
    use std::path::PathBuf;

    /// The fonts of the tests: a few letters of each script.
    fn fonts() -> MarkFonts {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/watermark/fixtures/fonts"));
        let files = ["arabic.ttf", "hebrew.ttf", "devanagari.ttf", "thai.ttf", "cjk.otf"];
        MarkFonts::load(&files.map(|file| folder.join(file))).unwrap()
    }

    /// The outlines of a name, from left to right.
    fn outlines_of(name: &str) -> Vec<String> {
        let fonts = fonts();
        shaped(&script::name(name, &fonts), &fonts).into_iter().map(|glyph| glyph.path.to_owned()).collect()
    }

    #[test]
    fn hebrew_stands_from_right_to_left_and_latin_beside_it_does_not() {
        let word = outlines_of("שרה");
        let letters: Vec<String> = ["ה", "ר", "ש"].map(outlines_of).concat();
        assert_eq!(word, letters);
        let mixed = outlines_of("Dr. שרה");
        assert_eq!(mixed.first(), outlines_of("D").first());
        assert!(mixed.ends_with(&word));
    }

    #[test]
    fn arabic_letters_join() {
        let (word, alone) = (outlines_of("محمد"), outlines_of("م"));
        assert_eq!(word.len(), 4);
        // On the right the first letter in its initial form, on the left the last one in its final form.
        assert!(word.last() != alone.last() && !word.contains(&alone.concat()));
        assert_ne!(word.get(1), word.get(3), "the second meem stands between two letters");
        assert_eq!(word.first(), outlines_of("مد").first());
    }

    #[test]
    fn devanagari_forms_conjuncts_and_sets_vowels_before_their_letter() {
        assert_eq!(outlines_of("क्ष").len(), 1);
        let vowel_first = outlines_of("नि");
        assert_eq!(vowel_first.len(), 2);
        assert_eq!(vowel_first.last(), outlines_of("न").last());
    }

    #[test]
    fn thai_marks_stand_above_and_chinese_and_korean_letters_in_a_row() {
        let fonts = fonts();
        assert!(outlines_of("น้ำ").iter().filter(|path| !path.is_empty()).count() >= 3);
        for name in ["王小明", "山田太郎", "김민수"] {
            let letters = script::name(name, &fonts);
            assert_eq!(letters.len(), name.chars().count(), "{name} was transliterated");
            assert!(shaped(&letters, &fonts).iter().all(|glyph| glyph.path.len() > 20), "{name}");
        }
    }

    #[test]
    fn combining_accents_are_composed_or_set_on_their_letter() {
        assert_eq!(outlines_of("Nguye\u{302}\u{303}n"), outlines_of("Nguy\u{1EC5}n"));
        let fonts = MarkFonts::bundled();
        let letters = script::name("q\u{302}", &fonts);
        assert!(shaped(&letters, &fonts).iter().any(|glyph| glyph.aside != 0 || glyph.above != 0));
    }

    #[test]
    fn what_no_font_draws_is_transliterated() {
        let text = |name: &str, fonts: &MarkFonts| {
            script::name(name, fonts).iter().map(|letter| letter.letter).collect::<String>()
        };
        assert_eq!(text("王小明", &MarkFonts::bundled()), "WangXiaoMing");
        assert_eq!(text("\u{E000}", &fonts()), "{U+E000}");
        assert_eq!(text(" a\u{202E}\u{200B}  b ", &fonts()), "a b");
        assert!(script::exact("王@example.com").iter().map(|l| l.letter).eq("{U+738B}@example.com".chars()));
    }
}
