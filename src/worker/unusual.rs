//! Unusual access is noticed and told: letters in the act that notes it, the webhook afterwards.

use crate::app::App;
use crate::config::Webhook;
use crate::fault::Fault;
use crate::notices::webhook::Hook;
use crate::unusual::acts::{UnusualError, notice};
use crate::unusual::{seen, store};
use serde::Serialize;
use std::sync::Arc;

/// Notices posted at a time.
const AT_ONCE: i64 = 20;

/// What one node has looked at.
#[derive(Debug)]
pub(super) struct Watch {
    app: App,
    /// The size of the log when it was looked at last.
    looked: Option<u64>,
}

/// A notice for other machines: which rule, which entry. It names nobody.
#[derive(Serialize)]
struct Message<'a> {
    event: &'static str,
    rule: &'a str,
    what: &'a str,
    entry: u64,
    at: String,
    link: String,
}

impl Watch {
    /// Nothing looked at yet.
    pub(super) const fn new(app: App) -> Self {
        Self { app, looked: None }
    }

    /// Tells of what the rules find, if the log has grown since the last look, and posts what waits. Gives how many
    /// findings were told.
    pub(super) async fn look(&mut self) -> Result<usize, Fault> {
        let size = self.app.writer.head().size;
        let told = if self.looked == Some(size) { 0 } else { self.tell().await? };
        // What was told just now has made the log grow; that is nothing to look at again.
        self.looked =
            Some(self.app.writer.head().size.min(size.saturating_add(u64::try_from(told).unwrap_or(0))));
        if let Some(webhook) = self.app.config.log.alert_webhook.clone() {
            self.post(&webhook).await?;
        }
        Ok(told)
    }

    /// Notes every finding whose rule is told of, once; several nodes may find the same.
    async fn tell(&self) -> Result<usize, Fault> {
        let (keyring, now) = (Arc::clone(&self.app.keyring), self.app.clock.now());
        let countries = self.app.countries.clone();
        let found = self
            .app
            .read(move |db| {
                let settings = store::settings(db)?;
                if settings.values().all(|setting| !(setting.told && setting.watched)) {
                    return Ok(Vec::new());
                }
                let mut found = seen::look(db, (&keyring, &countries), now)?.findings;
                found.retain(|finding| settings.get(&finding.rule).is_some_and(|setting| setting.told));
                let mut new = Vec::new();
                for finding in found {
                    if !store::is_noticed(db, &finding)? {
                        new.push(finding);
                    }
                }
                Ok::<_, Fault>(new)
            })
            .await?;
        let mut told = 0;
        for finding in found {
            let house = self.app.house.clone();
            match self.app.act("unusual.notice", move |act| notice(act, &house, &finding)).await {
                Ok(_) => told += 1,
                Err(UnusualError::AlreadyTold | UnusualError::NotMuted | UnusualError::Unchanged) => {}
                Err(UnusualError::Fault(fault)) => return Err(fault),
            }
        }
        Ok(told)
    }

    /// Posts what the webhook has not taken yet; the rest waits for the next time when it fails.
    async fn post(&self, webhook: &Webhook) -> Result<(), Fault> {
        let waiting = self.app.read(|db| store::list_unposted(db, AT_ONCE)).await?;
        for (rule, index, at) in waiting {
            let message = Message {
                event: "unusual_access",
                rule: rule.as_str(),
                what: rule.words(),
                entry: index,
                at: at.rfc3339(),
                link: self.app.house.link(&format!("/security/entries/{index}")),
            };
            let body = serde_json::to_string(&message)
                .map_err(|error| Fault::new("notice of unusual access as JSON", error))?;
            let sent = async { Hook::open(webhook)?.send(body).await };
            if let Err(why) = sent.await {
                tracing::warn!(why, "the webhook of alerts took no notice");
                return Ok(());
            }
            let now = self.app.clock.now();
            let note = move |db: &mut crate::db::Db| store::update_posted(db, rule, index, now);
            self.app.writer.housekeeping("alert.posted", note).await?;
        }
        Ok(())
    }
}
