//! The overview: counts what the log holds, and names what is unusual.

use super::Desk;
use crate::support::databases::on_both;
use candor::ledger::EventKind;

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
        assert!(words.contains("3 downloads at night or on a weekend (UTC)."), "{words}");
        // A download too many: the refusal is counted by day and by report.
        assert!(desk.tries_to_download(&grant).is_err());
        let words = desk.security.get("/security/overview").words();
        assert!(words.contains("Refusals by report Name Number SOC 2 Type II, 2026 1"), "{words}");
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 1, "read within ten minutes");
    });
}
