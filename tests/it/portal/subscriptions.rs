//! Letters about changes: asked for, confirmed, sent, ended. Nobody is written to who did not confirm it.

use super::told::exceptions_of;
use super::{form, recipient, revoke};
use crate::sales::desk::{Office, act, in_offices};
use crate::support::visitor::{Page, Visitor};
use candor::exceptions::acts::priority::prioritise;
use candor::exceptions::priority::{Decided, Priority};
use candor::ledger::EventKind;
use candor::notices::letter::{Letter, LetterKind};
use candor::remediation::{Note, Status};
use candor::reports::acts::Withdrawal;
use candor::subscriptions::acts::{update, withdraw};
use candor::text::{Day, Paragraphs, Reason};

/// The room of the report that is offered in every office.
const ROOM: &str = "/reports/soc2-2026";
/// Its reader.
const ADA: &str = "ada.first@meridian-bank.example";

/// The letters of this kind to the reader, the newest first.
fn letters(office: &Office, kind: LetterKind) -> Vec<Letter> {
    office.letters(kind, ADA)
}

/// The path of a link in a letter.
fn link(letter: &Letter, purpose: &str) -> String {
    let begins = format!("/subscriptions/{purpose}/");
    let (_, rest) = letter.text.split_once(&begins).unwrap();
    format!("{begins}{}", rest.split_whitespace().next().unwrap())
}

/// Asks for letters in the room.
fn asks(ada: &mut Visitor) -> Page {
    let page = ada.get(ROOM);
    ada.submit(&page, &form(&page, &format!("{ROOM}/subscribe")))
}

/// A reader who has asked and confirmed.
fn subscriber(office: &Office) -> Visitor {
    office.invites("Ada First");
    let mut ada = recipient(office, ADA);
    assert_eq!(asks(&mut ada).status, 303);
    let path = link(&letters(office, LetterKind::Subscribe)[0], "confirm");
    let page = ada.get(&path);
    let done = ada.submit(&page, &form(&page, &path));
    assert!(done.status == 200 && done.words().contains("It is confirmed"), "{}", done.words());
    ada
}

/// Tells that the exception at this place is implemented and verified by somebody else.
fn closes(office: &Office, place: usize) {
    let verifier = office.house.add_staff(&format!("Verifier{place}"), candor::identity::Role::Compliance);
    let exception = exceptions_of(office)[place];
    for (status, by) in [(Status::Implemented, office.officer), (Status::Verified, verifier)] {
        let house = office.house.app().house.clone();
        let happened_on = Day::of(house.clock.now());
        let words = |text: &str| Paragraphs::parse(text).unwrap();
        let note = Note {
            prevented_by: Some(words("The end date disables it.")),
            ..Note::new(happened_on, words("SECRETDONE."))
        };
        act(&office.house, "remediation.update", move |act| {
            update(act, &house, by, exception, (status, &note))
        });
        office.house.advance_secs(1);
    }
}

#[test]
fn nobody_is_written_to_before_the_link_was_used_by_its_button() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        assert_eq!(asks(&mut ada).status, 303);
        assert!(ada.get(ROOM).words().contains("Open the link in the letter"));
        let path = link(&letters(office, LetterKind::Subscribe)[0], "confirm");
        // A scanner of a mail server looks at every link.
        for _ in 0..3 {
            assert_eq!(office.house.visitor().get(&path).status, 200);
        }
        closes(office, 1);
        assert!(letters(office, LetterKind::ReportChanged).is_empty());
        assert_eq!(office.entries(EventKind::SubscriptionConfirmed), 0);
        let csrf = super::csrf(&mut ada);
        let twice = ada.post_form(&format!("{ROOM}/subscribe"), &[("csrf", &csrf)]);
        assert!(
            twice.status == 409 && twice.words().contains("asked for these letters already"),
            "{}",
            twice.words()
        );
        // The link is for its purpose: it neither ends anything nor is it guessed.
        let other = path.replace("confirm", "stop");
        assert_eq!(office.house.visitor().get(&other).status, 404);
        assert_eq!(office.house.visitor().get("/subscriptions/confirm/AAAA").status, 404);
        assert_eq!(office.house.visitor().get("/subscriptions/else/AAAA").status, 404);
    });
}

