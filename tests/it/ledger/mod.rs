//! The log: its formats against their specifications, and the writer against bad acts and lost commits.

mod anchoring;
mod backups;
mod commands;
mod cutting;
mod epochs;
mod evidence;
mod exports;
mod frozen;
mod handovers;
pub mod independent;
mod interop;
mod isolation;
mod known;
mod leaves;
mod lost_commits;
mod notes;
mod reading;
mod restored;
mod tree;
mod unkeyed;
mod writer;

use candor::clock::Clock;
use candor::db::{Database, Db, data_keys};
use candor::fault::Fault;
use candor::ids::{AcceptanceId, DownloadId, GrantId, PersonId, VersionId};
use candor::ledger::{Act, Actor, Event, EventKind, PersonalField, Recorded, Writer};
use candor::seal::{KeyOwner, Keyring};
use std::sync::Arc;

/// A writer on a test's database, with the keyring it signs with.
struct House {
    writer: Writer,
    keyring: Arc<Keyring>,
    clock: Clock,
}

impl House {
    /// Opens the log of an empty database.
    fn open(database: &Database) -> Self {
        let clock = Clock::system();
        let keyring = Arc::new(Keyring::generate(&clock));
        let writer = Writer::start(database.clone(), Arc::clone(&keyring), clock.clone()).unwrap();
        Self { writer, keyring, clock }
    }

    /// A person with a key of their own.
    fn person(&self, database: &Database) -> PersonId {
        let id = PersonId::new(&self.clock);
        let mut db = database.connect().unwrap();
        data_keys::create(&mut db, &self.keyring, &self.clock, KeyOwner::Person(id)).unwrap();
        id
    }

    /// Appends one event and returns its index.
    fn say(&self, event: Event) -> u64 {
        self.writer.act_blocking::<_, _, Fault>("say", move |act| Ok(act.record(event, ()))).unwrap().index
    }

    /// The story of one download: NDA, grant, start, end. Returns the index of the start.
    fn download(&self, person: PersonId) -> u64 {
        let (grant, version) = (GrantId::new(&self.clock), VersionId::new(&self.clock));
        let (acceptance, download) = (AcceptanceId::new(&self.clock), DownloadId::new(&self.clock));
        let by = Actor::Person(person);
        self.say(
            Event::new(EventKind::NdaAccepted)
                .by(by)
                .acceptance(acceptance)
                .personal(person, PersonalField::NetworkAddress, "203.0.113.7")
                .personal(person, PersonalField::TypedName, "Ada \"Countess\" Lovelace"),
        );
        self.say(Event::new(EventKind::GrantCreated).about(person).grant(grant).version(version));
        let start = self.say(
            Event::new(EventKind::DownloadStarted)
                .by(by)
                .grant(grant)
                .version(version)
                .acceptance(acceptance)
                .download(download)
                .copy("K7QF-2M9X"),
        );
        self.say(
            Event::new(EventKind::DownloadCompleted)
                .by(by)
                .download(download)
                .closes(start)
                .fact("bytes", 7_u64),
        );
        start
    }
}

/// An act that reads and writes nothing but its entry.
#[expect(clippy::unnecessary_wraps, reason = "acts have this form")]
fn entry(act: Act<'_>) -> Result<Recorded<'_, ()>, Fault> {
    Ok(act.record(Event::new(EventKind::LogSearched), ()))
}

/// A table for acts to write to, of which the migrations know nothing.
fn make_table(database: &Database) {
    run(database, "CREATE TABLE thing (name TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL)");
}

/// Runs a statement on a connection of its own.
fn run(database: &Database, statement: &str) {
    use diesel::connection::SimpleConnection as _;
    database.connect().unwrap().batch_execute(statement).unwrap();
}

/// Inserts a row into the table of [`make_table`].
fn insert(db: &mut Db, name: &str) -> diesel::QueryResult<usize> {
    use diesel::RunQueryDsl as _;
    diesel::sql_query("INSERT INTO thing (name, number) VALUES ($1, 1)")
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(db)
}

/// The names in the table of [`make_table`], sorted.
fn things(database: &Database) -> Vec<String> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Thing {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let mut db = database.connect().unwrap();
    let rows: Vec<Thing> = diesel::sql_query("SELECT name FROM thing ORDER BY name").load(&mut db).unwrap();
    rows.into_iter().map(|thing| thing.name).collect()
}

/// Polls a future once: an act then stands in the queue.
async fn poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context)))
        .await
}
