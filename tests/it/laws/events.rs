//! `docs/events.md` tells of every kind of event, in the words of the program, with the facts and personal data it holds.
//!
//! That an entry holds no fact beside those is checked where entries are: every test house compares its whole log with
//! the page when it is closed (`support::events`).

use super::must_hold;
use super::source::root;
use crate::support::events::{Told, told};
use candor::ledger::{EventKind, PersonalField};

/// Differences between the page and the program.
fn check(page: &[Told], kinds: &[EventKind]) -> Vec<String> {
    let mut complaints = Vec::new();
    let names: Vec<&str> = page.iter().map(|row| row.kind.as_str()).collect();
    let wanted: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    if names != wanted {
        let missing = wanted.iter().filter(|kind| !names.contains(kind));
        complaints.extend(missing.map(|kind| format!("docs/events.md does not tell of {kind}")));
        let unknown = names.iter().filter(|kind| !wanted.contains(kind));
        complaints.extend(unknown.map(|kind| format!("docs/events.md tells of {kind}, which is no kind")));
        if complaints.is_empty() {
            complaints.push("docs/events.md tells of the kinds in another order, or twice".to_owned());
        }
    }
    for row in page {
        let kind = EventKind::parse(&row.kind);
        if kind.is_some_and(|kind| kind.words() != row.when) {
            complaints.push(format!("docs/events.md says of {} what the program does not", row.kind));
        }
        let fields = row.personal.iter().filter(|field| PersonalField::parse(field).is_none());
        complaints.extend(fields.map(|field| format!("{field} of {} is no personal field", row.kind)));
    }
    complaints
}

#[test]
fn the_page_about_events_tells_of_every_kind() {
    let text = std::fs::read_to_string(root().join("docs/events.md")).unwrap();
    must_hold(&check(&told(&text), EventKind::ALL));
}

#[test]
fn a_page_that_tells_something_else_is_found() {
    let kinds = [EventKind::ServerStopped, EventKind::GrantRevoked];
    let page =
        |rows: &str| told(&format!("| kind | when | facts | personal data |\n|---|---|---|---|\n{rows}"));
    let stopped = "| `server.stopped` | The server stopped. |  |  |\n";
    let revoked = "| `grant.revoked` | A grant was revoked. | `why` | `email` |\n";
    must_hold(&check(&page(&format!("{stopped}{revoked}")), &kinds));
    for (rows, wanted) in [
        (stopped.to_owned(), "does not tell of grant.revoked"),
        (format!("{stopped}{revoked}{}", revoked.replace("grant", "great")), "which is no kind"),
        (format!("{revoked}{stopped}"), "in another order"),
        (format!("{stopped}{}", revoked.replace("A grant", "Two")), "what the program does not"),
        (format!("{stopped}{}", revoked.replace("email", "shoe_size")), "no personal field"),
    ] {
        let complaints = check(&page(&rows), &kinds);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{rows}: {complaints:?}");
    }
}
