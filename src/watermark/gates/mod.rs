//! The gates: what a prepared body must pass before a report can be published with it.
//!
//! Before anything is painted, what there is to paint is counted ([`effort`]): a small file that paints without end is
//! refused in a second.
//!
//! On the bytes that will be stored:
//! * **Agreement** ([`agreement`]): a second parser finds the same pages with the same boxes.
//! * **Looks** ([`looks`]): every page is painted three times, as it came, without a mark, and with one. The mark is seen
//!   on every page, in the diagonal and in the footer; without the mark the page looks as it came.
//!
//! All of it runs in children: one writes and passes the first gate, others look at shares of the pages
//! ([`super::preparing`]).
//!
//! What comes of it:
//! * **T2**: all gates passed. A page that looks a little different is a warning that names it.
//! * **T3** ([`pictures`]): no body passes, but the pages can be painted. The body is then pictures of the pages, each with
//!   the same slot painted on top, so that a T3 copy is personalised like any other. The mark is not *in* the
//!   pictures: burning it in would mean to paint every page anew for every recipient. What is burnt in is burnt in
//!   where it costs nothing: the pages that are read in the browser are painted from the marked copy. The publisher
//!   has to agree first, because such a report can neither be searched nor read aloud.
//! * **T4**: refused by name.
//! * **T1** (forensic marks besides) is never claimed here: there are none yet.

mod agreement;
mod effort;
pub(super) mod looks;

use super::intake::Watch;
use super::intake::look::count_streams;
use super::manifest::{self, Manifest, Tier};
use super::personalise::Edits;
use super::rewrite;
use super::rewrite::pictures::{self, Painted};
use super::{IntakeRefusal, Prepared, Progress, Stage};
use crate::clock::Clock;
use hayro_syntax::{Pdf, PdfData};
use looks::{Seen, Told};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// How a body is made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// Its pages as pictures.
    Pictures,
    /// Rewritten, with everything that is in it.
    Rewritten,
}

/// A body that nobody has looked at. It is stored and published only as what [`Written::seen`] makes of it.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The bytes that will be stored.
    pub(super) body: Arc<Vec<u8>>,
    /// What is known about them so far.
    pub(super) manifest: Manifest,
    /// How they were made.
    pub(super) way: Way,
}

impl Written {
    /// How many pages there are to be looked at.
    pub(super) fn pages(&self) -> usize {
        usize::try_from(self.manifest.pages).unwrap_or(usize::MAX)
    }
    /// A body all of whose pages were seen to be in order.
    pub(super) fn seen(mut self, seen: &Seen) -> Result<Prepared, IntakeRefusal> {
        if seen.pages() != self.pages() {
            return Err(IntakeRefusal::PageCountMismatch { expected: self.pages(), found: seen.pages() });
        }
        self.manifest.warnings.extend(seen.warnings());
        Ok(Prepared { body: Arc::unwrap_or_clone(self.body), manifest: self.manifest })
    }
}

/// Prepares an opened file the best way that passes the gates, all in this process.
pub(super) fn prepare(source: &Pdf, clock: &Clock, watch: Watch<'_>) -> Result<Prepared, IntakeRefusal> {
    best(|way| {
        let written = write(source, way, clock, watch)?;
        let (of, mut seen) = (written.pages(), Seen::default());
        look(Some(source), &written, 0..of, &mut |place, look| {
            seen.add(place, look)?;
            watch(Progress { stage: Stage::Rendering, done: place + 1, of });
            Ok(())
        })?;
        written.seen(&seen)
    })
}

/// Tries the better way first, and pictures where they may help.
pub(super) fn best(
    mut attempt: impl FnMut(Way) -> Result<Prepared, IntakeRefusal>,
) -> Result<Prepared, IntakeRefusal> {
    match attempt(Way::Rewritten) {
        Err(refusal) if is_for_pictures(&refusal) => match attempt(Way::Pictures) {
            Ok(mut prepared) => {
                prepared.manifest.warnings.insert(0, manifest::not_rewritten(&refusal));
                Ok(prepared)
            }
            // When pictures do not pass either, the first reason is the one that helps.
            Err(second) => Err(if is_beyond_limits(&second) { second } else { refusal }),
        },
        best => best,
    }
}

