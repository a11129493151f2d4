//! Reading in the browser: a page is recorded before it is shown, names its reader, and is closed to everybody else.

use super::{entries, form, recipient, revoke, shelved, signs, signs_in};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::support::visitor::{Page, Visitor};
use candor::ledger::EventKind;
use candor::release::pages::{PAGES_A_MINUTE, VIEW_SECS};
use candor::watermark::{CopyId, Edits, MarkFonts, MarkText, prepare};
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;

/// Who reads.
const ADA: &str = "ada.first@meridian-bank.example";
/// The report: the name of its file and of its page.
const SHORT: &str = "halvorsen-soc2-2026";
/// Its pages.
const PAGES: u32 = 34;

/// The address of a page.
fn path(page: u32) -> String {
    format!("/reports/{SHORT}/pages/{page}")
}

/// The address of a page's picture.
fn picture(page: u32) -> String {
    format!("{}/picture?size=column", path(page))
}

/// An office with the report on its shelf and a reader who has done every step.
fn reading(database: &crate::support::databases::TestDatabase) -> (Office, Visitor) {
    let office = shelved(database, SHORT);
    office.invites("Ada First");
    let ada = recipient(&office, ADA);
    (office, ada)
}

/// The pixels of an answer.
fn pixels(page: &Page) -> Pixmap {
    assert_eq!((page.status, page.header("content-type")), (200, Some("image/png")), "{}", page.words());
    Pixmap::from_png(std::io::Cursor::new(&page.body)).unwrap()
}

/// A page of the report as the pictures are painted, from the body with these edits.
fn painted(edits: impl FnOnce(&candor::watermark::Manifest) -> Edits, page: usize) -> Pixmap {
    let pdf = std::fs::read(format!("{}/demo/{SHORT}.pdf", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut prepared = prepare(pdf, &candor::clock::Clock::system()).unwrap();
    edits(&prepared.manifest).apply(0, &mut prepared.body);
    let pdf = Pdf::new(prepared.body).unwrap();
    let page = &pdf.pages()[page];
    let scale = 110.0 / 72.0;
    let size = hayro::PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: hayro::vello_cpu::color::palette::css::WHITE,
    };
    let (cache, settings) =
        (hayro::RenderCache::new(), hayro::hayro_interpret::InterpreterSettings::default());
    hayro::render(page, &cache, &settings, &hayro::RenderSettings::default(), &size)
}

/// How many pixels differ.
fn differing(one: &Pixmap, other: &Pixmap) -> usize {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    one.data_as_u8_slice()
        .chunks_exact(4)
        .zip(other.data_as_u8_slice().chunks_exact(4))
        .filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 8))
        .count()
}

#[test]
fn a_page_is_the_readers_own_and_recorded_before_it_is_shown() {
    on_both(|database| {
        let (office, mut ada) = reading(database);
        let room = ada.get(&format!("/reports/{SHORT}"));
        assert!(room.links().contains(&path(1)), "{:?}", room.links());
        let page = ada.get(&path(1));
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(page.words().contains("Halvorsen"), "the words of the page are not there: {}", page.words());
        assert!(page.header("cache-control").is_some_and(|policy| policy.contains("no-store")));
        let entry = entries(&office, EventKind::ReportPageViewed).remove(0);
        let grant = office.grants_of(ADA).remove(0);
        assert_eq!((entry.leaf.grant, entry.leaf.version), (Some(grant.id), Some(office.report)));
        assert!(entry.leaf.acceptance.is_some());
        assert_eq!(entry.leaf.facts["page"].to_string(), "1");
        // The picture belongs to the same view; so do looking again and looking closer.
        let seen = ada.get(&picture(1));
        assert!(seen.header("cache-control").is_some_and(|policy| policy.contains("no-store")));
        assert!(pixels(&ada.get(&format!("{}/picture?size=huge", path(1)))).width() > pixels(&seen).width());
        assert_eq!(ada.get(&path(1)).status, 200);
        assert_eq!(office.entries(EventKind::ReportPageViewed), 1);
        // It is Ada's copy to the pixel, not another's and not a clean page.
        let text = |copy: CopyId, name: &str| MarkText {
            name: name.to_owned(),
            email: grant.recipient().email.to_owned(),
            company: grant.recipient().company.to_owned(),
            copy,
            granted_on: grant.granted_at.date_words(),
            verify_url: office.house.app().house.link("/verify"),
        };
        let seen = pixels(&seen);
        let own = text(grant.copy, grant.recipient().name);
        assert_eq!(
            differing(
                &seen,
                &painted(|manifest| Edits::for_copy(&MarkFonts::bundled(), manifest, &own).unwrap(), 0)
            ),
            0
        );
        let other = text(grant.copy, "Eve Other");
        assert!(
            differing(
                &seen,
                &painted(|manifest| Edits::for_copy(&MarkFonts::bundled(), manifest, &other).unwrap(), 0)
            ) > 100
        );
        assert!(differing(&seen, &painted(|manifest| Edits::blank(manifest).unwrap(), 0)) > 5_000);
        // Later it is another view.
        office.house.advance_secs(VIEW_SECS);
        assert_eq!(ada.get(&path(1)).status, 200);
        assert_eq!(office.entries(EventKind::ReportPageViewed), 2);
        // Those whom it concerns see it.
        assert!(ada.get("/access").words().contains("page 1 of copy"));
        let mut sales = office.house.staff("Sally", candor::identity::Role::Sales);
        let words = sales.get(&format!("/sales/grants/{}", grant.id)).words();
        assert!(words.contains(&format!("1 of {PAGES}")), "{words}");
    });
}

