//! `/sales`: who waits, since when, and what is to be known about them.

use super::desk::{Office, in_offices, only_link};
use crate::support::databases::on_both;

#[test]
fn only_confirmed_addresses_wait_and_the_longest_wait_stands_first() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        assert!(sara.get("/sales").words().contains("Nobody is waiting"));
        office.asks("Una Confirmed", "una@meridian-bank.example");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        office.house.advance_secs(600);
        office.asks_and_confirms("Ben Second", "ben@meridian-bank.example");
        let page = sara.get("/sales");
        let words = page.words();
        assert!(!words.contains("Una Confirmed"), "{words}");
        assert!(words.find("Ada First").unwrap() < words.find("Ben Second").unwrap(), "{words}");
        assert!(words.contains("10 minutes") && words.contains("Waiting (2)"), "{words}");
        assert!(words.contains("SOC 2 Type II, 2026") && words.contains("Meridian Bank"), "{words}");
    });
}

#[test]
fn the_queue_warns_of_free_mail_own_and_look_alike_domains() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        for (name, address) in [
            ("Free Mail", "free@gmail.com"),
            ("Own Domain", "own@house.example"),
            ("Look Alike", "like@h0use.example"),
            ("Nothing Unusual", "usual@meridian-bank.example"),
        ] {
            office.asks_and_confirms(name, address);
        }
        let words = sara.get("/sales").words();
        for wanted in ["Free mail", "Own company", "Looks like house.example"] {
            assert_eq!(words.matches(wanted).count(), 1, "{wanted} in {words}");
        }
        assert!(words.contains("Nothing unusual"), "{words}");
    });
}

#[test]
fn a_recipients_domain_is_guarded_against_twins_too() {
    in_offices(|office| {
        let mut sara = office.seller("Sara");
        office.asks_and_confirms("Ada First", "ada@meridian-bank.example");
        let queue = sara.get("/sales");
        let page = sara.get(&only_link(&queue, "/sales/requests/"));
        let sent = sara.submit(&page, &page.form(&format!("{}/approve", page.path)));
        assert_eq!(sent.status, 303, "{}", sent.words());
        office.asks_and_confirms("Mallory Twin", "mallory@rneridian-bank.example");
        assert!(sara.get("/sales").words().contains("Looks like meridian-bank.example"));
    });
}

#[test]
fn without_an_nda_text_the_queue_says_that_nothing_can_be_granted() {
    on_both(|database| {
        let office = Office::new(database);
        let mut sara = office.seller("Sara");
        let told = "no NDA text is in force. Compliance has to publish one first.";
        assert!(sara.get("/sales").words().contains(told));
        office.publishes_nda();
        assert!(!sara.get("/sales").words().contains(told));
    });
}
