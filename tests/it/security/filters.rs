//! Saved filters of the log, and the directory of names that lives as long as somebody looks.

use super::{Desk, RECIPIENT};
use crate::support::databases::on_both;
use crate::support::visitor::Page;
use candor::identity::Role;
use candor::identity::directory::IDLE_SECS;
use candor::ledger::{EventKind, PersonalField};
use diesel::RunQueryDsl as _;

/// The page of this query, and the answer to saving it under a name.
fn save(desk: &mut Desk, query: &str, name: &str) -> Page {
    let page = desk.security.get(&format!("/security?{query}"));
    desk.security.submit(&page, &page.form("/security/filters").fill("name", name))
}

#[test]
fn a_filter_is_kept_for_whoever_saved_it_and_goes_when_they_say_so() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let sent = save(&mut desk, "kind=staff.added&from=2026-11-01", "Who came");
        let page = desk.security.follow(&sent);
        assert!(page.words().contains("The filter is saved.") && page.words().contains("Who came"));
        let link = "/security?kind=staff.added&from=2026-11-01".to_owned();
        assert!(desk.security.get("/security").links().contains(&link));
        let mut other = desk.house.staff("Other", Role::Auditor);
        assert!(!other.get("/security").words().contains("Who came"), "it is nobody else's");
        let page = desk.security.get("/security");
        let form = page.form("/security/filters/remove");
        let token = other.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
        let id = form.value("filter").unwrap().to_owned();
        let tried = other.post_form("/security/filters/remove", &[("csrf", &token), ("filter", &id)]);
        assert_eq!(tried.status, 404);
        let sent = desk.security.submit(&page, &form);
        assert!(desk.security.follow(&sent).words().contains("The filter is removed."));
        assert!(!desk.security.get("/security").words().contains("Who came"));
        assert_eq!(desk.entries(EventKind::FilterSaved).len(), 1);
        assert_eq!(desk.entries(EventKind::FilterRemoved).len(), 1);
    });
}

#[test]
fn a_filter_for_a_person_goes_with_their_key_and_one_for_a_name_is_not_kept() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let query = format!("person={}", RECIPIENT.replace('@', "%40"));
        assert_eq!(save(&mut desk, &query, "Mara").status, 303);
        assert!(desk.security.get("/security").links().iter().any(|link| link.contains("mara.lindqvist%40")));
        assert_eq!(save(&mut desk, "person=Lindqvist", "By name").status, 422);
        assert_eq!(desk.entries(EventKind::FilterSaved).len(), 1);
        assert_eq!(desk.entries(EventKind::FilterSaved)[0].leaf.about, Some(grant.person));
        diesel::sql_query("DELETE FROM data_key WHERE owner_kind = 'person' AND owner_id = $1")
            .bind::<diesel::sql_types::Binary, _>(grant.person.as_bytes().to_vec())
            .execute(&mut desk.intruder())
            .unwrap();
        let words = desk.security.get("/security").words();
        assert!(words.contains("About somebody who was forgotten") && !words.contains("Mara"), "{words}");
    });
}

#[test]
fn names_are_in_memory_while_somebody_looks_and_gone_when_they_rest_or_leave() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        desk.grants(version);
        let app = desk.house.app().clone();
        assert_eq!(app.directory.sessions(), 0);
        assert!(desk.security.get("/security?person=LINDQ").words().contains(RECIPIENT));
        assert_eq!(app.directory.sessions(), 1);
        // Whoever comes later is found too.
        desk.house.add_staff("Lindqvister", Role::Sales);
        assert!(desk.security.get("/security?person=lindqvister").words().contains("Lindqvister"));
        desk.house.advance_secs(IDLE_SECS);
        app.directory.drop_idle(app.clock.now());
        assert_eq!(app.directory.sessions(), 0, "it rested");
        assert!(desk.security.get("/security?person=lindq").words().contains(RECIPIENT));
        let page = desk.security.get("/security");
        assert_eq!(desk.security.submit(&page, &page.form("/sign-out")).status, 303);
        assert_eq!(app.directory.sessions(), 0, "it signed out");
    });
}

#[test]
fn one_field_finds_a_person_a_copy_and_an_entry() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        let started = desk.entries(EventKind::DownloadStarted)[0].index;
        let rows = |page: &Page| -> Vec<String> {
            let links = page.links();
            links.into_iter().filter(|link| link.starts_with("/security/entries/")).collect()
        };
        for typed in [started.to_string(), format!("%23{started}")] {
            let page = desk.security.get(&format!("/security?person={typed}"));
            assert_eq!(rows(&page), [format!("/security/entries/{started}")], "{typed}");
        }
        assert_eq!(rows(&desk.security.get("/security?person=0")), ["/security/entries/0"]);
        // From there the pager leads to the neighbours.
        let older = rows(&desk.security.get(&format!("/security?person={started}&before={started}")));
        assert_eq!(older[0], format!("/security/entries/{}", started - 1));
        let copy = grant.copy.to_string();
        if copy.bytes().any(|byte| byte.is_ascii_digit()) {
            let page = desk.security.get(&format!("/security?person={}", copy.to_lowercase()));
            assert!(rows(&page).contains(&format!("/security/entries/{started}")), "{}", page.words());
        }
        // No number is too large for an answer.
        for beyond in ["9223372036854775807", "18446744073709551615"] {
            assert_eq!(desk.security.get(&format!("/security?before={beyond}")).status, 422, "{beyond}");
            assert_eq!(desk.security.get(&format!("/staff/entries?before={beyond}")).status, 200, "{beyond}");
            assert_ne!(desk.security.get(&format!("/security?person={beyond}")).status, 500, "{beyond}");
        }
    });
}

#[test]
fn what_staff_decide_says_from_where_and_is_found_by_it() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let link = desk.house.staff_link(desk.house.add_staff("Viktor", Role::Sales));
        let mut seller = desk.house.visitor_from("203.0.113.9");
        let page = seller.get(&link);
        assert_eq!(seller.submit(&page, &page.form("/staff/sign-in")).status, 303);
        let page = seller.get(&format!("/sales/grants/{}", grant.id));
        let path = format!("/sales/grants/{}/revoke", grant.id);
        assert_eq!(seller.submit(&page, &page.form(&path)).status, 303);
        let revoked = desk.entries(EventKind::GrantRevoked);
        assert!(revoked[0].leaf.personal.contains_key(&PersonalField::NetworkAddress));
        let page = desk.security.get("/security?address=203.0.113.9");
        assert!(
            page.links().contains(&format!("/security/entries/{}", revoked[0].index)),
            "{}",
            page.words()
        );
    });
}
