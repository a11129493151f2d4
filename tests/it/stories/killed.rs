//! The server dies in the middle: afterwards the log is whole and knows of every byte that left.

use super::{Running, play};
use std::thread;
use std::time::Duration;

/// A recipient who may download, and the seller.
fn with_a_recipient(house: &Running) -> crate::support::visitor::Visitor {
    let mut officer = house.staff("Tobias", "compliance");
    let mut seller = house.staff("Sam", "sales");
    house.publish(&mut officer);
    let mut ada = house.visitor("198.51.100.7");
    house.asks(&mut ada, "ada@buyer.example");
    house.accepts(&mut ada);
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
        assert!(said.contains("1 download without an end") || said.contains("entries"), "{said}");
        house.start();
        let mut watch = house.staff("Priya", "security");
        let log = watch.get("/security").words();
        assert!(log.contains("download.started"), "every byte that left has its start: {log}");
        assert!(log.contains("download.outcome_unknown"), "{log}");
        house.stop();
        house.log_is_whole(None);
    });
}

#[test]
fn acts_that_the_server_died_in_happened_whole_or_not_at_all() {
    play(|mut house| {
        let mut officer = house.staff("Tobias", "compliance");
        house.publish(&mut officer);
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
            thread::scope(|scope| {
                // The answer may never come.
                let asking = scope.spawn(move || {
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ada.submit(&page, &form).status))
                        .ok()
                });
                thread::sleep(Duration::from_millis(2 + 9 * round));
                house.kill();
                let _ = asking.join();
            });
            house.log_is_whole(None);
            house.start();
        }
        assert_eq!(house.visitor("198.51.100.7").get("/healthz").status, 200);
    });
}
