//! Who outside hears of the log: whether their certificates can be read, what the anchors know, how far the log was shipped.

use super::{Finding, NOTE};
use crate::clock::{Clock, Micros};
use crate::config::{Config, LogSettings, Webhook};
use crate::db::Database;
use crate::ledger::anchors::{self, Anchored};
use crate::ledger::witness::Policy;
use crate::ledger::{search as log, shipments};
use crate::notices::{syslog, webhook};

/// Every file that a `ca` names.
pub(super) fn certificates(config: &Config) -> Vec<Finding> {
    let log = &config.log;
    let of_webhook = |what, to: &Option<Webhook>| {
        let ca = to.as_ref().and_then(|to| to.ca.as_deref())?;
        Some((what, webhook::check(ca).map(|()| format!("{} can be used", ca.display()))))
    };
    let of_syslog = log.ship.syslog.as_ref().map(|to| {
        let read = syslog::check(to).map_err(|error| format!("{error}: {}", to.ca.display()));
        ("ca of syslog", read.map(|()| format!("{} can be used", to.ca.display())))
    });
    let webhooks = [
        of_webhook("ca of the webhook", &log.webhook),
        of_webhook("ca of the webhook of alerts", &log.alert_webhook),
        of_webhook("ca of the webhook of the log", &log.ship.webhook),
    ];
    webhooks.into_iter().flatten().chain(of_syslog).collect()
}

/// What each anchor that is set up knows: a silent one is a finding of its own.
pub(super) fn anchors(config: &Config, database: &Database) -> Vec<Finding> {
    let read = database.read().and_then(|mut db| {
        let size = log::index_after_newest(&mut db)?;
        Ok((anchors::list(&mut db)?, size))
    });
    let (known, size) = match read {
        Ok(read) => read,
        Err(fault) => return vec![("anchors", Err(format!("{fault:?}")))],
    };
    // A policy that cannot be read is a finding already.
    let policy = config.log.witnesses.as_deref().and_then(|path| Policy::load(path).ok()).unwrap_or_default();
    let names = anchors::names(&config.log, &policy);
    let now = Clock::system().now();
    let told = names.into_iter().map(|name| {
        let anchor = known.iter().find(|anchor| anchor.name == name);
        ("anchor", anchor_in_words(&config.log, &name, anchor, (size, now)))
    });
    told.collect()
}

/// What one anchor knows, and since when it does not answer.
fn anchor_in_words(
    log: &LogSettings,
    name: &str,
    anchor: Option<&Anchored>,
    (size, now): (u64, Micros),
) -> Result<String, String> {
    let Some(anchor) = anchor else {
        return Ok(format!("{NOTE} {name} was told nothing yet; candor serve does that"));
    };
    let knows = format!("{name} knows {} of {size} entries", anchor.size);
    let (Some(secs), Some(since)) = (anchor.silent_secs(size, now), anchor.failing_since) else {
        return Ok(knows);
    };
    let why = anchor.error.as_deref().unwrap_or("it gives no reason");
    let words = format!("{knows} and has failed since {}: {why}", since.words());
    if secs < anchors::alert_secs(log, name) {
        return Ok(format!("{NOTE} {words}. It is tried again by itself"));
    }
    Err(format!("{words}. What no anchor knows could be rewritten unseen: look at [log] and the other side"))
}

/// How far the log was shipped, for whatever is set up.
pub(super) fn shipping(config: &Config, database: &Database) -> Vec<Finding> {
    let ship = &config.log.ship;
    let syslog = ship.syslog.as_ref().map(|to| ("shipping by syslog", shipments::of_syslog(to)));
    let webhook = ship.webhook.as_ref().map(|to| ("shipping by webhook", shipments::of_webhook(to)));
    let set_up = syslog.into_iter().chain(webhook);
    set_up.map(|(what, name)| (what, shipment(database, &name))).collect()
}

/// How far one shipment is, and why it goes no further.
fn shipment(database: &Database, name: &str) -> Result<String, String> {
    let read = database.read().and_then(|mut db| {
        let size = log::index_after_newest(&mut db)?;
        Ok((shipments::find(&mut db, name)?, size))
    });
    let (known, size) = read.map_err(|fault| format!("{fault:?}"))?;
    let Some(known) = known else {
        return Ok(format!("{NOTE} nothing was shipped yet; candor serve begins with the first entry"));
    };
    let words = match known.next {
        0 => format!("nothing shipped, {size} entries wait"),
        next => format!("shipped up to entry {}, {} entries wait", next - 1, known.lag(size)),
    };
    match known.error {
        None => Ok(words),
        Some(why) => {
            Err(format!("{words}: {why}. It is tried again by itself; look at [log.ship] and the other side"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_anchor_is_a_finding_and_a_late_one_is_said() {
        let log = LogSettings::default();
        let anchor = |error: Option<&str>, failing_since| Anchored {
            name: "webhook".to_owned(),
            size: 50,
            at: Some(Micros(0)),
            tried_at: Micros(0),
            error: error.map(str::to_owned),
            failing_since,
        };
        let now = Micros(0).plus_secs(700);
        let said = |name, anchor: &Anchored, size| anchor_in_words(&log, name, Some(anchor), (size, now));
        assert_eq!(said("webhook", &anchor(None, None), 54).unwrap(), "webhook knows 50 of 54 entries");
        let silent = anchor(Some("it cannot be reached"), Some(Micros(0)));
        let found = said("webhook", &silent, 54).unwrap_err();
        assert!(found.contains("has failed since") && found.contains("it cannot be reached"), "{found}");
        // Mail servers may put off a letter; and who knows everything is not silent.
        assert!(said("mail", &silent, 54).unwrap().starts_with(NOTE));
        assert_eq!(said("webhook", &silent, 50).unwrap(), "webhook knows 50 of 50 entries");
        assert!(anchor_in_words(&log, "file", None, (54, now)).unwrap().contains("was told nothing yet"));
    }
}
