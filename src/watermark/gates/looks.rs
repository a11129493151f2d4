//! How the pages look: painted as they came, without a mark, and with one.
//!
//! Every page gets about as many pixels as any other, whatever it measures: a poster costs no more than a letter, and a
//! stamp is still large enough for a mark to be seen. All three pictures come from one renderer at one scale, so an
//! unchanged page gives the same pixels but for rounding at the edges of its shapes.

use crate::watermark::IntakeRefusal;
use crate::watermark::manifest::Warning;
use crate::watermark::marks::footer_share;
use crate::watermark::render::{Band, Extent, Painter};
use hayro_syntax::Pdf;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Pixels of a picture: US Letter at 48 dots per inch.
const PIXELS: f32 = 216_000.0;
/// A difference in a colour, of 255, that an eye tells as a mark.
const SEEN: u8 = 10;
/// The least part of the pixels above the footer in which the mark must be seen. Measured: 2.6 % on the poorest page of
/// 40 real reports.
const DIAGONAL: f64 = 0.003;
/// The same for the footer: measured 10 %.
const FOOTER: f64 = 0.008;
/// A difference in a colour, of 255, that rounding does not make.
const CHANGED: u8 = 24;
/// Up to this part of a page differs by rounding alone.
const ROUNDING: f64 = 0.000_5;
/// When more of a page differs, it is another page.
const ANOTHER: f64 = 0.2;
/// The most pages that a warning names.
const NAMED: usize = 12;

/// How one page looks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// The part of the pixels above the footer that the mark changes.
    pub(crate) diagonal: f64,
    /// The part of the footer's pixels that the mark changes.
    pub(crate) footer: f64,
    /// The part that differs from the page as it came, without a mark; none when the page as it came cannot be painted.
    pub(crate) changed: Option<f64>,
}

/// Somebody who is told how a page, counted from 0, looks.
pub(super) type Told<'t> = &'t mut dyn FnMut(usize, Look) -> Result<(), IntakeRefusal>;

/// Paints and compares these pages: as they came, without a mark, and with one.
pub(super) fn check(
    source: Option<&Pdf>,
    [blank, marked]: [&Pdf; 2],
    pages: Range<usize>,
    told: Told<'_>,
) -> Result<(), IntakeRefusal> {
    let (mut blank, mut marked) = (Painter::new(blank), Painter::new(marked));
    // Where the parser finds other pages than we do, there is nothing to compare page by page.
    let mut source = source.map(Painter::new);
    let is_comparable = source.as_ref().is_some_and(|source| source.pages() == marked.pages());
    for place in pages {
        let extent = Extent::Pixels(PIXELS);
        let shown = marked.shown(place);
        let (Some(plain), Some(with_mark), Some(shown)) =
            (blank.paint(place, extent), marked.paint(place, extent), shown)
        else {
            return Err(IntakeRefusal::NotRenderable { page: place + 1 });
        };
        let before = source.as_mut().map(|source| source.paint(place, extent).filter(|_| is_comparable));
        let changed = match before {
            // Nobody wants to compare.
            None => Some(0.0),
            Some(before) => before.map(|before| before.differs(&plain, Band::WHOLE, CHANGED)),
        };
        let footer = footer_band(shown);
        told(
            place,
            Look {
                diagonal: plain.differs(&with_mark, Band { from: 0, to: footer.from }, SEEN),
                footer: plain.differs(&with_mark, footer, SEEN),
                changed,
            },
        )?;
    }
    Ok(())
}

/// The rows in which the footer stands.
fn footer_band((width, height): (f32, f32)) -> Band {
    let share = (footer_share(width.into(), height.into()) * 1_000.0).ceil();
    let millis = (0_u16..=1_000).find(|millis| f64::from(*millis) >= share).unwrap_or(1_000);
    Band { from: 1_000 - millis, to: 1_000 }
}

/// What was seen on all pages.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many pages were seen.
    pages: usize,
    /// Pages that look a little different, and how much.
    changed: Vec<(usize, f64)>,
    /// Pages that could not be compared.
    unknown: usize,
}

impl Seen {
    /// Judges one page, counted from 0.
    pub(crate) fn add(&mut self, place: usize, look: Look) -> Result<(), IntakeRefusal> {
        let page = place + 1;
        if look.diagonal < DIAGONAL || look.footer < FOOTER {
            return Err(IntakeRefusal::WatermarkNotVisible { page });
        }
        self.pages += 1;
        match look.changed {
            None => self.unknown += 1,
            Some(part) if part > ANOTHER => return Err(IntakeRefusal::RenderMismatch { page }),
            Some(part) if part > ROUNDING => self.changed.push((page, part)),
            Some(_) => {}
        }
        Ok(())
    }
    /// How many pages were seen and are in order.
    pub(crate) const fn pages(&self) -> usize {
        self.pages
    }
    /// What the publisher should know.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.changed.is_empty() {
            let most = self.changed.iter().fold(0.0_f64, |most, (_, part)| most.max(*part));
            let named: Vec<String> =
                self.changed.iter().take(NAMED).map(|(page, _)| page.to_string()).collect();
            let more = self.changed.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let pages = if self.changed.len() == 1 { "page" } else { "pages" };
            warnings.push(Warning {
                code: "render_mismatch".to_owned(),
                text: format!(
                    "Without the mark, {pages} {}{more} would look slightly different from the original ({:.1} % of a page at the \
                     most). Please look at them in the preview.",
                    named.join(", "),
                    most * 100.0
                ),
            });
        }
        if self.unknown > 0 {
            warnings.push(Warning {
                code: "render_not_compared".to_owned(),
                text: format!(
                    "The original of {} could not be painted, so nobody compared how it looked. Please look through the preview.",
                    if self.unknown == 1 { "one page".to_owned() } else { format!("{} pages", self.unknown) }
                ),
            });
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page on which the mark is seen well.
    const GOOD: Look = Look { diagonal: 0.05, footer: 0.2, changed: Some(0.0) };

    #[test]
    fn a_page_without_a_mark_in_either_place_is_refused_by_its_number() {
        for look in [Look { diagonal: 0.0, ..GOOD }, Look { footer: 0.0, ..GOOD }] {
            let refused = Seen::default().add(6, look);
            assert_eq!(refused, Err(IntakeRefusal::WatermarkNotVisible { page: 7 }));
        }
        assert_eq!(Seen::default().add(6, GOOD), Ok(()));
    }

    #[test]
    fn a_small_change_is_a_warning_that_names_the_page_and_another_page_is_refused() {
        let mut seen = Seen::default();
        for place in 0..14 {
            seen.add(place, Look { changed: Some(0.004), ..GOOD }).unwrap();
        }
        seen.add(14, Look { changed: None, ..GOOD }).unwrap();
        let warnings = seen.warnings();
        assert!(warnings[0].text.contains("pages 1, 2, 3") && warnings[0].text.contains("12 and 2 more"));
        assert_eq!(warnings[1].code, "render_not_compared");
        let refused = seen.add(15, Look { changed: Some(0.3), ..GOOD });
        assert_eq!(refused, Err(IntakeRefusal::RenderMismatch { page: 16 }));
    }
}
