//! Duties that nobody waits for: sending letters, anchoring the log, reading it again. Each can be called once, by the
//! clock or by a test.

mod alarms;
mod anchors;
mod auditors;
mod clock;
mod reminders;
mod retention;
mod self_check;
mod shipping;
mod unusual;

use anchors::Anchors;

use crate::accounts;
use crate::app::App;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::ledger::Checkpoint;
use crate::notices::carrier::{Carrier, CarryError};
use crate::notices::outbox::{self, Queued};
use shipping::Shipping;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at, sleep};
use unusual::Watch;

/// How often the queue of letters is looked at.
const LETTERS_EVERY: Duration = Duration::from_secs(1);
/// How often the anchor file is brought up to date, if the log has grown.
const FILE_EVERY: Duration = Duration::from_secs(1);
/// How often a node says that it lives.
const BEAT_EVERY: Duration = Duration::from_secs(4);
/// How often it is looked whether auditors are due a letter, and the log a check.
const SLOW_EVERY: Duration = Duration::from_mins(5);
/// How often it is looked whether access is unusual, if the log has grown.
const WATCH_EVERY: Duration = Duration::from_mins(1);
/// How long after the start that happens first.
const SLOW_AFTER: Duration = Duration::from_mins(1);
/// How often the rules of retention are looked through.
const SWEEP_EVERY: Duration = Duration::from_mins(50);
/// How long a duty that was begun may go on when the server stops. What is cut then is done again after the next start.
const STOP_WITHIN: Duration = Duration::from_secs(2);
/// How many letters are taken from the queue at once.
const LETTERS_AT_ONCE: i64 = 20;

/// Does every duty of this node in its time, until `stop` turns true.
///
/// Each has a task and a [`Worker`] of its own: none waits for another one, however long a mail server, a collector of the log
/// or a check of all its entries takes.
pub async fn run(app: App, stop: watch::Receiver<bool>) {
    let log = &app.config.log;
    let secs = |secs: u32| Duration::from_secs(u64::from(secs));
    let slowly = |every| interval_at(Instant::now() + SLOW_AFTER, every);
    let mut duties = Duties { app: &app, stop, tasks: JoinSet::new() };
    duties.begin("beat", interval(BEAT_EVERY), async |worker| worker.beat().await);
    duties.begin("letters", interval(LETTERS_EVERY), async |worker| worker.send_letters().await.map(drop));
    duties.begin("anchor file", interval(FILE_EVERY), async |worker| worker.keep_anchor().await.map(drop));
    duties
        .begin("anchors", interval(secs(log.anchor_every_secs)), async |worker| worker.tell_anchors().await);
    duties.begin("shipping", interval(secs(log.ship.every_secs)), async |worker| {
        worker.ship_log().await.map(drop)
    });
    duties.begin("alarms", slowly(WATCH_EVERY), async |worker| worker.post_alarms().await);
    duties.begin("unusual access", slowly(WATCH_EVERY), async |worker| worker.watch_access().await.map(drop));
    duties.begin("auditors", slowly(SLOW_EVERY), async |worker| worker.mail_auditors().await);
    duties.begin("reminders", slowly(SLOW_EVERY), async |worker| worker.remind_owners().await.map(drop));
    duties.begin("old pages", slowly(SLOW_EVERY), async |worker| worker.app.forget_again().await.map(drop));
    duties.begin("retention", slowly(SWEEP_EVERY), async |worker| worker.sweep().await.map(drop));
    duties.begin("self-check", slowly(SLOW_EVERY), async |worker| worker.check_log().await.map(drop));
    // Before the stop a task ends only when it panics.
    while let Some(ended) = duties.tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(cause = %error, "a duty ended early");
        }
    }
}

/// What the tasks of all duties need.
struct Duties<'a> {
    app: &'a App,
    stop: watch::Receiver<bool>,
    tasks: JoinSet<()>,
}

impl Duties<'_> {
    /// Begins a task that does `duty` whenever its clock ticks. A duty that fails is told of and done again next time.
    fn begin(
        &mut self,
        name: &'static str,
        mut clock: Interval,
        mut duty: impl AsyncFnMut(&mut Worker) -> Result<(), Fault> + 'static,
    ) {
        let (mut worker, mut stop) = (Worker::new(self.app.clone()), self.stop.clone());
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.tasks.spawn_local(async move {
            loop {
                tokio::select! {
                    () = stopped(&mut stop) => return,
                    _ = clock.tick() => {}
                }
                let done = tokio::select! {
                    done = duty(&mut worker) => done,
                    () = cut(&mut stop) => return,
                };
                if let Err(fault) = done {
                    tracing::error!(duty = name, cause = ?fault, "a duty failed and will be tried again");
                }
            }
        });
    }
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the server is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits until a duty that was begun has to end.
async fn cut(stop: &mut watch::Receiver<bool>) {
    stopped(stop).await;
    sleep(STOP_WITHIN).await;
}

/// The duties of one node, and what it has to remember for them.
#[derive(Debug)]
pub struct Worker {
    app: App,
    /// The way letters leave, and the company's name that it writes into them.
    carrier: Option<(String, Carrier)>,
    /// The size of the log that the anchor file speaks of.
    anchored: Option<u64>,
    anchors: Anchors,
    /// When it was last looked whether somebody has to be reminded.
    reminded: Option<Micros>,
    watch: Watch,
    shipping: Shipping,
}

/// Tells why the writer of a server has ended by itself, where that is an alarm. The log takes no entry of it any more, and
/// no letters leave: the webhook of alerts hears of it.
pub async fn tell_end(app: &App) {
    if let Some(alarm) = alarms::of_end(app) {
        tracing::error!("{} {}", alarm.text, alarm.todo);
        alarms::post(app, &alarm).await;
    }
}

