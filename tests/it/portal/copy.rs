//! The download: the bytes that the log says, as often as was granted, and never a damaged or another's file.

use super::{csrf, entries, fetch, recipient, revoke, shelved, signs_in, until};
use crate::sales::desk::{Office, act};
use crate::support::databases::on_both;
use crate::support::http::Request;
use crate::support::visitor::{Page, Visitor};
use candor::ledger::EventKind;
use candor::reports::{File, store as reports};
use candor::text::{Reason, hex};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Who downloads.
const ADA: &str = "ada.first@meridian-bank.example";
/// A report: the name of its file and of its page.
const SHORT: &str = "short-report";
/// A longer one.
const LONG: &str = "nasa-oig-ig-19-022";
/// One that no connection takes whole while nobody reads.
const LARGE: &str = "large-report";

/// The file of the office's report.
fn file(office: &Office) -> File {
    let db = &mut *office.house.app().database.read().unwrap();
    reports::require(db, office.report).unwrap().file.unwrap()
}

/// Where the body of a report lies.
fn body_path(office: &Office, file: &File) -> PathBuf {
    let name = file.body.id.to_string();
    let mut all = office.house.folder().files().into_iter();
    all.find(|path| path.file_name().is_some_and(|other| other == name.as_str())).unwrap()
}

/// Refused in words; nothing of the file left, and the log says so.
fn is_damaged(office: &Office, page: &Page) {
    assert_eq!(page.status, 503, "{}", page.words());
    assert!(page.words().contains("does not pass its integrity check"), "{}", page.words());
    assert!(!page.body.starts_with(b"%PDF"));
    assert_eq!(office.entries(EventKind::DownloadStarted), 0);
    let entry = entries(office, EventKind::IntegrityFailed).remove(0);
    assert_eq!(entry.leaf.version, Some(office.report));
    assert_eq!(entry.leaf.facts["what"].to_string(), "body");
}

#[test]
fn the_log_names_the_bytes_and_the_last_download_is_the_last() {
    on_both(|database| {
        let office = shelved(database, SHORT);
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let mut bodies = Vec::new();
        for _ in 0..3 {
            let copy = fetch(&mut ada, SHORT);
            assert_eq!((copy.status, copy.header("content-type")), (200, Some("application/pdf")));
            let sha256 = hex(ring::digest::digest(&ring::digest::SHA256, &copy.body).as_ref());
            let started = entries(&office, EventKind::DownloadStarted).remove(0);
            assert_eq!(started.leaf.facts["sha256"].to_string(), sha256);
            assert_eq!(started.leaf.facts["size_bytes"].to_string(), copy.body.len().to_string());
            bodies.push(copy.body);
        }
        assert!(bodies[0] == bodies[1] && bodies[1] == bodies[2], "two downloads of one copy differ");
        let refused = fetch(&mut ada, SHORT);
        assert_eq!(refused.status, 410);
        assert!(
            refused.words().contains("Every download of this grant has been used"),
            "{}",
            refused.words()
        );
        assert_eq!(office.entries(EventKind::DownloadStarted), 3);
        until("the ends are recorded", || office.entries(EventKind::DownloadCompleted) == 3);
        let room = ada.get(&format!("/reports/{SHORT}"));
        assert!(room.status == 200 && room.words().contains("Every download"), "{}", room.words());
    });
}

