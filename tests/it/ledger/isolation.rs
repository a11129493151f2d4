//! Bad acts in the middle of a batch: what becomes of them, and that the others are saved with indexes without a gap.

use super::{House, entry, insert, make_table, poll, run, things};
use crate::support::databases::{TestDatabase, on_both};
use candor::db::Db;
use candor::fault::Fault;
use candor::ledger::{Act, Event, EventKind, Recorded, trouble};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use std::pin::Pin;
use std::sync::mpsc;

/// An answer of the writer, boxed: several kinds of acts stand in one list.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<u64, Fault>> + 'a>>;

/// What the bad act was answered, what the two good ones were, and the names of the rows.
type Outcome = (Result<u64, Fault>, [Result<u64, Fault>; 2], Vec<String>);

/// A good act: a row and an entry.
fn good(name: &'static str) -> impl for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, ()>, Fault> + Send {
    move |mut act| {
        insert(act.db(), name)?;
        entry(act)
    }
}

/// Runs `bad` between two good acts in one batch.
fn between<F>(database: &TestDatabase, bad: F) -> Outcome
where
    F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, ()>, Fault> + Send + 'static,
{
    make_table(database);
    run(database, "INSERT INTO thing VALUES ('there', 0)");
    let house = House::open(database);
    let (release, wait) = mpsc::channel::<()>();
    let (running, started) = mpsc::channel::<()>();
    let writer = &house.writer;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers = runtime.block_on(async {
        // The first act holds the writer until the batch stands in line.
        let mut hold: Answer<'_> = Box::pin(async {
            Ok(writer
                .act::<_, _, Fault>("hold", move |act| {
                    running.send(()).unwrap();
                    wait.recv().unwrap();
                    entry(act)
                })
                .await?
                .index)
        });
        assert!(poll(&mut hold).await.is_pending());
        started.recv().unwrap();
        let mut batch: Vec<Answer<'_>> = vec![
            Box::pin(async { Ok(writer.act("before", good("before")).await?.index) }),
            Box::pin(async { Ok(writer.act("bad", bad).await?.index) }),
            Box::pin(async { Ok(writer.act("after", good("after")).await?.index) }),
        ];
        for act in &mut batch {
            assert!(poll(act).await.is_pending());
        }
        release.send(()).unwrap();
        hold.await.unwrap();
        let mut answers = Vec::new();
        for act in batch {
            answers.push(act.await);
        }
        answers
    });
    // The writer goes on whatever happened, and the log fits its head.
    house.writer.act_blocking("next", entry).unwrap();
    house.writer.finish();
    candor::ledger::Writer::start((**database).clone(), house.keyring.clone(), house.clock.clone()).unwrap();
    let mut answers = answers.into_iter();
    let [before, bad, after] = [(); 3].map(|()| answers.next().unwrap());
    (bad, [before, after], things(database))
}

/// The two good acts were saved, one index after the other.
fn saved(others: [Result<u64, Fault>; 2], indexes: [u64; 2]) {
    assert_eq!(others.map(Result::unwrap), indexes);
}

#[test]
fn an_error_after_an_update_takes_the_update_back() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            insert(act.db(), "bad")?;
            Err(Fault::bare("changed its mind"))
        });
        assert_eq!(bad.unwrap_err().what(), "changed its mind");
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn a_panic_inside_a_nested_transaction_takes_everything_of_the_act_back() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            insert(act.db(), "bad")?;
            act.db().transaction::<(), Fault, _>(|db| {
                insert(db, "worse")?;
                panic!("in the middle");
            })?;
            entry(act)
        });
        assert_eq!(bad.unwrap_err().what(), trouble::PANICKED);
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn a_swallowed_error_fails_the_act() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            insert(act.db(), "bad")?;
            let _ = insert(act.db(), "there");
            entry(act)
        });
        assert_eq!(bad.unwrap_err().what(), trouble::SWALLOWED);
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn an_error_swallowed_in_a_nested_transaction_fails_the_act_too() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            let _ = act.db().transaction::<_, diesel::result::Error, _>(|db| insert(db, "there"));
            entry(act)
        });
        assert_eq!(bad.unwrap_err().what(), trouble::SWALLOWED);
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn a_statement_that_may_fail_is_attempted_and_the_act_survives() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            let taken = act.attempt(|db| insert(db, "there"))?;
            assert!(matches!(taken, Err(diesel::result::Error::DatabaseError(..))));
            let free = act.attempt(|db| insert(db, "second choice"))?;
            assert_eq!(free, Ok(1));
            insert(act.db(), "kept")?;
            entry(act)
        });
        assert_eq!(bad.unwrap(), 3);
        saved(others, [2, 4]);
        assert_eq!(rows, ["after", "before", "kept", "second choice", "there"]);
    });
}

