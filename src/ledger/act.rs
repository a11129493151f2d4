//! An act: what may be done inside the writer's transaction, and the proof that it left an entry.
//!
//! An act is a plain function that takes [`Act`] by value and returns [`Recorded`], which only [`Act::record`] makes:
//!
//! ```
//! use candor::{fault::Fault, ids::PersonId, ledger::{Act, Actor, Event, EventKind, Recorded}};
//! fn add_staff(mut act: Act<'_>, id: PersonId) -> Result<Recorded<'_, PersonId>, Fault> {
//!     let _ = act.db(); // rows of the act are written here
//!     Ok(act.record(Event::new(EventKind::StaffAdded).by(Actor::Operator).about(id), id))
//! }
//! ```
//!
//! What must not be possible does not compile. An act that records nothing:
//!
//! ```compile_fail,E0308
//! # use candor::{fault::Fault, ledger::Writer};
//! # async fn f(writer: Writer) -> Result<(), Fault> {
//! writer.act::<_, (), Fault>("nothing", |_act| Ok(())).await?;
//! # Ok(()) }
//! ```
//!
//! A `Recorded` made by hand:
//!
//! ```compile_fail,E0451
//! # use candor::ledger::Recorded;
//! # fn f<'a>() -> Recorded<'a, ()> {
//! Recorded { value: (), events: Vec::new(), brand: std::marker::PhantomData }
//! # }
//! ```
//!
//! One act's `Recorded` kept for another act:
//!
//! ```compile_fail,E0521
//! # use candor::{fault::Fault, ledger::{Event, EventKind, Writer}};
//! # async fn f(writer: Writer) -> Result<(), Fault> {
//! let mut kept = None;
//! writer.act_blocking::<_, (), Fault>("stash", move |act| {
//!     kept = Some(act.record(Event::new(EventKind::LogSearched), ()));
//!     Err(Fault::bare("kept"))
//! })?;
//! # Ok(()) }
//! ```
//!
//! Anything written after the record was made:
//!
//! ```compile_fail,E0382
//! # use candor::{fault::Fault, ledger::{Act, Event, EventKind, Recorded}};
//! fn late(mut act: Act<'_>) -> Result<Recorded<'_, ()>, Fault> {
//!     let recorded = act.record(Event::new(EventKind::LogSearched), ());
//!     let _ = act.db();
//!     Ok(recorded)
//! }
//! ```
//!
//! Waiting for anything while the transaction is open:
//!
//! ```compile_fail,E0728
//! # use candor::{fault::Fault, ledger::{Act, Event, EventKind, Recorded}};
//! fn waits(act: Act<'_>) -> Result<Recorded<'_, ()>, Fault> {
//!     std::future::ready(()).await;
//!     Ok(act.record(Event::new(EventKind::LogSearched), ()))
//! }
//! ```
//!
//! A [`Done`] from anywhere but the writer:
//!
//! ```compile_fail,E0451
//! # use candor::ledger::Done;
//! fn forge(done: Done<()>) -> Done<()> {
//!     Done { index: 7, ..done }
//! }
//! ```

use super::event::Event;
use super::hook::Hook;
use super::trouble;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::PersonId;
use diesel::QueryResult;
use diesel::connection::{Connection, TransactionManager};
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

/// The transaction manager of a connection of either kind.
pub(super) type Manager = <Db as Connection>::TransactionManager;

/// The inside of the writer's transaction, handed to one act by value.
pub struct Act<'a> {
    db: &'a mut Db,
    at: Micros,
    first: u64,
    events: Vec<Event>,
    from: Option<(PersonId, IpAddr)>,
    hook: &'a Hook,
}

/// The proof that an act left at least one entry; only [`Act::record`] makes it, and it fits no other act.
pub struct Recorded<'a, T> {
    value: T,
    events: Vec<Event>,
    brand: PhantomData<fn(&'a ()) -> &'a ()>,
}

/// What an act yields after its entry is durable; only the writer makes it, only after COMMIT.
#[derive(Debug)]
pub struct Done<T> {
    /// Index of the entry that [`Act::record`] appended.
    pub index: u64,
    /// The act's result.
    pub value: T,
    made: Made,
}

/// Only this module makes one.
#[derive(Debug)]
struct Made;

impl<T> Done<T> {
    /// After COMMIT, by the writer.
    pub(super) const fn new(index: u64, value: T) -> Self {
        Self { index, value, made: Made }
    }
    /// The same entry, another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Done<U> {
        Done { index: self.index, value: f(self.value), made: self.made }
    }
}

impl<'a> Act<'a> {
    /// An act in a batch whose next entry is `first`.
    pub(super) const fn new(db: &'a mut Db, (first, at): (u64, Micros), hook: &'a Hook) -> Self {
        Self { db, at, first, events: Vec::new(), from: None, hook }
    }

    /// The connection. Reads see what earlier acts of the batch wrote; writes are saved with the entry or not at all.
    pub const fn db(&mut self) -> &mut Db {
        self.db
    }

    /// The time of the batch, never before the last entry's: what rows and entries of this act say.
    pub const fn at(&self) -> Micros {
        self.at
    }

    /// The index that the next event of this act will have; may go into rows.
    pub fn index(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.events.len()).unwrap_or(u64::MAX))
    }

    /// Says from which network address somebody asks for this act: their entries of it say so, unless they do anyway.
    #[must_use]
    pub const fn asked_from(mut self, from: Option<(PersonId, IpAddr)>) -> Self {
        self.from = from;
        self
    }

    /// Appends a further event, before the one of [`Act::record`], and returns its index.
    pub fn also(&mut self, event: Event) -> u64 {
        let index = self.index();
        self.events.push(event.asked_from(self.from));
        index
    }

    /// Runs statements of which one may fail, such as an insert that may meet a taken name. In a savepoint of its own:
    /// the one way to survive a failing statement. An error swallowed anywhere else fails the act.
    ///
    /// # Errors
    /// The outer one when the savepoint cannot be kept, or `f` hid an error; the inner one is that of `f`.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Db) -> QueryResult<T>) -> Result<QueryResult<T>, Fault> {
        Manager::begin_transaction(self.db)?;
        let outcome = f(self.db);
        if outcome.is_ok() && !self.hook.is_soured() {
            Manager::commit_transaction(self.db)?;
            return Ok(outcome);
        }
        // The rollback may itself fail, and then sours the act again: clear first.
        let hidden = outcome.is_ok();
        self.hook.sweeten();
        Manager::rollback_transaction(self.db)?;
        if hidden { Err(trouble::swallowed("attempt")) } else { Ok(outcome) }
    }

    /// Ends the act with its entry. Nothing can be written after it.
    pub fn record<T>(mut self, event: Event, value: T) -> Recorded<'a, T> {
        self.events.push(event.asked_from(self.from));
        Recorded { value, events: self.events, brand: PhantomData }
    }
}

impl<T> Recorded<'_, T> {
    /// Value and events, for the writer.
    pub(super) fn into_parts(self) -> (T, Vec<Event>) {
        (self.value, self.events)
    }
}

impl fmt::Debug for Act<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Act").field("at", &self.at).field("first", &self.first).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Recorded<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded").field("events", &self.events.len()).finish_non_exhaustive()
    }
}
