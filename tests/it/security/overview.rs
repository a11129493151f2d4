//! The overview: counts what the log holds, and names what is unusual.

use super::Desk;
use crate::support::databases::on_both;
use candor::grants::Grant;
use candor::identity::store as people;
use candor::ledger::EventKind;
use candor::text::EmailAddress;

#[test]
fn downloads_are_counted_by_day_report_company_and_reader() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let empty = desk.security.get("/security/overview");
        assert!(empty.words().contains("Nothing unusual was found."), "{}", empty.words());
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        desk.downloads(&grant);
        let page = desk.security.get("/security/overview");
        let words = page.words();
        assert!(words.contains("2 in 30 days, 2 on the busiest day"), "{words}");
        assert!(words.contains("21 November 2026 2"), "{words}");
        assert!(words.contains("SOC 2 Type II, 2026 2"), "{words}");
        assert!(words.contains("customer.example 2"), "{words}");
        assert!(words.contains("Mara Lindqvist, mara.lindqvist@customer.example 2"), "{words}");
        assert!(page.html().contains("<rect x=\"582\" y=\"0\" width=\"16\" height=\"100\"/>"));
        // 21 November 2026 is a Saturday: the third download is one too many for a weekend.
        desk.downloads(&grant);
        let words = desk.security.get("/security/overview").words();
        let night = "3 downloads outside working hours (Monday to Friday, 05:00 to 22:00, UTC).";
        assert!(words.contains(night), "{words}");
        // A download too many: the refusal is counted by day and by report.
        assert!(desk.tries_to_download(&grant).is_err());
        let words = desk.security.get("/security/overview").words();
        assert!(words.contains("Refusals by report Name Number SOC 2 Type II, 2026 1"), "{words}");
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 1, "read within ten minutes");
    });
}

#[test]
fn refusals_are_counted_by_company_as_downloads_are_and_a_mail_provider_is_none() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        let addresses = ["eve@customer.example", "joe@gmail.com", "kim@gmail.com", "lea@rival.example"];
        for address in addresses {
            let (email, app) = (EmailAddress::parse(address).unwrap(), desk.house.app());
            let known = people::insert_person(&mut desk.intruder(), &app.keyring, &app.clock, &email, None);
            let theirs = Grant { person: known.unwrap().id, ..grant.clone() };
            assert!(desk.tries_to_download(&theirs).is_err());
        }
        let words = desk.security.get("/security/overview").words();
        let (_, refused) = words.split_once("Refusals by company Name Number").unwrap();
        let (refused, _) = refused.split_once("Top readers").unwrap();
        assert!(refused.contains("customer.example 1") && refused.contains("rival.example 1"), "{refused}");
        assert!(refused.contains("2 by addresses of mail providers, which count as no company"), "{refused}");
        assert!(!refused.contains("gmail.com"), "{refused}");
        let (_, downloads) = words.split_once("Downloads by company Name Number").unwrap();
        assert!(downloads.starts_with(" customer.example 1 Refusals by company"), "{downloads}");
    });
}
