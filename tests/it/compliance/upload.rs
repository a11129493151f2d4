//! A PDF on its way in: whole and sealed, or refused with words and nothing lost.

use super::{ONE_PAGE, at_the_desk, creates, sends_file, uploads, waits};
use crate::support::house::House;
use crate::support::visitor::{Page, Part, Visitor, encode_parts};
use crate::watermark::signed::{Signer, signed};
use candor::db::schema::{ledger_entry, sealed_object};
use diesel::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// The public report of the demonstration.
fn nasa() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/nasa-oig-ig-19-022.pdf")).unwrap()
}

/// A PDF that opens with the password `reader` only.
const NEEDS_A_PASSWORD: &[u8] = include_bytes!("needs-a-password.pdf");
/// A PDF without a page.
const NO_PAGE: &[u8] = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n\
xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000055 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n104\n%%EOF\n";

/// The reasons of refused uploads, as the log has them.
fn refusals(house: &House) -> Vec<String> {
    let leaves: Vec<Vec<u8>> = ledger_entry::table
        .filter(ledger_entry::kind.eq("report.upload_refused"))
        .order(ledger_entry::idx)
        .select(ledger_entry::leaf)
        .load(&mut *house.app().database.read().unwrap())
        .unwrap();
    leaves.iter().map(|leaf| String::from_utf8_lossy(leaf).into_owned()).collect()
}

/// Every file of the vault.
fn vault_files(house: &House) -> Vec<PathBuf> {
    let vault = house.app().config.vault_folder();
    house.folder().files().into_iter().filter(|path| path.starts_with(&vault)).collect()
}

#[test]
fn the_public_report_is_taken_in_and_its_file_rests_sealed() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        let taken = uploads(officer, &href, &nasa());
        assert_eq!(taken.status, 303, "{}", taken.words());
        let verdict = officer.follow(&taken).words();
        assert!(verdict.contains("The file is prepared") && verdict.contains("49 pages"), "{verdict}");
        assert!(
            verdict.contains("6af10fcbb4c1bdd87383bbbcfe75820b19da1ab09feecf6e29ab0ae46c38d66e"),
            "{verdict}"
        );
        let files = vault_files(house);
        assert_eq!(files.len(), 3, "{files:?}");
        for path in house.folder().files() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(5).any(|five| five == b"%PDF-"),
                "{} holds a PDF in the clear",
                path.display()
            );
        }

        assert_eq!(uploads(officer, &href, ONE_PAGE).status, 303, "replaced");
        // Removed behind the answer.
        let gone = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            vault_files(house).len() == 3
        });
        assert!(gone, "what nothing points at stays: {:?}", vault_files(house));
        let rows: i64 =
            sealed_object::table.count().get_result(&mut *house.app().database.read().unwrap()).unwrap();
        assert_eq!(rows, 3);
    });
}

#[test]
fn what_cannot_be_prepared_is_answered_with_its_reason_and_loses_nothing() {
    at_the_desk("upload_limit_mib = 1", |house, officer| {
        let href = creates(officer, "nasa");
        let large = vec![b'%'; 1_500_000];
        let refused: [(&[u8], &str, &str); 5] = [
            (b"Dear auditor, this is a letter.", "This file is not a PDF.", "not_a_pdf"),
            (b"", "This file is empty.", "empty_file"),
            (NO_PAGE, "This PDF has no page.", "no_pages"),
            (NEEDS_A_PASSWORD, "This PDF needs a password to be opened.", "password_needed"),
            (&large, "larger than the 1 MiB this site accepts", "too_large"),
        ];
        for (bytes, said, reason) in refused {
            let page = uploads(officer, &href, bytes);
            assert_eq!(page.status, if reason == "too_large" { 422 } else { 200 }, "{reason}");
            assert!(page.words().contains(said), "{reason}: {}", page.words());
            assert!(
                page.words().contains("SOC 2 Type II, 2026"),
                "the report is still there: {}",
                page.words()
            );
            assert!(
                refusals(house).last().unwrap().contains(reason),
                "{reason}: {:?}",
                refusals(house).last()
            );
            assert_eq!(vault_files(house), Vec::<PathBuf>::new(), "{reason} left something");
            let stays = reason == "too_large" || officer.get(&href).words().contains(said);
            assert!(stays, "{reason}: the report's page does not say it");
        }
        assert_eq!(refusals(house).len(), 5);
        assert!(officer.get(&href).words().contains("Upload the PDF that the auditor issued."));
    });
}

#[test]
fn a_file_with_an_opening_password_is_opened_by_it_and_keeps_it_nowhere() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        assert!(!officer.get(&href).html().contains("Opening password"), "nobody is asked without need");
        let mut page = uploads(officer, &href, NEEDS_A_PASSWORD);
        let mut send = |page: &Page, word: &str| {
            assert!(page.words().contains("Opening password, if the file has one"), "{}", page.words());
            let sent = sends_file(officer, page, &href, NEEDS_A_PASSWORD, &[("password", word)]);
            waits(officer, sent)
        };
        page = send(&page, "not the one");
        assert_eq!(page.status, 200);
        assert!(page.words().contains("This password does not open this PDF."), "{}", page.words());
        assert!(!page.html().contains("not the one"), "the page repeats the password");
        assert_eq!(refusals(house).len(), 2);
        assert!(refusals(house).last().unwrap().contains("wrong_password"));
        let taken = send(&page, "reader");
        assert_eq!(taken.status, 303, "{}", taken.words());
        assert_eq!(vault_files(house).len(), 3);
    });
}

