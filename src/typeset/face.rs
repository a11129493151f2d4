//! The bundled font as a PDF wants it: which glyph a letter has, how wide it is, and a font file with only what is used.

use crate::fault::Fault;
use crate::watermark::bundled_font;
use skrifa::charmap::Charmap;
use skrifa::{FontRef, MetadataProvider as _};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The tables of an embedded font (PDF 32000, 9.9), in the order of their tags.
const TABLES: [&[u8; 4]; 9] =
    [b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep"];
/// The arguments of a component are words.
const WORDS: u16 = 0x0001;
/// What a component may be scaled by, and in how many bytes that is said.
const SCALES: [(u16, usize); 3] = [(0x0008, 2), (0x0040, 4), (0x0080, 8)];
/// Another component follows.
const MORE: u16 = 0x0020;

/// The font, opened.
pub(super) struct Face {
    letters: Charmap<'static>,
    head: &'static [u8],
    hhea: &'static [u8],
    hmtx: &'static [u8],
    loca: &'static [u8],
    glyf: &'static [u8],
    /// How many glyphs there are.
    glyphs: u16,
    /// Units to the em.
    units: u32,
}

/// What stands in the descriptor of an embedded font, in thousandths of the em.
pub(super) struct Measures {
    /// Left, bottom, right, top of all glyphs.
    pub(super) bounds: [i64; 4],
    /// How far letters reach up.
    pub(super) ascent: i64,
    /// How far they reach down, negative.
    pub(super) descent: i64,
}

/// Two bytes as a number.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

/// Two bytes as a number that may be negative.
fn i16_at(bytes: &[u8], at: usize) -> Option<i16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(i16::from_be_bytes)
}

/// Four bytes as a place.
fn place_at(bytes: &[u8], at: usize) -> Option<usize> {
    let place: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(place)).ok()
}

/// A table of a font file; empty when it has none of this tag.
fn table(font: &'static [u8], tag: [u8; 4]) -> &'static [u8] {
    let find = || {
        let records = font.get(12..)?.chunks_exact(16).take(usize::from(u16_at(font, 4)?));
        let record = records.into_iter().find(|record| record.starts_with(&tag))?;
        let (from, length) = (place_at(record, 8)?, place_at(record, 12)?);
        font.get(from..from.checked_add(length)?)
    };
    find().unwrap_or_default()
}

impl Face {
    /// The bundled font.
    pub(super) fn bundled() -> Result<&'static Self, Fault> {
        static BUNDLED: OnceLock<Option<Face>> = OnceLock::new();
        BUNDLED.get_or_init(Self::open).as_ref().ok_or(Fault::bare("the bundled font cannot be read"))
    }
    /// Opens the bundled font; `None` only if the bundled file were broken, which a test excludes.
    fn open() -> Option<Self> {
        let font = bundled_font();
        let head = table(font, *b"head");
        Some(Self {
            letters: FontRef::new(font).ok()?.charmap(),
            head,
            hhea: table(font, *b"hhea"),
            hmtx: table(font, *b"hmtx"),
            loca: table(font, *b"loca"),
            glyf: table(font, *b"glyf"),
            glyphs: u16_at(table(font, *b"maxp"), 4)?,
            units: u16_at(head, 18).map(u32::from).filter(|units| *units > 0)?,
        })
    }
    /// The glyph of a letter.
    pub(super) fn glyph(&self, letter: char) -> Option<u16> {
        let glyph = u16::try_from(self.letters.map(letter)?.to_u32()).ok()?;
        (glyph > 0).then_some(glyph)
    }
    /// How wide a letter is, in thousandths of the em.
    pub(super) fn width(&self, letter: char) -> i64 {
        let measured = || {
            let last = u16_at(self.hhea, 34)?.checked_sub(1)?;
            let glyph = self.glyph(letter)?.min(last);
            u16_at(self.hmtx, usize::from(glyph) * 4)
        };
        measured().map_or(0, |units| i64::from(u32::from(units) * 1_000 / self.units))
    }
    /// What stands in the descriptor.
    pub(super) fn measures(&self) -> Measures {
        let scaled =
            |bytes, at| i16_at(bytes, at).map_or(0, |units| i64::from(units) * 1_000 / i64::from(self.units));
        Measures {
            bounds: [36, 38, 40, 42].map(|at| scaled(self.head, at)),
            ascent: scaled(self.hhea, 4),
            descent: scaled(self.hhea, 6),
        }
    }
    /// The outline of a glyph as the font file has it; empty for a blank.
    fn outline(&self, glyph: u16) -> &'static [u8] {
        let at = usize::from(glyph);
        let range = || {
            if u16_at(self.head, 50)? == 1 {
                Some((place_at(self.loca, at * 4)?, place_at(self.loca, at * 4 + 4)?))
            } else {
                let half = |at| u16_at(self.loca, at).map(|half| usize::from(half) * 2);
                Some((half(at * 2)?, half(at * 2 + 2)?))
            }
        };
        range().and_then(|(from, to)| self.glyf.get(from..to)).unwrap_or_default()
    }
    /// These glyphs, the one for missing letters, and all that they are put together from.
    fn with_parts(&self, glyphs: &BTreeSet<u16>) -> BTreeSet<u16> {
        let mut all = BTreeSet::new();
        let mut waiting: Vec<u16> = glyphs.iter().copied().chain([0]).collect();
        while let Some(glyph) = waiting.pop() {
            if all.insert(glyph) {
                waiting.extend(parts(self.outline(glyph)));
            }
        }
        all
    }
    /// A font file with these glyphs under the numbers they have; all others are blank.
    pub(super) fn subset(&self, glyphs: &BTreeSet<u16>) -> Vec<u8> {
        let kept = self.with_parts(glyphs);
        let (mut loca, mut glyf) = (Vec::new(), Vec::new());
        for glyph in 0..self.glyphs {
            loca.extend(number(glyf.len()));
            if kept.contains(&glyph) {
                glyf.extend_from_slice(self.outline(glyph));
                glyf.resize(glyf.len().next_multiple_of(4), 0);
            }
        }
        loca.extend(number(glyf.len()));
        let mut head = self.head.to_vec();
        if let Some(long_places) = head.get_mut(50..52) {
            long_places.copy_from_slice(&[0, 1]);
        }
        let tables = TABLES.map(|tag| match tag {
            b"glyf" => (tag, glyf.clone()),
            b"head" => (tag, head.clone()),
            b"loca" => (tag, loca.clone()),
            other => (tag, table(bundled_font(), *other).to_vec()),
        });
        font_file(&tables)
    }
}

