//! `candor keys`: the key-encryption keys, and what they wrap.

use super::place::{self, Place, Trouble, say};
use crate::db::data_keys;
use crate::fault::Fault;
use crate::ledger::{Actor, Event, EventKind};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Arguments of `candor keys`.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    command: Command,
}

/// What can be done about keys.
#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the key-encryption keys and how many data keys each one wraps. No secret is printed; it is logged.
    ///
    /// Exit code 0: listed. 1: the database needs a key that the keyring lacks. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor keys list --data /srv/candor")]
    List {
        /// An array of JSON objects: `kek`, `state`, `data_keys`.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Carries the command out.
pub fn run(keys: &Keys) -> ExitCode {
    place::exit(match &keys.command {
        Command::List { json, place } => list(place, *json),
    })
}

/// A key-encryption key in the list.
#[derive(serde::Serialize)]
struct Row {
    kek: String,
    state: &'static str,
    data_keys: i64,
}

/// Prints every key that the keyring holds or the database names.
fn list(place: &Place, json: bool) -> Result<(), Trouble> {
    let app = place.open()?;
    let mut counted = data_keys::count_by_kek(&mut *app.database.read()?)?;
    let current = app.keyring.current_kek().to_owned();
    let mut rows: Vec<Row> = Vec::new();
    for kek in app.keyring.keks() {
        let known = counted.iter().position(|(name, _)| name == kek.name()).map(|at| counted.swap_remove(at));
        let state = if kek.name() == current { "current" } else { "earlier" };
        rows.push(Row { kek: kek.name().to_owned(), state, data_keys: known.map_or(0, |(_, count)| count) });
    }
    let missing = counted.len();
    rows.extend(counted.into_iter().map(|(kek, data_keys)| Row { kek, state: "missing", data_keys }));
    let listed = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let event = Event::new(EventKind::KeysListed)
        .by(Actor::Operator)
        .fact("keys", listed)
        .fact("missing", u64::try_from(missing).unwrap_or(u64::MAX));
    app.writer.act_blocking("keys.list", move |act| Ok::<_, Fault>(act.record(event, ())))?;
    if json {
        say(serde_json::to_string(&rows).map_err(|error| Fault::new("writing JSON", error))?);
    } else {
        for row in &rows {
            say(format_args!("{}\t{}\t{} data keys", row.kek, row.state, row.data_keys));
        }
    }
    match missing {
        0 => Ok(()),
        _ => Err(Trouble::refused(
            "the database has data keys under a key that the keyring lacks: bring back the keyring that has it",
        )),
    }
}
