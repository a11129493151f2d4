//! The log is shipped to other systems: in order, from where it broke off, with nothing left out.

use super::duties::queue;
use crate::support::collector::{Collector, Treatment, event, index};
use crate::support::house::House;
use crate::support::webhook::webhook;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::worker::Worker;
use diesel::connection::SimpleConnection as _;
use std::thread;
use std::time::{Duration, Instant};

/// Ships once, as the worker does; gives how many were taken.
fn ship(worker: &mut Worker) -> u64 {
    actix_web::rt::System::new().block_on(async { worker.ship_log().await.unwrap() })
}

/// Waits for the running server's own first shipment: its worker ships once when it starts, then once an hour.
fn settled(house: &House) {
    for _ in 0..500 {
        let db = &mut house.app().database.read().unwrap();
        let known = candor::ledger::shipments::list(db).unwrap();
        if known.iter().any(|one| one.at.is_some() || one.error.is_some()) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the server did not ship when it started");
}

#[test]
fn every_entry_reaches_the_collector_once_and_in_order_also_after_an_outage() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let mut worker = Worker::new(house.app().clone());
    house.add_staff("Ada", Role::Sales);
    assert!(ship(&mut worker) >= 1);
    collector.treat(Treatment::BreaksOff);
    for number in 0..20 {
        house.add_staff(&format!("Person{number}"), Role::Sales);
    }
    let before = collector.indexes().len();
    assert_eq!(ship(&mut worker), 0);
    assert_eq!(collector.indexes().len(), before);
    // Further tries wait; meanwhile the page and the database say why.
    collector.treat(Treatment::Takes);
    assert_eq!(ship(&mut worker), 0, "it backs off");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Failed, is tried again") && words.contains("the collector broke off"), "{words}");
    house.advance_secs(6);
    assert!(ship(&mut worker) > 20);
    let indexes = collector.indexes();
    let size = house.app().writer.head().size;
    assert_eq!(indexes, (0..size).collect::<Vec<_>>(), "no gap and no double");
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Where the log is shipped") && words.contains("localhost:"), "{words}");
    // A restart goes on where it was.
    house.add_staff("Late", Role::Sales);
    let left = house.app().writer.head().size - size;
    assert_eq!(ship(&mut Worker::new(house.app().clone())), left);
}

#[test]
fn messages_are_the_exports_events_in_the_form_of_syslog() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    house.add_staff("Ada", Role::Sales);
    ship(&mut Worker::new(house.app().clone()));
    let taken = collector.taken();
    let added = taken.iter().find(|message| message.contains(" staff.added - ")).unwrap();
    assert!(
        added.starts_with("<110>1 2026-11-21T09:30:00Z trust.example candor - staff.added - {"),
        "{added}"
    );
    let event = event(added);
    assert_eq!(event["message"], EventKind::StaffAdded.words());
    assert_eq!(event["metadata"]["version"], "1.3.0");
}

#[test]
fn a_collector_that_somebody_else_vouches_for_gets_nothing() {
    let collector = Collector::open();
    // The certificate is for localhost.
    let house = House::with(&collector.settings("127.0.0.1"));
    settled(&house);
    assert!(collector.indexes().is_empty());
    let db = &mut house.app().database.read().unwrap();
    let known = candor::ledger::shipments::list(db).unwrap().remove(0);
    assert!(known.next == 0 && known.error.unwrap().contains("no TLS with the collector"));
}

#[test]
fn a_webhook_gets_signed_batches_and_the_same_again_when_it_refused_one() {
    let (url, heard) = webhook("/log", &[500, 200]);
    let house = House::with(&format!(
        "mail = \"files\"\n[log.ship]\nbatch = 1000\nevery_secs = 3600\n\
         webhook = {{ url = \"{url}\", secret = \"0123456789abcdef\" }}"
    ));
    settled(&house);
    let (_, refused) = heard.recv().unwrap();
    house.advance_secs(6);
    let size = house.app().writer.head().size;
    assert_eq!(ship(&mut Worker::new(house.app().clone())), size);
    let (head, body) = heard.recv().unwrap();
    assert!(head.contains(&candor::notices::webhook::sign("0123456789abcdef", &body)), "{head}");
    let batch: serde_json::Value = serde_json::from_str(&body).unwrap();
    let refused: serde_json::Value = serde_json::from_str(&refused).unwrap();
    assert_eq!((&batch["first"], &refused["first"]), (&0.into(), &0.into()));
    assert_eq!(batch["events"][0], refused["events"][0]);
    let indexes: Vec<u64> = batch["events"].as_array().unwrap().iter().map(index).collect();
    assert_eq!(indexes, (0..size).collect::<Vec<_>>());
}

