//! Renders pages and counts what differs.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

/// Renders some pages (all when `None`), the longer side about `pixels` long.
pub(super) fn pages(pdf: &[u8], pixels: f32, wanted: Option<&[usize]>) -> Vec<Pixmap> {
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let cache = RenderCache::new();
    let settings = InterpreterSettings::default();
    let chosen = pdf
        .pages()
        .iter()
        .enumerate()
        .filter(|(place, _)| wanted.is_none_or(|wanted| wanted.contains(place)));
    chosen
        .map(|(_, page)| {
            let (width, height) = page.render_dimensions();
            let scale = pixels / width.max(height);
            let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
            render(page, &cache, &settings, &RenderSettings::default(), &size)
        })
        .collect()
}

/// The part of all pixels in which any colour differs by more than `more_than` of 255.
pub(super) fn differing(one: &Pixmap, other: &Pixmap, more_than: u8) -> f64 {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()), "another size");
    let pairs = one.data_as_u8_slice().chunks_exact(4).zip(other.data_as_u8_slice().chunks_exact(4));
    // Equal pixels, which are most, are told apart without looking at each colour.
    let differing =
        pairs.filter(|(a, b)| a != b && a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > more_than)).count();
    f64::from(u32::try_from(differing).unwrap()) / (f64::from(one.width()) * f64::from(one.height()))
}
