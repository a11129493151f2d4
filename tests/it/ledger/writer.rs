//! The writer at work: indexes without a gap, one order for several processes, nothing lost when it stops.

mod waiting;

use super::{House, entry};
use crate::support::databases::on_both;
use candor::db::Database;
use candor::fault::Fault;
use candor::ids::{DownloadId, PersonId};
use candor::ledger::{Actor, Event, EventKind, PersonalField, Writer, trouble};
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::thread;

/// All leaves, in order.
fn leaves(database: &Database) -> Vec<Vec<u8>> {
    use candor::db::schema::ledger_entry;
    let mut db = database.connect().unwrap();
    ledger_entry::table.order(ledger_entry::idx).select(ledger_entry::leaf).load(&mut db).unwrap()
}

/// Checks head, rows and root against the leaves alone; their number.
fn check(database: &Database, writer: &Writer) -> u64 {
    use candor::ledger::tree::{Edge, leaf_hash};
    let mut edge = Edge::new();
    for leaf in leaves(database) {
        edge.append(leaf_hash(&leaf));
    }
    assert_eq!(writer.head().size, edge.size());
    assert_eq!(writer.head().root, edge.root());
    edge.size()
}

#[test]
fn many_callers_get_indexes_without_a_gap() {
    on_both(|database| {
        let house = House::open(database);
        let began = std::time::Instant::now();
        let indexes: BTreeSet<u64> = thread::scope(|scope| {
            let callers: Vec<_> = (0..64)
                .map(|_| {
                    let writer = house.writer.clone();
                    scope.spawn(move || {
                        (0..20).map(|_| writer.act_blocking("many", entry).unwrap().index).collect::<Vec<_>>()
                    })
                })
                .collect();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
        });
        let took = began.elapsed();
        assert_eq!(indexes, (1..=64 * 20).collect(), "index 0 is log.opened");
        assert_eq!(check(database, &house.writer), 64 * 20 + 1);
        // Shown with `--nocapture`: a figure to look at, not a promise of a debug build.
        let _ = writeln!(std::io::stdout(), "{}: {:.0} acts/s", database.name(), 1280.0 / took.as_secs_f64());
    });
}

#[test]
fn two_writers_on_one_database_make_one_order() {
    on_both(|database| {
        let first = House::open(database);
        let second = Writer::start(
            Database::open(database.url()).unwrap(),
            Arc::clone(&first.keyring),
            first.clock.clone(),
        )
        .unwrap();
        let indexes: BTreeSet<u64> = thread::scope(|scope| {
            let callers: Vec<_> = (0..16)
                .map(|number| {
                    let writer = if number % 2 == 0 { &first.writer } else { &second };
                    scope.spawn(move || {
                        (0..20).map(|_| writer.act_blocking("two", entry).unwrap().index).collect::<Vec<_>>()
                    })
                })
                .collect();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
        });
        assert_eq!(indexes, (1..=320).collect());
        second.act_blocking("last", entry).unwrap();
        assert_eq!(check(database, &second), 322);
    });
}

#[test]
fn an_act_knows_the_index_and_time_that_its_entries_get() {
    on_both(|database| {
        let house = House::open(database);
        let done = house
            .writer
            .act_blocking::<_, _, Fault>("three", |mut act| {
                let next = act.index();
                let first = act.also(Event::new(EventKind::LogSearched));
                let second = act.also(Event::new(EventKind::LogVerified));
                let (last, at) = (act.index(), act.at());
                Ok(act.record(Event::new(EventKind::LogExported), (next, first, second, last, at)))
            })
            .unwrap();
        let (next, first, second, last, at) = done.value;
        assert_eq!((next, first, second, last, done.index), (1, 1, 2, 3, 3));
        let leaf = candor::ledger::Leaf::parse(&leaves(database)[3]).unwrap();
        assert_eq!((leaf.kind, leaf.at), (EventKind::LogExported, at));
    });
}

#[test]
fn time_never_runs_backwards() {
    on_both(|database| {
        let house = House::open(database);
        house.say(Event::new(EventKind::LogSearched));
        house.writer.finish();
        let earlier = candor::clock::Clock::held(house.clock.now().plus_secs(-60));
        let writer = Writer::start((**database).clone(), Arc::clone(&house.keyring), earlier).unwrap();
        writer.act_blocking("late", entry).unwrap();
        let times: Vec<_> =
            leaves(database).iter().map(|leaf| candor::ledger::Leaf::parse(leaf).unwrap().at).collect();
        assert!(times.is_sorted(), "{times:?}");
    });
}