#[test]
fn a_collector_that_never_comes_to_an_end_holds_up_nothing_else() {
    let collector = Collector::that(Treatment::Dribbles);
    let house = House::with(&collector.settings("localhost"));
    let claimed = |house: &House| {
        let db = &mut house.app().database.read().unwrap();
        !candor::ledger::shipments::list(db).unwrap().is_empty()
    };
    while !claimed(&house) {
        thread::sleep(Duration::from_millis(10));
    }
    // The collector has the batch and goes on; meanwhile a letter leaves, and the server stops as quickly as ever.
    let ada = house.add_staff("Ada", Role::Sales);
    queue(&house, ada);
    let begun = Instant::now();
    while candor::notices::outbox::count_waiting(&mut house.app().database.read().unwrap()).unwrap() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the letter still waits");
        thread::sleep(Duration::from_millis(50));
    }
    // Other nodes see that it lives.
    house.advance_secs(60);
    let lives = |house: &House| {
        let app = house.app();
        let db = &mut app.database.read().unwrap();
        candor::db::nodes::list_alive(db, app.clock.now()).unwrap().contains(&app.gate.node)
    };
    while !lives(&house) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the node does not say that it lives");
        thread::sleep(Duration::from_millis(100));
    }
    let begun = Instant::now();
    drop(house);
    assert!(begun.elapsed() < Duration::from_secs(8), "stopping took {:?}", begun.elapsed());
}

/// Sends frames of so many bytes, within a second or so; why they were not taken.
fn send(collector: &Collector, bytes: usize) -> String {
    let text = "x".repeat(bytes);
    let frames = format!("{} {text}", text.len()).into_bytes();
    let to = collector.to();
    let sending = candor::notices::syslog::send(&to, &frames, Duration::from_secs(2));
    actix_web::rt::System::new().block_on(sending).unwrap_err().to_string()
}

#[test]
fn all_of_a_sending_has_one_deadline() {
    let begun = Instant::now();
    let why = send(&Collector::that(Treatment::Dribbles), 1);
    assert_eq!(why, "the collector did not answer in time");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn a_collector_that_ends_before_it_was_told_everything_has_taken_nothing() {
    // More than fits on the way, so that its end comes before ours.
    let why = send(&Collector::that(Treatment::EndsEarly), 16 << 20);
    assert_eq!(why, "the collector ended before it had everything");
}

#[test]
fn a_connection_that_just_breaks_off_counts_only_where_the_settings_say_so() {
    let collector = Collector::that(Treatment::BreaksOffAtTheEnd);
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let next = |house: &House| {
        let db = &mut house.app().database.read().unwrap();
        let known = candor::ledger::shipments::list(db).unwrap().remove(0);
        (known.next, known.error)
    };
    let (taken, error) = next(&house);
    assert!(taken == 0 && error.as_ref().unwrap().contains("without ending TLS"), "{error:?}");
    let mut security = house.staff("Sentinel", Role::Security);
    assert!(security.get("/security/integrity").words().contains("set ends_without_notice = true"));

    let house =
        House::with(&collector.settings("localhost").replace("ca = ", "ends_without_notice = true, ca = "));
    settled(&house);
    let (taken, error) = next(&house);
    assert!(taken > 0 && error.is_none(), "{error:?}");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Counts as taken when the connection just breaks off"), "{words}");
}

#[test]
fn what_cannot_be_read_is_noted_as_the_shipments_error_and_tried_again() {
    let collector = Collector::open();
    let house = House::with(&collector.settings("localhost"));
    settled(&house);
    let mut worker = Worker::new(house.app().clone());
    house.add_staff("Ada", Role::Sales);
    let rename = |sql: &str| house.app().database.connect().unwrap().batch_execute(sql).unwrap();
    rename("ALTER TABLE report_version RENAME TO report_version_away");
    assert_eq!(ship(&mut worker), 0);
    rename("ALTER TABLE report_version_away RENAME TO report_version");
    let mut security = house.staff("Sentinel", Role::Security);
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Failed, is tried again") && words.contains("could not be made ready"), "{words}");
    house.advance_secs(6);
    assert!(ship(&mut worker) >= 1);
    let size = house.app().writer.head().size;
    assert_eq!(collector.indexes(), (0..size).collect::<Vec<_>>());
}