#[test]
fn an_error_hidden_inside_an_attempt_fails_the_act() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            act.attempt(|db| {
                insert(db, "half")?;
                let _ = insert(db, "there");
                Ok(())
            })??;
            entry(act)
        });
        assert_eq!(bad.unwrap_err().what(), trouble::SWALLOWED);
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn nothing_is_written_after_the_database_has_ended_the_transaction_by_itself() {
    // Only SQLite does this, on a full disk for example; a conflict clause asks for the same.
    let database = TestDatabase::sqlite();
    let (bad, others, rows) = between(&database, |mut act| {
        let _ = act.db().batch_execute("INSERT OR ROLLBACK INTO thing VALUES ('there', 1)");
        let _ = insert(act.db(), "without an entry");
        entry(act)
    });
    assert_eq!(bad.unwrap_err().what(), trouble::NOT_SAVED);
    for other in others {
        assert_eq!(other.unwrap_err().what(), trouble::NOT_SAVED);
    }
    assert_eq!(rows, ["there"]);
}

#[test]
fn an_act_cannot_commit_by_hand() {
    on_both(|database| {
        for word in ["COMMIT", " commit", "END", "ROLLBACK", "RELEASE SAVEPOINT candor_act", "BEGIN"] {
            run(database, "DROP TABLE IF EXISTS thing");
            run(database, "DELETE FROM ledger_head");
            clear(database);
            let (bad, others, rows) = between(database, move |mut act| {
                insert(act.db(), "bad")?;
                act.db().batch_execute(word)?;
                entry(act)
            });
            assert_eq!(bad.unwrap_err().what(), trouble::PANICKED, "{word}");
            saved(others, [2, 3]);
            assert_eq!(rows, ["after", "before", "there"], "{word}");
        }
    });
}

/// Empties the log, past its triggers: for a test that begins several.
fn clear(database: &TestDatabase) {
    let mut db = database.connect().unwrap();
    match &mut db {
        Db::Sqlite(db) => db.batch_execute(
            "DROP TRIGGER IF EXISTS ledger_entry_no_delete; DROP TRIGGER IF EXISTS ledger_checkpoint_no_delete; \
             DELETE FROM ledger_entry; DELETE FROM ledger_checkpoint",
        ),
        Db::Pg(db) => db.batch_execute(
            "SET session_replication_role = replica; DELETE FROM ledger_entry; DELETE FROM ledger_checkpoint",
        ),
    }
    .unwrap();
}

#[test]
fn an_entry_that_cannot_be_written_fails_its_act_alone() {
    on_both(|database| {
        let (bad, others, rows) = between(database, |mut act| {
            insert(act.db(), "bad")?;
            Ok(act.record(Event::new(EventKind::LogSearched).fact("query", "x".repeat(5000)), ()))
        });
        assert_eq!(bad.unwrap_err().what(), "entry of the log");
        saved(others, [2, 3]);
        assert_eq!(rows, ["after", "before", "there"]);
    });
}

#[test]
fn acts_of_one_batch_see_what_the_earlier_ones_wrote() {
    on_both(|database| {
        let (bad, others, _) = between(database, |mut act| {
            let taken = act.attempt(|db| insert(db, "before"))?;
            assert!(taken.is_err(), "the row of the act before is not seen");
            entry(act)
        });
        assert_eq!(bad.unwrap(), 3);
        saved(others, [2, 4]);
    });
}
