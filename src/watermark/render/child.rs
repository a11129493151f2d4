//! Pages of a marked copy, painted in a process of their own: the picture that a reader sees and the words on it.
//!
//! ```text
//! arguments  page (u32, counted from 1)  size (u8), big-endian
//! parts      PNG, words in UTF-8, number of pages (u32)
//! ```

use super::{Extent, Painter, words};
use crate::watermark::IntakeRefusal;
use crate::watermark::intake::Watch;
use crate::watermark::intake::child::{Task, ask};
use crate::watermark::intake::serving::{Answer, Request};
use hayro_syntax::Pdf;
use std::path::Path;
use std::time::Duration;

/// The hidden command.
pub const COMMAND: &str = "page-child";
/// A page that takes longer is given up: somebody waits for it, and others wait for the processor.
const DEADLINE: Duration = Duration::from_secs(20);

/// How large a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PageSize {
    /// Fits a column: about as wide as a printed page.
    Column,
    /// For small print.
    Large,
    /// For figures and footnotes.
    Huge,
}

impl PageSize {
    /// Every size, the smallest first.
    pub const ALL: [Self; 3] = [Self::Column, Self::Large, Self::Huge];

    /// As the child is told.
    const fn code(self) -> u8 {
        match self {
            Self::Column => 0,
            Self::Large => 1,
            Self::Huge => 2,
        }
    }
    /// The picture: dots per inch, and never more pixels than a screen or two have.
    const fn extent(self) -> Extent {
        match self {
            Self::Column => Extent::Resolution { dpi: 110.0, pixels: 1_500_000.0 },
            Self::Large => Extent::Resolution { dpi: 165.0, pixels: 3_000_000.0 },
            Self::Huge => Extent::Resolution { dpi: 240.0, pixels: 6_000_000.0 },
        }
    }
}

/// A painted page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaintedPage {
    /// The picture.
    pub png: Vec<u8>,
    /// What can be read on it, without the mark; empty when its fonts do not tell.
    pub words: String,
    /// How many pages the document has.
    pub pages: u32,
}

/// Paints a page of `pdf`, counted from 1, in a child process of `program`. Blocks.
pub fn paint_in_child(
    program: &Path,
    pdf: &[u8],
    page: u32,
    size: PageSize,
) -> Result<PaintedPage, IntakeRefusal> {
    let mut arguments = page.to_be_bytes().to_vec();
    arguments.push(size.code());
    let task = Task { arguments: &arguments, deadline: DEADLINE, ..Task::new(COMMAND, pdf) };
    let [png, words, pages]: [Vec<u8>; 3] =
        ask(program, &task, &mut |_| {})?.try_into().map_err(|_| IntakeRefusal::Crashed)?;
    let pages = <[u8; 4]>::try_from(pages.as_slice()).map_err(|_| IntakeRefusal::Crashed)?;
    let words = String::from_utf8(words).map_err(|_| IntakeRefusal::Crashed)?;
    Ok(PaintedPage { png, words, pages: u32::from_be_bytes(pages) })
}

/// The work of the child.
pub fn serve(request: Request, _: Watch<'_>) -> Answer {
    let (page, size) = understand(&request.arguments).ok_or(IntakeRefusal::Crashed)?;
    // A body of our own, which passed the gates: no look before opening.
    let pdf = Pdf::new(request.intake.pdf)
        .map_err(|_| IntakeRefusal::damaged("the prepared file cannot be opened"))?;
    let place = usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1);
    let refusal = IntakeRefusal::NotRenderable { page: place.saturating_add(1) };
    let pages = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
    let picture = Painter::new(&pdf).paint(place, size.extent()).ok_or(refusal.clone())?;
    let png = picture.to_png().ok_or(refusal)?;
    Ok(vec![png, words(&pdf, place).into_bytes(), pages.to_be_bytes().to_vec()])
}

/// Page and size out of the arguments.
fn understand(arguments: &[u8]) -> Option<(u32, PageSize)> {
    let (page, rest) = arguments.split_first_chunk::<4>()?;
    let [code] = rest else { return None };
    let size = PageSize::ALL.into_iter().find(|size| size.code() == *code)?;
    Some((u32::from_be_bytes(*page), size))
}
