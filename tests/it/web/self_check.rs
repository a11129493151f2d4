//! The server reads its whole log by itself; what it finds stands on every page of every node.

use crate::support::house::House;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::ledger::store::{self as log, Filter};
use candor::worker::Worker;
use diesel::connection::SimpleConnection as _;

/// What stands on every page.
const ALARM: &str = "The log did not pass its last check.";

/// Checks once, as the worker does when it is due.
fn checks(worker: &Worker) {
    actix_web::rt::System::new().block_on(async { worker.check_log().await.unwrap() });
}

/// Changes an entry past the program.
fn tampers(house: &House) {
    let mut db = house.app().database.connect().unwrap();
    db.batch_execute(
        "DROP TRIGGER ledger_entry_no_update; UPDATE ledger_entry SET kind = 'log.searched' WHERE idx = 1",
    )
    .unwrap();
}

#[test]
fn the_log_checks_itself_and_an_alarm_stands_on_every_page() {
    let house = House::open();
    let worker = Worker::new(house.app().clone());
    checks(&worker);
    checks(&worker);
    let filter = Filter { kind: Some(EventKind::LogVerified), ..Filter::default() };
    let found = log::list(&mut house.app().database.read().unwrap(), &filter, 10).unwrap();
    assert_eq!(found.len(), 1, "once a day is enough");
    let mut sales = house.staff("Sally", Role::Sales);
    assert!(!sales.get("/sales").words().contains(ALARM));
    tampers(&house);
    house.advance_secs(25 * 3_600);
    checks(&worker);
    let mut sales = house.staff("Sam", Role::Sales);
    assert!(sales.get("/sales").words().contains(ALARM));
}

#[test]
fn an_alarm_that_another_node_has_raised_stands_here_too() {
    let house = House::open();
    let mut sales = house.staff("Sally", Role::Sales);
    let other = candor::app::App::open(house.app().config.clone(), house.app().clock.clone()).unwrap();
    tampers(&house);
    checks(&Worker::new(other.clone()));
    other.writer.finish();
    actix_web::rt::System::new().block_on(async { Worker::new(house.app().clone()).beat().await.unwrap() });
    assert!(sales.get("/sales").words().contains(ALARM));
}
