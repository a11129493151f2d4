//! `/verify`: what a file is, told to anybody, and never whose copy it is.

use super::{fetch, recipient, shelved};
use crate::sales::desk::{Office, act};
use crate::support::databases::on_both;
use crate::support::visitor::{Page, Part, Visitor};
use candor::reports::acts::{Withdrawal, withdraw};
use candor::text::Reason;

/// The report.
const SLUG: &str = "short-report";

/// Sends a file as a stranger.
fn looks_up(stranger: &mut Visitor, bytes: &[u8]) -> Page {
    let csrf = stranger.get("/verify").form("/verify").value("csrf").unwrap_or_default().to_owned();
    let parts = [Part::Field("csrf", &csrf), Part::File("file", "found.pdf", "application/pdf", bytes)];
    stranger.multipart("/verify", &parts)
}

/// Withdraws the office's report.
fn withdraws(office: &Office) {
    let (house, by, report) = (office.house.app().house.clone(), office.officer, office.report);
    let reason = Withdrawal { reason: Reason::parse("The auditor withdrew the opinion.").unwrap() };
    act(&office.house, "report.withdraw", move |act| withdraw(act, &house, by, report, &reason));
}

#[test]
fn a_found_file_is_named_and_its_owner_is_not() {
    on_both(|database| {
        let office = shelved(database, SLUG);
        office.invites("Ada First");
        let mut ada = recipient(&office, "ada.first@meridian-bank.example");
        let copy = fetch(&mut ada, SLUG).body;
        let mut stranger = office.house.visitor_from("192.0.2.44");

        let genuine = looks_up(&mut stranger, &copy);
        assert_eq!(genuine.status, 200, "{}", genuine.words());
        let words = genuine.words();
        assert!(
            words.contains("A genuine copy, unchanged") && words.contains("This version is current."),
            "{words}"
        );
        assert!(!words.contains("Ada") && !words.contains("Meridian"), "{words}");

        let issued = crate::support::report_pdf(SLUG);
        assert!(looks_up(&mut stranger, &issued).words().contains("The file as it was issued"));
        let mut saved_again = copy.clone();
        saved_again.extend_from_slice(b"\n");
        let unknown = looks_up(&mut stranger, &saved_again).words();
        assert!(
            unknown.contains("not known here") && unknown.contains("does not make it false"),
            "{unknown}"
        );
        assert_eq!(looks_up(&mut stranger, b"").status, 422);

        withdraws(&office);
        assert!(looks_up(&mut stranger, &copy).words().contains("This version was withdrawn"));
    });
}

#[test]
fn ten_files_a_minute_are_looked_up_from_one_network() {
    on_both(|database| {
        let office = shelved(database, SLUG);
        let mut stranger = office.house.visitor_from("192.0.2.44");
        for _ in 0..10 {
            assert_eq!(looks_up(&mut stranger, b"anything").status, 200);
        }
        let mut neighbour = office.house.visitor_from("192.0.2.45");
        assert_eq!(looks_up(&mut neighbour, b"anything").status, 429);
        office.house.advance_secs(60);
        assert_eq!(looks_up(&mut neighbour, b"anything").status, 200);
    });
}
