//! The NDA page: what stands on it is what is kept, and nothing else is accepted.

use super::{entries, form, signs, size};
use crate::sales::desk::{Office, in_offices};
use crate::support::databases::on_both;
use crate::support::visitor::Page;
use candor::identity::store as people;
use candor::ledger::EventKind;
use candor::nda::{Acceptance, store as ndas};
use candor::text::hex;

/// Who accepts.
const ADA: &str = "ada@meridian-bank.example";

/// The acceptances of [`ADA`], the newest first.
fn acceptances(office: &Office) -> Vec<Acceptance> {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let ada = crate::sales::desk::email(ADA);
    let person = people::find_person_by_email(db, &app.keyring, &ada).unwrap().unwrap();
    ndas::list_acceptances(db, &app.keyring, person.id).unwrap()
}

/// SHA-256 of bytes, in hexadecimal digits.
fn digest(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Sent back to read it once more; nothing was accepted.
fn is_asked_again(office: &Office, page: &Page) {
    assert_eq!((page.status, page.header("location")), (303, Some("/nda")), "{}", page.words());
    assert_eq!(office.entries(EventKind::NdaAccepted), 0);
}

#[test]
fn without_a_text_every_request_page_says_so_and_nothing_can_be_submitted() {
    on_both(|database| {
        let office = Office::new(database);
        let mut ada = office.house.visitor();
        for path in ["/", "/request", "/request?item=soc2-2026"] {
            let words = ada.get(path).words();
            assert!(words.contains("no NDA text is in force"), "{path}: {words}");
        }
        let page = ada.get("/request");
        assert!(!page.html().contains("name=\"email\""), "a form that cannot be sent is shown");
        let before = size(&office);
        let report = office.report.to_string();
        let fields = [("csrf", ""), ("items", &report), ("name", "Ada"), ("email", ADA)];
        let more = [("organisation", "Meridian Bank"), ("relation", "customer"), ("reason", "")];
        let sent = ada.post_form("/request", &[&fields[..], &more].concat());
        assert_eq!(sent.status, 409, "{}", sent.words());
        assert!(sent.words().contains("NDA"), "{}", sent.words());
        assert_eq!(size(&office), before);
        office.publishes_nda();
        assert!(ada.get("/request").html().contains("name=\"email\""));
    });
}

#[test]
fn both_boxes_and_a_name_and_a_title_are_needed() {
    in_offices(|office| {
        let mut ada = office.asks_and_confirms("Ada", ADA);
        let cases = [
            (&["read"][..], "Ada First", "Head of risk", "authorised"),
            (&["authorised"], "Ada First", "Head of risk", "read"),
            (&["read", "authorised"], "", "Head of risk", "name"),
            (&["read", "authorised"], "Ada First", "", "title"),
        ];
        for (boxes, name, title, wrong) in cases {
            let page = ada.get("/nda");
            let filled = form(&page, "/nda").fill("name", name).fill("title", title);
            let filled = boxes.iter().fold(filled, |form, name| form.tick(name, "yes"));
            let answer = ada.submit(&page, &filled);
            assert_eq!(answer.status, 422, "{wrong}");
            let html = answer.html();
            assert!(
                html.contains(&format!("id=\"e-{wrong}\"")),
                "no words beside {wrong}: {}",
                answer.words()
            );
            assert_eq!(html.matches("class=\"error\"").count(), 1, "{}", answer.words());
            // What was right still stands in the form.
            assert_eq!(form(&answer, "/nda").value("title"), Some(title));
        }
        assert!(acceptances(office).is_empty());
        // The boxes start empty, and the page with its errors can be mended and sent.
        let page = ada.get("/nda");
        let untouched = form(&page, "/nda");
        assert_eq!((untouched.value("read"), untouched.value("authorised")), (None, None));
        let wrong = ada.submit(&page, &untouched);
        let mended = form(&wrong, "/nda").tick("read", "yes").tick("authorised", "yes");
        let sent = ada.submit(&wrong, &mended.fill("name", "Ada First").fill("title", "Head of risk"));
        assert_eq!(sent.status, 303, "{}", sent.words());
        assert_eq!(acceptances(office).len(), 1);
    });
}

#[test]
fn the_page_that_was_shown_is_kept_to_the_byte() {
    in_offices(|office| {
        let mut ada = office.asks_and_confirms("Ada", ADA);
        let page = ada.get("/nda");
        office.house.advance_secs(60);
        let sent = signs(&mut ada, &page);
        assert_eq!(sent.status, 303, "{}", sent.words());
        let accepted = acceptances(office).remove(0);
        assert_eq!(hex(&accepted.page_sha256), digest(&page.body), "another page was kept than was shown");
        let app = office.house.app();
        let db = &mut *app.database.read().unwrap();
        let kept = ndas::require_page(db, &app.keyring, accepted.id).unwrap();
        assert_eq!(kept.as_bytes(), page.body);
        assert!(kept.contains("What you read here stays with you."));
        assert_eq!(accepted.accepted_at.secs_since(accepted.shown_at), 60);
        let entry = entries(office, EventKind::NdaAccepted).remove(0);
        assert_eq!(entry.index, accepted.entry);
        assert_eq!(entry.leaf.facts["page_sha256"].to_string(), digest(&page.body));
        let certificate = ada.get(&format!("/certificates/{}", accepted.id));
        assert!(certificate.html().contains(&digest(&page.body)), "{}", certificate.words());
        let read = entries(office, EventKind::CertificateRead).remove(0).leaf;
        assert_eq!((read.acceptance, read.about), (Some(accepted.id), Some(accepted.person)));
    });
}

#[test]
fn a_page_that_was_tampered_with_is_not_accepted() {
    in_offices(|office| {
        let mut ada = office.asks_and_confirms("Ada", ADA);
        let mut bob = office.asks_and_confirms("Bob", "bob@meridian-bank.example");
        let page = ada.get("/nda");
        let filled = form(&page, "/nda").tick("read", "yes").tick("authorised", "yes");
        let filled = filled.fill("name", "Ada First").fill("title", "Head of risk");
        let foreign = form(&bob.get("/nda"), "/nda").value("seal").unwrap().to_owned();
        let earlier = (filled.value("shown_at").unwrap().parse::<i64>().unwrap() - 60_000_000).to_string();
        let zeros = "0".repeat(64);
        for (name, value) in [
            ("seal", foreign.as_str()),
            ("seal", zeros.as_str()),
            ("seal", ""),
            ("shown_at", earlier.as_str()),
            ("shown_at", "never"),
        ] {
            let mut changed = filled.clone();
            for (other, old) in &mut changed.values {
                if other == name {
                    *old = value.to_owned();
                }
            }
            let answer = ada.submit(&page, &changed);
            is_asked_again(office, &answer);
        }
        assert_eq!(ada.submit(&page, &filled).status, 303);
        assert_eq!(acceptances(office).len(), 1);
    });
}

#[test]
fn a_newer_version_that_was_published_meanwhile_is_shown_first() {
    in_offices(|office| {
        let mut ada = office.asks_and_confirms("Ada", ADA);
        let page = ada.get("/nda");
        office.publishes_nda();
        let answer = signs(&mut ada, &page);
        is_asked_again(office, &answer);
        let page = ada.follow(&answer);
        assert!(page.words().contains("Version 2"), "{}", page.words());
        assert_eq!(signs(&mut ada, &page).status, 303);
        // Who has accepted is asked again, too, when a third one comes.
        office.publishes_nda();
        let words = ada.get("/nda").words();
        assert!(words.contains("Version 3") && words.contains("A newer version is in force"), "{words}");
    });
}

#[test]
fn declining_opens_nothing_and_one_may_come_back() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = super::signs_in(office, "ada.first@meridian-bank.example", "192.0.2.1");
        let page = ada.get("/nda");
        let declined = ada.submit(&page, &form(&page, "/nda/decline"));
        assert!(ada.follow(&declined).words().contains("You declined the NDA"));
        let declines = (office.entries(EventKind::NdaDeclined), office.entries(EventKind::NdaAccepted));
        assert_eq!(declines, (1, 0));
        let room = ada.get("/reports/soc2-2026");
        assert_eq!((room.status, room.header("location")), (303, Some("/nda")));
        assert_eq!(office.entries(EventKind::ReportViewed), 0);
        let page = ada.get("/nda");
        assert_eq!(signs(&mut ada, &page).status, 303);
        assert_eq!(ada.get("/reports/soc2-2026").status, 200);
    });
}
