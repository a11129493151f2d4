//! What is told of people elsewhere and later: numbers in what leaves, limits of a search, reading that is unusual.

use super::Desk;
use super::people::{ADDRESS, erases, person, story};
use crate::sales::desk::{Office, email};
use crate::support::databases::on_both;
use candor::identity::{Role, store as people};
use candor::ledger::EventKind;
use candor::web::security::shipped::events;

#[test]
fn what_is_shipped_says_the_numbers_of_people_so_that_their_earlier_records_are_found() {
    on_both(|database| {
        let lines = "[log.ship]\nevery_secs = 3600\n\
                     webhook = { url = \"http://127.0.0.1:9/log\", secret = \"0123456789abcdef\" }";
        let office = Office::with(database, lines);
        office.publishes_nda();
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let id = person(&office, ADDRESS).unwrap();
        let page = sentinel.get(&format!("/security/people/{id}"));
        assert!(
            page.words().contains(&format!("what concerns number {id} is to be deleted there")),
            "{}",
            page.words()
        );
        assert!(page.words().contains("names in notes"), "{}", page.words());
        erases(&mut sentinel, id);
        let app = office.house.app();
        let all = events(&mut app.database.read().unwrap(), &app.keyring, 0, 1_000).unwrap();
        let of = |kind: EventKind| {
            let one = all.iter().find(|event| event.kind == kind.as_str()).unwrap();
            serde_json::from_str::<serde_json::Value>(&one.json).unwrap()
        };
        assert_eq!(of(EventKind::NdaAccepted)["actor"]["user"]["uid"], id.to_string());
        assert_eq!(of(EventKind::GrantCreated)["unmapped"]["about_uid"], id.to_string());
        assert_eq!(of(EventKind::PersonErased)["unmapped"]["about_uid"], id.to_string());
        let token = sentinel.get("/security").form("/security/export").value("csrf").unwrap().to_owned();
        for format in ["csv", "jsonl"] {
            let fields = [("csrf", token.as_str()), ("format", format), ("kind", "person.erased")];
            let mut sent = sentinel.post_form("/security/export", &fields);
            // A reader's exports take turns, and the one before may not have noted its end yet.
            for _ in 0..200 {
                if sent.status == 200 {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
                sent = sentinel.post_form("/security/export", &fields);
            }
            let body = String::from_utf8_lossy(&sent.body).into_owned();
            assert!(body.contains(&id.to_string()), "{format}: {}", sent.status);
        }
    });
}

#[test]
fn a_saved_filter_by_network_address_does_not_outlive_whoever_came_from_there() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        for (name, address) in [("Theirs", "198.51.100.9"), ("Other", "2001:db8::7")] {
            let token = sentinel.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
            let fields = [("csrf", token.as_str()), ("name", name), ("address", address)];
            assert_eq!(sentinel.post_form("/security/filters", &fields).status, 303);
        }
        assert!(sentinel.get("/security").words().contains("Theirs"));
        erases(&mut sentinel, person(&office, ADDRESS).unwrap());
        let words = sentinel.get("/security").words();
        assert!(!words.contains("Theirs") && words.contains("Other"), "{words}");
    });
}

#[test]
fn a_company_of_many_people_is_told_to_be_searched_in_part() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let app = office.house.app();
        let add = |number: i32| {
            let db = &mut app.database.connect().unwrap();
            let address = email(&format!("p{number}@bigco.example"));
            people::insert_person(db, &app.keyring, &app.clock, &address, None).unwrap();
        };
        (0..199).for_each(add);
        let path = "/security?person=bigco.example";
        assert!(!sentinel.get(path).words().contains("Only the first"));
        (199..201).for_each(add);
        assert!(sentinel.get(path).words().contains("Only the first 200 people"));
        let token = sentinel.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
        let fields = [("csrf", token.as_str()), ("format", "jsonl"), ("person", "bigco.example")];
        let sent = sentinel.post_form("/security/export", &fields);
        assert!(String::from_utf8_lossy(&sent.body).contains("only the first 200 people"));
    });
}

#[test]
fn the_register_says_that_its_holder_withdrew_from_the_nda() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        let (mut browser, _) = story(&office);
        assert!(!sentinel.get("/security/register").words().contains("withdrawn"));
        let link =
            browser.get("/access").links().into_iter().find(|link| link.ends_with("/withdraw")).unwrap();
        let page = browser.get(&link);
        assert_eq!(browser.submit(&page, &page.form(&link)).status, 303);
        let words = sentinel.get("/security/register").words();
        assert!(words.contains("NDA version 1, withdrawn"), "{words}");
    });
}

#[test]
fn reading_in_the_browser_is_looked_at_like_a_download_once_per_view() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let views = |times: usize, apart_secs: i64| {
            for _ in 0..times {
                desk.opens_room(&grant);
                desk.house.advance_secs(apart_secs);
            }
        };
        // Saturday, 21 November 2026: nobody works.
        views(5, 60);
        let mut sentinel = desk.house.staff("Tessa", Role::Security);
        let words = sentinel.get("/security/overview").words();
        assert!(!words.contains("outside working hours"), "one visit is one access: {words}");
        views(3, 3_700);
        let mut sentinel = desk.house.staff("Una", Role::Security);
        let words = sentinel.get("/security/overview").words();
        assert!(words.contains("accesses outside working hours"), "{words}");
        desk.security = sentinel;
    });
}
