//! `/sales/requests/<id>`: what is told before the decision, and the decision.

use super::desk::{Office, in_offices, only_link};
use crate::support::databases::on_both;
use crate::support::visitor::{Page, Visitor};
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;

/// The page of the only request that waits.
fn waiting(seller: &mut Visitor) -> Page {
    let queue = seller.get("/sales");
    let page = seller.get(&only_link(&queue, "/sales/requests/"));
    assert_eq!(page.status, 200, "{}", page.words());
    page
}

/// Presses "Approve" on the page, with changes.
fn approve(seller: &mut Visitor, page: &Page, changes: &[(&str, &str)]) -> Page {
    let form = page.form(&format!("{}/approve", page.path));
    let form = changes.iter().fold(form, |form, (name, text)| form.fill(name, text));
    seller.submit(page, &form)
}

#[test]
fn everything_to_decide_stands_on_one_page_and_no_word_of_the_exceptions() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        let words = page.words();
        for wanted in [
            "Ada First, Meridian Bank",
            "ada@meridian-bank.example",
            "confirmed by mailed code",
            "Customer",
            "Vendor review before signing.",
            "198.51.100.9",
            "meridian-bank.example is nothing unusual",
            "SOC 2 Type II, 2026",
            "1 October 2025 to 30 September 2026, version 1",
            "2 exceptions, 1 of them not mended yet.",
            "1 × Operating, systemic",
            "Not accepted yet",
            "This address has asked for nothing before.",
        ] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        assert!(!page.html().contains("SECRET"), "the words of an exception stand on the page");
        office.accepts_nda("ada@meridian-bank.example");
        assert!(waiting(&mut sara).words().contains("by Ada First (Head of vendor risk)"));
    });
}

#[test]
fn a_request_whose_address_is_not_confirmed_is_not_there() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks("Una Confirmed", "una@meridian-bank.example");
        let app = office.house.app();
        let db = &mut *app.database.read().unwrap();
        let address = super::desk::email("una@meridian-bank.example");
        let una = candor::identity::store::find_person_by_email(db, &app.keyring, &address).unwrap().unwrap();
        let requests = candor::requests::store::list_by_person(db, &app.keyring, una.id).unwrap();
        assert_eq!(sara.get(&format!("/sales/requests/{}", requests[0].id)).status, 404);
        assert_eq!(sara.get("/sales/requests/not-an-id").status, 404);
    });
}

#[test]
fn two_clicks_on_approve_decide_once_and_the_second_shows_the_first() {
    in_offices(|office| {
        let (mut sara, mut tom) = (office.seller("Sara"), office.seller("Tom"));
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let (of_sara, of_tom) = (waiting(&mut sara), waiting(&mut tom));
        let first = approve(&mut sara, &of_sara, &[("days", "45"), ("downloads", "2")]);
        assert!(sara.follow(&first).words().contains("Approved. The requester is told by letter."));
        for (seller, page) in [(&mut tom, of_tom), (&mut sara, of_sara)] {
            let sent = approve(seller, &page, &[]);
            let page = seller.follow(&sent);
            let words = page.words();
            assert_eq!(page.status, 200);
            assert!(
                words.contains("had been decided already") && words.contains("Approved by Sara"),
                "{words}"
            );
            assert!(words.contains("SOC 2 Type II, 2026, until 5 January 2027"), "{words}");
            assert!(!page.html().contains("/approve\""), "a decided request offers no decision");
        }
        let grants = office.grants_of("ada@meridian-bank.example");
        assert_eq!(grants.len(), 1);
        assert_eq!(grants[0].downloads_allowed, 2);
        assert_eq!(office.entries(EventKind::RequestApproved), 1);
        assert_eq!(office.entries(EventKind::GrantCreated), 1);
        assert_eq!(office.letters(LetterKind::Approved, "ada@meridian-bank.example").len(), 1);
        let decided = sara.get("/sales?view=decided").words();
        assert!(decided.contains("Ada First") && decided.contains("Decided (1)"), "{decided}");
    });
}

#[test]
fn mistakes_stand_beside_their_fields_and_what_was_typed_is_kept() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        let sent =
            approve(&mut sara, &page, &[("days", "366"), ("downloads", "many"), ("reason", "Known to us.")]);
        assert_eq!(sent.status, 422);
        let words = sent.words();
        assert_eq!(
            words.matches("The number of days must be a whole number from 1 to 365.").count(),
            2,
            "{words}"
        );
        assert_eq!(words.matches("The number of downloads must be a whole number").count(), 2, "{words}");
        let form = sent.form(&format!("{}/approve", page.path));
        let kept = ["days", "downloads", "reason"].map(|name| form.value(name).unwrap().to_owned());
        assert_eq!(kept, ["366", "many", "Known to us."]);
        assert!(office.grants_of("ada@meridian-bank.example").is_empty());
    });
}

