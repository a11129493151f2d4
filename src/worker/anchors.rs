//! Anchoring: whatever can be told of a checkpoint outside is told, in its time, and silence is noticed.
//!
//! Each anchor is tried only if the log has grown beyond what it knows, and notes what came of it. Several nodes may tell the
//! same anchor twice; that does no harm.

mod asking;

use super::alarms::{self, Alarm};
use crate::accounts;
use crate::app::App;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ledger::anchors::{self, Anchored, FILE, MAIL, WEBHOOK};
use crate::ledger::path::TreeHead;
use crate::ledger::store::Filter;
use crate::ledger::{Act, Event, EventKind, Fact, PersonalField, Recorded, acts, anchor, store};
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::notices::webhook::{Poster, sign};
use crate::text::EmailAddress;
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

    /// Tells webhook, auditors and witnesses, as far as the log has grown for them.
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

    /// Writes to the auditors, if their last letter is old enough and the log has grown by more than that letter.
    pub(super) async fn mail(&mut self) -> Result<(), Fault> {
        let log = &self.app.config.log;
        let (every_secs, now) = (i64::from(log.mail_every_hours) * 3_600, self.app.clock.now());
        let auditors = log.auditors.clone();
        let last = self.app.read(anchors::list).await?.into_iter().find(|anchor| anchor.name == MAIL);
        let told = self.newest();
        let mailed = u64::try_from(auditors.len()).unwrap_or(u64::MAX);
        let due = last.is_none_or(|last| {
            let known = u64::try_from(last.size).unwrap_or(0);
            let rested = last.at.is_none_or(|at| now.secs_since(at) >= every_secs);
            rested && told.head.size > known.saturating_add(mailed)
        });
        if auditors.is_empty() || !due {
            return Ok(());
        }
        for auditor in auditors {
            let (house, size) = (self.app.house.clone(), told.head.size);
            let key = self.app.writer.verifier().to_string();
            self.app
                .act("checkpoint.mail", move |act| mail_checkpoint(act, &house, &auditor, (size, key)))
                .await?;
        }
        self.note(MAIL.to_owned(), Ok(told.head.size)).await
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
    async fn post_to(&mut self, webhook: &crate::config::Webhook, told: &Told) -> Result<u64, String> {
        #[derive(Serialize)]
        struct Message<'a> {
            origin: &'a str,
            size: u64,
            checkpoint: &'a str,
        }
        let origin = self.app.writer.verifier().name().to_owned();
        let message = Message { origin: &origin, size: told.head.size, checkpoint: &told.note };
        let body = serde_json::to_string(&message).map_err(|error| error.to_string())?;
        let signature = sign(webhook.secret.expose(), &body);
        let answer = self.poster()?.post(&webhook.url, body, Some(signature)).await;
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.status {
            200..=299 => Ok(told.head.size),
            status => Err(format!("the webhook answered {status}")),
        }
    }

    /// Records each anchor that has been silent for too long, once until it answers again.
    async fn watch(&mut self, size: u64) -> Result<(), Fault> {
        let known = self.app.read(anchors::list).await?;
        let (names, now) = (self.app.anchor_names(), self.app.clock.now());
        let alert = i64::from(self.app.config.log.anchor_alert_secs);
        for anchor in known.into_iter().filter(|anchor| names.contains(&anchor.name) && anchor.name != MAIL) {
            let silent = anchor.silent_secs(size, now);
            if silent.is_none_or(|secs| secs < alert) {
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
                let (house, told) = (self.app.house.clone(), alarm.clone());
                self.app
                    .act("anchor.overdue", move |mut act| {
                        alarms::write(&mut act, &house, &told)?;
                        acts::anchor_overdue(act, name, known, secs)
                    })
                    .await?;
                alarms::post(&self.app, &alarm).await;
            }
        }
        Ok(())
    }

    /// Whether this was recorded already since the anchor took a checkpoint last: by another node, or before a restart.
    async fn is_told(&self, kind: EventKind, anchor: &Anchored) -> Result<bool, Fault> {
        let (from, name) = (anchor.at, Fact::from(anchor.name.as_str()));
        let filter = Filter { kind: Some(kind), from, ..Filter::default() };
        let told = self.app.read(move |db| store::list_stored(db, &filter, RECENT)).await?;
        Ok(told
            .iter()
            .any(|told| told.leaf.as_ref().is_ok_and(|leaf| leaf.facts.get("anchor") == Some(&name))))
    }
}

/// What is said of an anchor that is silent for too long, when the log has so many entries.
fn overdue(anchor: &Anchored, size: u64) -> Alarm {
    let since = anchor.at.map_or_else(|| "ever".to_owned(), Micros::words);
    let why = anchor.error.as_deref().unwrap_or("it gives no reason");
    Alarm {
        event: "anchor_overdue",
        what: "An anchor of the log is silent",
        text: format!(
            "The anchor \u{201c}{}\u{201d} has taken no checkpoint since {since}: it knows {} of {size} entries. The last try: {why}.",
            anchor.name, anchor.size
        ),
        todo: "What no anchor knows could be rewritten unseen. Find out why it does not answer; the page about integrity \
               shows what the others know, and gives the checkpoint to keep elsewhere meanwhile.",
    }
}

/// What the letter to an auditor says.
#[derive(Serialize)]
struct CheckpointLetter {
    company: String,
    origin: String,
    size: u64,
    key: String,
    link: String,
}

/// Queues a letter with the checkpoint to an auditor. The checkpoint itself is put in when the letter leaves.
fn mail_checkpoint<'a>(
    mut act: Act<'a>,
    house: &crate::notices::House,
    auditor: &EmailAddress,
    (size, key): (u64, String),
) -> Result<Recorded<'a, ()>, Fault> {
    let db = act.db();
    let person = people::find_or_insert_person(db, &house.keyring, &house.clock, auditor, None)?;
    let company = accounts::store::find_company(db)?.map(|company| company.name.to_string());
    let letter = CheckpointLetter {
        company: company.unwrap_or_else(|| "The trust center".to_owned()),
        origin: key.split('+').next().unwrap_or_default().to_owned(),
        size,
        key,
        link: house.link("/verify"),
    };
    let letter = house.letters.render(LetterKind::Checkpoint, &person.email, &letter)?;
    outbox::enqueue(db, house, person.id, &letter)?;
    let event = Event::new(EventKind::CheckpointMailed).about(person.id).fact("size", size).personal(
        person.id,
        PersonalField::Email,
        person.email.as_str(),
    );
    Ok(act.record(event, ()))
}
