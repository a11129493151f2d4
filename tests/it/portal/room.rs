//! The report room: every step is needed, and what belongs to others is not there.

use super::{csrf, recipient, revoke, signs, signs_in, size};
use crate::sales::desk::in_offices;
use candor::ledger::{EventKind, PersonalField};

/// The room of the report that is offered in every office.
const ROOM: &str = "/reports/soc2-2026";
/// Its reader.
const ADA: &str = "ada.first@meridian-bank.example";

#[test]
fn the_room_needs_every_step() {
    in_offices(|office| {
        let mut stranger = office.house.visitor();
        let page = stranger.get(ROOM);
        assert!(page.status == 303 && page.header("location").unwrap().starts_with("/sign-in"));
        assert_eq!(
            stranger.post_form(&format!("{ROOM}/copy"), &[("csrf", "")]).header("location"),
            Some("/sign-in")
        );
        // Without a grant: the way to ask; with a request that waits: where it stands.
        office.asks_and_confirms("Bob", "bob@meridian-bank.example");
        let mut bob = signs_in(office, "bob@meridian-bank.example", "192.0.2.3");
        let waits = bob.get(ROOM);
        assert!(waits.status == 403 && waits.words().contains("waits for a decision"), "{}", waits.words());
        assert!(waits.links().iter().any(|link| link.starts_with("/requests/")));
        let refused = super::entries(office, EventKind::AccessRefused);
        assert_eq!(refused.len(), 1, "a refusal is recorded");
        assert_eq!(refused[0].leaf.facts["why"].to_string(), "waiting");
        assert!(refused[0].leaf.personal.contains_key(&PersonalField::NetworkAddress));
        office.invites("Ada First");
        let mut ada = signs_in(office, ADA, "192.0.2.1");
        let room = ada.get(ROOM);
        assert_eq!((room.status, room.header("location")), (303, Some("/nda")));
        assert_eq!(office.entries(EventKind::ReportViewed), 0);
        let page = ada.get("/nda");
        signs(&mut ada, &page);
        let room = ada.get(ROOM);
        assert!(room.status == 200 && room.words().contains("SECRETFINDING"), "{}", room.words());
        assert_eq!(office.entries(EventKind::ReportViewed), 1);
        // The session's end is the room's end.
        office.house.advance_secs(8 * 3_600);
        assert_eq!(ada.get(ROOM).status, 303);
    });
}

#[test]
fn a_reader_without_a_grant_is_shown_the_way() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        revoke(office, office.grants_of(ADA)[0].id);
        let page = ada.get(ROOM);
        assert!([403, 410].contains(&page.status), "{}", page.words());
        assert!(page.links().iter().any(|link| link.starts_with("/request") || link == "/access"));
        assert!(!page.words().contains("SECRET"));
        assert_eq!(ada.get("/reports/never-was").status, 404);
    });
}

#[test]
fn what_is_anothers_is_not_there() {
    in_offices(|office| {
        office.invites("Ada First");
        office.invites("Eve Other");
        let mut ada = recipient(office, ADA);
        ada.get(ROOM);
        let links = ada.get("/access").links();
        let own: Vec<&String> = links
            .iter()
            .filter(|link| link.starts_with("/certificates/") || link.starts_with("/access/receipts/"))
            .collect();
        assert!(own.len() >= 4, "{links:?}");
        office.asks_and_confirms("Bob", "bob@meridian-bank.example");
        let mut bob = signs_in(office, "bob@meridian-bank.example", "192.0.2.3");
        let waits = bob.get(ROOM);
        let request = waits.links().into_iter().find(|link| link.starts_with("/requests/")).unwrap();
        let mut eve = recipient(office, "eve.other@meridian-bank.example");
        for link in own.into_iter().chain([&request]) {
            let page = eve.get(link);
            assert_eq!(page.status, 404, "{link}: {}", page.words());
            assert!(!page.words().contains("Ada"), "{}", page.words());
        }
        assert_eq!((bob.get(&request).status, ada.get(&request).status), (200, 404));
        // Entries that are about nobody, or not there at all, look the same.
        for index in [0_u64, 1, 999_999] {
            assert_eq!(eve.get(&format!("/access/receipts/{index}")).status, 404);
        }
    });
}

#[test]
fn a_copy_is_fetched_by_post_only() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let before = size(office);
        for method in ["GET", "HEAD"] {
            let request = ada.request(method, &format!("{ROOM}/copy"), &[("Sec-Fetch-Site", "same-origin")]);
            let answer = ada.begin(&request);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
        }
        assert_eq!(size(office), before, "reading an address left an entry");
    });
}

#[test]
fn a_foreign_page_fetches_no_copy() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        let body = format!("csrf={}", csrf(&mut ada));
        let before = size(office);
        for headers in [
            [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
            [("Accept", "*/*"), ("Origin", "https://evil.example")],
        ] {
            let mut request = ada.request("POST", &format!("{ROOM}/copy"), &headers);
            request = request.with("Content-Type", "application/x-www-form-urlencoded");
            request.body = body.clone().into_bytes();
            assert_eq!(ada.begin(&request).status, 403, "{headers:?}");
        }
        assert_eq!(size(office), before);
    });
}

#[test]
fn a_grant_revoked_in_the_middle_of_a_session_opens_nothing_more() {
    in_offices(|office| {
        office.invites("Ada First");
        let mut ada = recipient(office, ADA);
        assert_eq!(ada.get(ROOM).status, 200);
        revoke(office, office.grants_of(ADA)[0].id);
        let page = ada.get(ROOM);
        assert!([403, 410].contains(&page.status) && !page.words().contains("SECRET"), "{}", page.words());
        assert_eq!(office.entries(EventKind::ReportViewed), 1);
        assert!(ada.get("/access").words().contains("Revoked"));
    });
}

#[test]
fn an_expired_grant_opens_nothing() {
    in_offices(|office| {
        office.invites("Ada First");
        office.accepts_nda(ADA);
        office.house.advance_secs(30 * 86_400 - 60);
        let mut ada = signs_in(office, ADA, "192.0.2.1");
        assert_eq!(ada.get(ROOM).status, 200);
        office.house.advance_secs(60);
        let page = ada.get(ROOM);
        assert!([403, 410].contains(&page.status) && !page.words().contains("SECRET"), "{}", page.words());
        assert!(ada.get("/access").words().contains("Expired"));
    });
}
