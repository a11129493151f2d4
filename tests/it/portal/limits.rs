//! How many codes are mailed, and what a sign-in tells about who is known here.

use super::{asks_to_sign_in, entries, is_stranger, mailed, signs_in, types, until};
use crate::sales::desk::{Office, in_offices};
use crate::support::visitor::{Page, Visitor};
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;

/// Somebody who asked before.
const ADA: &str = "ada@meridian-bank.example";

/// Fills in the request form from this network.
fn asks_from(office: &Office, network: &str, address: &str) -> Page {
    let mut visitor = office.house.visitor_from(network);
    let page = visitor.get("/request");
    let form = page.form("/request").tick("items", &office.report.to_string());
    let form = form.fill("name", "Ada").fill("email", address).fill("organisation", "Meridian Bank");
    visitor.submit(&page, &form.choose("relation", "customer"))
}

#[test]
fn an_address_gets_three_codes_an_hour() {
    in_offices(|office| {
        for network in ["192.0.2.1", "198.51.100.1", "203.0.113.1"] {
            assert_eq!(asks_from(office, network, ADA).status, 303);
        }
        // Written differently it is the same address.
        for address in [ADA, "ADA@Meridian-Bank.example"] {
            let fourth = asks_from(office, "192.0.2.200", address);
            assert_eq!(fourth.status, 422);
            assert!(fourth.words().contains("Three codes were sent to this address"), "{}", fourth.words());
        }
        assert_eq!(office.letters(LetterKind::Code, ADA).len(), 3);
        assert_eq!(asks_from(office, "192.0.2.200", "bob@meridian-bank.example").status, 303);
        office.house.advance_secs(3_600);
        assert_eq!(asks_from(office, "192.0.2.200", ADA).status, 303);
    });
}

#[test]
fn sending_again_keeps_the_limit() {
    in_offices(|office| {
        let mut ada = office.asks("Ada", ADA);
        for _ in 0..2 {
            office.house.advance_secs(1);
            assert_eq!(ada.post_form("/confirm/resend", &[("csrf", "")]).status, 303);
        }
        let page = ada.post_form("/confirm/resend", &[("csrf", "")]);
        assert_eq!(page.status, 422);
        assert!(page.words().contains("Three codes were sent"), "{}", page.words());
        assert_eq!(office.letters(LetterKind::Code, ADA).len(), 3);
        // The newest one still works.
        assert_eq!(types(&mut ada, &mailed(office, ADA).0).status, 303);
    });
}

#[test]
fn a_network_gets_twenty_codes_an_hour() {
    in_offices(|office| {
        for number in 0..20 {
            let sent =
                asks_from(office, &format!("192.0.2.{number}"), &format!("p{number}@meridian-bank.example"));
            assert_eq!(sent.status, 303, "{}", sent.words());
        }
        let refused = asks_from(office, "192.0.2.77", "p20@meridian-bank.example");
        assert_eq!(refused.status, 422);
        assert!(refused.words().contains("from your network"), "{}", refused.words());
        assert_eq!(office.entries(EventKind::CodeIssued), 20);
        assert_eq!(office.entries(EventKind::RequestSubmitted), 20);
        assert_eq!(asks_from(office, "198.51.100.77", "p20@meridian-bank.example").status, 303);
    });
}

/// Everything of an answer but what is random by nature.
fn seen(visitor: &mut Visitor, sent: &Page) -> (u16, Vec<String>, String) {
    let mut names: Vec<String> = sent
        .headers
        .iter()
        .filter(|(name, _)| name != "date")
        .map(|(name, value)| match name.as_str() {
            "set-cookie" => format!("{name}: {}", value.split('=').next().unwrap()),
            _ if value.len() == 36 || name == "x-request-id" => name.clone(),
            _ => format!("{name}: {value}"),
        })
        .collect();
    names.sort();
    (sent.status, names, visitor.follow(sent).html())
}

#[test]
fn signing_in_answers_alike_for_known_and_unknown_addresses() {
    in_offices(|office| {
        office.asks_and_confirms("Ada", ADA);
        let mut known = office.house.visitor_from("192.0.2.1");
        let mut unknown = office.house.visitor_from("192.0.2.1");
        let for_known = asks_to_sign_in(&mut known, ADA);
        let for_unknown = asks_to_sign_in(&mut unknown, "eve@meridian-bank.example");
        assert_eq!(seen(&mut known, &for_known), seen(&mut unknown, &for_unknown));
        until("the code is mailed", || office.letters(LetterKind::Code, ADA).len() == 2);
        // Also later, when the code is there; and when it is asked for again.
        assert_eq!(known.get("/confirm").html(), unknown.get("/confirm").html());
        office.house.advance_secs(1);
        let (again, nothing) = (
            known.post_form("/confirm/resend", &[("csrf", "")]),
            unknown.post_form("/confirm/resend", &[("csrf", "")]),
        );
        assert_eq!(seen(&mut known, &again), seen(&mut unknown, &nothing));
        assert!(office.letters(LetterKind::Code, "eve@meridian-bank.example").is_empty());
    });
}

#[test]
fn what_a_browser_asked_for_before_does_not_tell_whether_an_address_is_known() {
    in_offices(|office| {
        office.asks_and_confirms("Ada", ADA);
        let mut known = office.asks("Mallory", "mallory@meridian-bank.example");
        let mut unknown = known.clone();
        asks_to_sign_in(&mut known, ADA);
        asks_to_sign_in(&mut unknown, "eve@meridian-bank.example");
        until("the code is mailed", || office.letters(LetterKind::Code, ADA).len() == 2);
        let (one, other) = (known.get("/confirm"), unknown.get("/confirm"));
        assert_eq!(one.html(), other.html());
        assert!(!one.words().contains("mallory"));
    });
}

#[test]
fn a_wrong_code_answers_alike_for_known_and_unknown_addresses() {
    in_offices(|office| {
        office.asks_and_confirms("Ada", ADA);
        let mut known = office.house.visitor_from("192.0.2.1");
        let mut unknown = office.house.visitor_from("192.0.2.1");
        asks_to_sign_in(&mut known, ADA);
        asks_to_sign_in(&mut unknown, "eve@meridian-bank.example");
        until("the code is mailed", || office.letters(LetterKind::Code, ADA).len() == 2);
        for _ in 0..6 {
            let (one, other) = (types(&mut known, "7777-7777"), types(&mut unknown, "7777-7777"));
            assert_eq!((one.status, one.html()), (other.status, other.html()));
        }
    });
}

#[test]
fn a_staff_address_gets_no_staff_rights_by_a_mailed_code() {
    in_offices(|office| {
        let mut boss = office.house.staff("Boss", Role::Admin);
        let mut seller = office.seller("Sara");
        for address in ["boss@house.example", "sara@house.example"] {
            let mut visitor = signs_in(office, address, "192.0.2.1");
            assert_eq!(visitor.get("/access").status, 200);
            for path in
                ["/staff", "/staff/people", "/sales", "/compliance", "/security", "/security/integrity"]
            {
                assert!([303, 403].contains(&visitor.get(path).status), "{address} at {path}");
            }
        }
        assert_eq!((boss.get("/staff/people").status, seller.get("/sales").status), (200, 200));
        let confirmed = entries(office, EventKind::CodeConfirmed);
        assert_eq!(confirmed.len(), 2);
        let mut nobody = office.house.visitor();
        assert!(is_stranger(&mut nobody));
    });
}
