//! The writer: the one place that changes state, so that state and log cannot disagree.
//!
//! Acts of all callers go to one thread. It runs each in a savepoint of one transaction, appends the events they
//! recorded, commits, and only then answers: one fsync serves many callers, and batches form by themselves while the
//! previous one is on its way to the disk. A lost batch is answered, never replayed: a decision is not taken twice.

use super::act::{Act, Done, Recorded};
use super::anchor;
use super::append::Scribe;
use super::batch::Thread;
use super::job::{Chore, Job, Queued, Verdict};
use super::known::Known;
use super::link::Link;
use super::note::{LogKey, VerifierKey};
use super::path::TreeHead;
use super::queue::{Lane, NotTaken, Queue};
use super::trouble;
use crate::clock::Clock;
use crate::db::{Database, Db};
use crate::fault::Fault;
use crate::seal::Keyring;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{oneshot, watch};

/// What may be written without an entry: no act of anybody, or counted elsewhere. The law `laws::housekeeping` holds the list.
pub const HOUSEKEEPING: &[&str] = &[
    "alert.posted",
    // In the order of their names, as the law's own list.
    "anchor.noted",
    "excerpt.told",
    "head.read",
    "letter.claimed",
    "letter.retry",
    "letter.sent",
    "node.alive",
    "preparation.begun",
    "preparation.ended",
    "preparation.told",
    "session.touch",
    "shipment.claimed",
    "shipment.noted",
    "witness.cosigned",
];

/// The writer's handle. Cheap to clone; the thread ends when the last one is gone, or by [`Writer::finish`].
#[derive(Clone)]
pub struct Writer(Arc<Inner>);

/// What the handles share.
struct Inner {
    queue: Arc<Queue>,
    key: Arc<LogKey>,
    head: Arc<Mutex<TreeHead>>,
    ended: watch::Receiver<bool>,
    broke: Arc<OnceLock<&'static str>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.stop();
    }
}

/// Ends the queue with the thread, however the thread ends: whoever still waits is told.
struct AtEnd {
    queue: Arc<Queue>,
    ended: watch::Sender<bool>,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.queue.close().into_iter().for_each(|job| job.answer(Verdict::Closed));
        self.ended.send_replace(true);
    }
}

impl Writer {
    /// Starts the writer: makes the log if there is none, and compares it with its last checkpoint.
    ///
    /// # Errors
    /// When the database cannot be written, or the log was rolled back or exchanged (see [`anchor`]).
    pub fn start(database: Database, keyring: Arc<Keyring>, clock: Clock) -> Result<Self, Fault> {
        Self::start_anchored(database, keyring, clock, None)
    }

