//! Pictures of pages: compared, and written as PNG.

use hayro::vello_cpu::Pixmap;

/// A picture without transparency.
pub(crate) struct Picture(Pixmap);

impl From<Pixmap> for Picture {
    fn from(pixmap: Pixmap) -> Self {
        Self(pixmap)
    }
}

/// Rows of a picture in thousandths of its height, counted from the upper edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    /// Where it begins.
    pub(crate) from: u16,
    /// Where it ends.
    pub(crate) to: u16,
}

impl Band {
    /// The whole picture.
    pub(crate) const WHOLE: Self = Self { from: 0, to: 1_000 };
}

/// The colours of a picture, row by row.
pub(crate) struct Colours {
    /// 1 (grey) or 3 (red, green, blue) bytes a pixel.
    pub(crate) channels: usize,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Picture {
    /// Pixels in a row.
    pub(crate) fn width(&self) -> u16 {
        self.0.width()
    }
    /// Rows.
    pub(crate) fn height(&self) -> u16 {
        self.0.height()
    }
    /// Whether it is of one colour all over.
    pub(crate) fn is_blank(&self) -> bool {
        let mut pixels = self.0.data_as_u8_slice().chunks_exact(4);
        pixels.next().is_none_or(|first| pixels.all(|pixel| pixel == first))
    }
    /// The part of a band's pixels in which any colour differs by more than `more_than` of 255; all of them when the
    /// pictures have another size.
    pub(crate) fn differs(&self, other: &Self, band: Band, more_than: u8) -> f64 {
        if (self.width(), self.height()) != (other.width(), other.height()) {
            return 1.0;
        }
        let (mine, theirs) = (self.rows(band), other.rows(band));
        let width = usize::from(self.width()).saturating_mul(4).max(4);
        // Equal rows and pixels, which are most, are told apart without looking at each colour.
        let rows = mine.chunks_exact(width).zip(theirs.chunks_exact(width)).filter(|(a, b)| a != b);
        let pairs = rows.flat_map(|(a, b)| a.chunks_exact(4).zip(b.chunks_exact(4)));
        let differing = pairs
            .filter(|(a, b)| a != b && a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > more_than))
            .count();
        let count = |many: usize| u32::try_from(many).map_or(f64::from(u32::MAX), f64::from);
        count(differing) / count((mine.len() / 4).max(1))
    }
    /// The bytes of a band, whole rows, at least one.
    fn rows(&self, band: Band) -> &[u8] {
        let bytes = self.0.data_as_u8_slice();
        let width = usize::from(self.width()).saturating_mul(4);
        let row = |millis: u16| usize::from(self.height()).saturating_mul(millis.into()) / 1_000;
        let (from, to) = (row(band.from).saturating_mul(width), row(band.to).saturating_mul(width));
        bytes.get(from..to.max(from.saturating_add(width))).unwrap_or(bytes)
    }
    /// The colours, as grey when there is no other.
    pub(crate) fn colours(&self) -> Colours {
        let pixels = self.0.data_as_u8_slice().chunks_exact(4);
        let is_grey = |pixel: &[u8]| matches!(pixel, [r, g, b, ..] if r == g && g == b);
        if pixels.clone().all(is_grey) {
            return Colours {
                channels: 1,
                bytes: pixels.filter_map(|pixel| pixel.first().copied()).collect(),
            };
        }
        Colours { channels: 3, bytes: pixels.flat_map(|pixel| pixel.iter().take(3).copied()).collect() }
    }
    /// The picture as a PNG file; none when it cannot be written.
    pub(crate) fn to_png(&self) -> Option<Vec<u8>> {
        // Fast and a tenth larger than the best: a reader waits for it.
        self.encode(&self.colours(), png::Compression::Fast)
    }
    /// Bytes of a pixel, and the compressed data of a PNG file without what stands around it.
    pub(crate) fn to_png_data(&self) -> Option<(usize, Vec<u8>)> {
        let colours = self.colours();
        let file = self.encode(&colours, png::Compression::Balanced)?;
        let mut rest = file.get(8..)?;
        let mut data = Vec::with_capacity(file.len());
        // Chunks: length, kind, so many bytes, check sum.
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (kind, after) = after.split_first_chunk::<4>()?;
            let (chunk, after) = after.split_at_checked(length)?;
            if kind == b"IDAT" {
                data.extend_from_slice(chunk);
            }
            rest = after.get(4..)?;
        }
        Some((colours.channels, data))
    }
    /// A PNG file of these colours.
    fn encode(&self, colours: &Colours, compression: png::Compression) -> Option<Vec<u8>> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width().into(), self.height().into());
        encoder.set_color(if colours.channels == 1 {
            png::ColorType::Grayscale
        } else {
            png::ColorType::Rgb
        });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(compression);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&colours.bytes).ok()?;
        writer.finish().ok()?;
        Some(file)
    }
}