#[test]
fn reading_alone_is_a_choice_and_allows_no_download_whatever_the_number_says() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        let action = format!("{}/approve", page.path);
        let csrf = page.form(&action).value("csrf").unwrap().to_owned();
        let sent = sara.post_form(&action, &[("csrf", &csrf), ("days", "30"), ("downloads", "3")]);
        assert_eq!(sent.status, 422);
        assert!(sent.words().contains("What they may do"), "nothing was chosen: {}", sent.words());
        let form = sent.form(&action).choose("delivery", "read");
        assert_eq!(form.value("downloads"), Some("3"));
        assert_eq!(sara.submit(&sent, &form).status, 303);
        assert_eq!(office.grants_of("ada@meridian-bank.example")[0].downloads_allowed, 0);
    });
}

#[test]
fn nobody_approves_themselves_or_a_colleague() {
    in_offices(|office| {
        let (mut sara, mut tom) = (office.seller("Sara"), office.seller("Tom"));
        office.asks_and_confirms("Sara", "sara@house.example");
        for (seller, why) in [
            (&mut sara, "You cannot approve your own request. Ask a colleague."),
            (&mut tom, "This address belongs to your own company."),
        ] {
            let page = waiting(seller);
            assert!(page.words().contains(why), "{}", page.words());
            let action = format!("{}/approve", page.path);
            assert!(!page.html().contains(&action), "there is no button for what is not allowed");
            let csrf = page.form(&format!("{}/deny", page.path)).value("csrf").unwrap().to_owned();
            let fields = [
                ("csrf", csrf.as_str()),
                ("days", "30"),
                ("delivery", "download"),
                ("downloads", "3"),
                ("reason", "Because."),
            ];
            let forced = seller.post_form(&action, &fields);
            assert_eq!(forced.status, 403);
            assert!(forced.words().contains(why), "{}", forced.words());
        }
        assert!(office.grants_of("sara@house.example").is_empty());
        assert_eq!(office.entries(EventKind::RequestApproved), 0);
    });
}

#[test]
fn a_free_mail_address_is_approved_with_a_written_reason_only() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Free Mail", "free@gmail.com");
        let page = waiting(&mut sara);
        let refused = approve(&mut sara, &page, &[("days", "7")]);
        assert_eq!(refused.status, 422);
        let words = refused.words();
        assert!(words.contains("Write the reason why you grant it all the same."), "{words}");
        assert_eq!(refused.form(&format!("{}/approve", page.path)).value("days"), Some("7"));
        let reason = "Known in person; the firm has no own domain.";
        let approved = approve(&mut sara, &page, &[("reason", reason)]);
        assert!(sara.follow(&approved).words().contains(reason));
        assert_eq!(office.grants_of("free@gmail.com").len(), 1);
    });
}

#[test]
fn without_an_nda_text_nothing_is_approved() {
    on_both(|database| {
        let office = Office::new(database);
        let mut sara = office.seller("Sara");
        office.has_waiting("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        let why = "Nothing can be granted yet: no NDA text is in force. Compliance has to publish one first.";
        assert!(page.words().contains(why), "{}", page.words());
        let csrf = page.form(&format!("{}/deny", page.path)).value("csrf").unwrap().to_owned();
        let fields = [("csrf", csrf.as_str()), ("days", "30"), ("delivery", "download"), ("downloads", "3")];
        let forced = sara.post_form(&format!("{}/approve", page.path), &fields);
        assert_eq!(forced.status, 409);
        assert!(forced.words().contains(why), "{}", forced.words());
        office.publishes_nda();
        let page = waiting(&mut sara);
        assert_eq!(approve(&mut sara, &page, &[]).status, 303);
    });
}

#[test]
fn a_withdrawn_report_is_not_approved() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        office.withdraws();
        let sent = approve(&mut sara, &page, &[]);
        assert_eq!(sent.status, 410);
        assert!(sent.words().contains("This report is not offered any more."), "{}", sent.words());
        let words = waiting(&mut sara).words();
        assert!(words.contains("Withdrawn") && words.contains("This cannot be approved by you"), "{words}");
        assert!(office.grants_of("ada@meridian-bank.example").is_empty());
    });
}

#[test]
fn a_denied_requester_is_told_the_reason() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        let form = page.form(&format!("{}/deny", page.path));
        let empty = sara.submit(&page, &form);
        assert_eq!(empty.status, 422);
        assert!(empty.words().contains("The reason is missing"), "{}", empty.words());
        let reason = "Please ask with an address of the bank's audit department.";
        let denied = sara.submit(&page, &form.clone().fill("deny_reason", reason));
        let words = sara.follow(&denied).words();
        assert!(words.contains("Denied by Sara") && words.contains(reason), "{words}");
        let again = sara.submit(&page, &form.fill("deny_reason", "Something else."));
        assert!(sara.follow(&again).words().contains("had been decided already"));
        let letters = office.letters(LetterKind::Denied, "ada@meridian-bank.example");
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains(reason), "{}", letters[0].text);
        assert_eq!(office.entries(EventKind::RequestDenied), 1);
    });
}

#[test]
fn the_next_request_of_a_person_shows_what_was_before() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let page = waiting(&mut sara);
        assert_eq!(approve(&mut sara, &page, &[]).status, 303);
        office.house.advance_secs(4_000);
        sara = office.seller("Tina");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let words = waiting(&mut sara).words();
        assert!(words.contains("Asked for SOC 2 Type II, 2026: approved."), "{words}");
        assert!(words.contains("Granted SOC 2 Type II, 2026, until 21 December 2026."), "{words}");
    });
}
