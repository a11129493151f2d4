//! `/security/people`: what is held about a person, who asks to be forgotten, and the pages after an erasure.

use crate::sales::desk::{Office, act, email};
use crate::support::databases::on_both;
use crate::support::visitor::Visitor;
use candor::clock::Clock;
use candor::grants::Terms;
use candor::grants::acts::approve;
use candor::identity::{Role, store as people};
use candor::ids::{PersonId, RequestId};
use candor::ledger::EventKind;
use candor::ledger::store::Filter;
use candor::notices::letter::LetterKind;
use candor::notices::outbox;
use candor::text::Reason;
use diesel::connection::SimpleConnection as _;
use std::time::Duration;

/// The recipient who is forgotten.
pub const ADDRESS: &str = "ada.first@meridian-bank.example";

/// A house in which Ada asked, was approved, accepted the NDA and read; gives her browser and her request.
pub fn story(office: &Office) -> (Visitor, RequestId) {
    let browser = office.asks_and_confirms("Ada First", ADDRESS);
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    let person = people::find_person_by_email(db, &app.keyring, &email(ADDRESS)).unwrap().unwrap();
    let request = candor::requests::store::list_by_person(db, &app.keyring, person.id).unwrap().remove(0).id;
    let (house, by) = (app.house.clone(), office.officer);
    let words = (Terms::new(30, 3), Some(Reason::parse("Ada First is known to us.").unwrap()));
    act(&office.house, "approve", move |act| approve(act, &house, by, request, words));
    office.accepts_nda(ADDRESS);
    let grant = office.grants_of(ADDRESS).remove(0);
    office.opens_room(&grant).unwrap();
    (browser, request)
}

/// Waits until the server's worker has sent every letter.
pub(super) fn wait_for_letters(office: &Office) {
    let database = &office.house.app().database;
    let empty = (0..200).any(|_| {
        let waiting = outbox::count_waiting(&mut database.read().unwrap()).unwrap();
        waiting == 0 || {
            std::thread::sleep(Duration::from_millis(50));
            false
        }
    });
    assert!(empty, "letters wait for ever");
}

/// The person of an address.
pub(super) fn person(office: &Office, address: &str) -> Option<PersonId> {
    let app = office.house.app();
    let db = &mut *app.database.read().unwrap();
    people::find_person_by_email(db, &app.keyring, &email(address)).unwrap().map(|person| person.id)
}

/// Goes to a person's page and erases them.
pub(super) fn erases(sentinel: &mut Visitor, id: PersonId) -> String {
    let path = format!("/security/people/{id}");
    let page = sentinel.get(&path);
    assert_eq!(page.status, 200, "{}", page.words());
    let sent = sentinel.submit(&page, &page.form(&format!("{path}/erase")));
    sentinel.follow(&sent).words()
}

#[test]
fn every_page_that_showed_them_still_works() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let mut sara = office.seller("Sara");
        let (_, request) = story(&office);
        let grant = office.grants_of(ADDRESS).remove(0);
        let id = grant.person;
        erases(&mut sentinel, id);
        let shows = |visitor: &mut Visitor, path: &str, wanted: &str| {
            let page = visitor.get(path);
            let words = page.words();
            assert_eq!(page.status, 200, "{path}: {words}");
            assert!(words.contains(wanted), "{path} does not say {wanted:?}: {words}");
            assert!(!words.contains("Ada First") && !words.contains(ADDRESS), "{path}: {words}");
        };
        shows(&mut sara, "/sales", "");
        shows(&mut sara, "/sales?view=decided", "an erased person");
        shows(&mut sara, "/sales/grants?view=revoked", "an erased person");
        shows(&mut sara, "/sales/grants?view=revoked&q=erased", "an erased person");
        shows(&mut sara, &format!("/sales/grants/{}", grant.id), "an erased person");
        shows(&mut sara, "/sales/reports/soc2-2026/talk-track", "");
        shows(&mut sentinel, "/security", "an erased person");
        shows(&mut sentinel, "/security/overview", "");
        shows(&mut sentinel, "/security/people", "Erased");
        shows(&mut sentinel, &format!("/security/people/{id}"), "NDA evidence");
        shows(&mut sentinel, &format!("/security/copy?id={}", grant.copy), "an erased person");
        let gone = sara.get(&format!("/sales/requests/{request}"));
        assert_eq!(gone.status, 410, "{}", gone.words());
        assert!(gone.words().contains("erased"), "{}", gone.words());
        let page = sentinel.get("/security");
        let sent = sentinel.submit(&page, &page.form("/security/export"));
        assert_eq!(sent.status, 200);
        // Asking again makes a new person, whom nothing of the old one belongs to.
        office.asks_and_confirms("Ada First", ADDRESS);
        let anew = person(&office, ADDRESS).unwrap();
        assert_ne!(anew, id);
        assert!(office.grants_of(ADDRESS).is_empty());
    });
}

#[test]
fn a_recipient_asks_to_be_forgotten_and_security_answers() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let (mut browser, _) = story(&office);
        let page = browser.get("/access");
        assert!(page.words().contains("The evidence that you accepted the NDA stays"), "{}", page.words());
        let form = page.form("/access/forget");
        let sent = browser.submit(&page, &form);
        let words = browser.follow(&sent).words();
        assert!(words.contains("The company answers by 21 December 2026."), "{words}");
        let again = browser.submit(&page, &form);
        assert!(browser.follow(&again).words().contains("You have asked for this already."));
        assert_eq!(office.entries(EventKind::ErasureAsked), 1);
        let words = sentinel.get("/security/people").words();
        assert!(words.contains("Ada First") && words.contains("Waiting"), "{words}");
        office.house.advance_secs(31 * 86_400);
        let mut late = office.house.staff("Sara", Role::Security);
        assert!(late.get("/security/people").words().contains("Overdue"));
        let id = person(&office, ADDRESS).unwrap();
        assert!(late.get(&format!("/security/people/{id}")).words().contains("Asks to be forgotten"));
        erases(&mut late, id);
        assert!(late.get("/security/people").words().contains("Nobody. Recipients ask"));
    });
}

