//! The log as it is shipped to other systems, event by event as in an export, and how far that is.

use super::names::Names;
use super::told::{self, Format};
use crate::app::App;
use crate::db::Db;
use crate::fault::Fault;
use crate::ledger::shipments::{self, Shipment};
use crate::ledger::store::{self, Filter};
use crate::seal::Keyring;
use crate::web::page::{Status, Tone, When};
use serde::Serialize;

/// An entry as an OCSF event.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// Its index.
    pub index: u64,
    /// When it was appended, RFC 3339.
    pub at: String,
    /// Its kind.
    pub kind: &'static str,
    /// How much it matters, by OCSF: 1 informational, 2 low, 4 high.
    pub severity: u8,
    /// The event, one line of JSON.
    pub json: String,
}

/// The entries from this index on, at most `most`, as they leave.
pub fn events(db: &mut Db, keyring: &Keyring, from: u64, most: u16) -> Result<Vec<Shipped>, Fault> {
    let mut names = Names::read(db, keyring)?;
    let until = from.saturating_add(u64::from(most));
    let filter = Filter { after: from.checked_sub(1), before: Some(until), ..Filter::default() };
    let mut page = store::list_stored(db, &filter, most)?;
    page.sort_by_key(|stored| stored.index);
    page.into_iter()
        .map(|stored| {
            let told = told::tell(db, keyring, &mut names, stored)?;
            let (index, at, kind, severity) = told.heading();
            let json = told.line(Format::Ocsf)?.trim_end().to_owned();
            Ok(Shipped { index, at, kind, severity, json })
        })
        .collect()
}

/// A shipment on the page.
#[derive(Serialize)]
pub(super) struct ShipmentRow {
    name: &'static str,
    to: String,
    state: Status,
    last: Option<u64>,
    lag: u64,
    at: Option<When>,
    error: Option<String>,
    /// What has to be known of how much "taken" means there.
    caveat: Option<&'static str>,
}

/// Said of a collector that never ends TLS.
const ENDS_WITHOUT_NOTICE: &str = "Counts as taken when the connection just breaks off (ends_without_notice): whoever sits on the way can \
                                   break it off, and such a batch is lost there. The entries stay in this log.";

/// Every shipment that is set up, and how far it is.
pub(super) async fn shipment_rows(app: &App, size: u64) -> Result<Vec<ShipmentRow>, Fault> {
    let ship = &app.config.log.ship;
    let syslog = ship
        .syslog
        .as_ref()
        .map(|to| ("Syslog over TLS", shipments::of_syslog(to), format!("{}:{}", to.host, to.port)));
    let webhook = ship.webhook.as_ref().map(|to| ("Webhook", shipments::of_webhook(to), host(&to.url)));
    let mut rows = Vec::new();
    for (title, name, to) in syslog.into_iter().chain(webhook) {
        let shipment = app.read(move |db| shipments::find(db, &name)).await?;
        rows.push(row(title, to, shipment.as_ref(), size));
    }
    if ship.syslog.as_ref().is_some_and(|to| to.ends_without_notice)
        && let Some(row) = rows.first_mut()
    {
        row.caveat = Some(ENDS_WITHOUT_NOTICE);
    }
    Ok(rows)
}

/// The host of an address, without what may be secret in the rest of it.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

/// One of them.
fn row(name: &'static str, to: String, shipment: Option<&Shipment>, size: u64) -> ShipmentRow {
    let lag = shipment.map_or(size, |shipment| shipment.lag(size));
    let error = shipment.and_then(|shipment| shipment.error.clone());
    let state = match (&error, lag) {
        (Some(_), _) => Status::new(Tone::Warn, "Failed, is tried again"),
        (None, 0) => Status::new(Tone::Ok, "Up to date"),
        (None, _) => Status::new(Tone::Info, "On its way"),
    };
    let next = shipment.and_then(|shipment| u64::try_from(shipment.next).ok());
    ShipmentRow {
        name,
        to,
        state,
        last: next.and_then(|next| next.checked_sub(1)),
        lag,
        at: shipment.and_then(|shipment| shipment.at).map(Into::into),
        error,
        caveat: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_host_is_shown() {
        assert_eq!(host("https://siem.example:8443/in?token=secret"), "siem.example:8443");
    }
}
