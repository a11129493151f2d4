//! The writer at work: indexes without a gap, one order for several processes, nothing lost when it stops.

use super::{House, entry, insert, make_table, poll, things};
use crate::support::databases::on_both;
use candor::db::Database;
use candor::fault::Fault;
use candor::ids::{DownloadId, PersonId};
use candor::ledger::{Actor, Event, EventKind, PersonalField, Writer, trouble};
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
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
        let yesterday = candor::clock::Clock::held(house.clock.now().plus_days(-1));
        let writer = Writer::start((**database).clone(), Arc::clone(&house.keyring), yesterday).unwrap();
        writer.act_blocking("late", entry).unwrap();
        let times: Vec<_> =
            leaves(database).iter().map(|leaf| candor::ledger::Leaf::parse(leaf).unwrap().at).collect();
        assert!(times.is_sorted(), "{times:?}");
    });
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

/// A guard whose drop appends an entry, as that of a download does.
struct Guard(Writer);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.post("guard", entry);
    }
}

/// A runtime for what awaits.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_guard_made_after_the_commit_speaks_even_when_its_caller_has_gone() {
    on_both(|database| {
        let house = House::open(database);
        let (release, wait) = mpsc::channel::<()>();
        let writer = house.writer.clone();
        runtime().block_on(async {
            let for_guard = writer.clone();
            let mut act = Box::pin(writer.act_then::<_, _, _, Guard, Fault>(
                "start",
                move |act| {
                    wait.recv().unwrap();
                    entry(act)
                },
                move |_done| Guard(for_guard),
            ));
            // Polled once, so that the act waits in the queue; then the caller goes.
            assert!(poll(&mut act).await.is_pending());
            drop(act);
            release.send(()).unwrap();
        });
        house.writer.finish();
        assert_eq!(leaves(database).len(), 3, "log.opened, the start, the guard's end");
    });
}

#[test]
fn urgent_acts_overtake_those_that_wait_and_a_full_lane_is_busy() {
    on_both(|database| {
        let house = House::open(database);
        let (release, wait) = mpsc::channel::<()>();
        let running = Arc::new(AtomicBool::new(false));
        let (writer, seen) = (house.writer.clone(), Arc::clone(&running));
        let blocker = thread::spawn(move || {
            writer.act_blocking("hold", move |act| {
                seen.store(true, Ordering::SeqCst);
                wait.recv().unwrap();
                entry(act)
            })
        });
        while !running.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        runtime().block_on(async {
            let mut waiting = Vec::new();
            let mut busy = None;
            for _ in 0..4097 {
                let mut act = Box::pin(house.writer.act("wait", entry));
                match poll(&mut act).await {
                    std::task::Poll::Pending => waiting.push(act),
                    std::task::Poll::Ready(answer) => busy = Some(answer.unwrap_err()),
                }
            }
            assert_eq!((waiting.len(), busy.unwrap().what()), (4096, trouble::BUSY));
            assert!(house.writer.post("post", entry), "a guard's post is never busy");
            let mut urgent = Box::pin(house.writer.act_urgent("revoke", entry));
            assert!(poll(&mut urgent).await.is_pending());
            release.send(()).unwrap();
            let urgent = urgent.await.unwrap().index;
            let first = waiting.swap_remove(0).await.unwrap().index;
            assert!(urgent < first, "{urgent} came after {first}");
            drop(waiting);
        });
        blocker.join().unwrap().unwrap();
        house.writer.finish();
        assert_eq!(leaves(database).len(), 1 + 1 + 4096 + 1 + 1);
    });
}

#[test]
fn housekeeping_writes_without_an_entry_and_only_by_the_list() {
    on_both(|database| {
        make_table(database);
        let house = House::open(database);
        let runtime = runtime();
        let writer = &house.writer;
        let done = runtime
            .block_on(writer.housekeeping::<_, _, Fault>("session.touch", |db| Ok(insert(db, "kept")?)));
        assert_eq!(done.unwrap(), 1);
        let refused =
            runtime.block_on(writer.housekeeping::<_, _, Fault>("report.publish", |db| Ok(insert(db, "x")?)));
        assert_eq!(refused.unwrap_err().what(), trouble::UNLISTED);
        let failed = runtime.block_on(writer.housekeeping::<_, _, Fault>("session.touch", |db| {
            insert(db, "lost")?;
            Ok(insert(db, "kept")?)
        }));
        assert!(failed.is_err());
        assert_eq!(things(database), ["kept"]);
        assert_eq!(check(database, writer), 1);
    });
}

#[test]
fn the_end_of_the_thread_is_seen() {
    on_both(|database| {
        let house = House::open(database);
        runtime().block_on(async {
            assert!(poll(&mut Box::pin(house.writer.ended())).await.is_pending());
            house.writer.finish();
            house.writer.ended().await;
        });
    });
}
