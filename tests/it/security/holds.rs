//! `/security/holds`: what is held is not erased, by whom it was held stands in the log, and evidence stays readable.

use super::people::{ADDRESS, erases, person, story};
use crate::sales::desk::Office;
use crate::support::databases::on_both;
use crate::support::visitor::{Page, Visitor};
use candor::identity::Role;
use candor::ledger::EventKind;
use diesel::connection::SimpleConnection as _;

/// Fills in the form that the page at `path` opens.
fn places(sentinel: &mut Visitor, path: &str, (name, reason): (&str, &str)) -> Page {
    let page = sentinel.get(path);
    assert_eq!(page.status, 200, "{}", page.words());
    let form = page.form("/security/holds").fill("name", name).fill("reason", reason);
    sentinel.submit(&page, &form)
}

#[test]
fn a_person_under_a_hold_is_not_erased_until_it_is_released() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let id = person(&office, ADDRESS).unwrap();
        let page = sentinel.get(&format!("/security/people/{id}"));
        let erase = page.form(&format!("/security/people/{id}/erase"));
        assert!(page.links().contains(&format!("/security/holds?person={id}")), "{:?}", page.links());

        let sent = places(
            &mut sentinel,
            &format!("/security/holds?person={id}"),
            ("Northwind against Meridian", "Our counsel asked for it."),
        );
        let hold = sentinel.follow(&sent);
        let words = hold.words();
        for wanted in
            ["Northwind against Meridian", "Our counsel asked for it.", "Active", "Sentinel", "Ada First"]
        {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        // Not by the page, nor by the form that was open before.
        let held = sentinel.get(&format!("/security/people/{id}"));
        assert!(held.words().contains("Northwind against Meridian") && !held.html().contains("/erase\""));
        let sent = sentinel.submit(&page, &erase);
        assert!(sentinel.follow(&sent).words().contains("keeps everything about this person"));
        assert!(person(&office, ADDRESS).is_some());
        assert_eq!(office.entries(EventKind::PersonErased), 0);

        // Released with a reason, which may not be left out.
        let release = hold.form(&format!("{}/release", hold.path));
        let refused = sentinel.submit(&hold, &release.clone().fill("reason", ""));
        assert_eq!(refused.status, 422);
        let sent = sentinel.submit(&hold, &release.fill("reason", "The claim of Ada First was settled."));
        assert!(sentinel.follow(&sent).words().contains("Released"));
        assert_eq!((office.entries(EventKind::HoldPlaced), office.entries(EventKind::HoldReleased)), (1, 1));
        erases(&mut sentinel, id);
        assert_eq!(person(&office, ADDRESS), None);
        // What a hold on her was called may have named her.
        let words = sentinel.get("/security/holds").words();
        assert!(words.contains("a hold whose name was erased") && words.contains("NDA evidence"), "{words}");
    });
}

#[test]
fn a_hold_on_a_report_keeps_everybody_who_was_granted_it() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        office.asks_and_confirms("Ben Second", "ben@northwind.example");
        let page = sentinel.get("/security/holds");
        let html = page.html();
        let report = html.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
        let form = page.form("/security/holds").choose("report", &report);
        let sent = sentinel.submit(&page, &form.clone().fill("name", "Regulator").fill("reason", "no"));
        assert_eq!(sent.status, 422);
        assert!(
            sent.words().contains("Reason is too short") && sent.html().contains("Regulator"),
            "{}",
            sent.words()
        );
        let sent =
            sentinel.submit(&page, &form.fill("name", "Regulator").fill("reason", "They wrote to us."));
        assert_eq!(sent.status, 303, "{}", sent.words());
        let ada = person(&office, ADDRESS).unwrap();
        assert!(sentinel.get(&format!("/security/people/{ada}")).words().contains("Regulator"));
        let ben = person(&office, "ben@northwind.example").unwrap();
        erases(&mut sentinel, ben);
        assert_eq!(person(&office, "ben@northwind.example"), None, "Ben was granted nothing");
        assert_eq!(places(&mut sentinel, "/security/holds", ("Nothing", "On nothing at all.")).status, 422);
    });
}

#[test]
fn evidence_of_an_erased_signer_is_read_recorded_and_fits_the_log() {
    on_both(|database| {
        let office = Office::furnished(database);
        let mut sentinel = office.house.staff("Sentinel", Role::Security);
        story(&office);
        let id = person(&office, ADDRESS).unwrap();
        erases(&mut sentinel, id);
        let page = sentinel.get(&format!("/security/people/{id}"));
        let hold = page.links().into_iter().find(|link| link.starts_with("/security/holds/")).unwrap();
        let page = sentinel.get(&hold);
        assert!(page.words().contains("Ends by itself"), "{}", page.words());
        assert!(!page.html().contains("/release\""), "evidence is not released by hand");
        let read = sentinel.submit(&page, &page.form(&format!("{hold}/evidence")));
        let words = read.words();
        assert_eq!(read.status, 200, "{words}");
        for wanted in ["Ada First", "Head of vendor risk", ADDRESS, "fits what the entry committed to"] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        assert!(!words.contains("DOES NOT FIT"), "{words}");
        assert_eq!(office.entries(EventKind::HoldEvidenceRead), 1);
        let changed = office
            .house
            .app()
            .database
            .connect()
            .unwrap()
            .batch_execute("UPDATE held_acceptance SET accepted_at = 0");
        assert!(changed.is_err(), "evidence is never changed");
    });
}
