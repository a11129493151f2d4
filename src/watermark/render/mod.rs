//! Renders pages: for the gates at intake and for reading in the browser.
//!
//! Works on any PDF, so it runs in a child process only ([`crate::watermark::intake`]); a server paints by
//! [`child::paint_in_child`]. What is painted for readers is their own marked copy, so the mark is in the picture's pixels.
//!
//! Promises: whatever a page does to the renderer, the answer is a picture or none; the size of a picture is bounded
//! before a byte of it is reserved.

pub mod child;
mod picture;
mod words;

pub(crate) use picture::{Band, Picture};
use words::words;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_syntax::Pdf;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest side of a picture.
const SIDE: f32 = 8_000.0;
/// The renderer's memory of fonts and pictures is forgotten after so many pages.
const REMEMBERED: usize = 64;

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Extent {
    /// About so many pixels in all, whatever the page measures.
    Pixels(f32),
    /// So many dots per inch, and no more pixels than that.
    Resolution {
        /// Dots per inch.
        dpi: f32,
        /// The most pixels.
        pixels: f32,
    },
}

impl Extent {
    /// The scale that gives a page of this size its picture.
    fn scale(self, (width, height): (f32, f32)) -> f32 {
        let by_pixels = |pixels: f32| (pixels / (width * height)).sqrt();
        let scale = match self {
            Self::Pixels(pixels) => by_pixels(pixels),
            Self::Resolution { dpi, pixels } => (dpi / 72.0).min(by_pixels(pixels)),
        };
        // At least one pixel each way, never more than a side may have.
        scale.min(SIDE / width.max(height)).max(1.0 / width.min(height))
    }
}

/// Paints pages of one document, remembering its fonts from page to page.
pub(crate) struct Painter<'p> {
    pdf: &'p Pdf,
    cache: RenderCache<'p>,
    painted: usize,
    settings: InterpreterSettings,
}

impl<'p> Painter<'p> {
    /// A painter of this document.
    pub(crate) fn new(pdf: &'p Pdf) -> Self {
        Self { pdf, cache: RenderCache::new(), painted: 0, settings: InterpreterSettings::default() }
    }
    /// How many pages there are.
    pub(crate) fn pages(&self) -> usize {
        self.pdf.pages().len()
    }
    /// The size of a page as it is shown, in points.
    pub(crate) fn shown(&self, place: usize) -> Option<(f32, f32)> {
        let shown = self.pdf.pages().get(place)?.render_dimensions();
        let is_sane = |side: f32| side.is_finite() && side > 0.0;
        (is_sane(shown.0) && is_sane(shown.1)).then_some(shown)
    }
    /// The picture of a page on white, counted from 0; none when the page or a picture of it cannot be had.
    pub(crate) fn paint(&mut self, place: usize, extent: Extent) -> Option<Picture> {
        let scale = extent.scale(self.shown(place)?);
        if self.painted >= REMEMBERED {
            self.forget();
        }
        self.painted += 1;
        let page = self.pdf.pages().get(place)?;
        let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let settings = RenderSettings::default();
        // A renderer that panics has shown nothing; what it remembered may be half made.
        let painted = catch_unwind(AssertUnwindSafe(|| {
            hayro::render(page, &self.cache, &self.settings, &settings, &size)
        }));
        if painted.is_err() {
            self.forget();
        }
        painted.ok().map(Picture::from)
    }
    /// Forgets fonts and pictures.
    fn forget(&mut self) {
        self.cache = RenderCache::new();
        self.painted = 0;
    }
}