#[test]
fn nobody_without_every_step_sees_a_page() {
    on_both(|database| {
        let office = shelved(database, SHORT);
        let mut stranger = office.house.visitor();
        for path in [path(1), picture(1)] {
            let page = stranger.get(&path);
            assert!(page.status == 303 && page.header("location").unwrap().starts_with("/sign-in"));
        }
        office.invites("Ada First");
        let mut ada = signs_in(&office, ADA, "192.0.2.1");
        for path in [path(1), picture(1)] {
            assert_eq!(ada.get(&path).header("location"), Some("/nda"));
        }
        assert_eq!(office.entries(EventKind::ReportPageViewed), 0);
        let nda = ada.get("/nda");
        signs(&mut ada, &nda);
        assert_eq!(ada.get(&picture(2)).status, 200);
        assert_eq!(office.entries(EventKind::ReportPageViewed), 1);
        for nowhere in [0, PAGES + 1] {
            assert_eq!((ada.get(&path(nowhere)).status, ada.get(&picture(nowhere)).status), (404, 404));
        }
        // From the next request on: pictures that were painted already too.
        revoke(&office, office.grants_of(ADA)[0].id);
        for path in [path(2), picture(2), path(3)] {
            let page = ada.get(&path);
            assert!([403, 410].contains(&page.status), "{path}: {}", page.words());
            assert!(!page.body.starts_with(b"\x89PNG") && !page.words().contains("Halvorsen Ledger"));
        }
        assert_eq!(office.entries(EventKind::ReportPageViewed), 1);
        assert!(office.entries(EventKind::AccessRefused) > 0);
    });
}

#[test]
fn a_grant_for_reading_gives_pages_and_no_file() {
    on_both(|database| {
        let office = shelved(database, SHORT);
        office.invites_to_read("Ada First");
        let mut ada = recipient(&office, ADA);
        let room = ada.get(&format!("/reports/{SHORT}"));
        assert!(room.words().contains("for reading in the browser"), "{}", room.words());
        assert!(!room.html().contains("Download my copy"));
        assert_eq!(ada.get(&path(1)).status, 200);
        let refused = super::fetch(&mut ada, SHORT);
        assert!(
            refused.status == 410 && refused.words().contains("reading in the browser"),
            "{}",
            refused.words()
        );
        assert!(!refused.body.starts_with(b"%PDF"));
        assert!(ada.get("/access").words().contains("reading only"));
    });
}

#[test]
fn pages_are_turned_by_number_and_by_links() {
    on_both(|database| {
        let (_office, mut ada) = reading(database);
        let page = ada.get(&format!("{}?size=large", path(2)));
        let links = page.links();
        for wanted in [format!("{}?size=large", path(1)), format!("{}?size=large", path(3))] {
            assert!(links.contains(&wanted), "{links:?}");
        }
        let turn = form(&page, &format!("/reports/{SHORT}/pages")).fill("page", "7");
        let turned = ada.submit(&page, &turn);
        assert_eq!(turned.header("location"), Some(format!("{}?size=large", path(7)).as_str()));
        let lost = ada.submit(&page, &form(&page, &format!("/reports/{SHORT}/pages")).fill("page", "77"));
        assert!(ada.follow(&lost).words().contains(&format!("the pages 1 to {PAGES}")));
    });
}

#[test]
fn whoever_turns_too_fast_or_comes_too_late_is_told_so_in_words() {
    on_both(|database| {
        let (office, mut ada) = reading(database);
        let reading = office.house.app().gate().reading.clone();
        // Every place is taken: who comes now waits a little and is told to come back, and nothing is recorded.
        let paused = futures_executor(reading.pause());
        let busy = ada.get(&path(1));
        assert_eq!(busy.status, 503, "{}", busy.words());
        assert!(busy.header("retry-after").is_some() && busy.words().contains("reading at this moment"));
        assert!(busy.links().iter().any(|link| link.starts_with(&path(1))));
        assert_eq!(office.entries(EventKind::ReportPageViewed), 0);
        drop(paused);
        // The page that had to wait counted already.
        let most = u32::try_from(PAGES_A_MINUTE).unwrap();
        for page in 1..most {
            assert_eq!(ada.get(&path(page)).status, 200);
        }
        let fast = ada.get(&path(most));
        assert_eq!(fast.status, 429, "{}", fast.words());
        assert!(fast.header("retry-after").is_some() && fast.words().contains("within a minute"));
        // What is being looked at may be looked at again.
        assert_eq!(ada.get(&picture(3)).status, 200);
        assert_eq!(office.entries(EventKind::ReportPageViewed), PAGES_A_MINUTE - 1);
        office.house.advance_secs(60);
        assert_eq!(ada.get(&path(most)).status, 200);
    });
}

/// Runs something that waits for nothing but its own kind.
fn futures_executor<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