impl Worker {
    /// The duties of this node.
    pub fn new(app: App) -> Self {
        let anchors = Anchors::new(app.clone());
        let (watch, shipping) = (Watch::new(app.clone()), Shipping::new(app.clone()));
        Self { app, carrier: None, anchored: None, anchors, reminded: None, watch, shipping }
    }

    /// Sends the letters whose time has come, and says how many the mail server took.
    ///
    /// At least once: a crash between the mail server's answer and our note of it sends a letter again.
    pub async fn send_letters(&mut self) -> Result<usize, Fault> {
        let now = self.app.clock.now();
        let (due, company) = self
            .app
            .read(move |db| {
                let company = accounts::store::find_company(db)?;
                let company = company.map(|company| company.name.to_string()).unwrap_or_default();
                Ok::<_, Fault>((outbox::list_due(db, now, LETTERS_AT_ONCE)?, company))
            })
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        let node = self.app.gate.node;
        let claim = move |db: &mut crate::db::Db| outbox::claim_due(db, node, now, LETTERS_AT_ONCE);
        let due = self.app.writer.housekeeping("letter.claimed", claim).await?;
        let carrier = match self.carrier.take() {
            Some((name, carrier)) if name == company => carrier,
            _ => Carrier::new(&self.app.config.mail, &company)?,
        };
        let mut sent = 0;
        for queued in due {
            sent += usize::from(self.send(&carrier, queued).await?);
        }
        self.carrier = Some((company, carrier));
        Ok(sent)
    }

    /// Sends one letter and notes what became of it. `false` when it has to wait or is given up.
    async fn send(&self, carrier: &Carrier, queued: Queued) -> Result<bool, Fault> {
        let (keyring, id) = (Arc::clone(&self.app.keyring), queued.id);
        let (opened, queued) =
            self.app.read(move |db| Ok::<_, Fault>((queued.open(db, &keyring), queued))).await?;
        let checkpoint = self.app.writer.checkpoint();
        let outcome = match opened {
            Ok(letter) => carrier.carry(&letter, &checkpoint, &self.app.clock).await,
            // The person was forgotten meanwhile: there is nothing left to say, and nobody to say it to.
            Err(fault) => {
                tracing::warn!(letter = %id, cause = ?fault, "a letter cannot be opened");
                Err(CarryError::Unwritable)
            }
        };
        let now = self.app.clock.now();
        match outcome {
            Ok(()) => {
                let told = auditors::is_checkpoint(&queued) && carrier.reaches_people();
                let checkpoint = Checkpoint::open(&checkpoint, self.app.writer.verifier()).ok();
                let size = checkpoint.filter(|_| told).map(|checkpoint| checkpoint.head.size);
                let note = move |db: &mut crate::db::Db| auditors::note_sent(db, id, now, size);
                self.app.writer.housekeeping("letter.sent", note).await?;
                Ok(true)
            }
            Err(error) => {
                tracing::warn!(letter = %id, tries = queued.tries + 1, cause = %error, "a letter was not sent");
                let note =
                    move |db: &mut crate::db::Db| auditors::note_failed(db, &queued, now, error.to_string());
                self.app.writer.housekeeping("letter.retry", note).await?;
                Ok(false)
            }
        }
    }

    /// Writes the current checkpoint into the anchor file, if the log has grown; `false` when it has not.
    pub async fn keep_anchor(&mut self) -> Result<bool, Fault> {
        let wrote = self.anchors.keep_file(self.anchored).await?;
        self.anchored = wrote.or(self.anchored);
        Ok(wrote.is_some())
    }

    /// Says that this node lives, closes what dead ones left open, and hears what others have found of the log.
    pub async fn beat(&mut self) -> Result<(), Fault> {
        self.app.directory.drop_idle(self.app.clock.now());
        clock::compare(&self.app).await?;
        self.app.beat().await?;
        let closed = self.app.gate.close_unknown(&self.app.nodes_alive().await?).await?;
        if closed > 0 {
            tracing::warn!(closed, "downloads of a node that died were closed");
        }
        self.app.hear_of_checks().await
    }

    /// Tells webhook and witnesses how far the log has grown, and notices who has been silent for too long.
    pub async fn tell_anchors(&mut self) -> Result<(), Fault> {
        self.anchors.tell_all().await
    }

    /// Ships what the log has grown by to other systems, and says how many entries were taken.
    pub async fn ship_log(&mut self) -> Result<u64, Fault> {
        self.shipping.ship().await
    }

    /// Posts alarms again that the webhook of alerts has not taken yet.
    pub async fn post_alarms(&self) -> Result<(), Fault> {
        alarms::post_waiting(&self.app).await
    }

    /// Tells of unusual access, once of each occurrence, and says how many were told.
    pub async fn watch_access(&mut self) -> Result<usize, Fault> {
        self.watch.look().await
    }

    /// Writes to auditors who are due a letter.
    pub async fn mail_auditors(&mut self) -> Result<(), Fault> {
        auditors::mail(&self.app).await
    }

    /// Writes to whoever answers for a remediation whose date is near or over; says how many letters were queued.
    pub async fn remind_owners(&mut self) -> Result<usize, Fault> {
        reminders::if_due(&self.app, &mut self.reminded).await
    }

    /// Does what the rules of retention say, if they are switched on; how much went.
    pub async fn sweep(&self) -> Result<usize, Fault> {
        retention::sweep_due(&self.app).await
    }

    /// Reads the whole log again, if that is due; whether it was.
    pub async fn check_log(&self) -> Result<bool, Fault> {
        self_check::if_due(&self.app).await
    }
}
