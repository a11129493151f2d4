//! Commits whose connection is lost: nothing is said to be saved that is not, and nothing saved is said to be lost.

use super::cutting::{Cut, Cutting};
use super::{House, entry, insert, make_table, things};
use crate::support::databases::TestDatabase;
use candor::fault::Fault;
use candor::ledger::{Writer, trouble};
use diesel::prelude::*;

/// Ends every other session on this session's database.
const CUT: &str = "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn a_session_that_is_cut_before_its_commit_saves_nothing_and_the_next_act_goes_on() {
    let Some(database) = TestDatabase::postgres() else { return };
    make_table(&database);
    let house = House::open(&database);
    let other = (*database).clone();
    let lost = house.writer.act_blocking::<_, (), Fault>("cut", move |mut act| {
        insert(act.db(), "lost")?;
        diesel::sql_query(CUT).execute(&mut other.connect()?)?;
        entry(act)
    });
    assert_eq!(lost.unwrap_err().what(), trouble::NOT_SAVED);
    assert_eq!(things(&database), Vec::<String>::new());
    assert_eq!(house.writer.act_blocking("next", entry).unwrap().index, 1);
}

#[test]
fn a_session_that_broke_while_nobody_wrote_is_replaced_unnoticed() {
    let Some(database) = TestDatabase::postgres() else { return };
    let house = House::open(&database);
    diesel::sql_query(CUT).execute(&mut database.connect().unwrap()).unwrap();
    assert_eq!(house.writer.act_blocking("next", entry).unwrap().index, 1);
}

#[test]
fn a_node_that_hangs_with_the_head_in_its_hands_is_cut_off() {
    let Some(database) = TestDatabase::postgres() else { return };
    let house = House::open(&database);
    let second =
        Writer::start((*database).clone(), std::sync::Arc::clone(&house.keyring), house.clock.clone())
            .unwrap();
    let (running, started) = std::sync::mpsc::channel::<()>();
    let hung = std::thread::spawn(move || {
        house
            .writer
            .act_blocking::<_, (), Fault>("hang", move |act| {
                running.send(()).unwrap();
                std::thread::sleep(std::time::Duration::from_secs(3));
                entry(act)
            })
            .map_err(|fault| (fault.what(), house.writer.act_blocking("again", entry).unwrap().index))
    });
    started.recv().unwrap();
    // Waits for the server to end the hung session, and gets the index it would have had.
    assert_eq!(second.act_blocking("go on", entry).unwrap().index, 1);
    assert_eq!(hung.join().unwrap().unwrap_err(), (trouble::NOT_SAVED, 2));
}

#[test]
fn a_commit_that_never_reached_the_server_is_said_to_be_lost() {
    let Some(database) = TestDatabase::postgres() else { return };
    make_table(&database);
    let proxy = Cutting::before(&database);
    let house = House::open(&proxy.database);
    proxy.cut(Cut::Before);
    let lost = house.writer.act_blocking::<_, (), Fault>("cut", move |mut act| {
        insert(act.db(), "lost")?;
        entry(act)
    });
    assert_eq!(lost.unwrap_err().what(), trouble::NOT_SAVED);
    assert_eq!(things(&database), Vec::<String>::new());
    assert_eq!(house.writer.act_blocking("next", entry).unwrap().index, 1);
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_and_said_to_be_saved() {
    let Some(database) = TestDatabase::postgres() else { return };
    make_table(&database);
    let proxy = Cutting::before(&database);
    let house = House::open(&proxy.database);
    proxy.cut(Cut::After);
    let saved = house.writer.act_blocking::<_, (), Fault>("cut", move |mut act| {
        insert(act.db(), "saved")?;
        entry(act)
    });
    assert_eq!(saved.unwrap().index, 1);
    assert_eq!(things(&database), ["saved"]);
    assert_eq!(house.writer.act_blocking("next", entry).unwrap().index, 2);
    assert_eq!(house.writer.head().size, 3);
}
