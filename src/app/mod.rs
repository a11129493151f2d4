//! The parts a request needs, built once: by the server, by commands and by tests alike.
//!
//! An [`App`] is a handle; cloning it is cheap. Reads go through [`App::read`], which runs on the blocking pool; every
//! change goes through the writer.

pub mod backup;
mod forget;
pub mod open;
pub mod pages;
pub mod rate;

pub use open::{OpenError, install};
pub use pages::{Pages, Template};
pub use rate::Rate;

use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::db::{Database, Db, nodes};
use crate::exceptions::checker::Checker;
use crate::exceptions::criteria::Criteria;
use crate::fault::Fault;
use crate::identity::directory::Directory;
use crate::ids::NodeId;
use crate::ledger::check::Checks;
use crate::ledger::receipt::Receipt;
use crate::ledger::store;
use crate::ledger::witness::Policy;
use crate::ledger::{Act, Done, Recorded, Writer};
use crate::ledger::{anchor, anchors};
use crate::notices::House;
use crate::release::Gate;
use crate::seal::Keyring;
use crate::tokens::jwt::Mint;
use crate::unusual::countries::Countries;
use crate::vault::Vault;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Everything a request needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// Every setting.
    pub config: Config,
    /// Clock and generator.
    pub clock: Clock,
    /// The long-lived secrets.
    pub keyring: Arc<Keyring>,
    /// Where it is read.
    pub database: Database,
    /// The one way to change anything.
    pub writer: Writer,
    /// Where sealed objects lie.
    pub vault: Arc<Vault>,
    /// The one way to a report's bytes and its room.
    pub gate: Gate,
    /// What acts need beside the database.
    pub house: House,
    /// Who must have seen the log's checkpoints.
    pub witnesses: Policy,
    /// Checks of the whole log that this process makes.
    pub checks: Checks,
    /// How often files are looked up from one network.
    pub verify_rate: Rate,
    /// Turns of uploads to be prepared here: one per core, the others wait.
    pub preparing: Semaphore,
    /// How often programs ask from one network.
    pub api_rate: Rate,
    /// Makes and checks tokens of programs.
    pub mint: Mint,
    /// Names of people, while somebody at the security desk looks for them.
    pub directory: Directory,
    /// What careful readers cite in a response.
    pub checker: Checker,
    /// What exceptions are filed under.
    pub criteria: Criteria,
    /// In which country an address is, by the operator's file.
    pub countries: Countries,
    /// The templates of pages.
    pub pages: Pages,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("database", &self.database).finish_non_exhaustive()
    }
}

impl App {
    /// Runs `f` with a read-only connection on the blocking pool, inside the caller's log span.
    ///
    /// # Errors
    /// What `f` refuses; a [`Fault`] when no connection is free within 10 seconds.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let database = self.database.clone();
        self.work(move || f(&mut *database.read()?)).await?
    }

    /// Runs long work (hashing, sealing, stamping) on the blocking pool, inside the caller's log span.
    ///
    /// # Errors
    /// When `f` panicked.
    pub async fn work<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || span.in_scope(f));
        task.await.map_err(|error| Fault::new("work on the blocking pool", error))
    }

    /// The receipt of an entry, under the newest head that was seen committed; none when there is no such entry.
    pub async fn receipt(&self, index: u64) -> Result<Option<Receipt>, Fault> {
        // Another node may have appended it a moment ago.
        if index >= self.writer.head().size {
            self.writer.housekeeping("head.read", |_| Ok::<_, Fault>(())).await?;
        }
        let writer = self.writer.clone();
        self.read(move |db| store::receipt(db, &writer, index)).await
    }

    /// Ends a command in order: what waits is done, and the anchor file knows of it before anybody is told. Blocks.
    pub fn close(&self) -> Result<(), Fault> {
        let (now, head, path) = (self.clock.now(), self.writer.head(), self.config.anchor_file());
        // First the file, then the note that there is one: the other way round a crash between would lock everybody out.
        anchor::write_unless_newer(&path, &self.writer.checkpoint())?;
        self.writer.housekeeping_blocking("anchor.noted", move |db| {
            anchors::note(db, anchors::FILE, now, &Ok(head.size))
        })?;
        self.writer.finish();
        anchor::write_unless_newer(&path, &self.writer.checkpoint())
    }

    /// Runs one act through the writer and waits until it is durable: `app.act("request.deny", move |act| deny(act, ..))`.
    pub async fn act<F, T, E>(&self, name: &'static str, f: F) -> Result<Done<T>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.writer.act(name, f).await
    }

    /// As [`App::act`], before all others that wait: revoking, disowning, staff.
    pub async fn act_urgent<F, T, E>(&self, name: &'static str, f: F) -> Result<Done<T>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.writer.act_urgent(name, f).await
    }

    /// The gate through which every report leaves.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The processes that serve this database and live: this one, heard of or not, and on PostgreSQL others besides.
    pub async fn nodes_alive(&self) -> Result<Vec<NodeId>, Fault> {
        let (own, now) = (self.gate.node, self.clock.now());
        if self.database.file().is_some() {
            return Ok(vec![own]);
        }
        let mut alive = self.read(move |db| nodes::list_alive(db, now)).await?;
        if !alive.contains(&own) {
            alive.push(own);
        }
        Ok(alive)
    }

    /// Notes that this process lives.
    pub async fn beat(&self) -> Result<(), Fault> {
        let (node, now) = (self.gate.node, self.clock.now());
        self.writer.housekeeping("node.alive", move |db| nodes::beat(db, node, now)).await
    }

    /// The names of all anchors that are set up.
    pub fn anchor_names(&self) -> Vec<String> {
        let log = &self.config.log;
        let witnesses = self.witnesses.witnesses().iter().filter(|witness| witness.url.is_some());
        let mut names = vec![anchors::FILE.to_owned()];
        names.extend(log.webhook.is_some().then(|| anchors::WEBHOOK.to_owned()));
        names.extend((!log.auditors.is_empty()).then(|| anchors::MAIL.to_owned()));
        names.extend(witnesses.map(anchors::of_witness));
        names
    }

    /// Whether this is a demonstration.
    pub fn is_demo(&self) -> bool {
        self.config.mode == Mode::Demo
    }
    /// Whether people reach us over https, as cookies and headers need to know.
    pub fn is_https(&self) -> bool {
        self.config.base_url.starts_with("https://")
    }
}
