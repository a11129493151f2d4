//! Those who wait for the writer: guards, urgent acts, housekeeping, and whoever watches for its end.

use super::{House, check, leaves};
use crate::ledger::{entry, insert, make_table, poll, things};
use crate::support::databases::on_both;
use candor::fault::Fault;
use candor::ledger::{Writer, trouble};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

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