#[test]
fn a_letter_comes_when_a_pressing_exception_is_closed_and_says_nothing_of_it() {
    in_offices(|office| {
        subscriber(office);
        // The first exception is of the third priority.
        closes(office, 0);
        assert!(letters(office, LetterKind::ReportChanged).is_empty(), "P3 is not worth a letter");
        closes(office, 1);
        let sent = letters(office, LetterKind::ReportChanged);
        assert_eq!(sent.len(), 1);
        for part in [&sent[0].subject, &sent[0].text, &sent[0].html] {
            assert!(!part.contains("SECRET") && !part.contains("E-2"), "{part}");
        }
        assert!(sent[0].text.contains("/reports/soc2-2026"), "{}", sent[0].text);
        assert_eq!(sent[0].stop.as_deref().map(|stop| stop.contains("/subscriptions/stop/")), Some(true));
        // Whoever verifies what is verified already closes nothing.
        let (house, by) = (
            office.house.app().house.clone(),
            office.house.add_staff("Third", candor::identity::Role::Compliance),
        );
        let exception = exceptions_of(office)[1];
        let words = |text: &str| Paragraphs::parse(text).unwrap();
        let note = Note {
            prevented_by: Some(words("Still so.")),
            ..Note::new(Day::of(house.clock.now()), words("Again."))
        };
        act(&office.house, "remediation.update", move |act| {
            update(act, &house, by, exception, (Status::Verified, &note))
        });
        assert_eq!(letters(office, LetterKind::ReportChanged).len(), 1);
    });
}

#[test]
fn the_priority_that_was_decided_counts() {
    in_offices(|office| {
        subscriber(office);
        let (house, by, exception) =
            (office.house.app().house.clone(), office.officer, exceptions_of(office)[0]);
        let decided = Decided {
            priority: Priority::P2,
            reason: Reason::parse("Customers ask for it.").unwrap(),
            due: Day::of(house.clock.now()).plus_days(30),
        };
        act(&office.house, "exception.prioritise", move |act| {
            prioritise(act, &house, by, exception, &decided)
        });
        closes(office, 0);
        assert_eq!(letters(office, LetterKind::ReportChanged).len(), 1);
    });
}

#[test]
fn one_click_of_a_mail_program_ends_it() {
    in_offices(|office| {
        let mut ada = subscriber(office);
        let path = link(&letters(office, LetterKind::Subscribe)[0], "stop");
        assert_eq!(office.house.visitor().get(&path).status, 200);
        assert_eq!(office.entries(EventKind::SubscriptionEnded), 0, "looking ends nothing");
        // RFC 8058: no cookie, no origin, no token of a form.
        for _ in 0..2 {
            let program = office.house.visitor_from("192.0.2.25");
            let mut request =
                program.request("POST", &path, &[("Content-Type", "application/x-www-form-urlencoded")]);
            request.body = b"List-Unsubscribe=One-Click".to_vec();
            assert_eq!(program.clone().begin(&request).status, 200);
        }
        assert_eq!(office.entries(EventKind::SubscriptionEnded), 1);
        closes(office, 1);
        assert!(letters(office, LetterKind::ReportChanged).is_empty());
        // The same without the code is refused as ever.
        let program = office.house.visitor_from("192.0.2.25");
        let elsewhere = program.request("POST", &format!("{ROOM}/unsubscribe"), &[]);
        assert_eq!(program.clone().begin(&elsewhere).status, 403);
        let room = ada.get(ROOM);
        assert!(room.words().contains("Write to me about changes"), "it can be asked for again");
        office.house.advance_secs(1);
        assert_eq!(asks(&mut ada).status, 303);
    });
}

#[test]
fn it_lives_as_long_as_the_grant_and_ends_in_the_room() {
    in_offices(|office| {
        subscriber(office);
        revoke(office, office.grants_of(ADA)[0].id);
        closes(office, 1);
        assert!(letters(office, LetterKind::ReportChanged).is_empty());
    });
    in_offices(|office| {
        let mut ada = subscriber(office);
        let page = ada.get(ROOM);
        assert_eq!(ada.submit(&page, &form(&page, &format!("{ROOM}/unsubscribe"))).status, 303);
        closes(office, 1);
        assert!(letters(office, LetterKind::ReportChanged).is_empty());
    });
    in_offices(|office| {
        subscriber(office);
        let (house, by, report) = (office.house.app().house.clone(), office.officer, office.report);
        let reason = Withdrawal { reason: Reason::parse("SECRETREASON of the auditor.").unwrap() };
        act(&office.house, "report.withdraw", move |act| withdraw(act, &house, by, report, &reason));
        let sent = letters(office, LetterKind::ReportChanged);
        assert!(sent.len() == 1 && !sent[0].text.contains("SECRET"));
    });
}
