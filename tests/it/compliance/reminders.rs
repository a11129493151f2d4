//! Owners are reminded of what they have planned: once for each occasion, whatever happens in between.

use super::exceptions::{enters, link};
use super::{ONE_PAGE, at_the_desk, creates, send, uploads};
use crate::support::house::House;
use crate::support::visitor::Visitor;
use candor::notices::letter::{Letter, LetterKind};
use candor::notices::outbox;
use candor::worker::Worker;

/// Does the duty as a server does that was just started; says how many letters it queued.
fn reminds(house: &House) -> usize {
    let mut worker = Worker::new(house.app().clone());
    actix_web::rt::System::new().block_on(async move {
        let queued = worker.remind_owners().await.unwrap();
        assert_eq!(worker.remind_owners().await.unwrap(), 0, "within the hour it is not looked again");
        queued
    })
}

/// The reminders so far, newest first.
fn letters(house: &House) -> Vec<Letter> {
    let (app, db) = (house.app(), &mut house.app().database.read().unwrap());
    let queued = outbox::list_newest(db, 100).unwrap();
    let reminders = queued.into_iter().filter(|letter| letter.kind == LetterKind::Reminder.as_str());
    reminders.map(|letter| letter.open(db, &app.keyring).unwrap()).collect()
}

/// Publishes an update beside the report.
fn updates(officer: &mut Visitor, href: &str, fields: &[(&str, &str)]) {
    let path = link(officer, href, "/remediation");
    let page = officer.get(&path);
    let sent = send(officer, &page, &path, fields);
    assert_eq!(sent.status, 303, "{}", sent.words());
}

#[test]
fn an_owner_is_reminded_ahead_on_the_day_and_weekly_until_it_is_done() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "soc2-2026");
        uploads(officer, &href, ONE_PAGE);
        enters(officer, &href, &[("acknowledgement", "We agree."), ("planned_date", "2026-12-18")]);
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        updates(
            officer,
            &href,
            &[
                ("status", "in_progress"),
                ("happened_on", "2026-11-20"),
                ("text", "SECRETSTEP has begun."),
                ("owner_email", "Owner@house.example"),
            ],
        );
        assert_eq!(reminds(house), 0, "four weeks ahead nobody is written to");
        let day = 86_400;
        house.advance_secs(20 * day); // 11 December
        assert_eq!((reminds(house), reminds(house)), (1, 0), "once, also when the server starts again");
        house.advance_secs(7 * day); // 18 December
        assert_eq!((reminds(house), reminds(house)), (1, 0));
        house.advance_secs(6 * day);
        assert_eq!(reminds(house), 0);
        house.advance_secs(15 * day); // three weeks after the date: the weeks that were missed are not made up for
        assert_eq!((reminds(house), reminds(house)), (1, 0));
        let sent = letters(house);
        assert_eq!(sent.len(), 3);
        for (letter, said) in sent.iter().zip(["21 days ago", "that is today", "that is in 7 days"]) {
            assert_eq!(letter.to.lookup(), "owner@house.example");
            assert!(
                letter.text.contains(said) && letter.text.contains("18 December 2026"),
                "{}",
                letter.text
            );
            for secret in ["SECRETSTEP", "E-1", "leavers", "CC6.2"] {
                assert!(!letter.text.contains(secret) && !letter.html.contains(secret), "{}", letter.text);
            }
        }
        // Another date begins anew; what is done is left alone.
        house.advance_secs(60);
        let mut later = house.staff("Later", candor::identity::Role::Compliance);
        let moved = [
            ("status", "in_progress"),
            ("happened_on", "2027-01-07"),
            ("text", "Moved."),
            ("planned", "2027-01-11"),
        ];
        updates(&mut later, &href, &moved);
        assert_eq!((reminds(house), reminds(house)), (1, 0));
        let newest = letters(house).remove(0).text;
        assert!(newest.contains("11 January 2027"), "{newest}");
        house.advance_secs(60);
        let done = [("status", "implemented"), ("happened_on", "2027-01-08"), ("text", "Done.")];
        updates(&mut later, &href, &done);
        house.advance_secs(30 * day);
        assert_eq!(reminds(house), 0);
    });
}

#[test]
fn nobody_who_was_erased_is_written_to_because_a_note_names_them() {
    at_the_desk("", |house, officer| {
        let href = creates(officer, "soc2-2026");
        uploads(officer, &href, ONE_PAGE);
        enters(officer, &href, &[("acknowledgement", "We agree."), ("planned_date", "2026-12-18")]);
        let asks = officer.get(&format!("{href}/finalize"));
        officer.submit(&asks, &asks.form(&format!("{href}/finalize")));
        let owned = [
            ("status", "in_progress"),
            ("happened_on", "2026-11-20"),
            ("text", "It has begun."),
            ("owner_email", "Owner@house.example"),
        ];
        updates(officer, &href, &owned);
        let day = 86_400;
        house.advance_secs(20 * day);
        assert_eq!(reminds(house), 1);
        let app = house.app().clone();
        let email = candor::text::EmailAddress::parse("owner@house.example").unwrap();
        let known = |email: &candor::text::EmailAddress| {
            let db = &mut *app.database.read().unwrap();
            candor::identity::store::find_person_by_email(db, &app.keyring, email).unwrap()
        };
        let owner = known(&email).unwrap().id;
        let (eraser, by) = (app.clone(), house.add_staff("Sentinel", candor::identity::Role::Security));
        actix_web::rt::System::new().block_on(async move { eraser.erase(Some(by), owner).await.unwrap() });
        house.advance_secs(7 * day);
        assert_eq!(reminds(house), 0);
        assert!(known(&email).is_none(), "nobody is made anew of a note");
    });
}
