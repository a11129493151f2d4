//! The setting `mark_fonts`, from the operator's file to the reader's copy.

use super::{fetch, recipient};
use crate::compliance::{ONE_PAGE, creates, uploads};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use candor::clock::Clock;
use candor::grants::Terms;
use candor::identity::Role;
use candor::reports::store;
use candor::text::Slug;
use candor::watermark::{Edits, MarkFonts, MarkText, PageReading, Prepared, prepare, read_copy_id};
use std::path::PathBuf;

/// A font of the tests that draws this script.
fn font(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/it/watermark/fixtures/fonts", file].iter().collect()
}

/// The part of a body in which the mark is drawn.
fn slot(ready: &Prepared, body: &[u8]) -> Vec<u8> {
    let from = usize::try_from(ready.manifest.slot.offset_bytes).unwrap();
    body[from..from + usize::try_from(ready.manifest.slot.length_bytes).unwrap()].to_vec()
}

#[test]
fn names_of_other_scripts_are_drawn_in_copies_by_the_fonts_the_operator_names() {
    on_both(|database| {
        let files = [font("hebrew.ttf"), font("arabic.ttf")];
        let lines = format!("mark_fonts = [{:?}, {:?}]", files[0], files[1]);
        let mut office = Office::with(database, &lines);
        office.publishes_nda();
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let href = creates(&mut officer, "scripts");
        assert_eq!(uploads(&mut officer, &href, ONE_PAGE).status, 303);
        let asks = officer.get(&format!("{href}/finalize"));
        assert_eq!(officer.submit(&asks, &asks.form(&format!("{href}/finalize"))).status, 303);
        let slug = Slug::parse("scripts").unwrap();
        let report = store::require_by_slug(&mut office.house.app().database.read().unwrap(), &slug).unwrap();
        office.report = report.id;

        let mut ready = prepare(ONE_PAGE.to_vec(), &Clock::system()).unwrap();
        let fonts = MarkFonts::load(&files).unwrap();
        for (name, address) in
            [("שרה כהן", "sarah@meridian-bank.example"), ("محمد الفارسي", "mohammed@meridian-bank.example")]
        {
            office.invites_at(name, address, Terms::new(30, 3));
            let grant = office.grants_of(address).remove(0);
            let copy = fetch(&mut recipient(&office, address), "scripts");
            assert_eq!(copy.status, 200, "{}", copy.words());
            assert_eq!(read_copy_id(&copy.body).unwrap().pages, [PageReading::Copy(grant.copy)]);
            let text = MarkText {
                name: name.to_owned(),
                email: address.to_owned(),
                company: grant.recipient().company.to_owned(),
                copy: grant.copy,
                granted_on: grant.granted_at.date_words(),
                verify_url: office.house.app().house.link("/verify"),
            };
            let mut drawn = |fonts: &MarkFonts| {
                ready.manifest.mark_fonts = fonts.pins();
                let mut body = ready.body.clone();
                Edits::for_copy(fonts, &ready.manifest, &text).unwrap().apply(0, &mut body);
                slot(&ready, &body)
            };
            let (own, transliterated) = (drawn(&fonts), drawn(&MarkFonts::bundled()));
            assert!(slot(&ready, &copy.body) == own, "{name} is not drawn by the operator's font");
            assert!(own != transliterated);
        }
    });
}
