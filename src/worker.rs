//! Duties that nobody waits for: sending letters, keeping the anchor. Each can be called once, by the clock or by a test.

use crate::accounts;
use crate::app::App;
use crate::fault::Fault;
use crate::ledger::anchor;
use crate::notices::carrier::{Carrier, CarryError};
use crate::notices::outbox::{self, Queued};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often the queue of letters is looked at.
const LETTERS_EVERY: Duration = Duration::from_secs(1);
/// How often the anchor file is brought up to date: what is older cannot be rolled back unseen.
const ANCHOR_EVERY: Duration = Duration::from_mins(1);
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
}

impl Worker {
    /// The duties of this node.
    pub const fn new(app: App) -> Self {
        Self { app, carrier: None, anchored: None }
    }

    /// Does each duty in its time, until `stop` turns true; a duty that was begun is finished first.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let (mut letters, mut anchors) = (interval(LETTERS_EVERY), interval(ANCHOR_EVERY));
        letters.set_missed_tick_behavior(MissedTickBehavior::Delay);
        anchors.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = letters.tick() => self.send_letters().await.map(drop),
                _ = anchors.tick() => self.keep_anchor().await.map(drop),
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
        let size = self.app.writer.head().size;
        if self.anchored == Some(size) {
            return Ok(false);
        }
        let (path, note) = (self.app.config.anchor_file(), self.app.writer.checkpoint());
        self.app.work(move || anchor::write(&path, &note)).await??;
        self.anchored = Some(size);
        Ok(true)
    }
}
