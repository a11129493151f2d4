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

/// Batches of one shipment at a time; the next time goes on.
const BATCHES: usize = 20;

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
        let mut taken = 0;
        for target in syslog.into_iter().chain(webhook) {
            for _ in 0..BATCHES {
                let count = self.batch(&target).await?;
                taken += count;
                if count < u64::from(ship.batch) {
                    break;
                }
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
        let batch = self.app.read(move |db| events(db, &keyring, from, most)).await?;
        let Some(last) = batch.last().map(|event| event.index) else { return Ok(0) };
        let count = u64::try_from(batch.len()).unwrap_or(0);
        let outcome = match target {
            Target::Syslog(to) => self.send_syslog(to.clone(), batch).await?,
            Target::Webhook(to) => self.post_webhook(to, from, &batch).await?,
        };
        if let Err(why) = &outcome {
            tracing::warn!(shipment = name.as_str(), why, "the log could not be shipped");
        }
        let (is_taken, now) = (outcome.is_ok(), self.app.clock.now());
        let outcome = outcome.map(|()| last.saturating_add(1));
        let note = move |db: &mut Db| shipments::note(db, &name, (node, now), &outcome);
        self.app.writer.housekeeping("shipment.noted", note).await?;
        Ok(if is_taken { count } else { 0 })
    }

    /// Sends a batch to a collector.
    async fn send_syslog(&self, to: Syslog, batch: Vec<Shipped>) -> Result<Result<(), String>, Fault> {
        let host = host(&self.app.config.base_url);
        let frames: Vec<u8> =
            batch.into_iter().flat_map(|event| syslog::frame(&message(event), &host)).collect();
        let sent = self.app.work(move || syslog::send(&to, &frames)).await?;
        Ok(sent.map_err(|error| error.to_string()))
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