/// A request for a copy.
fn wants(visitor: &mut Visitor, slug: &str) -> Request {
    let body = format!("csrf={}", csrf(visitor));
    let own = [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/x-www-form-urlencoded")];
    let mut request = visitor.request("POST", &format!("/reports/{slug}/copy"), &own);
    request.body = body.into_bytes();
    request
}

#[test]
fn a_recall_cuts_running_downloads_within_five_seconds_of_slow_readers_and_of_those_who_take_nothing() {
    on_both(|database| {
        let office = shelved(database, LARGE);
        office.invites("Ada First");
        office.invites("Ben Second");
        let mut ada = recipient(&office, ADA);
        let mut ben = recipient(&office, "ben.second@meridian-bank.example");
        let server = office.house.address();
        let mut slow = wants(&mut ada, LARGE).begin_narrow(server);
        let mut stalled = wants(&mut ben, LARGE).begin_narrow(server);
        assert_eq!((slow.status, stalled.status), (200, 200));
        let promised: usize = slow.header("content-length").unwrap().parse().unwrap();
        let mut taken = slow.some(1_000).len();
        assert!(stalled.some(1_000).starts_with(b"%PDF"));
        let (house, by, version) = (office.house.app().house.clone(), office.officer, office.report);
        let reason = Reason::parse("A page shows a customer's name.").unwrap();
        let began = Instant::now();
        act(&office.house, "recall", move |act| {
            candor::release::recall::acts::recall(act, &house, by, version, &reason)
        });
        while office.entries(EventKind::DownloadAborted) < 2 {
            let completed = office.entries(EventKind::DownloadCompleted);
            assert!(completed == 0 && began.elapsed() < Duration::from_secs(5), "{completed} were completed");
            taken += slow.some(1_000).len();
            std::thread::sleep(Duration::from_millis(10));
        }
        let (starts, ends) =
            (entries(&office, EventKind::DownloadStarted), entries(&office, EventKind::DownloadAborted));
        for end in ends {
            let start = starts.iter().find(|start| Some(start.index) == end.leaf.closes).unwrap();
            assert_eq!(start.leaf.download, end.leaf.download);
            let sent: usize = end.leaf.facts["sent_bytes"].to_string().parse().unwrap();
            assert!(sent < promised, "{sent} of {promised} bytes were sent");
        }
        // What was on its way arrives; then the connection ends before the file does.
        for (taken, answer) in [(taken, slow), (1_000, stalled)] {
            let taken = taken + answer.rest().len();
            assert!(taken < promised, "{taken} of {promised} bytes arrived");
        }
    });
}

#[test]
fn a_copy_broken_off_by_its_reader_is_recorded_as_aborted() {
    on_both(|database| {
        let office = shelved(database, LONG);
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let request = wants(&mut ada, LONG);
        let mut answer = ada.begin(&request);
        assert_eq!(answer.status, 200);
        assert!(answer.some(1_000).starts_with(b"%PDF"));
        drop(answer);
        until("the abort is recorded", || office.entries(EventKind::DownloadAborted) == 1);
        let (start, end) = (
            entries(&office, EventKind::DownloadStarted).remove(0),
            entries(&office, EventKind::DownloadAborted).remove(0),
        );
        assert_eq!((end.leaf.closes, end.leaf.download), (Some(start.index), start.leaf.download));
        // What broke off counts.
        assert_eq!(office.grants_of(ADA)[0].downloads_left(), 2);
    });
}

#[test]
fn a_flipped_byte_on_the_disk_sends_nothing() {
    on_both(|database| {
        let office = shelved(database, SHORT);
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let path = body_path(&office, &file(&office));
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        is_damaged(&office, &fetch(&mut ada, SHORT));
        // Brought back from a backup it is served again.
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(fetch(&mut ada, SHORT).body.starts_with(b"%PDF"));
    });
}

#[test]
fn an_object_exchanged_with_another_reports_sends_nothing() {
    on_both(|database| {
        let mut office = shelved(database, SHORT);
        office.invites("Ada First");
        let mut ada = recipient(&office, ADA);
        let mine = (office.report, body_path(&office, &file(&office)));
        office.report = super::put_on_shelf(&office, "the-same-again", SHORT);
        let theirs = body_path(&office, &file(&office));
        office.report = mine.0;
        fs::copy(theirs, mine.1).unwrap();
        is_damaged(&office, &fetch(&mut ada, SHORT));
    });
}

#[test]
fn an_ended_grant_fetches_no_copy() {
    on_both(|database| {
        let office = shelved(database, SHORT);
        office.invites("Ada First");
        office.invites("Bob Second");
        let mut ada = recipient(&office, ADA);
        assert_eq!(ada.get(&format!("/reports/{SHORT}")).status, 200);
        revoke(&office, office.grants_of(ADA)[0].id);
        let revoked = fetch(&mut ada, SHORT);
        assert!([403, 410].contains(&revoked.status), "{}", revoked.words());
        office.accepts_nda("bob.second@meridian-bank.example");
        office.house.advance_secs(30 * 86_400);
        let mut bob = signs_in(&office, "bob.second@meridian-bank.example", "192.0.2.2");
        let expired = fetch(&mut bob, SHORT);
        assert!([403, 410].contains(&expired.status), "{}", expired.words());
        for page in [revoked, expired] {
            assert!(!page.body.starts_with(b"%PDF") && page.links().len() > 2, "{}", page.words());
        }
        assert_eq!(office.entries(EventKind::DownloadStarted), 0);
    });
}
