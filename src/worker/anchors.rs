//! Anchoring: whatever can be told of a checkpoint outside is told, in its time, and silence is noticed.
//!
//! Each anchor is tried only if the log has grown beyond what it knows, and notes what came of it. Several nodes may tell the
//! same anchor twice; that does no harm.

mod asking;

use super::alarms::{self, Alarm};
use crate::app::App;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::ledger::anchors::{self, Anchored, FILE, WEBHOOK};
use crate::ledger::path::TreeHead;
use crate::ledger::store::Filter;
use crate::ledger::{EventKind, Fact, acts, anchor, store};
use crate::notices::webhook::{Hook, Poster};
use asking::Unanchored;
use serde::Serialize;
use std::collections::HashSet;

/// Entries about silence that are looked through, the newest.
const RECENT: u16 = 100;

/// Anchors of one node.
#[derive(Debug)]
pub(super) struct Anchors {
    app: App,
    poster: Option<Poster>,
    /// Anchors whose silence was told of.
    told: HashSet<String>,
}

/// The checkpoint to be told: head and note are of one moment.
#[derive(Clone)]
struct Told {
    head: TreeHead,
    note: String,
}

impl Anchors {
    /// The anchors that are set up.
    pub(super) fn new(app: App) -> Self {
        Self { app, poster: None, told: HashSet::new() }
    }

    /// The newest checkpoint: signed once, so that head and note fit.
    fn newest(&self) -> Told {
        let note = self.app.writer.checkpoint();
        let head = crate::ledger::Checkpoint::open(&note, self.app.writer.verifier());
        Told { head: head.map_or_else(|_| self.app.writer.head(), |checkpoint| checkpoint.head), note }
    }

    /// Writes the anchor file, if the log has grown or the file is gone; none when there was nothing to write.
    pub(super) async fn keep_file(&self, anchored: Option<u64>) -> Result<Option<u64>, Fault> {
        let path = self.app.config.anchor_file();
        if anchored == Some(self.app.writer.head().size) && path.try_exists()? {
            return Ok(None);
        }
        let wrote = match self.write_file().await {
            Err(fault) if fault.what() == anchor::NEWER => {
                // Another process may have committed that and told the file first: then a second look shows it here too, and
                // the next turn goes on from there.
                let known = std::fs::read_to_string(&path).ok().and_then(|note| anchor::claimed(&note));
                self.catch_up().await?;
                if known.is_none_or(|(_, known)| known <= self.app.writer.head().size) {
                    return Ok(None);
                }
                Err(fault)
            }
            wrote => wrote,
        };
        let outcome = wrote.as_ref().copied().map_err(|fault| match fault.what() {
            what @ (anchor::DISPUTED | anchor::NEWER) => Unanchored::Contradicts(what.to_owned()),
            _ => Unanchored::Silent(format!("{fault:?}")),
        });
        self.heard(FILE.to_owned(), outcome).await?;
        wrote.map(Some)
    }

    /// Writes the newest checkpoint into the anchor file; its size.
    async fn write_file(&self) -> Result<u64, Fault> {
        let (Told { head, note }, path) = (self.newest(), self.app.config.anchor_file());
        self.app.work(move || anchor::write(&path, &note)).await??;
        Ok(head.size)
    }

    /// Tells webhook and witnesses, as far as the log has grown for them.
    pub(super) async fn tell_all(&mut self) -> Result<(), Fault> {
        let told = self.newest();
        if let Some(webhook) = self.app.config.log.webhook.clone()
            && self.is_behind(WEBHOOK, told.head.size).await?
        {
            let outcome = self.post_to(&webhook, &told).await;
            self.note(WEBHOOK.to_owned(), outcome).await?;
        }
        for witness in self.app.witnesses.witnesses().to_vec() {
            if witness.url.is_some() && self.is_behind(&anchors::of_witness(&witness), told.head.size).await?
            {
                let outcome = self.ask(&witness).await?;
                self.heard(anchors::of_witness(&witness), outcome).await?;
            }
        }
        self.watch(told.head.size).await
    }

    /// Whether an anchor does not know the log of this size.
    async fn is_behind(&self, name: &str, size: u64) -> Result<bool, Fault> {
        let name = name.to_owned();
        Ok(self.app.read(move |db| anchors::known_size(db, &name)).await? < size)
    }

