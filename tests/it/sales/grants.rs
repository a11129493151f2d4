//! `/sales/grants`: who may read what, whether they have, and the end of it.

use super::desk::{Office, in_offices, only_link};
use crate::support::visitor::Visitor;
use candor::ledger::EventKind;
use candor::release::Refused;

/// Invites a person.
fn invite(seller: &mut Visitor, office: &Office, (name, address, company): (&str, &str, &str)) {
    let page = seller.get("/sales/invite");
    let form = page.form("/sales/invite").tick("items", &office.report.to_string());
    let sent =
        seller.submit(&page, &form.fill("name", name).fill("email", address).fill("organisation", company));
    let told = seller.follow(&sent).words();
    assert!(told.contains(&format!("{name} is invited by letter.")), "{told}");
}

#[test]
fn a_revoked_grant_opens_nothing_from_the_next_request_on() {
    in_offices(|office| {
        let (mut sara, mut tom) = (office.seller("Sara"), office.seller("Tom"));
        let address = "ada@meridian-bank.example";
        invite(&mut sara, office, ("Ada First", address, "Meridian Bank"));
        office.accepts_nda(address);
        let grant = office.grants_of(address).remove(0);
        assert!(office.opens_room(&grant).is_ok());
        let list = sara.get("/sales/grants");
        let page = sara.get(&only_link(&list, "/sales/grants/0"));
        let words = page.words();
        assert!(
            words.contains("Revoke the access of Ada First?") && words.contains("Given by Sara"),
            "{words}"
        );
        let form = page.form(&format!("{}/revoke", page.path));
        let sent = sara.submit(&page, &form);
        assert!(matches!(office.opens_room(&grant), Err(Refused::Denied(_))));
        let words = sara.follow(&sent).words();
        assert!(
            words.contains("From now on this grant opens nothing.") && words.contains("Revoked"),
            "{words}"
        );
        assert!(words.contains("Access to a report was refused. Why: revoked"), "{words}");
        let of_tom = tom.get(&page.path);
        assert!(!of_tom.html().contains("/revoke\""), "a revoked grant cannot be revoked");
        let again = sara.submit(&page, &form);
        assert!(sara.follow(&again).words().contains("This grant was revoked already."));
        assert_eq!(office.entries(EventKind::GrantRevoked), 1);
    });
}

#[test]
fn what_was_opened_is_told_by_the_log() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        let address = "ada@meridian-bank.example";
        invite(&mut sara, office, ("Ada First", address, "Meridian Bank"));
        let words = sara.get("/sales/grants").words();
        assert!(words.contains("not yet") && words.contains("never"), "{words}");
        office.accepts_nda(address);
        let grant = office.grants_of(address).remove(0);
        office.house.advance_secs(60);
        assert!(office.opens_room(&grant).is_ok());
        office.house.advance_secs(60);
        assert!(office.opens_room(&grant).is_ok());
        let words = sara.get("/sales/grants").words();
        assert!(words.contains("21 November 2026, 09:31 UTC"), "first opened in {words}");
        assert!(words.contains("21 November 2026, 09:32 UTC"), "last seen in {words}");
        let page = sara.get(&format!("/sales/grants/{}", grant.id));
        let words = page.words();
        assert_eq!(words.matches("A report's gated content was shown to a person.").count(), 2, "{words}");
        assert!(words.contains("By Sara") && words.contains("Version 1 accepted"), "{words}");
        assert!(!page.html().contains("/security/entries/"), "sales cannot read the log");
    });
}

#[test]
fn every_word_of_a_search_must_fit_and_views_hold_apart_what_ended() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        invite(&mut sara, office, ("Ada First", "ada@meridian-bank.example", "Meridian Bank"));
        invite(&mut sara, office, ("Ben Second", "ben@northwind.example", "Northwind & Sons"));
        for (search, ada, ben) in [
            ("ada", true, false),
            ("NORTHWIND", false, true),
            ("ben%40northwind.example", false, true),
            ("second+%26", false, true),
            ("ada+northwind", false, false),
            ("soc+2", true, true),
        ] {
            let words = sara.get(&format!("/sales/grants?q={search}")).words();
            assert_eq!(
                (words.contains("Ada First"), words.contains("Ben Second")),
                (ada, ben),
                "{search}: {words}"
            );
            assert!(ada || ben || words.contains("Nothing fits"), "{words}");
        }
        let grant = office.grants_of("ben@northwind.example").remove(0);
        let page = sara.get(&format!("/sales/grants/{}", grant.id));
        assert_eq!(sara.submit(&page, &page.form(&format!("{}/revoke", page.path))).status, 303);
        office.house.advance_secs(31 * 86_400);
        let mut tina = office.seller("Tina");
        let words = tina.get("/sales/grants").words();
        assert!(
            words.contains("Active (0)") && words.contains("Ended (1)") && words.contains("Revoked (1)"),
            "{words}"
        );
        assert!(tina.get("/sales/grants?view=ended").words().contains("Ada First"));
        assert!(tina.get("/sales/grants?view=revoked").words().contains("Ben Second"));
    });
}

#[test]
fn pages_of_grants_hold_each_grant_once() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        (0..53).for_each(|number| office.invites(&format!("Reader {number:02}")));
        for search in ["", "&q=reader"] {
            let mut seen = Vec::new();
            let mut next = Some(format!("/sales/grants?view=active{search}"));
            while let Some(path) = next {
                let page = sara.get(&path);
                let links = page.links();
                seen.extend(links.iter().filter(|link| link.starts_with("/sales/grants/")).cloned());
                next = links.into_iter().find(|link| link.contains("before="));
            }
            assert_eq!(seen.len(), 53, "{search}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 53, "{search}: a grant stands on two pages");
        }
    });
}
