//! The list: complete, filtered by what was asked, and itself recorded.

use super::{Desk, RECIPIENT};
use crate::support::databases::on_both;
use crate::support::visitor::Page;
use candor::ledger::{EventKind, Fact};

/// The indexes that a page lists, in its order.
fn listed(page: &Page) -> Vec<u64> {
    let entry = |href: &String| href.strip_prefix("/security/entries/")?.parse().ok();
    page.links().iter().filter_map(entry).collect()
}

/// The address of the next older page.
fn older(page: &Page) -> Option<String> {
    page.links().into_iter().find(|href| href.contains("before="))
}

/// The address of the next newer page.
fn newer(page: &Page) -> Option<String> {
    page.links().into_iter().find(|href| href.contains("after="))
}

#[test]
fn the_pager_shows_every_entry_exactly_once_newest_first() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        desk.says(120);
        let (mut seen, mut at) = (Vec::new(), "/security?kind=server.started".to_owned());
        loop {
            let page = desk.security.get(&at);
            assert_eq!(page.status, 200, "{}", page.words());
            let indexes = listed(&page);
            assert!(indexes.len() <= 50);
            seen.extend(indexes);
            let Some(next) = older(&page) else { break };
            assert!(next.contains("kind=server.started"), "the filter went lost: {next}");
            at = next;
        }
        let wanted: Vec<u64> = {
            let filter = candor::ledger::store::Filter {
                kind: Some(EventKind::ServerStarted),
                ..candor::ledger::store::Filter::default()
            };
            desk.read(|db| candor::ledger::store::list(db, &filter, 1000))
                .iter()
                .map(|entry| entry.index)
                .collect()
        };
        assert_eq!(wanted.len(), 121);
        assert_eq!(seen, wanted);
        // And back again, page by page: "Newer" leads to the next newer entries, not to the newest.
        let (mut back, mut page) = (Vec::new(), desk.security.get(&at));
        loop {
            let indexes = listed(&page);
            back = [indexes, back].concat();
            let Some(next) = newer(&page) else { break };
            assert!(next.contains("kind=server.started"), "the filter went lost: {next}");
            page = desk.security.get(&next);
        }
        assert_eq!(back, wanted);
    });
}

#[test]
fn filters_find_what_was_asked_and_nothing_else() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let all = |desk: &mut Desk, query: &str| {
            let page = desk.security.get(&format!("/security?{query}"));
            assert_eq!(page.status, 200, "{}", page.words());
            page
        };

        let page = all(&mut desk, &format!("person={}", RECIPIENT.to_uppercase()));
        let words = page.words();
        for wanted in ["Mara Lindqvist", "SOC 2 Type II, 2026, version 1", "198.51.100.23", "nda.accepted"] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        let entries = desk.entries(EventKind::GrantCreated);
        assert!(listed(&page).contains(&entries[0].index));
        assert!(!listed(&page).contains(&desk.entries(EventKind::CompanyChanged)[0].index));

        let page = all(
            &mut desk,
            &format!("copy={}", grant.copy.to_string().to_lowercase().replace('-', " ").replace(' ', "+")),
        );
        assert!(listed(&page).contains(&entries[0].index), "{}", page.words());

        let report = entries[0].leaf.report.unwrap();
        let page = all(&mut desk, &format!("report={report}&kind=report.finalized"));
        assert_eq!(listed(&page), [desk.entries(EventKind::ReportFinalized)[0].index]);

        assert!(!listed(&all(&mut desk, "from=2026-11-21&to=2026-11-21")).is_empty());
        // By the company's domain, and by part of a name.
        for whom in ["customer.example", "%40customer.example", "lindq"] {
            let page = all(&mut desk, &format!("person={whom}"));
            assert!(listed(&page).contains(&entries[0].index), "{whom}: {}", page.words());
            assert!(!listed(&page).contains(&desk.entries(EventKind::CompanyChanged)[0].index), "{whom}");
        }
        assert!(listed(&all(&mut desk, "person=elsewhere.example")).is_empty());
        let none = all(&mut desk, "to=2026-11-20");
        assert!(listed(&none).is_empty() && none.words().contains("No entry matches"), "{}", none.words());
        let nobody = all(&mut desk, "person=nobody%40elsewhere.example");
        assert!(listed(&nobody).is_empty() && nobody.words().contains("No entry matches"));

        let page = desk.security.get("/security?person=nobody%40&copy=7&from=yesterday");
        assert_eq!(page.status, 422);
        let words = page.words();
        for wanted in ["not an e-mail address", "A copy id has ten digits", "From "] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        assert!(listed(&page).is_empty());
    });
}

#[test]
fn who_reads_the_log_stands_in_it() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 0);

        // The plain page is recorded once in ten minutes.
        desk.security.get("/security");
        let page = desk.security.get("/security");
        assert!(page.words().contains("log.searched"), "the reading is not on the page that it covers");
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 1);
        desk.house.advance_secs(601);
        desk.security.get("/security");
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 2);

        // A search says for what, and names the person without naming their address.
        desk.security.get(&format!("/security?person={RECIPIENT}&kind=report.viewed&before=9"));
        let searched = desk.entries(EventKind::LogSearched);
        let leaf = &searched[0].leaf;
        assert_eq!((searched.len(), leaf.about), (3, Some(grant.person)));
        assert_eq!(leaf.facts["kind"], Fact::from("report.viewed"));
        assert_eq!(leaf.facts["before"], Fact::from(9_u64));
        let bytes = String::from_utf8(leaf.to_bytes().unwrap()).unwrap();
        assert!(!bytes.contains("mara") && !bytes.contains("203.0.113.7"), "{bytes}");

        // What cannot be read searches nothing.
        desk.security.get("/security?kind=nothing.of.it");
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 3);
        desk.security.get("/security?person=nobody%40elsewhere.example");
        let unknown = &desk.entries(EventKind::LogSearched)[0].leaf;
        assert!(unknown.about.is_none() && unknown.facts.contains_key("person"));
    });
}
