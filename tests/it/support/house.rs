//! A whole house for a test: installed in a folder, served on a free port of this machine, stopped in order on drop.

use super::databases::TestDatabase;
use super::folder::TestFolder;
use super::visitor::Visitor;
use candor::app::{self, App};
use candor::clock::{Clock, Micros};
use candor::config::Config;
use candor::db::Database;
use candor::identity::Role;
use candor::identity::acts::staff::{NewStaff, StaffError, add_staff, issue_link};
use candor::ids::PersonId;
use candor::ledger::Actor;
use candor::seal::Keyring;
use candor::server;
use candor::text::{EmailAddress, PersonName};
use std::fs;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

/// How people reach the house: a proxy in front of it ends TLS.
pub const ORIGIN: &str = "https://trust.example";
/// Where the house's clock stands at first: 21 November 2026, 09:30 UTC.
pub const MORNING: Micros = Micros(1_795_253_400_000_000);

/// A running house. Dropping it stops the server and fails the test if that did not end in order.
pub struct House {
    app: App,
    address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
    folder: TestFolder,
}

/// Settings of a house that listens on a free port behind a proxy on this machine, with `more` lines.
pub fn settings(more: &str) -> String {
    format!("listen = \"127.0.0.1:0\"\nbase_url = \"{ORIGIN}\"\ntrusted_proxies = [\"127.0.0.1\"]\n{more}\n")
}

impl House {
    /// A house whose clock stands at [`MORNING`] until it is moved, and whose letters become files.
    pub fn open() -> Self {
        Self::with("mail = \"files\"")
    }

    /// A house on this database, with these lines in its configuration besides.
    pub fn on(database: &TestDatabase, lines: &str) -> Self {
        Self::with(&format!("mail = \"files\"\ndatabase = \"{}\"\n{lines}", database.url()))
    }

    /// A house with these lines in its configuration.
    pub fn with(lines: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = TestFolder::new();
        let data = folder.join("data");
        fs::create_dir(&data).unwrap();
        let mut config = Config::parse(&settings(lines), &data.join("candor.toml")).unwrap();
        // This program is the tests; foreign files are read by the one under test.
        config.program = env!("CARGO_BIN_EXE_candor").into();
        let clock = Clock::held(MORNING);
        let keyring = Keyring::generate(&clock);
        keyring.create_file(&config.keyring).unwrap();
        app::install(&Database::open(config.database.expose()).unwrap(), &keyring, &clock).unwrap();
        let app = App::open(config, clock).unwrap();
        let (address, handle, thread) = run(app.clone());
        Self { app, address, handle, thread: Some(thread), folder }
    }

    /// The parts, for what no page shows.
    pub fn app(&self) -> &App {
        &self.app
    }
    /// The folder that everything lies in: data directory, keyring, letters.
    pub fn folder(&self) -> &TestFolder {
        &self.folder
    }
    /// Where the server listens, behind the proxy.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
    /// Moves the house's clock.
    pub fn advance_secs(&self, seconds: i64) {
        self.app.clock.advance_secs(seconds);
    }
    /// Somebody at a browser, seen at 203.0.113.7.
    pub fn visitor(&self) -> Visitor {
        self.visitor_from("203.0.113.7")
    }
    /// Somebody at a browser, seen at this address.
    pub fn visitor_from(&self, address: &str) -> Visitor {
        Visitor::through_proxy(self.address, ORIGIN, address)
    }
    /// Adds somebody to the staff, as `candor staff add` does.
    pub fn add_staff(&self, name: &str, role: Role) -> PersonId {
        let new = NewStaff {
            email: EmailAddress::parse(&format!("{}@house.example", name.to_lowercase())).unwrap(),
            name: PersonName::parse(name).unwrap(),
            role,
        };
        let house = self.app.house.clone();
        let added = self
            .app
            .writer
            .act_blocking("staff.add", move |act| add_staff(act, &house, Actor::Operator, &new));
        added.unwrap().value
    }
    /// The path of a new one-time link, as `candor staff link` prints it.
    pub fn staff_link(&self, person: PersonId) -> String {
        let house = self.app.house.clone();
        let issued = self
            .app
            .writer
            .act_blocking("staff.link", move |act| issue_link(act, &house, Actor::Operator, person));
        let issued: Result<_, StaffError> = issued;
        format!("/staff/sign-in/{}", issued.unwrap().value.expose())
    }
    /// A member of staff at this desk, signed in.
    pub fn staff(&self, name: &str, role: Role) -> Visitor {
        let link = self.staff_link(self.add_staff(name, role));
        let mut visitor = self.visitor();
        let page = visitor.get(&link);
        let sent = visitor.submit(&page, &page.form("/staff/sign-in"));
        assert_eq!(sent.status, 303, "{}", sent.words());
        visitor
    }
}

/// Runs a server on a thread of its own, until its handle stops it.
fn run(app: App) -> (SocketAddr, actix_web::dev::ServerHandle, JoinHandle<()>) {
    let (to, from) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let bound = server::bind(&app).unwrap();
            to.send((bound.address(), bound.handle())).unwrap();
            bound.run().await.unwrap();
        });
    });
    let (address, handle) = from.recv().unwrap();
    (address, handle, thread)
}

impl Drop for House {
    fn drop(&mut self) {
        // The order to stop is sent at once; the future only waits for it.
        drop(self.handle.stop(true));
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            assert!(ended.is_some_and(|ended| ended.is_ok()), "the server did not stop in order");
            super::events::all_are_told_of(&self.app.database);
        }
    }
}
