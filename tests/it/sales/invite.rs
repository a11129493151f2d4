//! `/sales/invite`: grants ahead of a request.

use super::desk::{Office, in_offices};
use crate::support::databases::on_both;
use crate::support::visitor::{Page, Visitor};
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;
use candor::release::Refused;

/// Fills in the form and sends it.
fn invite(seller: &mut Visitor, office: &Office, address: &str, changes: &[(&str, &str)]) -> Page {
    let page = seller.get("/sales/invite");
    let form = page.form("/sales/invite").tick("items", &office.report.to_string());
    let form = form.fill("name", "Ada First").fill("email", address).fill("organisation", "Meridian Bank");
    let form = changes.iter().fold(form, |form, (name, text)| form.fill(name, text));
    seller.submit(&page, &form)
}

#[test]
fn an_invited_person_still_has_to_confirm_and_accept() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        let address = "ada@meridian-bank.example";
        let sent = invite(&mut sara, office, address, &[("days", "10"), ("downloads", "1")]);
        let words = sara.follow(&sent).words();
        assert!(words.contains("Ada First is invited by letter.") && words.contains("0 of 1"), "{words}");
        let letter = office.letters(LetterKind::Invitation, address).remove(0);
        assert!(
            letter.text.contains("SOC 2 Type II, 2026") && letter.text.contains("Sara"),
            "{}",
            letter.text
        );
        let grant = office.grants_of(address).remove(0);
        assert_eq!(grant.expires_at.secs_since(grant.granted_at), 10 * 86_400);
        assert!(matches!(office.opens_room(&grant), Err(Refused::Missing(_))));
        office.accepts_nda(address);
        assert!(office.opens_room(&grant).is_ok());
        assert_eq!(office.entries(EventKind::InvitationSent), 1);
    });
}

#[test]
fn two_clicks_invite_once() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        assert_eq!(invite(&mut sara, office, "ada@meridian-bank.example", &[]).status, 303);
        let second = invite(&mut sara, office, "ada@meridian-bank.example", &[]);
        assert_eq!(second.status, 422);
        let words = second.words();
        assert!(
            words.contains("They can read SOC 2 Type II, 2026 already, until 21 December 2026."),
            "{words}"
        );
        assert_eq!(office.grants_of("ada@meridian-bank.example").len(), 1);
        assert_eq!(office.letters(LetterKind::Invitation, "ada@meridian-bank.example").len(), 1);
    });
}

#[test]
fn an_invitation_keeps_the_rules_of_an_approval() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        for (address, why) in [
            ("sara@house.example", "You cannot approve your own request."),
            ("tom@mail.house.example", "This address belongs to your own company."),
            ("free@gmail.com", "Write the reason why you grant it all the same."),
        ] {
            let sent = invite(&mut sara, office, address, &[]);
            assert_eq!(sent.status, 422);
            assert!(sent.words().contains(why), "{}", sent.words());
            assert_eq!(sent.form("/sales/invite").value("email"), Some(address));
        }
        assert_eq!(office.entries(EventKind::GrantCreated), 0);
        assert_eq!(
            invite(&mut sara, office, "free@gmail.com", &[("reason", "Known in person.")]).status,
            303
        );
    });
}

#[test]
fn mistakes_stand_beside_their_fields() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        let page = sara.get("/sales/invite");
        let sent = sara.submit(&page, &page.form("/sales/invite").fill("days", "0"));
        assert_eq!(sent.status, 422);
        let words = sent.words();
        for wanted in [
            "The name is missing",
            "The address is missing",
            "The organisation is missing",
            "Pick one of the reports at least.",
            "The number of days must be a whole number from 1 to 365.",
        ] {
            assert_eq!(words.matches(wanted).count(), 2, "{wanted} in {words}");
        }
    });
}

#[test]
fn only_what_is_offered_can_be_picked() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        let page = sara.get("/sales/invite");
        let form = page.form("/sales/invite").tick("items", &office.report.to_string());
        let form = form.fill("name", "Ada First").fill("email", "ada@meridian-bank.example");
        let form = form.fill("organisation", "Meridian Bank");
        office.withdraws();
        let sent = sara.submit(&page, &form);
        assert!(sent.words().contains("No report is offered yet."), "{}", sent.words());
        assert!(office.grants_of("ada@meridian-bank.example").is_empty());
    });
}

#[test]
fn without_an_nda_text_nobody_is_invited() {
    on_both(|database| {
        let office = Office::new(database);
        let mut sara = office.seller("Sara");
        let page = sara.get("/sales/invite");
        let why = "no NDA text is in force. Compliance has to publish one first.";
        assert!(page.words().contains("Nobody can be invited today") && page.words().contains(why));
        let csrf = page.form("/sign-out").value("csrf").unwrap().to_owned();
        let report = office.report.to_string();
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", "Ada First"),
            ("email", "ada@meridian-bank.example"),
            ("organisation", "Meridian Bank"),
            ("items", &report),
            ("days", "30"),
            ("delivery", "download"),
            ("downloads", "3"),
        ];
        let forced = sara.post_form("/sales/invite", &fields);
        assert_eq!(forced.status, 422);
        assert!(forced.words().contains(why), "{}", forced.words());
        assert!(office.grants_of("ada@meridian-bank.example").is_empty());
    });
}
