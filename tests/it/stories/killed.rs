//! The server dies in the middle: afterwards the log is whole and knows of every byte that left.

use super::{Running, SHORT_REPORT, accepts, play, publish};
use crate::compliance::{creates, uploads};
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};
use std::thread;
use std::time::{Duration, Instant};

/// A recipient who may download, and the seller.
fn with_a_recipient(house: &Running) -> Visitor {
    let mut officer = house.staff("Tobias", "compliance");
    let mut seller = house.staff("Sam", "sales");
    publish(&mut officer, SHORT_REPORT);
    let mut ada = house.visitor("198.51.100.7");
    house.asks(&mut ada, "ada@buyer.example");
    accepts(&mut ada);
    house.approves(&mut seller, "ada@buyer.example");
    ada
}

#[test]
fn a_download_that_the_server_died_in_has_its_start_and_is_closed_as_unknown() {
    play(|mut house| {
        let mut ada = with_a_recipient(&house);
        let room = ada.get("/reports/audit");
        let form = room.form("/reports/audit/copy");
        let token = form.value("csrf").unwrap().to_owned();
        let body = format!("csrf={token}");
        let mut request = ada.request("POST", "/reports/audit/copy", &[]);
        request = request.with("content-type", "application/x-www-form-urlencoded");
        request.body = body.into_bytes();
        let mut answer = ada.begin(&request);
        assert_eq!(answer.status, 200);
        let received = answer.some(64 * 1024);
        assert!(received.starts_with(b"%PDF-"));
        house.kill();
        drop(answer);
        let said = house.log_is_whole(None);
        assert!(said.contains("open downloads      1"), "{said}");
        house.start();
        let mut watch = house.staff("Priya", "security");
        let mut has = |kind: &str| {
            let page = watch.get(&format!("/security?kind={kind}"));
            !page.words().contains("No entry matches")
        };
        assert!(has("download.started"), "every byte that left has its start");
        // On a database of several nodes the dead one's lease has to run out first.
        let closed = (0..60).any(|_| {
            thread::sleep(Duration::from_millis(500));
            has("download.outcome_unknown")
        });
        assert!(closed, "nobody closed the download");
        house.stop();
        let said = house.log_is_whole(None);
        assert!(said.contains("open downloads      0"), "{said}");
    });
}

/// Begins `work` and kills the server so many milliseconds later; its answer may never come.
fn dies_during(house: &mut Running, millis: u64, work: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let working = scope.spawn(move || {
            // A connection that breaks off panics at the visitor, and that is what happens here.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        });
        thread::sleep(Duration::from_millis(millis));
        house.kill();
        let _ = working.join();
    });
    house.log_is_whole(None);
    house.start();
}

/// The form for this path, if the page has it.
fn offered(page: &Page, action: &str) -> Option<Form> {
    Form::all(&page.html()).into_iter().find(|form| form.action == action)
}

#[test]
fn acts_that_the_server_died_in_happened_whole_or_not_at_all() {
    play(|mut house| {
        let mut officer = house.staff("Tobias", "compliance");
        publish(&mut officer, SHORT_REPORT);
        for round in 0..3_u64 {
            let email = format!("ada{round}@buyer.example");
            let mut ada = house.visitor("198.51.100.7");
            let page = ada.get("/request?item=audit");
            let form = page
                .form("/request")
                .fill("name", "Ada Lovelace")
                .fill("email", &email)
                .fill("organisation", "Buyer Works")
                .choose("relation", "customer");
            dies_during(&mut house, 2 + 9 * round, move || drop(ada.submit(&page, &form)));
        }
        assert_eq!(house.visitor("198.51.100.7").get("/healthz").status, 200);
    });
}

#[test]
fn an_approval_that_the_server_died_in_gave_one_grant_or_none() {
    play(|mut house| {
        publish(&mut house.staff("Tobias", "compliance"), SHORT_REPORT);
        house.staff("Sam", "sales");
        for round in 0..4_u64 {
            let email = format!("ada{round}@buyer.example");
            house.asks(&mut house.visitor("198.51.100.7"), &email);
            let mut seller = house.staff(&format!("Before{round}"), "sales");
            let waiting = seller.get("/sales").links();
            let link = waiting.into_iter().find(|link| link.starts_with("/sales/requests/")).unwrap();
            let (page, action) = (seller.get(&link), format!("{link}/approve"));
            let form = page.form(&action);
            dies_during(&mut house, 1 + 6 * round, move || drop(seller.submit(&page, &form)));
            let mut seller = house.staff(&format!("After{round}"), "sales");
            let page = seller.get(&link);
            if let Some(form) = offered(&page, &action) {
                assert_eq!(
                    seller.submit(&page, &form).status,
                    303,
                    "an approval that did not happen can be given"
                );
            }
            let grants = seller.get("/sales/grants").words();
            assert_eq!(grants.matches(&email).count(), 1, "one grant, however the first try ended: {grants}");
        }
        house.stop();
        house.log_is_whole(None);
    });
}

/// Waits until a report takes an upload again: among several nodes a dead one counts as alive for some seconds, and until
/// then the page says that the file is being prepared.
fn waits_for_the_form(officer: &mut Visitor, href: &str) {
    let begun = Instant::now();
    while offered(&officer.get(href), &format!("{href}/upload")).is_none() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", officer.get(href).words());
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_publication_that_the_server_died_in_is_a_draft_or_finalized() {
    play(|mut house| {
        publish(&mut house.staff("Tobias", "compliance"), SHORT_REPORT);
        for round in 0..3_u64 {
            let mut officer = house.staff(&format!("Before{round}"), "compliance");
            let slug = format!("report-{round}");
            let href = creates(&mut officer, &slug);
            let path = href.clone();
            dies_during(&mut house, 5 + 400 * round, move || {
                drop(uploads(&mut officer, &path, SHORT_REPORT));
            });
            let mut officer = house.staff(&format!("Between{round}"), "compliance");
            let ask = format!("{href}/finalize");
            if officer.get(&ask).status != 200 || offered(&officer.get(&ask), &ask).is_none() {
                waits_for_the_form(&mut officer, &href);
                assert_eq!(
                    uploads(&mut officer, &href, SHORT_REPORT).status,
                    303,
                    "the upload can be repeated"
                );
            }
            let (page, path) = (officer.get(&ask), ask.clone());
            let form = page.form(&path);
            dies_during(&mut house, 1 + 5 * round, move || drop(officer.submit(&page, &form)));
            let mut officer = house.staff(&format!("After{round}"), "compliance");
            let page = officer.get(&ask);
            if let Some(form) = offered(&page, &ask) {
                assert_eq!(
                    officer.submit(&page, &form).status,
                    303,
                    "a publication that did not happen can be repeated"
                );
            }
            assert!(officer.get(&href).words().contains("Finalized"), "{}", officer.get(&href).words());
        }
        house.stop();
        house.log_is_whole(None);
    });
}
