//! Mailed codes: what they open, when they are dead, and what nobody learns from them.

use super::{another, entries, form, is_stranger, mailed, size, types};
use crate::sales::desk::in_offices;
use crate::support::visitor::{Page, Visitor};
use candor::ledger::EventKind;

/// The stranger of every story.
const ADA: &str = "ada@meridian-bank.example";

/// Refused in words, without a session.
fn has_ended(visitor: &mut Visitor, page: &Page) {
    assert_eq!(page.status, 422, "{}", page.words());
    assert!(page.words().contains("This code has ended"), "{}", page.words());
    assert!(is_stranger(visitor));
}

#[test]
fn a_wrong_code_is_counted_and_the_sixth_try_is_dead_even_if_right() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        let (code, _) = mailed(office, ADA);
        for left in
            ["4 tries are left", "3 tries are left", "2 tries are left", "One try is left", "No try is left"]
        {
            let page = types(&mut ada, &another(&code));
            assert_eq!(page.status, 422);
            let words = page.words();
            assert!(words.contains("This is not the code we mailed.") && words.contains(left), "{words}");
            assert!(is_stranger(&mut ada));
        }
        let failed = entries(office, EventKind::CodeFailed);
        let tries: Vec<String> = failed.iter().map(|entry| entry.leaf.facts["tries"].to_string()).collect();
        assert_eq!(tries, ["5", "4", "3", "2", "1"]);
        let page = types(&mut ada, &code);
        has_ended(&mut ada, &page);
        assert_eq!(office.entries(EventKind::CodeConfirmed), 0);
    });
}

#[test]
fn what_is_no_code_is_a_wrong_try_too() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        for text in ["", "x", "1234-567", "ÄÄÄÄ-ÄÄÄÄ"] {
            assert_eq!(types(&mut ada, text).status, 422);
        }
        assert_eq!(office.entries(EventKind::CodeFailed), 4);
        // The fifth is the right one, typed as people type.
        let (code, _) = mailed(office, ADA);
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(types(&mut ada, &typed).status, 303);
    });
}

#[test]
fn a_code_lives_ten_minutes() {
    in_offices(|office| {
        let mut early = office.asks("Ada", ADA);
        office.house.advance_secs(599);
        assert_eq!(types(&mut early, &mailed(office, ADA).0).status, 303);
        let mut late = office.asks("Bob", "bob@meridian-bank.example");
        office.house.advance_secs(600);
        let (code, link) = mailed(office, "bob@meridian-bank.example");
        let page = types(&mut late, &code);
        has_ended(&mut late, &page);
        let page = late.post_form("/confirm", &[("csrf", ""), ("link", &link)]);
        has_ended(&mut late, &page);
    });
}

#[test]
fn a_code_works_once() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        let mut thief = ada.clone();
        let (code, link) = mailed(office, ADA);
        assert_eq!(types(&mut ada, &code).status, 303);
        let page = types(&mut thief, &code);
        has_ended(&mut thief, &page);
        let page = thief.post_form("/confirm", &[("csrf", ""), ("link", &link)]);
        has_ended(&mut thief, &page);
        assert_eq!(office.entries(EventKind::CodeConfirmed), 1);
    });
}

#[test]
fn a_newer_code_kills_the_older_one() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        let (old, old_link) = mailed(office, ADA);
        office.house.advance_secs(1);
        let page = ada.get("/confirm");
        let sent = ada.submit(&page, &form(&page, "/confirm/resend"));
        assert!(ada.follow(&sent).words().contains("The older one no longer works"));
        let (new, _) = mailed(office, ADA);
        assert_ne!(old, new);
        let page = ada.post_form("/confirm", &[("csrf", ""), ("link", &old_link)]);
        has_ended(&mut ada, &page);
        let page = types(&mut ada, &old);
        assert_eq!(page.status, 422);
        assert!(is_stranger(&mut ada));
        assert_eq!(types(&mut ada, &new).status, 303);
    });
}

#[test]
fn reading_the_link_a_hundred_times_consumes_nothing_and_tells_nobody() {
    in_offices(|office| {
        let mut ada = office.asks("Ada First", ADA);
        let (code, link) = mailed(office, ADA);
        let before = size(office);
        let mut scanner = office.house.visitor_from("192.0.2.1");
        for _ in 0..100 {
            let page = scanner.get(&format!("/confirm/{link}"));
            assert_eq!(page.status, 200);
            for secret in [ADA, "Ada First", "Meridian", code.as_str()] {
                assert!(!page.html().contains(secret), "{secret} in {}", page.words());
            }
        }
        assert!(is_stranger(&mut scanner));
        assert_eq!(size(office), before);
        assert_eq!(types(&mut ada, &code).status, 303);
    });
}

#[test]
fn a_link_in_another_browser_shows_the_code_after_post_and_signs_nobody_in() {
    in_offices(|office| {
        let mut ada = office.asks("Ada First", ADA);
        let (code, link) = mailed(office, ADA);
        let mut phone = office.house.visitor_from("192.0.2.1");
        let page = phone.get(&format!("/confirm/{link}"));
        let shown = phone.submit(&page, &form(&page, "/confirm/elsewhere"));
        let words = shown.words();
        for wanted in [ADA, "Ada First", "Meridian Bank", "198.51.100.9", code.as_str()] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        assert!(is_stranger(&mut phone));
        // Neither the link nor the code opens anything in a browser that did not ask.
        for answer in [("link", link.as_str()), ("code", code.as_str())] {
            let page = phone.post_form("/confirm", &[("csrf", ""), answer]);
            assert!(page.words().contains("This browser has not asked for a code"), "{}", page.words());
            assert!(is_stranger(&mut phone));
        }
        // In the browser that asked, the link's page has one button.
        let page = ada.get(&format!("/confirm/{link}"));
        assert!(page.words().contains(ADA) && is_stranger(&mut ada));
        assert_eq!(form(&page, "/confirm").value("link"), Some(link.as_str()));
    });
}

#[test]
fn this_was_not_me_kills_the_code_and_the_link() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        let (code, link) = mailed(office, ADA);
        let mut owner = office.house.visitor_from("192.0.2.1");
        let page = owner.get(&format!("/confirm/{link}"));
        let shown = owner.submit(&page, &form(&page, "/confirm/elsewhere"));
        let stopped = owner.submit(&shown, &form(&shown, "/confirm/not-me"));
        assert!(stopped.words().contains("The code no longer works"), "{}", stopped.words());
        assert_eq!(office.entries(EventKind::CodeDisowned), 1);
        let page = types(&mut ada, &code);
        has_ended(&mut ada, &page);
        let page = ada.post_form("/confirm", &[("csrf", ""), ("link", &link)]);
        has_ended(&mut ada, &page);
        let again = owner.submit(&shown, &form(&shown, "/confirm/not-me"));
        assert_eq!(again.status, 410, "{}", again.words());
        let shown = owner.post_form("/confirm/elsewhere", &[("csrf", ""), ("link", &link)]);
        assert!(shown.status == 410 && !shown.words().contains(ADA), "{}", shown.words());
    });
}