#[test]
fn people_are_found_by_address_domain_and_name_and_that_is_recorded() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        for (search, found) in [
            ("ADA.first%40meridian-bank.example", true),
            ("meridian-bank.example", true),
            ("da+fi", true),
            ("somebody%40else.example", false),
        ] {
            let words = sentinel.get(&format!("/security/people?q={search}")).words();
            assert_eq!(words.contains("Ada First"), found, "{search}: {words}");
            assert!(found || words.contains("Nobody on file has this address"), "{words}");
        }
        assert!(sentinel.get("/security/people?q=ad").words().contains("Three letters at the least"));
        assert_eq!(office.entries(EventKind::PersonViewed), 5);
        let id = person(&office, ADDRESS).unwrap();
        let words = sentinel.get(&format!("/security/people/{id}")).words();
        for wanted in ["Request", "Grant", "NDA accepted", "Erase Ada First?", "Letters to them"] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        assert_eq!(office.entries(EventKind::PersonViewed), 6);
        assert_eq!(
            sentinel.get(&format!("/security/people/{}", PersonId::new(&Clock::system()))).status,
            404
        );
        // Staff are not erased while they have a desk.
        let boss = office.house.add_staff("Boss", Role::Admin);
        let page = sentinel.get(&format!("/security/people/{boss}"));
        assert!(page.words().contains("Take their desks away first"), "{}", page.words());
        assert!(!page.html().contains("/erase\""));
    });
}

#[test]
fn a_wish_that_is_older_than_its_person_is_no_page_that_fails() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let id = person(&office, ADDRESS).unwrap();
        erases(&mut sentinel, id);
        let again = sentinel.get(&format!("/security/people/{id}"));
        assert_eq!(again.status, 200);
        assert!(!again.html().contains("/erase\""), "nobody is erased twice");
        let refused = office
            .house
            .app()
            .database
            .connect()
            .unwrap()
            .batch_execute("UPDATE erasure SET backups_until = 0");
        assert!(refused.is_err(), "the database keeps what was told");
    });
}

#[test]
fn a_wish_is_declined_with_a_reason_that_the_person_is_told_and_may_be_asked_again() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let (mut browser, _) = story(&office);
        let id = person(&office, ADDRESS).unwrap();
        let path = format!("/security/people/{id}");
        let page = sentinel.get(&path);
        assert!(!page.html().contains("/decline\""), "there is no wish to decline");
        let access = browser.get("/access");
        browser.submit(&access, &access.form("/access/forget"));
        let page = sentinel.get(&path);
        let form = page.form(&format!("{path}/decline"));
        let refused = sentinel.submit(&page, &form.clone().fill("reason", " "));
        assert_eq!(refused.status, 422, "{}", refused.words());
        assert!(refused.html().contains("<details open><summary>Decline"), "{}", refused.html());
        assert!(office.letters(LetterKind::ErasureDeclined, ADDRESS).is_empty());

        let reason = "A claim about the report is pending; your acceptance is evidence in it.";
        let sent = sentinel.submit(&page, &form.clone().fill("reason", reason));
        let words = sentinel.follow(&sent).words();
        assert!(words.contains("Declined.") && words.contains(reason), "{words}");
        assert!(!words.contains("Asks to be forgotten"), "{words}");
        let people = sentinel.get("/security/people").words();
        assert!(people.contains("Nobody. Recipients ask") && people.contains(reason), "{people}");
        let letter = office.letters(LetterKind::ErasureDeclined, ADDRESS).remove(0);
        // The grant ends after 30 days; evidence is kept for six years from then.
        let kept = "is kept until 25 December 2032";
        for said in [reason, kept, "On 21 November 2026", "trust@house.example", "data protection authority"]
        {
            assert!(letter.text.contains(said), "{said}: {}", letter.text);
            assert!(letter.html.contains(said), "{said}: {}", letter.html);
        }
        let filter = Filter { kind: Some(EventKind::ErasureDeclined), ..Filter::default() };
        let db = &mut *office.house.app().database.read().unwrap();
        let entry = candor::ledger::store::list(db, &filter, 9).unwrap().remove(0);
        assert_eq!(entry.leaf.about, Some(id));
        assert!(!format!("{entry:?}").contains("claim"), "the reason stands sealed, not in the log");
        let access = browser.get("/access");
        assert!(access.words().contains(reason), "{}", access.words());

        let again = sentinel.submit(&page, &form.fill("reason", reason));
        assert!(sentinel.follow(&again).words().contains("was answered already"));
        assert_eq!(office.entries(EventKind::ErasureDeclined), 1);
        browser.submit(&access, &access.form("/access/forget"));
        assert!(sentinel.get("/security/people").words().contains("Waiting"));
        // Erased after all: the reason goes with them.
        erases(&mut sentinel, id);
        let app = office.house.app();
        let db = &mut *app.database.read().unwrap();
        let kept = candor::erasure::decline::list_newest(db, &app.keyring, 9).unwrap();
        assert!(kept.len() == 1 && kept[0].reason.is_none());
        assert!(!sentinel.get("/security/people").words().contains(reason));
    });
}
