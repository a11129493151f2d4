//! Evidence that is shown: holders and auditors take marked copies of it for as long as the company chooses so.

use super::companions::{ADA, BOB, ROOM, document, is_marked, looks_up, read, stored, takes};
use super::{entries, recipient};
use crate::sales::desk::in_offices;
use crate::support::forms::Form;
use crate::support::visitor::{Page, Part, Visitor};
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::text::hex;
use candor::watermark::PageReading;

/// Keeps a file of evidence beside the office's first exception, as the desk does; where the files are, and the file's address.
fn keeps(officer: &mut Visitor, name: &str, bytes: &[u8]) -> (String, String) {
    let links = officer.get("/compliance/reports/soc2-2026").links();
    let link = links.iter().find(|link| link.contains("/exceptions/") && link.ends_with("/remediation"));
    let files = link.unwrap().replace("/remediation", "/evidence");
    let page = officer.get(&files);
    let form = Form::all(&page.html()).into_iter().find(|form| form.action == files).unwrap();
    let csrf = form.value("csrf").unwrap().to_owned();
    let parts = [
        Part::Field("csrf", &csrf),
        Part::File("file", name, "application/pdf", bytes),
        Part::Field("shows", "The test of internal audit."),
    ];
    let kept = officer.multipart(&files, &parts);
    assert_eq!(kept.status, 303, "{}", kept.words());
    let page = officer.get(&files);
    let file = page.links().into_iter().find(|link| link.starts_with(&format!("{files}/"))).unwrap();
    (files, file)
}

/// Chooses whether holders are told of a file, by the button that stands there.
fn chooses(officer: &mut Visitor, files: &str, file: &str) -> Page {
    let page = officer.get(files);
    officer.submit(&page, &page.form(&format!("{file}/choice")))
}

#[test]
fn chosen_evidence_leaves_as_marked_copies_until_the_choice_is_taken_back() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let pdf = crate::support::report_pdf("short-report");
        let (files, file) = keeps(&mut officer, "audit.pdf", &pdf);
        let copy_at = format!("{ROOM}/evidence/{}/copy", file.rsplit('/').next().unwrap());
        assert_eq!(takes(&mut ada, &copy_at).status, 404, "nobody chose to show it");
        assert_eq!(chooses(&mut officer, &files, &file).status, 303);
        assert!(officer.get(&files).words().contains("They can take marked copies"));
        let room = ada.get(ROOM);
        let copy = ada.submit(&room, &room.form(&copy_at));
        assert_eq!(copy.status, 200, "{}", copy.words());
        assert!(is_marked(&copy.body, office.grants_of(ADA)[0].copy));
        let started = entries(office, EventKind::CompanionStarted).remove(0);
        assert_eq!(started.leaf.facts["of"].to_string(), "evidence");
        let evidence = document(office, EventKind::EvidenceChosen);
        assert!(read(&stored(office, &evidence)).0.iter().all(|page| *page == PageReading::Unassigned));
        let found = looks_up(&mut office.house.visitor_from("192.0.2.44"), &copy.body).words();
        assert!(found.contains("Genuine evidence, unchanged"), "{found}");

        office.house.advance_secs(60);
        assert_eq!(chooses(&mut officer, &files, &file).status, 303);
        let refused = takes(&mut ada, &copy_at);
        assert!(
            refused.status == 410 && refused.words().contains("does not show this document any more"),
            "{}",
            refused.words()
        );
        assert_eq!(entries(office, EventKind::AccessRefused)[0].leaf.facts["why"].to_string(), "not_shown");
        assert!(!ada.get(ROOM).words().contains("audit.pdf"));

        // Chosen again it is the same document, and the same copy.
        office.house.advance_secs(60);
        assert_eq!(chooses(&mut officer, &files, &file).status, 303);
        assert!(takes(&mut ada, &copy_at).body == copy.body);
        assert_eq!(office.entries(EventKind::CompanionStarted), 2);
        office.invites_to_read("Bob Second");
        let mut bob = recipient(office, BOB);
        assert!(bob.get(ROOM).words().contains("audit.pdf"));
        assert!(!bob.get(ROOM).html().contains(&copy_at), "where there is only reading, nothing is offered");
        assert_eq!(takes(&mut bob, &copy_at).status, 410);
    });
}

#[test]
fn what_cannot_be_marked_is_named_and_not_chosen_and_other_files_are_told_of_only() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let locked = include_bytes!("../compliance/needs-a-password.pdf");
        let (files, file) = keeps(&mut officer, "locked.pdf", locked);
        let refused = chooses(&mut officer, &files, &file);
        assert!(
            refused.status == 422 && refused.words().contains("Nothing was chosen"),
            "{}",
            refused.words()
        );
        assert!(refused.words().to_lowercase().contains("password"), "{}", refused.words());
        assert_eq!(office.entries(EventKind::EvidenceChosen), 0);
        assert!(!ada.get(ROOM).words().contains("locked.pdf"));
        office.house.advance_secs(60);
        let (files, file) = keeps(&mut officer, "leavers.txt", b"11 of 11 accounts were disabled.");
        assert_eq!(chooses(&mut officer, &files, &file).status, 303);
        let room = ada.get(ROOM).words();
        assert!(room.contains("leavers.txt") && room.contains("no PDF that could be marked"), "{room}");
        let copy_at = format!("{ROOM}/evidence/{}/copy", file.rsplit('/').next().unwrap());
        assert_eq!(takes(&mut ada, &copy_at).status, 404);
    });
}

#[test]
fn an_auditor_takes_shown_evidence_marked_with_their_own_name() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let mut auditor = office.house.staff("Quill", Role::Auditor);
        let pdf = crate::support::report_pdf("short-report");
        let (files, file) = keeps(&mut officer, "audit.pdf", &pdf);
        let page = format!("/security/reports/{}", office.report);
        let copy_at = format!("{page}/evidence/{}/copy", file.rsplit('/').next().unwrap());
        assert!(!auditor.get(&page).words().contains("audit.pdf"));
        chooses(&mut officer, &files, &file);
        let before = office.entries(EventKind::EvidenceRead);
        let shown = auditor.get(&page);
        let copy = auditor.submit(&shown, &shown.form(&copy_at));
        assert_eq!(
            (copy.status, copy.header("content-type")),
            (200, Some("application/pdf")),
            "{}",
            copy.words()
        );
        let (pages, _) = read(&copy.body);
        assert!(pages.len() == 8 && pages.iter().all(|page| *page == PageReading::Sample), "{pages:?}");
        assert_eq!(office.entries(EventKind::EvidenceRead), before + 1);
        let sha256 = hex(ring::digest::digest(&ring::digest::SHA256, &copy.body).as_ref());
        assert_eq!(entries(office, EventKind::EvidenceRead)[0].leaf.facts["sha256"].to_string(), sha256);
        let asked = auditor.request("GET", &copy_at, &[]);
        assert_eq!(auditor.begin(&asked).status, 405);
        assert_eq!(officer.submit(&shown, &shown.form(&copy_at)).status, 403, "it is the auditor's");
        office.house.advance_secs(60);
        chooses(&mut officer, &files, &file);
        let refused = auditor.submit(&shown, &shown.form(&copy_at));
        assert!(refused.status == 410 && !refused.body.starts_with(b"%PDF"), "{}", refused.words());
        assert!(!auditor.get(&page).words().contains("audit.pdf"));
    });
}
