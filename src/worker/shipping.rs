//! Ships the log to other systems, batch by batch, from where it broke off. At least once: see
//! [`shipments`].

use crate::app::App;
use crate::config::{Syslog, Webhook};
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::shipments;
use crate::notices::syslog::{self, Message, Severity};
use crate::notices::webhook::Hook;
use crate::web::security::shipped::{Shipped, events};
use std::sync::Arc;
use std::time::Duration;

/// Batches of one shipment at a time; the next time goes on.
const BATCHES: usize = 20;
/// How long a collector of syslog may take for a batch, from looking up its name to its end of the connection.
const SYSLOG_WITHIN: Duration = Duration::from_secs(30);

/// What one node ships.
#[derive(Debug)]
pub(super) struct Shipping {
    app: App,
    hook: Option<Hook>,
}

/// Where a shipment goes.
enum Target {
    /// A collector of syslog.
    Syslog(Syslog),
    /// A webhook.
    Webhook(Webhook),
}

impl Target {
    /// The shipment's name.
    fn name(&self) -> String {
        match self {
            Self::Syslog(to) => shipments::of_syslog(to),
            Self::Webhook(to) => shipments::of_webhook(to),
        }
    }
}

impl Shipping {
    /// Nothing shipped yet.
    pub(super) const fn new(app: App) -> Self {
        Self { app, hook: None }
    }

    /// Ships what has been committed since, to whoever is set up; gives how many entries were taken.
    pub(super) async fn ship(&mut self) -> Result<u64, Fault> {
        let ship = self.app.config.log.ship.clone();
        let syslog = ship.syslog.map(Target::Syslog);
        let webhook = ship.webhook.map(Target::Webhook);
        let (mut taken, mut broken) = (0, None);
        for target in syslog.into_iter().chain(webhook) {
            match self.batches(&target, u64::from(ship.batch)).await {
                Ok(count) => taken += count,
                // Whoever else is set up is served all the same.
                Err(fault) => broken = Some(fault),
            }
        }
        broken.map_or(Ok(taken), Err)
    }

    /// Ships to one of them, as long as batches are full.
    async fn batches(&mut self, target: &Target, full: u64) -> Result<u64, Fault> {
        let mut taken = 0;
        for _ in 0..BATCHES {
            let count = self.batch(target).await?;
            taken += count;
            if count < full {
                break;
            }
        }
        Ok(taken)
    }

    /// Ships one batch; 0 when there is nothing, another node has it, or it was not taken.
    async fn batch(&mut self, target: &Target) -> Result<u64, Fault> {
        let (name, node, now) = (target.name(), self.app.gate.node, self.app.clock.now());
        let (size, most) = (self.app.writer.head().size, self.app.config.log.ship.batch);
        let of = name.clone();
        let known = self.app.read(move |db| shipments::find(db, &of)).await?;
        // A look is cheaper than a claim.
        if known.is_some_and(|known| known.lag(size) == 0 || known.next_try_at > now) {
            return Ok(0);
        }
        let of = name.clone();
        let claim = move |db: &mut Db| shipments::claim(db, &of, (node, now));
        let Some(from) = self.app.writer.housekeeping("shipment.claimed", claim).await? else { return Ok(0) };
        let keyring = Arc::clone(&self.app.keyring);
        let read = self.app.read(move |db| events(db, &keyring, from, most)).await;
        let count = read.as_ref().map_or(0, |batch| u64::try_from(batch.len()).unwrap_or(0));
        if count == 0 && read.is_ok() {
            return Ok(0);
        }
        let sent = match read {
            Ok(batch) => self.send(target, from, batch).await,
            Err(fault) => Err(fault),
        };
        // Whatever went wrong is noted, so that the page says so and the wait grows.
        let outcome = sent.unwrap_or_else(|fault| {
            tracing::error!(shipment = name, cause = ?fault, "a batch of the log could not be made");
            Err(format!("the entries from {from} on could not be made ready: the server's log says why"))
        });
        if let Err(why) = &outcome {
            tracing::warn!(shipment = name.as_str(), why, "the log could not be shipped");
        }
        let (is_taken, now) = (outcome.is_ok(), self.app.clock.now());
        let note = move |db: &mut Db| shipments::note(db, &name, (node, now), &outcome);
        self.app.writer.housekeeping("shipment.noted", note).await?;
        Ok(if is_taken { count } else { 0 })
    }

    /// Sends a batch to whoever is meant: the index after it, or why it was not taken.
    async fn send(
        &mut self,
        target: &Target,
        from: u64,
        batch: Vec<Shipped>,
    ) -> Result<Result<u64, String>, Fault> {
        let next = batch.last().map_or(from, |event| event.index.saturating_add(1));
        let sent = match target {
            Target::Syslog(to) => self.send_syslog(to, batch).await,
            Target::Webhook(to) => self.post_webhook(to, from, &batch).await?,
        };
        Ok(sent.map(|()| next))
    }

    /// Sends a batch to a collector.
    async fn send_syslog(&self, to: &Syslog, batch: Vec<Shipped>) -> Result<(), String> {
        let host = host(&self.app.config.base_url);
        let frames: Vec<u8> =
            batch.into_iter().flat_map(|event| syslog::frame(&message(event), &host)).collect();
        syslog::send(to, &frames, SYSLOG_WITHIN).await.map_err(|error| error.to_string())
    }

    /// Posts a batch to a webhook.
    async fn post_webhook(
        &mut self,
        to: &Webhook,
        first: u64,
        batch: &[Shipped],
    ) -> Result<Result<(), String>, Fault> {
        let origin = serde_json::to_string(self.app.writer.verifier().name());
        let origin = origin.map_err(|error| Fault::new("a batch as JSON", error))?;
        let events: Vec<&str> = batch.iter().map(|event| event.json.as_str()).collect();
        let body = format!("{{\"origin\":{origin},\"first\":{first},\"events\":[{}]}}", events.join(","));
        // The connection is kept from batch to batch; after a failure everything is read anew, the certificates of `ca` too.
        let hook = self.hook.take().map_or_else(|| Hook::open(to), Ok);
        Ok(match hook {
            Ok(hook) => hook.send(body).await.map(|()| self.hook = Some(hook)),
            Err(why) => Err(why),
        })
    }
}

/// An event as a message of syslog.
fn message(event: Shipped) -> Message {
    let severity = match event.severity {
        0 | 1 => Severity::Informational,
        2 | 3 => Severity::Warning,
        _ => Severity::Error,
    };
    Message { severity, at: event.at, kind: event.kind, text: event.json }
}

/// The host that people reach the house by.
fn host(base_url: &str) -> String {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    if host.is_empty() { "-".to_owned() } else { host.to_owned() }
}
