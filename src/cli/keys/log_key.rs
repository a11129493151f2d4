//! `candor keys rotate --log`: the log's signing key is followed by a new one, and hands the log over to it.
//!
//! What a kill leaves behind, by line: both seeds in the keyring and nothing handed over, or handed over and the old seed still
//! there. The same command ends either. Then only the public half of the old key is left.

use super::super::place::{Place, Trouble, say};
use crate::app::OpenError;
use crate::app::open::open_keyring;
use crate::clock::Clock;
use crate::db::{Database, installation};
use crate::fault::Fault;
use crate::ledger::handover::{self, HandedOver, Reign};
use crate::ledger::{EventKind, anchor, store};
use crate::seal::key_sources::file::Exchange;
use std::sync::Arc;

/// Rotates the log's key, or ends a rotation that was cut off.
pub(super) fn rotate(place: &Place, reason: &str, json: bool) -> Result<(), Trouble> {
    let config = place.config()?;
    let mut exchange = Exchange::begin(&config.keyring)?;
    open_keyring(&config)?;
    let database = Database::open(config.database.expose())?;
    if installation::find(&mut *database.read()?)? != Some(exchange.keyring().instance()) {
        return Err(Trouble::refused("the keyring belongs to another installation than the database"));
    }
    if exchange.keyring().outgoing_ledger_seed().is_none() {
        // A log that is not whole is not handed over: whoever holds the old key must find what it signed.
        let mut db = database.read()?;
        anchor::require(&mut db, &config.anchor_file()).map_err(|fault| OpenError::of_log(fault, &config))?;
        let key = store::log_key(&mut db, exchange.keyring())?;
        store::checked_head(&mut db, &key, Some(&config.anchor_file()))?;
        let keyring = exchange.keyring().with_new_ledger_key(&Clock::system());
        exchange.replace(&keyring)?;
    }
    let keyring = Arc::new(exchange.keyring().clone());
    let done = handover::hand_over(&database, &keyring, &Clock::system(), &config.anchor_file(), reason)?;
    let keyring = exchange.keyring().without_outgoing_ledger_key();
    exchange.replace(&keyring)?;
    tell(&done, &config.keyring.display().to_string(), json)
}

/// What was done, and what there is to do.
fn tell(done: &HandedOver, keyring: &str, json: bool) -> Result<(), Trouble> {
    let HandedOver { old, new, index } = done;
    if json {
        let row = serde_json::json!({ "old": old.to_string(), "new": new.to_string(), "entry": index });
        say(serde_json::to_string(&row).map_err(|error| Fault::new("writing JSON", error))?);
        return Ok(());
    }
    say(format_args!("The log is signed by {new} from entry {} on.", index.saturating_add(1)));
    say(format_args!(
        "Entry {index} hands it over; both keys have signed that. Of the old key only its public half is left here."
    ));
    say(
        "Start candor serve again, on every node: a server that runs signs nothing more and ends with the next entry.",
    );
    say(format_args!(
        "Copy {keyring} again, to every node too, and destroy older copies: they hold the old seed."
    ));
    say(
        "Give the new key to your witnesses and auditors. Whoever holds the old one follows by the hand-over that each export carries.",
    );
    Ok(())
}

/// A signing key in the list.
#[derive(serde::Serialize)]
struct Row {
    key: String,
    state: &'static str,
    from_entry: u64,
    until_entry: Option<u64>,
    ended_by: Option<&'static str>,
}

/// Prints every key that signs or signed the log.
pub(super) fn list(reigns: &[Reign], json: bool) -> Result<(), Trouble> {
    let rows = reigns.iter().map(|reign| Row {
        key: reign.key.to_string(),
        state: if reign.until.is_none() { "current" } else { "earlier" },
        from_entry: reign.from,
        until_entry: reign.until,
        ended_by: reign.ended_by.map(EventKind::as_str),
    });
    if json {
        let rows: Vec<Row> = rows.collect();
        say(serde_json::to_string(&rows).map_err(|error| Fault::new("writing JSON", error))?);
        return Ok(());
    }
    for Row { key, state, from_entry, until_entry, .. } in rows {
        let range = until_entry.map_or_else(
            || format!("signs the log from entry {from_entry} on"),
            |until| format!("signed entries {from_entry} to {until}"),
        );
        say(format_args!("{key}\t{state}\t{range}"));
    }
    Ok(())
}