#[test]
fn a_file_that_is_refused_leaves_the_one_before_in_place() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        uploads(officer, &href, ONE_PAGE);
        let page = uploads(officer, &href, b"%PDF-1.7 but nothing more");
        assert_eq!(page.status, 200);
        assert!(page.words().contains("This PDF is damaged"), "{}", page.words());
        assert!(officer.get(&href).words().contains("1 page"), "{}", officer.get(&href).words());
        assert_eq!(vault_files(house).len(), 3);
    });
}

#[test]
fn a_form_without_a_file_asks_for_one() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        let page = officer.get(&href);
        let form = page.form(&format!("{href}/upload"));
        let csrf = form.value("csrf").unwrap().to_owned();
        let again = officer.multipart(&form.action, &[Part::Field("csrf", &csrf)]);
        assert_eq!(again.status, 422);
        assert!(again.words().contains("Please choose the PDF first."), "{}", again.words());
        assert!(refusals(house).is_empty());
    });
}

/// Begins an upload and breaks it off after these bytes of its body.
fn breaks_off(house: &House, officer: &mut Visitor, href: &str, bytes: usize) {
    let page = officer.get(href);
    let csrf = page.form(&format!("{href}/upload")).value("csrf").unwrap().to_owned();
    let pdf = nasa();
    let (kind, body) = encode_parts(&[
        Part::Field("csrf", &csrf),
        Part::File("file", "report.pdf", "application/pdf", &pdf),
    ]);
    let own = [
        ("Origin", crate::support::house::ORIGIN),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", kind.as_str()),
    ];
    let mut request = officer.request("POST", &format!("{href}/upload"), &own);
    request.body = body;
    request.break_off(house.address(), bytes);
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        for bytes in [100, 300_000, 2_000_000] {
            breaks_off(house, officer, &href, bytes);
        }
        // The server learns of it when it reads on.
        let gone = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            vault_files(house).is_empty()
        });
        assert!(gone, "{:?}", vault_files(house));
        assert!(refusals(house).is_empty());
        assert!(officer.get(&href).words().contains("Upload the PDF that the auditor issued."));
        assert_eq!(uploads(officer, &href, ONE_PAGE).status, 303, "the next one is taken");
    });
}

#[test]
fn a_finalized_report_takes_no_file() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "nasa");
        let page = officer.get(&href);
        let csrf = page.form(&format!("{href}/upload")).value("csrf").unwrap().to_owned();
        uploads(officer, &href, ONE_PAGE);
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let parts =
            [Part::Field("csrf", &csrf), Part::File("file", "report.pdf", "application/pdf", ONE_PAGE)];
        let refused = officer.multipart(&format!("{href}/upload"), &parts);
        assert_eq!(refused.status, 409);
        assert!(
            refused.words().contains("This version is finalized and never changes."),
            "{}",
            refused.words()
        );
        assert_eq!(vault_files(house).len(), 3);
    });
}

/// A page cropped to nothing: viewers do not agree what it shows, so only a picture of it can be published.
fn only_paints() -> Vec<u8> {
    let content = "0 0.6 0 rg 20 20 100 100 re f";
    let page =
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 300 400]/CropBox[1000 1000 1200 1200]>>";
    format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n{page}\nendobj\n4 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\n\
         trailer\n<</Size 5/Root 1 0 R>>\n%%EOF\n",
        content.len()
    )
    .into_bytes()
}

#[test]
fn pictures_of_the_pages_are_published_only_when_the_publisher_agrees() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "pictures");
        let asked = uploads(officer, &href, &only_paints());
        assert_eq!(asked.status, 200, "{}", asked.words());
        assert!(asked.words().contains("Publish the pages as pictures"), "{}", asked.words());
        // Why, and what is lost by it, both with the page.
        let words = asked.words();
        assert!(
            words.contains("cannot be prepared as it is: ") && words.contains("page 1 would be blank"),
            "{words}"
        );
        assert!(refusals(house)[0].contains("only_pictures"));
        let sent = sends_file(officer, &asked, &href, &only_paints(), &[("pictures", "yes")]);
        let taken = waits(officer, sent);
        assert_eq!(taken.status, 303, "{}", taken.words());
        let verdict = officer.follow(&taken).words();
        assert!(verdict.contains("pages as pictures, with a visible mark on each"), "{verdict}");
        assert!(verdict.contains("page 1 would be blank"), "{verdict}");
    });
}

#[test]
fn the_signatures_of_an_upload_are_judged_and_told_before_it_is_published() {
    at_the_desk("", |_, officer| {
        let href = creates(officer, "signed");
        let taken = uploads(officer, &href, &signed(&Signer::rsa(), &["-md", "sha256"]));
        let verdict = officer.follow(&taken).words();
        assert!(verdict.contains("1 digital signature was removed"), "{verdict}");
        assert!(
            verdict.contains("The file as issued was signed by Jane Quill, Fennimore Quill LLP."),
            "{verdict}"
        );
        assert!(verdict.contains("Nobody but the signer vouches for the certificate"), "{verdict}");
        assert!(officer.get(&href).words().contains("Intact and covers the whole file"));
        uploads(officer, &href, ONE_PAGE);
        assert!(officer.get(&href).words().contains("The file as issued carries no digital signature."));
    });
}
