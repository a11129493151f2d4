//! A migrated database per test, on SQLite and on PostgreSQL, gone when the test is.
//!
//! `CANDOR_TEST_POSTGRES` names a PostgreSQL whose user may create databases, as
//! `postgres://user@host/postgres`; `scripts/test` starts one. Without it PostgreSQL is left out, and said so.
//! The schema is migrated once into a template; each test's database is a copy of it.

use super::folder::{TestFolder, is_running};
use candor::db::Database;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _};
use std::io::Write as _;
use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{process, thread};

/// Every database's name begins so, followed by the process that made it.
const PREFIX: &str = "candor_test_";

/// A migrated, empty database. Dereferences to [`Database`].
#[derive(Debug)]
pub struct TestDatabase {
    // The order matters: connections close before the place they lead to goes.
    database: Database,
    url: String,
    _place: Place,
}

/// What has to go with a test's database.
#[derive(Debug)]
enum Place {
    /// The folder of the SQLite file.
    Folder(#[expect(dead_code, reason = "held for its Drop")] TestFolder),
    /// A database of the PostgreSQL cluster.
    Cluster(#[expect(dead_code, reason = "held for its Drop")] ClusterDatabase),
}

impl TestDatabase {
    /// A new SQLite database in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = TestFolder::new();
        let url = format!("sqlite:{}", folder.join("candor.db").display());
        let database = Database::open(&url).unwrap();
        database.migrate().unwrap();
        Self { database, url, _place: Place::Folder(folder) }
    }
    /// A new PostgreSQL database; `None` when no PostgreSQL was given.
    pub fn postgres() -> Option<Self> {
        let cluster = Cluster::given()?;
        let copy = cluster.copy_template();
        let url = cluster.url(&copy.name);
        Some(Self { database: Database::open(&url).unwrap(), url, _place: Place::Cluster(copy) })
    }
    /// The URL it was opened by: for a second [`Database`], or a configuration.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Deref for TestDatabase {
    type Target = Database;
    fn deref(&self) -> &Database {
        &self.database
    }
}

/// Runs `test` on a new SQLite database and, where one was given, on a new PostgreSQL database.
pub fn on_both(test: impl Fn(&TestDatabase)) {
    let run = |database: TestDatabase| {
        let _names = NameOnPanic(database.name());
        test(&database);
    };
    run(TestDatabase::sqlite());
    if let Some(database) = TestDatabase::postgres() {
        run(database);
    }
}

/// Says on which database a test panicked; the panic itself cannot know.
struct NameOnPanic(&'static str);

impl Drop for NameOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = writeln!(std::io::stderr(), "the panic above happened on {}", self.0);
        }
    }
}

/// The PostgreSQL that was given, with the migrated template in it.
#[derive(Debug)]
struct Cluster {
    url: String,
    template: String,
}

impl Cluster {
    /// The cluster of `CANDOR_TEST_POSTGRES`, prepared once.
    fn given() -> Option<&'static Self> {
        static GIVEN: OnceLock<Option<Cluster>> = OnceLock::new();
        GIVEN.get_or_init(|| {
            if let Ok(url) = std::env::var("CANDOR_TEST_POSTGRES") {
                return Some(Self::prepare(url));
            }
            // Written past the capture of output: whoever reads the run must see it once.
            let _ = writeln!(
                std::io::stderr(),
                "\nCANDOR_TEST_POSTGRES is not set: PostgreSQL is left out, tests run on SQLite only."
            );
            None
        });
        GIVEN.get().and_then(Option::as_ref)
    }

    /// Sweeps what killed runs left and migrates a new template.
    fn prepare(url: String) -> Self {
        let cluster = Self { url, template: format!("{PREFIX}{}_template", process::id()) };
        let mut admin = cluster.admin();
        for name in databases(&mut admin) {
            let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
            if owner.is_some_and(|process| !is_running(process)) {
                drop_database(&mut admin, &name);
            }
        }
        admin.batch_execute(&format!("CREATE DATABASE {}", cluster.template)).unwrap();
        Database::open(&cluster.url(&cluster.template)).unwrap().migrate().unwrap();
        // A template with a connection to it cannot be copied.
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {0} ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'",
                cluster.template
            ))
            .unwrap();
        cluster
    }

    /// A connection to the database that was given, to create and drop others.
    fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// The URL of another database of the cluster.
    fn url(&self, database: &str) -> String {
        with_database(&self.url, database)
    }

    /// A new copy of the template.
    fn copy_template(&'static self) -> ClusterDatabase {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{PREFIX}{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} TEMPLATE {}", self.template);
        let mut admin = self.admin();
        // The template's last connection may still be closing.
        let made = (0..50).any(|_| {
            admin.batch_execute(&create).is_ok() || {
                thread::sleep(Duration::from_millis(100));
                false
            }
        });
        assert!(made, "PostgreSQL did not run: {create}");
        ClusterDatabase { cluster: self, name }
    }
}

/// A database of the cluster, dropped on drop.
#[derive(Debug)]
struct ClusterDatabase {
    cluster: &'static Cluster,
    name: String,
}

impl Drop for ClusterDatabase {
    fn drop(&mut self) {
        drop_database(&mut self.cluster.admin(), &self.name);
    }
}

/// Drops a database with whoever is connected to it.
fn drop_database(admin: &mut PgConnection, name: &str) {
    let dropped = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    // The next run sweeps it; a panic here would hide the test's own.
    if let Err(error) = dropped {
        let _ = writeln!(std::io::stderr(), "{name} was not dropped: {error}");
    }
}

/// One row of `pg_database`.
#[derive(QueryableByName)]
struct DatabaseRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    datname: String,
}

/// The names of all databases of the cluster.
fn databases(admin: &mut PgConnection) -> Vec<String> {
    let rows: Vec<DatabaseRow> =
        diesel::sql_query("SELECT datname::text AS datname FROM pg_database").load(admin).unwrap();
    rows.into_iter().map(|row| row.datname).collect()
}

/// `url` with its database replaced.
fn with_database(url: &str, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (address, query) = rest.split_once('?').map_or((rest, None), |(left, right)| (left, Some(right)));
    let host = address.split('/').next().unwrap();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}/{database}{query}")
}

#[test]
fn every_test_has_a_migrated_database_of_its_own() {
    on_both(|database| {
        assert!(database.is_current().unwrap());
        let second = Database::open(database.url()).unwrap();
        assert_eq!(second.name(), database.name());
        assert!(second.is_current().unwrap());
    });
}

#[test]
fn a_database_goes_with_its_test() {
    let sqlite = TestDatabase::sqlite();
    let file = sqlite.file().unwrap().to_owned();
    assert!(file.exists());
    drop(sqlite);
    assert!(!file.exists());

    let Some(postgres) = TestDatabase::postgres() else { return };
    let name = postgres.url().split(['/', '?']).find(|part| part.starts_with(PREFIX)).unwrap().to_owned();
    let mut admin = Cluster::given().unwrap().admin();
    assert!(databases(&mut admin).contains(&name));
    drop(postgres);
    assert!(!databases(&mut admin).contains(&name));
}

#[test]
fn only_the_database_of_a_url_is_replaced() {
    for (given, wanted) in [
        ("postgres://u:p@h:5432/postgres", "postgres://u:p@h:5432/x"),
        ("postgres:///postgres?host=/tmp/a&user=u", "postgres:///x?host=/tmp/a&user=u"),
        ("postgresql://h", "postgresql://h/x"),
    ] {
        assert_eq!(with_database(given, "x"), wanted);
    }
}