    /// As [`Writer::start`], and also compares the log with the checkpoint in an anchor file.
    pub fn start_anchored(
        database: Database,
        keyring: Arc<Keyring>,
        clock: Clock,
        anchor: Option<&Path>,
    ) -> Result<Self, Fault> {
        let mut link = Link::open(&database)?;
        anchor::ensure_head(&mut link.db)?;
        let key = Arc::new(super::store::log_key(&mut link.db, &keyring)?);
        anchor.map_or(Ok(()), |file| anchor::require(&mut link.db, file))?;
        let head = anchor::compare(&mut link.db, &key, anchor)?;
        let (is_new, known, tree) = (head.edge.size() == 0, Known::of(&head), TreeHead::from(&head.edge));
        let head = Arc::new(Mutex::new(tree));
        let queue = Arc::new(Queue::default());
        let (ended_sender, ended) = watch::channel(false);
        let broke = Arc::new(OnceLock::new());
        let at_end = AtEnd { queue: Arc::clone(&queue), ended: ended_sender };
        let thread = Thread {
            database,
            scribe: Scribe { keyring, clock },
            queue: Arc::clone(&queue),
            key: Arc::clone(&key),
            known,
            broke: Arc::clone(&broke),
            head: Arc::clone(&head),
            link: Some(link),
            kept_at: None,
        };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            let _at_end = at_end;
            thread.run();
        })?;
        let writer =
            Self(Arc::new(Inner { queue, key, head, ended, broke, thread: Mutex::new(Some(thread)) }));
        if is_new {
            writer.open_log()?;
        }
        Ok(writer)
    }

    /// Runs an act: its rows and its entry become durable together, or neither does.
    ///
    /// # Errors
    /// The act's own error, after which nothing of it is saved; or a [`Fault`] of the writer (see [`trouble`]).
    pub async fn act<F, T, E>(&self, name: &'static str, act: F) -> Result<Done<T>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.act_then(name, act, |done| done).await
    }

    /// As [`Writer::act`]; `then` runs after COMMIT, in the writer, and makes what may exist only with the entry.
    /// If the caller has gone meanwhile, its result is dropped there.
    pub async fn act_then<F, G, T, U, E>(&self, name: &'static str, act: F, then: G) -> Result<U, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        G: FnOnce(Done<T>) -> U + Send + 'static,
        T: Send + 'static,
        U: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        answer(self.send(name, act, then, Lane::Normal)?.await)
    }

    /// As [`Writer::act`], before all others that wait: revoking, recalling, staff.
    pub async fn act_urgent<F, T, E>(&self, name: &'static str, act: F) -> Result<Done<T>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        answer(self.send(name, act, |done| done, Lane::First)?.await)
    }

    /// As [`Writer::act_urgent`] for the command line: blocks, and so must not be called where futures run.
    pub fn act_blocking<F, T, E>(&self, name: &'static str, act: F) -> Result<Done<T>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        answer(self.send(name, act, |done| done, Lane::First)?.blocking_recv())
    }

    /// Puts an act in line and goes on: for drop guards. Never blocks and is never busy; `false` when the writer has
    /// stopped.
    pub fn post<F>(&self, name: &'static str, act: F) -> bool
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, ()>, Fault> + Send + 'static,
    {
        let job = Queued { name, act: Some(act), then: drop::<Done<()>>, outcome: None, to: None };
        self.0.queue.push(Box::new(job), Lane::Post).is_ok()
    }

    /// Writes what is no act, under the same lock. `name` must be in [`HOUSEKEEPING`], and doing it twice must do no
    /// harm: after a lost commit nobody can tell whether it was done.
    pub async fn housekeeping<F, T, E>(&self, name: &'static str, chore: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        if !HOUSEKEEPING.contains(&name) {
            return Err(Fault::new(trouble::UNLISTED, name).into());
        }
        let (to, from) = oneshot::channel();
        self.push(Box::new(Chore { name, work: Some(chore), outcome: None, to: Some(to) }), Lane::Normal)?;
        answer(from.await)
    }

    /// As [`Writer::housekeeping`] for the command line, as [`Writer::act_blocking`].
    pub fn housekeeping_blocking<F>(&self, name: &'static str, chore: F) -> Result<(), Fault>
    where
        F: FnOnce(&mut Db) -> Result<(), Fault> + Send + 'static,
    {
        let (to, from) = oneshot::channel();
        self.push(Box::new(Chore { name, work: Some(chore), outcome: None, to: Some(to) }), Lane::First)?;
        answer(from.blocking_recv())
    }

    /// The signed checkpoint of everything committed so far: what letters carry and pages show.
    pub fn checkpoint(&self) -> String {
        self.sign(self.head())
    }

    /// Signs a head that this process has seen committed.
    pub(super) fn sign(&self, head: TreeHead) -> String {
        self.0.key.sign_head(head)
    }

    /// Size and root of everything committed so far by this process.
    pub fn head(&self) -> TreeHead {
        *self.0.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that outsiders check checkpoints with.
    pub fn verifier(&self) -> &VerifierKey {
        self.0.key.verifier()
    }

    /// Returns when the writer's thread has ended. `serve` ends with it: no entry, no byte.
    pub async fn ended(&self) {
        // An error means that the sender is gone, and with it the thread.
        let _ = self.0.ended.clone().wait_for(|ended| *ended).await;
    }

    /// Whether the writer's thread has ended, so that nothing can be recorded any more.
    pub fn has_ended(&self) -> bool {
        *self.0.ended.borrow()
    }

    /// Why the writer's thread has ended by itself; none when it has not, or in order. See [`trouble`].
    pub fn broke(&self) -> Option<&'static str> {
        self.0.broke.get().copied()
    }

    /// Takes no further acts, does what waits and what drop guards still post, commits, and ends the thread.
    /// Blocks until then; the second call returns at once.
    pub fn finish(&self) {
        self.0.queue.stop();
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer's thread panicked");
        }
    }

    /// Puts an act in line.
    fn send<F, G, T, U, E>(
        &self,
        name: &'static str,
        act: F,
        then: G,
        lane: Lane,
    ) -> Result<oneshot::Receiver<Result<U, E>>, E>
    where
        F: for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
        G: FnOnce(Done<T>) -> U + Send + 'static,
        T: Send + 'static,
        U: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (to, from) = oneshot::channel();
        self.push(Box::new(Queued { name, act: Some(act), then, outcome: None, to: Some(to) }), lane)?;
        Ok(from)
    }

    /// Puts a job in line.
    fn push(&self, job: Box<dyn Job>, lane: Lane) -> Result<(), Fault> {
        self.0.queue.push(job, lane).map_err(|not_taken| match not_taken {
            NotTaken::Busy => trouble::busy(),
            NotTaken::Closed => trouble::closed(),
        })
    }
}

/// The answer of the writer. None at all means that its thread died with the job in hand.
fn answer<T, E: From<Fault>>(received: Result<Result<T, E>, oneshot::error::RecvError>) -> Result<T, E> {
    received.unwrap_or_else(|_| Err(trouble::unknown().into()))
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({})", self.0.key.origin())
    }
}