    /// Notes what came of a try.
    async fn note(&self, name: String, outcome: Result<u64, String>) -> Result<(), Fault> {
        if let Err(why) = &outcome {
            tracing::warn!(anchor = name, why, "a checkpoint could not be anchored");
        }
        let at = self.app.clock.now();
        self.app.writer.housekeeping("anchor.noted", move |db| anchors::note(db, &name, at, &outcome)).await
    }

    /// The client, made when it is first needed.
    fn poster(&mut self) -> Result<Poster, String> {
        if self.poster.is_none() {
            self.poster = Some(Poster::new().map_err(|fault| format!("{fault:?}"))?);
        }
        self.poster.clone().ok_or_else(String::new)
    }

    /// Posts the checkpoint to a webhook.
    async fn post_to(&self, webhook: &crate::config::Webhook, told: &Told) -> Result<u64, String> {
        #[derive(Serialize)]
        struct Message<'a> {
            origin: &'a str,
            size: u64,
            checkpoint: &'a str,
        }
        let origin = self.app.writer.verifier().name().to_owned();
        let message = Message { origin: &origin, size: told.head.size, checkpoint: &told.note };
        let body = serde_json::to_string(&message).map_err(|error| error.to_string())?;
        Hook::open(webhook)?.send(body).await.map(|()| told.head.size)
    }

    /// Records each anchor that has been silent for too long, once until it answers again.
    async fn watch(&mut self, size: u64) -> Result<(), Fault> {
        let known = self.app.read(anchors::list).await?;
        let (names, now) = (self.app.anchor_names(), self.app.clock.now());
        for anchor in known.into_iter().filter(|anchor| names.contains(&anchor.name)) {
            let silent = anchor.silent_secs(size, now);
            if silent.is_none_or(|secs| secs < anchors::alert_secs(&self.app.config.log, &anchor.name)) {
                self.told.remove(&anchor.name);
            } else if self.told.insert(anchor.name.clone())
                && !self.is_told(EventKind::AnchorOverdue, &anchor).await?
            {
                let (name, secs) = (anchor.name.clone(), silent.unwrap_or_default());
                tracing::error!(
                    anchor = name,
                    silent_secs = secs,
                    "no checkpoint could be anchored for too long"
                );
                let known = u64::try_from(anchor.size).unwrap_or(0);
                let alarm = overdue(&anchor, size);
                let app = self.app.clone();
                self.app
                    .act("anchor.overdue", move |mut act| {
                        alarms::write(&mut act, &app, &alarm)?;
                        acts::anchor_overdue(act, name, known, secs)
                    })
                    .await?;
                alarms::post_waiting(&self.app).await?;
            }
        }
        Ok(())
    }

    /// Whether this was recorded already since it began: by another node, or before a restart.
    async fn is_told(&self, kind: EventKind, anchor: &Anchored) -> Result<bool, Fault> {
        let since = if kind == EventKind::AnchorOverdue { anchor.failing_since } else { anchor.at };
        let (from, name) = (since, Fact::from(anchor.name.as_str()));
        let filter = Filter { kind: Some(kind), from, ..Filter::default() };
        let told = self.app.read(move |db| store::list_stored(db, &filter, RECENT)).await?;
        Ok(told
            .iter()
            .any(|told| told.leaf.as_ref().is_ok_and(|leaf| leaf.facts.get("anchor") == Some(&name))))
    }
}

/// What is said of an anchor that is silent for too long, when the log has so many entries.
fn overdue(anchor: &Anchored, size: u64) -> Alarm {
    let since = anchor.failing_since.map_or_else(|| "ever".to_owned(), Micros::words);
    let why = anchor.error.as_deref().unwrap_or("it gives no reason");
    Alarm {
        event: "anchor_overdue",
        what: "An anchor of the log is silent",
        text: format!(
            "The anchor \u{201c}{}\u{201d} has failed since {since}: it knows {} of {size} entries. The last try: {why}.",
            anchor.name, anchor.size
        ),
        todo: "What no anchor knows could be rewritten unseen. Find out why it does not answer; the page about integrity \
               shows what the others know, and gives the checkpoint to keep elsewhere meanwhile.",
    }
}