/// Whether a file that is refused for this may still be painted. What breaks a limit may not.
const fn is_for_pictures(refusal: &IntakeRefusal) -> bool {
    matches!(
        refusal,
        IntakeRefusal::Damaged { .. }
            | IntakeRefusal::PageCountMismatch { .. }
            | IntakeRefusal::ParsersDisagree { .. }
            | IntakeRefusal::RenderMismatch { .. }
            | IntakeRefusal::WatermarkNotVisible { .. }
    )
}

/// Whether a refusal says that a file costs more than it is worth: that is told whatever else is wrong with it.
const fn is_beyond_limits(refusal: &IntakeRefusal) -> bool {
    matches!(
        refusal,
        IntakeRefusal::Crashed
            | IntakeRefusal::DecodeLimit { .. }
            | IntakeRefusal::Forbidden
            | IntakeRefusal::TimedOut { .. }
            | IntakeRefusal::TooMuchMemory { .. }
            | IntakeRefusal::TooMuchToPaint { .. }
            | IntakeRefusal::TooMuchWork { .. }
    )
}

/// Writes a body and passes it through the gates that need no picture.
pub(super) fn write(
    source: &Pdf,
    way: Way,
    clock: &Clock,
    watch: Watch<'_>,
) -> Result<Written, IntakeRefusal> {
    let (rewritten, tier) = match way {
        Way::Pictures => {
            effort::check(source)?;
            let Painted { mut written, blank } = pictures::write(source, clock, watch)?;
            let lost: Vec<usize> = blank.into_iter().filter(|place| effort::draws(source, *place)).collect();
            written.warnings.extend(manifest::painted_blank(&lost));
            (written, Tier::T3)
        }
        Way::Rewritten => {
            // Written within the limits of unpacking first: only then is content followed that may be painted. What was
            // encrypted lies open in the body, so that it can be counted before the renderer unpacks it.
            let rewritten = rewrite::rewrite(source, clock, watch)?;
            count_streams(&rewritten.body)?;
            effort::check(source)?;
            (rewritten, Tier::T2)
        }
    };
    let pages = u32::try_from(rewritten.pages).unwrap_or(u32::MAX);
    let body_bytes = u64::try_from(rewritten.body.len()).unwrap_or(u64::MAX);
    let mut manifest = Manifest::visible(rewritten.slot, pages, body_bytes);
    manifest.tier = tier;
    manifest.warnings = rewritten.warnings;
    manifest.body_sha256 = manifest::sha256_hex(&rewritten.body);
    let body = Arc::new(rewritten.body);
    let marked = reopen(PdfData::from(Arc::clone(&body)))?;
    watch(Progress::begun(Stage::Checking, marked.pages().len()));
    agreement::check(&body, &marked, pages)?;
    Ok(Written { body, manifest, way })
}

/// Looks at pages of what was written, counted from 0, beside those of the source it was rewritten from.
pub(super) fn look(
    source: Option<&Pdf>,
    written: &Written,
    pages: Range<usize>,
    told: Told<'_>,
) -> Result<(), IntakeRefusal> {
    let mut blank = written.body.to_vec();
    Edits::blank(&written.manifest)?.apply(0, &mut blank);
    let (marked, blank) = (reopen(PdfData::from(Arc::clone(&written.body)))?, reopen(PdfData::from(blank))?);
    // Pictures of pages are compared with nothing: they are what the renderer made of the source.
    let source = source.filter(|_| written.way == Way::Rewritten);
    looks::check(source, [&blank, &marked], pages, told)
}

