//! The fonts of a mark: the bundled one, and font files the operator names for other scripts.
//!
//! A manifest names the fonts its report was prepared with, so that a copy fetched again has the same bytes although
//! fonts came or went meanwhile ([`MarkFonts::pinned`]).

use super::glyphs::{EM, FONT, PathPen};
use crate::watermark::manifest::{PinnedFont, sha256_hex};
use harfrust::font::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::outline::DrawSettings;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A larger file is no font of one script.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Why a font file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MarkFontError {
    /// Not there, or not readable.
    #[error("the font {path} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Not a font, or one without outlines, such as coloured pictures.
    #[error("{path} is no TrueType or OpenType font with outlines. Name another file in mark_fonts")]
    Unusable {
        /// The file.
        path: PathBuf,
    },
}

/// One font.
#[derive(Clone)]
struct MarkFont {
    /// Its file name and digest.
    pinned: PinnedFont,
    /// Its file.
    data: Arc<Vec<u8>>,
    /// The same, ready for shaping.
    font: Font,
    /// What was drawn of it so far.
    outlines: Arc<Outlines>,
}

/// The outlines of one font: each glyph is drawn once and kept, for the marks of a report repeat their letters.
#[derive(Default)]
pub(super) struct Outlines(Vec<OnceLock<Box<str>>>);

impl Outlines {
    /// A place for each glyph of a font.
    pub(super) fn of(font: &FontRef<'_>) -> Self {
        let metrics = GlyphMetrics::new(font, Size::new(EM), LocationRef::default());
        Self((0..metrics.glyph_count()).map(|_| OnceLock::new()).collect())
    }
    /// The outline of a glyph, which `draw` draws the first time; empty if the font has no such glyph.
    pub(super) fn get(&self, glyph: GlyphId, draw: impl FnOnce() -> String) -> &str {
        let place = usize::try_from(glyph.to_u32()).ok().and_then(|place| self.0.get(place));
        place.map_or("", |kept| kept.get_or_init(|| draw().into()))
    }
}

/// The fonts for scripts that the bundled one does not draw, in the order in which they are asked.
#[derive(Clone, Default)]
pub struct MarkFonts {
    /// What the operator named.
    named: Vec<MarkFont>,
}

impl std::fmt::Debug for MarkFonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.named.iter().map(|font| &font.pinned.name)).finish()
    }
}

impl MarkFonts {
    /// The bundled font alone: Latin, Greek, Cyrillic.
    pub const fn bundled() -> Self {
        Self { named: Vec::new() }
    }
    /// Reads font files.
    pub fn load(paths: &[PathBuf]) -> Result<Self, MarkFontError> {
        paths.iter().map(|path| MarkFont::load(path)).collect::<Result<_, _>>().map(|named| Self { named })
    }
    /// What a manifest keeps of these fonts.
    pub fn pins(&self) -> Vec<PinnedFont> {
        self.named.iter().map(|font| font.pinned.clone()).collect()
    }
    /// Those of the fonts that a manifest names, in its order, and the first one that is missing.
    pub(crate) fn pinned(&self, pins: &[PinnedFont]) -> (Self, Option<PinnedFont>) {
        let find = |pin: &PinnedFont| self.named.iter().find(|font| font.pinned.sha256 == pin.sha256);
        let named = pins.iter().filter_map(find).cloned().collect();
        (Self { named }, pins.iter().find(|pin| find(pin).is_none()).cloned())
    }
    /// The first named font that draws a letter: 1 and on, for 0 is the bundled one.
    pub(super) fn drawing(&self, letter: char) -> Option<usize> {
        self.named.iter().position(|font| font.draws(letter)).map(|place| place + 1)
    }
    /// Whether a font draws a letter.
    pub(super) fn draws(&self, font: usize, letter: char) -> bool {
        match font.checked_sub(1) {
            None => super::glyphs::has(letter),
            Some(place) => self.named.get(place).is_some_and(|font| font.draws(letter)),
        }
    }
    /// A font for shaping.
    pub(super) fn shaper(&self, font: usize) -> Option<&Font> {
        match font.checked_sub(1) {
            None => bundled(),
            Some(place) => self.named.get(place).map(|font| &font.font),
        }
    }
    /// The outline of a glyph.
    pub(super) fn outline(&self, font: usize, glyph: u32) -> &str {
        let glyph = GlyphId::new(glyph);
        match font.checked_sub(1) {
            None => super::glyphs::outline(glyph),
            Some(place) => self.named.get(place).map_or("", |font| font.outline(glyph)),
        }
    }
}

/// The bundled font, ready for shaping.
fn bundled() -> Option<&'static Font> {
    static BUNDLED: OnceLock<Option<Font>> = OnceLock::new();
    BUNDLED.get_or_init(|| Font::new(FONT, 0)).as_ref()
}

impl MarkFont {
    /// Reads one font file.
    fn load(path: &Path) -> Result<Self, MarkFontError> {
        let data = std::fs::read(path)
            .map_err(|cause| MarkFontError::Unreadable { path: path.to_owned(), cause })?;
        let unusable = || MarkFontError::Unusable { path: path.to_owned() };
        let has_outlines = FontRef::from_index(&data, 0)
            .is_ok_and(|font| font.charmap().mappings().any(|(_, glyph)| !path_of(&font, glyph).is_empty()));
        if data.len() > MOST_BYTES || !has_outlines {
            return Err(unusable());
        }
        let data = Arc::new(data);
        let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::<Vec<u8>>::clone(&data);
        let font = Font::new(shared, 0).ok_or_else(unusable)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let pinned = PinnedFont { name, sha256: sha256_hex(&data) };
        let outlines =
            Arc::new(FontRef::from_index(&data, 0).map(|font| Outlines::of(&font)).unwrap_or_default());
        Ok(Self { pinned, data, font, outlines })
    }
    /// Whether the font has an outline for a letter; coloured pictures have none.
    fn draws(&self, letter: char) -> bool {
        let Ok(font) = FontRef::from_index(&self.data, 0) else { return false };
        font.charmap().map(letter).is_some_and(|glyph| !self.outline(glyph).is_empty())
    }
    /// The outline of a glyph.
    fn outline(&self, glyph: GlyphId) -> &str {
        let draw =
            || FontRef::from_index(&self.data, 0).map(|font| path_of(&font, glyph)).unwrap_or_default();
        self.outlines.get(glyph, draw)
    }
}

/// The outline of a glyph as path operators; empty when it has none.
pub(super) fn path_of(font: &FontRef<'_>, glyph: GlyphId) -> String {
    let mut pen = PathPen::default();
    if let Some(outline) = font.outline_glyphs().get(glyph) {
        let settings = DrawSettings::unhinted(Size::new(EM), LocationRef::default());
        // A broken outline stays blank, and its letter counts as not drawn.
        if outline.draw(settings, &mut pen).is_err() {
            return String::new();
        }
    }
    pen.path
}
