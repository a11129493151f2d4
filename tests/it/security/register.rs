//! `/security/register`: who holds what, and that whoever reads it is recorded first.

use super::{Desk, RECIPIENT};
use crate::support::databases::on_both;
use candor::identity::Role;
use candor::ledger::EventKind;

#[test]
fn the_register_says_who_holds_what_under_which_nda_and_whether_they_used_it() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let empty = desk.security.get("/security/register").words();
        assert!(
            empty.contains("Nobody holds anything yet") && empty.contains("No version was issued"),
            "{empty}"
        );
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let words = desk.security.get("/security/register").words();
        assert!(words.contains("never opened"), "{words}");
        desk.downloads(&grant);
        let page = desk.security.get("/security/register");
        let words = page.words();
        for wanted in [
            "Mara Lindqvist",
            RECIPIENT,
            "Customer AG",
            "version 1",
            "NDA version 1",
            "1 download, 0 views",
            "Live",
        ] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        assert!(page.links().contains(&format!("/security?copy={}", grant.copy)), "{:?}", page.links());
        let read = desk.entries(EventKind::RegisterRead);
        assert_eq!(read.len(), 3, "each look is an entry");
        assert!(read.iter().all(|entry| entry.leaf.facts["company_given"].to_string() == "false"));
    });
}

#[test]
fn the_register_is_narrowed_by_report_company_and_state() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        desk.grants(version);
        let report = desk.read(|db| candor::reports::store::require(db, version)).report.id;
        for (query, found) in [
            (format!("report={report}"), true),
            ("company=customer".to_owned(), true),
            ("company=MARA+ag".to_owned(), true),
            ("standing=live".to_owned(), true),
            ("company=northwind".to_owned(), false),
            ("standing=revoked".to_owned(), false),
            (format!("report={report}&standing=ended"), false),
        ] {
            let words = desk.security.get(&format!("/security/register?{query}")).words();
            assert_eq!(words.contains("Mara Lindqvist"), found, "{query}: {words}");
            assert!(found || words.contains("Nobody fits"), "{query}: {words}");
        }
        desk.house.advance_secs(31 * 86_400);
        let mut later = desk.house.staff("Later", Role::Security);
        assert!(later.get("/security/register?standing=ended").words().contains("Mara Lindqvist"));
        let asked = desk.entries(EventKind::RegisterRead);
        assert!(asked.iter().any(|entry| entry.leaf.facts["company_given"].to_string() == "true"));
        assert!(!format!("{asked:?}").contains("northwind"), "what was typed stands nowhere in the log");
    });
}

#[test]
fn the_export_is_recorded_and_no_cell_of_it_is_a_formula() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        let page = desk.security.get("/security/register");
        let sent = desk.security.submit(&page, &page.form("/security/register/export"));
        assert_eq!(sent.status, 200, "{}", sent.words());
        assert_eq!(sent.header("content-type"), Some("text/csv; charset=utf-8"));
        let table = String::from_utf8(sent.body.clone()).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 2, "{table}");
        assert!(
            lines[0].starts_with("\"report\",\"version\",\"name\",\"email\",\"company\",\"copy\","),
            "{table}"
        );
        assert!(
            lines[1]
                .contains(&format!("\"Mara Lindqvist\",\"{RECIPIENT}\",\"Customer AG\",\"{}\"", grant.copy)),
            "{table}"
        );
        assert!(lines[1].contains(",\"live\",\"1\",") && lines[1].contains(",\"1\",\"0\","), "{table}");
        let exported = desk.entries(EventKind::RegisterExported);
        assert_eq!(exported.len(), 1);
        assert_eq!(exported[0].leaf.facts["format"].to_string(), "csv");
    });
}

#[test]
fn pages_of_the_register_hold_each_grant_once() {
    crate::sales::desk::in_offices(|office| {
        (0..53).for_each(|number| office.invites(&format!("Reader {number:02}")));
        let mut security = office.house.staff("Sentinel", Role::Security);
        for search in ["", "?company=reader", "?standing=live"] {
            let (mut seen, mut next) = (Vec::new(), Some(format!("/security/register{search}")));
            while let Some(path) = next {
                let page = security.get(&path);
                let copies = page.links().into_iter().filter(|link| link.starts_with("/security?copy="));
                seen.extend(copies);
                next = page.links().into_iter().find(|link| link.contains("before="));
            }
            assert_eq!(seen.len(), 53, "{search}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 53, "{search}: a grant stands on two pages");
        }
    });
}

#[test]
fn compliance_reads_the_register_in_its_own_frame_and_sales_does_not() {
    on_both(|database| {
        let desk = Desk::open(database);
        let mut carl = desk.house.staff("Carl", Role::Compliance);
        let page = carl.get("/security/register");
        assert_eq!(page.status, 200);
        assert!(
            page.links().contains(&"/compliance/reports".to_owned()) && !page.words().contains("Integrity")
        );
        let mut audrey = desk.house.staff("Audrey", Role::Auditor);
        assert_eq!(audrey.get("/security/register").status, 200);
        for role in [Role::Sales, Role::Admin] {
            let mut other = desk.house.staff(&format!("Other-{role}"), role);
            assert_eq!(other.get("/security/register").status, 403, "{role}");
        }
    });
}
