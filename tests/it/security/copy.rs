//! Whose copy it is: by number, by file, and in words when it is nobody's.

use super::{Desk, RECIPIENT};
use crate::support::databases::on_both;
use crate::support::forms::Form;
use crate::support::visitor::{Page, Part};
use candor::clock::Clock;
use candor::grants::Grant;
use candor::ledger::EventKind;
use candor::text::hex;
use candor::watermark::{CopyId, Edits, MarkFonts, SampleText};
use diesel::RunQueryDsl as _;
use ring::digest::{SHA256, digest};

/// Drops a file on the page.
fn drops(desk: &mut Desk, bytes: &[u8]) -> Page {
    let page = desk.security.get("/security/copy");
    // Two forms lead here; the one that posts brings the token.
    let form = Form::all(&page.html())
        .into_iter()
        .find(|form| form.method == "post" && form.action == "/security/copy");
    let csrf = form.unwrap().value("csrf").unwrap().to_owned();
    let parts = [Part::Field("csrf", &csrf), Part::File("file", "found.pdf", "application/pdf", bytes)];
    desk.security.multipart("/security/copy", &parts)
}

/// Everything about the recipient that the page must tell.
fn names_the_recipient(page: &Page, grant: &Grant) {
    let words = page.words();
    let copy = grant.copy.to_string();
    for wanted in [
        copy.as_str(),
        "Names the copy, not the culprit",
        "Mara Lindqvist",
        RECIPIENT,
        "Customer AG",
        "SOC 2 Type II, 2026, version 1",
        "Vera, vera@house.example",
        "A person was granted one report version.",
    ] {
        assert!(words.contains(wanted), "{wanted} is not in {words}");
    }
}

#[test]
fn a_copy_is_found_by_its_number_and_by_the_file() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);

        // Before the first download, the number is known and the file cannot be.
        let typed = format!("/security/copy?id={}", grant.copy.to_string().to_lowercase().replace('-', "+"));
        let page = desk.security.get(&typed);
        assert_eq!(page.status, 200, "{}", page.words());
        names_the_recipient(&page, &grant);
        assert!(page.words().contains("It was never downloaded."));
        let looked = desk.entries(EventKind::CopyLookedUp).remove(0).leaf;
        assert_eq!((looked.about, looked.grant), (Some(grant.person), Some(grant.id)));
        assert_eq!(looked.copy.as_deref(), Some(grant.copy.as_str()));

        let pdf = desk.downloads(&grant);
        let page = drops(&mut desk, &pdf);
        assert_eq!(page.status, 200, "{}", page.words());
        names_the_recipient(&page, &grant);
        let sha256 = hex(digest(&SHA256, &pdf).as_ref());
        let words = page.words();
        for wanted in [
            "The file is genuine",
            sha256.as_str(),
            "The download of a marked copy started.",
            "198.51.100.23",
        ] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        let looked = desk.entries(EventKind::CopyLookedUp).remove(0).leaf;
        assert_eq!(looked.facts["identical"].to_string(), "true");
        assert_eq!(looked.facts["file_sha256"].to_string(), sha256);

        // One byte after the end changes nothing that a reader sees, and is said.
        let mut changed = pdf.clone();
        changed.push(b'\n');
        let page = drops(&mut desk, &changed);
        names_the_recipient(&page, &grant);
        assert!(page.words().contains("The file was changed"), "{}", page.words());
        assert_eq!(desk.entries(EventKind::CopyLookedUp)[0].leaf.facts["identical"].to_string(), "false");

        // The person is erased: the number still leads to the grant.
        let sql = "DELETE FROM data_key WHERE owner_kind = 'person' AND owner_id = (SELECT person_id FROM report_grant)";
        assert_eq!(diesel::sql_query(sql).execute(&mut desk.intruder()).unwrap(), 1);
        let words = desk.security.get(&typed).words();
        assert!(words.contains("was made for an erased person") && !words.contains("Mara"), "{words}");
        assert!(words.contains("SOC 2 Type II, 2026, version 1"), "{words}");
    });
}

#[test]
fn what_is_no_copy_of_ours_is_answered_in_words() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let unknown = CopyId::new(&Clock::system());
        for (typed, status, wanted) in [
            (unknown.to_string(), 200, "No copy of ours has the number"),
            ("UNASSIGNED+COPY".to_owned(), 200, "issued to nobody"),
            ("sample".to_owned(), 200, "This is a sample"),
            ("7Q4".to_owned(), 422, "ten digits and letters"),
            ("7Q4KX-2M9DU".to_owned(), 422, "letters other than U"),
        ] {
            let page = desk.security.get(&format!("/security/copy?id={typed}"));
            assert_eq!(page.status, status, "{typed}");
            assert!(page.words().contains(wanted), "{typed}: {}", page.words());
        }
        let looked = desk.entries(EventKind::CopyLookedUp);
        assert_eq!(looked.len(), 1, "only a number that may be one is looked up");
        assert_eq!(looked[0].leaf.facts["found"].to_string(), "false");
    });
}

#[test]
fn files_that_are_no_copies_are_answered_in_words() {
    let original = crate::support::report_pdf("short-report");
    let prepared = candor::watermark::prepare(original.clone(), &Clock::system()).unwrap();
    let mut sample = prepared.body.clone();
    let text = SampleText { name: "N".to_owned(), email: "n@e.example".to_owned(), company: "C".to_owned() };
    Edits::for_sample(&MarkFonts::bundled(), &prepared.manifest, &text).unwrap().apply(0, &mut sample);
    on_both(|database| {
        let mut desk = Desk::open(database);
        for (bytes, status, wanted) in [
            (&original[..], 200, "No mark of ours is on these pages"),
            (&prepared.body, 200, "This is an unassigned copy"),
            (&sample, 200, "This is a sample"),
            (b"just words", 422, "found.pdf cannot be read. This file is not a PDF."),
            (b"%PDF-1.7\nnothing", 422, "found.pdf cannot be read."),
            (b"", 422, "Choose the PDF first"),
        ] {
            let page = drops(&mut desk, bytes);
            assert_eq!(page.status, status, "{wanted}: {}", page.words());
            assert!(page.words().contains(wanted), "{wanted}: {}", page.words());
        }
        // The gravest find: the file as it was issued, which no reader is ever sent.
        desk.publishes();
        let leaked = drops(&mut desk, &original).words();
        assert!(leaked.contains("as its auditor issued it") && leaked.contains("bears no mark"), "{leaked}");
        let mut looked = desk.entries(EventKind::CopyLookedUp);
        assert!(looked.remove(0).leaf.facts.contains_key("file_sha256"));
        assert_eq!(looked.len(), 3, "a file that was read is recorded, whatever stood in it");
        assert_eq!(looked[0].leaf.facts["file_sha256"].to_string(), hex(digest(&SHA256, &sample).as_ref()));
    });
}