/// The glyphs that a glyph is put together from; none for one that is drawn itself.
fn parts(outline: &[u8]) -> Vec<u16> {
    let mut found = Vec::new();
    let mut at = 10;
    if i16_at(outline, 0).is_none_or(|contours| contours >= 0) {
        return found;
    }
    while let (Some(flags), Some(glyph)) = (u16_at(outline, at), u16_at(outline, at + 2)) {
        found.push(glyph);
        let scale = SCALES.iter().find(|(flag, _)| flags & flag != 0).map_or(0, |(_, bytes)| *bytes);
        at += 4 + if flags & WORDS == 0 { 2 } else { 4 } + scale;
        if flags & MORE == 0 {
            break;
        }
    }
    found
}

/// Four bytes of a number.
fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

/// A font file of these tables.
fn font_file(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0, 1, 0, 0, 0];
    // Nine tables: 8 is the largest power of two within, 3 its exponent, 1 table is beyond it.
    file.extend([9, 0, 8 * 16, 0, 3, 0, 16]);
    let mut at = 12 + 16 * tables.len();
    for (tag, bytes) in tables {
        let sum = bytes.chunks(4).fold(0_u32, |sum, word| {
            let mut whole = [0; 4];
            whole.iter_mut().zip(word).for_each(|(to, from)| *to = *from);
            sum.wrapping_add(u32::from_be_bytes(whole))
        });
        file.extend_from_slice(tag.as_slice());
        file.extend(sum.to_be_bytes());
        file.extend(number(at));
        file.extend(number(bytes.len()));
        at += bytes.len().next_multiple_of(4);
    }
    for (_, bytes) in tables {
        file.extend_from_slice(bytes);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::GlyphId;
    use skrifa::instance::{LocationRef, Size};
    use skrifa::metrics::GlyphMetrics;

    #[test]
    fn a_part_of_the_font_draws_its_letters_as_the_whole_does_and_no_others() {
        let face = Face::bundled().unwrap();
        let glyphs: BTreeSet<u16> = "Ǻgé".chars().filter_map(|letter| face.glyph(letter)).collect();
        let file = face.subset(&glyphs);
        let (part, whole) = (FontRef::new(&file).unwrap(), FontRef::new(bundled_font()).unwrap());
        let bounds = |font: &FontRef<'_>, glyph: u16| {
            let metrics = GlyphMetrics::new(font, Size::new(1_000.0), LocationRef::default());
            metrics.bounds(GlyphId::new(glyph.into())).map(|bounds| (bounds.x_max, bounds.y_max))
        };
        for glyph in &glyphs {
            let drawn = bounds(&part, *glyph);
            assert!(drawn.is_some_and(|(x, _)| x > 0.0) && drawn == bounds(&whole, *glyph), "{glyph}");
        }
        let other = face.glyph('Q').unwrap();
        assert!(bounds(&part, other).is_none_or(|(x, _)| x == 0.0));
        assert_eq!(face.width('i') * 2, 2 * face.width('\u{456}'), "one shape, one width");
        assert!(face.width('W') > 2 * face.width('i') && face.measures().ascent > 700);
    }
}
