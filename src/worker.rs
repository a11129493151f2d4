//! Duties that nobody waits for: sending letters, anchoring the log, reading it again. Each can be called once, by the
//! clock or by a test.

mod alarms;
mod anchors;
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
use crate::notices::carrier::{Carrier, CarryError};
use crate::notices::outbox::{self, Queued};
use shipping::Shipping;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};
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
const SWEEP_EVERY_SECS: i64 = 3_000;
/// How many letters are taken from the queue at once.
const LETTERS_AT_ONCE: i64 = 20;

/// The duties of one node.
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
    /// When the rules of retention were last looked through.
    swept_at: Option<Micros>,
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
        Self { app, carrier: None, anchored: None, anchors, reminded: None, swept_at: None, watch, shipping }
    }

    /// Does each duty in its time, until `stop` turns true; a duty that was begun is finished first.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let anchor_every = Duration::from_secs(u64::from(self.app.config.log.anchor_every_secs));
        let (mut letters, mut file) = (interval(LETTERS_EVERY), interval(FILE_EVERY));
        let mut beats = interval(BEAT_EVERY);
        let (mut anchors, mut slow) =
            (interval(anchor_every), interval_at(Instant::now() + SLOW_AFTER, SLOW_EVERY));
        let mut ship = interval(Duration::from_secs(u64::from(self.app.config.log.ship.every_secs)));
        let mut watch = interval_at(Instant::now() + WATCH_EVERY, WATCH_EVERY);
        for clock in [&mut letters, &mut file, &mut anchors, &mut slow, &mut beats, &mut watch, &mut ship] {
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            let done = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = letters.tick() => self.send_letters().await.map(drop),
                _ = file.tick() => self.keep_anchor().await.map(drop),
                _ = beats.tick() => self.beat().await,
                _ = anchors.tick() => self.tell_anchors().await,
                _ = ship.tick() => self.ship_log().await.map(drop),
                _ = watch.tick() => self.watch_access().await.map(drop),
                _ = slow.tick() => self.do_slowly().await,
            };
            if let Err(fault) = done {
                tracing::error!(cause = ?fault, "a duty failed and will be tried again");
            }
        }
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
        let outcome = match opened {
            Ok(letter) => carrier.carry(&letter, &self.app.writer.checkpoint(), &self.app.clock).await,
            // The person was forgotten meanwhile: there is nothing left to say, and nobody to say it to.
            Err(fault) => {
                tracing::warn!(letter = %id, cause = ?fault, "a letter cannot be opened");
                Err(CarryError::Unwritable)
            }
        };
        let now = self.app.clock.now();
        match outcome {
            Ok(()) => {
                self.app
                    .writer
                    .housekeeping("letter.sent", move |db| outbox::update_sent(db, id, now))
                    .await?;
                Ok(true)
            }
            Err(error) => {
                tracing::warn!(letter = %id, tries = queued.tries + 1, cause = %error, "a letter was not sent");
                let note =
                    move |db: &mut crate::db::Db| outbox::update_failed(db, &queued, now, &error.to_string());
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

    /// Says that this node lives, and closes what dead ones left open.
    pub async fn beat(&mut self) -> Result<(), Fault> {
        self.app.directory.drop_idle(self.app.clock.now());
        clock::compare(&self.app).await?;
        self.app.beat().await?;
        let closed = self.app.gate.close_unknown(&self.app.nodes_alive().await?).await?;
        if closed > 0 {
            tracing::warn!(closed, "downloads of a node that died were closed");
        }
        Ok(())
    }

    /// Tells webhook and witnesses how far the log has grown, and notices who has been silent for too long.
    pub async fn tell_anchors(&mut self) -> Result<(), Fault> {
        self.anchors.tell_all().await
    }

    /// Ships what the log has grown by to other systems, and says how many entries were taken.
    pub async fn ship_log(&mut self) -> Result<u64, Fault> {
        self.shipping.ship().await
    }

    /// Tells of unusual access, once of each occurrence, and says how many were told.
    pub async fn watch_access(&mut self) -> Result<usize, Fault> {
        self.watch.look().await
    }

    /// Writes to auditors who are due a letter.
    pub async fn mail_auditors(&mut self) -> Result<(), Fault> {
        self.anchors.mail().await
    }

    /// Writes to whoever answers for a remediation whose date is near or over; says how many letters were queued.
    pub async fn remind_owners(&mut self) -> Result<usize, Fault> {
        reminders::if_due(&self.app, &mut self.reminded).await
    }

    /// Does what the rules of retention say, if they are switched on; how much went.
    pub async fn sweep(&self) -> Result<usize, Fault> {
        retention::sweep_due(&self.app).await
    }

    /// Letters to auditors and owners and the check of the whole log, as far as they are due.
    pub async fn do_slowly(&mut self) -> Result<(), Fault> {
        self.mail_auditors().await?;
        self.remind_owners().await?;
        self.app.forget_again().await?;
        let now = self.app.clock.now();
        if self.swept_at.is_none_or(|at| now.secs_since(at) >= SWEEP_EVERY_SECS) {
            self.sweep().await?;
            self.swept_at = Some(now);
        }
        self_check::if_due(&self.app).await.map(drop)
    }
}