/// Opens bytes that we wrote.
fn reopen(body: PdfData) -> Result<Pdf, IntakeRefusal> {
    Pdf::new(body).map_err(|_| IntakeRefusal::damaged("the rewritten file cannot be opened again"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watermark::{PageReading, read_copy_id};
    use std::fmt::Write as _;

    /// A file of one page that shows a green square, with these entries in the page's dictionary.
    fn page(entries: &str) -> Vec<u8> {
        let content = "0 0.6 0 rg 20 20 100 100 re f";
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
            format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{entries}>>"),
            format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        ];
        let mut file = "%PDF-1.7\n".to_owned();
        for (number, object) in (1..).zip(objects) {
            writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
        }
        file.push_str("trailer\n<</Size 5/Root 1 0 R>>\n%%EOF\n");
        file.into_bytes()
    }

    /// An ordinary page, prepared.
    fn ordinary() -> Prepared {
        let source = Pdf::new(page("/MediaBox[0 0 300 400]")).unwrap();
        prepare(&source, &Clock::system(), &mut |_| {}).unwrap()
    }

    /// The body of an ordinary page with one text in it replaced by another of the same length.
    fn doctored(was: &str, is: &str) -> (Arc<Vec<u8>>, Manifest) {
        let Prepared { mut body, manifest } = ordinary();
        assert_eq!(was.len(), is.len());
        let at = body.windows(was.len()).position(|window| window == was.as_bytes()).unwrap();
        body[at..at + is.len()].copy_from_slice(is.as_bytes());
        (Arc::new(body), manifest)
    }

    /// What comes of looking at these bytes beside their source.
    fn looked(
        source: Option<&Pdf>,
        body: &Arc<Vec<u8>>,
        manifest: &Manifest,
    ) -> Result<Prepared, IntakeRefusal> {
        let written = Written { body: Arc::clone(body), manifest: manifest.clone(), way: Way::Rewritten };
        let mut seen = Seen::default();
        look(source, &written, 0..1, &mut |place, look| seen.add(place, look))?;
        written.seen(&seen)
    }

    #[test]
    fn a_body_with_a_page_that_nobody_looked_at_does_not_pass() {
        let Prepared { body, mut manifest } = ordinary();
        let body = Arc::new(body);
        looked(None, &body, &manifest).unwrap();
        manifest.pages = 2;
        let refused = looked(None, &body, &manifest).unwrap_err();
        assert_eq!(refused, IntakeRefusal::PageCountMismatch { expected: 2, found: 1 });
    }

    #[test]
    fn an_ordinary_page_passes_and_says_how_far_it_is() {
        let source = Pdf::new(page("/MediaBox[0 0 300 400]")).unwrap();
        let mut told = Vec::new();
        let prepared = prepare(&source, &Clock::system(), &mut |progress| told.push(progress)).unwrap();
        assert_eq!(prepared.manifest.tier, Tier::T2);
        assert_eq!(told.last(), Some(&Progress { stage: Stage::Rendering, done: 1, of: 1 }));
        assert_eq!(prepared.manifest.warnings, []);
    }

    #[test]
    fn pages_of_every_size_show_their_mark() {
        for size in ["14 18", "3000 3000", "2384 3370", "10000 100", "90 1200"] {
            let source = Pdf::new(page(&format!("/MediaBox[0 0 {size}]"))).unwrap();
            let prepared = prepare(&source, &Clock::system(), &mut |_| {});
            assert_eq!(prepared.map(|prepared| prepared.manifest.tier), Ok(Tier::T2), "{size}");
        }
    }

    #[test]
    fn a_page_whose_mark_is_hidden_is_refused_by_its_number() {
        // The form of the mark is cut down to nothing.
        let (body, manifest) = doctored("/BBox [0 0 2400 900]", "/BBox [0 0 0000 000]");
        let refused = looked(None, &body, &manifest).unwrap_err();
        assert_eq!(refused, IntakeRefusal::WatermarkNotVisible { page: 1 });
    }

    #[test]
    fn parsers_that_disagree_are_refused() {
        // As if one parser had read another box, or another turn, than the other.
        let body = ordinary().body;
        for entries in [
            "/MediaBox[0 0 300 500]",
            "/MediaBox[0 0 300 400]/CropBox[1 1 9 9]",
            "/MediaBox[0 0 300 400]/Rotate 90",
        ] {
            let other = Pdf::new(page(entries)).unwrap();
            let refused = agreement::check(&body, &other, 1);
            assert!(matches!(refused, Err(IntakeRefusal::ParsersDisagree { .. })), "{entries}: {refused:?}");
        }
        let refused = agreement::check(&body, &Pdf::new(body.clone()).unwrap(), 2);
        assert_eq!(refused, Err(IntakeRefusal::PageCountMismatch { expected: 2, found: 1 }));
    }

    #[test]
    fn a_body_that_shows_another_page_is_refused() {
        let Prepared { body, manifest } = ordinary();
        let other = Pdf::new(page("/MediaBox[0 0 300 500]")).unwrap();
        let refused = looked(Some(&other), &Arc::new(body), &manifest).unwrap_err();
        assert_eq!(refused, IntakeRefusal::RenderMismatch { page: 1 });
    }

    #[test]
    fn pages_as_pictures_carry_the_mark_and_nothing_of_the_file() {
        let source = Pdf::new(page("/MediaBox[0 0 300 400]/Rotate 90")).unwrap();
        let written = write(&source, Way::Pictures, &Clock::system(), &mut |_| {}).unwrap();
        let mut seen = Seen::default();
        look(None, &written, 0..1, &mut |place, look| seen.add(place, look)).unwrap();
        let prepared = written.seen(&seen).unwrap();
        assert_eq!(prepared.manifest.tier, Tier::T3);
        assert_eq!(prepared.manifest.warnings[0].code, "pages_as_pictures");
        assert_eq!(read_copy_id(&prepared.body).unwrap().pages, [PageReading::Unassigned]);
        let content = Pdf::new(prepared.body.clone()).unwrap().pages()[0].page_stream().unwrap().to_vec();
        assert!(!content.windows(4).any(|window| window == b"re f"), "the old content is still there");
        // Painted again, the page looks as it did.
        let mut blank = prepared.body.clone();
        Edits::blank(&prepared.manifest).unwrap().apply(0, &mut blank);
        let (before, after) =
            (Pdf::new(page("/MediaBox[0 0 300 400]/Rotate 90")).unwrap(), Pdf::new(blank).unwrap());
        let mut looks = Vec::new();
        looks::check(Some(&before), [&after, &after], 0..1, &mut |_, look| {
            looks.push(look);
            Ok(())
        })
        .unwrap();
        assert!(looks[0].changed.unwrap() < 0.02, "{looks:?}");
    }

    #[test]
    fn a_file_that_only_paints_is_published_as_pictures() {
        // Viewers do not agree what is shown of a page cropped to nothing; our own reading passes for another page.
        for entries in ["/MediaBox[0 0 300 400]/CropBox[1000 1000 1200 1200]", "/MediaBox[0 0 0 0]"] {
            let source = Pdf::new(page(entries)).unwrap();
            let prepared = prepare(&source, &Clock::system(), &mut |_| {}).unwrap();
            assert_eq!(prepared.manifest.tier, Tier::T3, "{entries}");
            let warnings = &prepared.manifest.warnings;
            let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
            // The square is not seen: that is said, and why there are pictures at all.
            assert_eq!(codes, ["not_rewritten", "pages_as_pictures", "painted_blank"], "{entries}");
            assert!(warnings[2].text.contains("page 1 "), "{warnings:?}");
            let why = prepared.manifest.why_pictures();
            assert!(why.contains("Please export") && why.contains("page 1 "), "{why}");
        }
    }

    #[test]
    fn a_page_too_thin_for_any_mark_is_refused_by_name() {
        let source = Pdf::new(page("/MediaBox[0 0 1 400]")).unwrap();
        let refused = prepare(&source, &Clock::system(), &mut |_| {}).map(|prepared| prepared.manifest.tier);
        assert_eq!(refused, Err(IntakeRefusal::WatermarkNotVisible { page: 1 }));
    }
}