#[test]
fn nothing_is_appended_far_behind_the_last_entry() {
    on_both(|database| {
        let house = House::open(database);
        house.say(Event::new(EventKind::LogSearched));
        house.writer.finish();
        let clock = candor::clock::Clock::held(house.clock.now().plus_secs(-400));
        let writer = Writer::start((**database).clone(), Arc::clone(&house.keyring), clock.clone()).unwrap();
        assert_eq!(writer.act_blocking("late", entry).unwrap_err().what(), trouble::CLOCK_BEHIND);
        let ahead = |now| candor::ledger::store::dated_ahead(&mut database.read().unwrap(), now).unwrap();
        assert!(ahead(clock.now()).is_some() && ahead(house.clock.now()).is_none());
        assert!(!writer.has_ended());
        clock.advance_secs(200);
        assert_eq!(writer.act_blocking("in time", entry).unwrap().index, 2);
    });
}

#[test]
fn a_commit_on_postgresql_is_durable_whatever_the_server_s_setting() {
    use diesel::connection::SimpleConnection as _;
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let Some(database) = crate::support::databases::TestDatabase::postgres() else { return };
    let name = database.url().rsplit_once("dbname=").map_or_else(
        || database.url().split('?').next().unwrap().rsplit('/').next().unwrap().to_owned(),
        |(_, name)| name.to_owned(),
    );
    let sql = format!("ALTER DATABASE \"{name}\" SET synchronous_commit = off");
    database.connect().unwrap().batch_execute(&sql).unwrap();
    let house = House::open(&database);
    let done = house.writer.act_blocking::<_, _, Fault>("look", |mut act| {
        let setting: Setting = diesel::sql_query("SELECT current_setting('synchronous_commit') AS value")
            .get_result(act.db())?;
        Ok(act.record(Event::new(EventKind::LogSearched), setting.value))
    });
    assert_eq!(done.unwrap().value, "on");
}

#[test]
fn personal_data_stands_in_no_row_in_the_clear() {
    on_both(|database| {
        let house = House::open(database);
        let person = house.person(database);
        house.say(
            Event::new(EventKind::NdaShown)
                .by(Actor::Person(person))
                .personal(person, PersonalField::Email, "ada@countess.example")
                .personal(person, PersonalField::NetworkAddress, "203.0.113.7"),
        );
        let text = String::from_utf8(leaves(database)[1].clone()).unwrap();
        assert!(text.contains("\"personal\":{\"email\":\"") && !text.contains("countess"), "{text}");
        // Without a key there is nothing to seal under, and the whole act is refused.
        let stranger = PersonId::new(&house.clock);
        let refused = house.writer.act_blocking::<_, (), Fault>("keyless", move |act| {
            Ok(act.record(
                Event::new(EventKind::NdaShown).personal(stranger, PersonalField::Email, "x@y.example"),
                (),
            ))
        });
        assert_eq!(refused.unwrap_err().what(), "no data key");
        assert_eq!(check(database, &house.writer), 2);
    });
}

#[test]
fn a_start_is_closed_once() {
    on_both(|database| {
        let house = House::open(database);
        let person = house.person(database);
        let start = house.download(person);
        let size = check(database, &house.writer);
        let end = |closes: u64, download: DownloadId| {
            house
                .writer
                .act_blocking::<_, (), Fault>("end", move |act| {
                    let event = Event::new(EventKind::DownloadAborted).download(download).closes(closes);
                    Ok(act.record(event, ()))
                })
                .unwrap_err()
        };
        let leaf = candor::ledger::Leaf::parse(&leaves(database)[usize::try_from(start).unwrap()]).unwrap();
        assert_eq!(end(start, leaf.download.unwrap()).what(), "this start is closed already");
        assert!(end(start, DownloadId::new(&house.clock)).what().starts_with("no start of this download"));
        assert!(end(99, leaf.download.unwrap()).what().starts_with("no start of this download"));
        assert_eq!(check(database, &house.writer), size);
    });
}

#[test]
fn what_waits_is_done_before_the_writer_stops_and_nothing_after() {
    on_both(|database| {
        let house = House::open(database);
        for _ in 0..1000 {
            assert!(house.writer.post("guard", entry));
        }
        house.writer.finish();
        assert_eq!(leaves(database).len(), 1001);
        assert!(!house.writer.post("late", entry));
        let refused = house.writer.act_blocking("late", entry).unwrap_err();
        assert_eq!(refused.what(), trouble::CLOSED);
        house.writer.finish();
        assert_eq!(leaves(database).len(), 1001);
    });
}
