//! `candor keys`: the keys of the keyring, what they wrap, and how they are followed by new ones.

mod health;
mod log_key;
mod retire;
mod rotate;
mod shred;

pub(super) use health::examine;

use super::place::{self, Place, Trouble, say};
use crate::clock::Micros;
use crate::fault::Fault;
use crate::keys::{self, Kek, KeyError, State};
use crate::ledger::handover;
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
    /// Lists the key-encryption keys and how many data keys each one wraps, and the keys that sign or signed the log. No
    /// secret is printed; it is logged.
    ///
    /// Exit code 0: listed. 1: the database needs a key that the keyring lacks. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor keys list --data /srv/candor")]
    List {
        /// An array of JSON objects: `kek`, `state`, `data_keys`, `current_from`, `settled_at`, `retired_at`.
        #[arg(long)]
        json: bool,
        /// Only the keys of the log; with `--json`: `key`, `state`, `from_entry`, `until_entry`, `ended_by`.
        #[arg(long)]
        log: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Puts a new key-encryption key in force and wraps every data key anew under it, beside a running server; or, with
    /// `--log`, has the log's signing key followed by a new one.
    ///
    /// Reports stay readable throughout, and no sealed byte is rewritten. Cut off at any moment, the same command goes on
    /// where it was. Afterwards copy the keyring again. With `--log` a running server ends and has to be started again.
    /// Exit code 0: done, or prepared for several nodes. 1: refused; nothing was changed. 2: the installation cannot be
    /// used, or the keyring cannot be written.
    #[command(
        after_help = "Example:\n  candor keys rotate --data /srv/candor\n  candor keys rotate --log --reason 'administrator left' --data /srv/candor"
    )]
    Rotate(rotate::Rotate),
    /// Takes earlier key-encryption keys that wrap nothing out of the keyring, for good: backups made before the last
    /// rotation can then no longer be read with it.
    ///
    /// Exit code 0: retired. 1: refused, for example because a key is still needed. 2: the installation cannot be used,
    /// or the keyring cannot be written.
    #[command(after_help = "Example:\n  candor keys retire --data /srv/candor")]
    Retire(retire::Retire),
    /// Destroys the keys of a report here: nothing that was sealed under them can be read any more, by anybody.
    ///
    /// Copies that people hold stay theirs. Backups can be read until they are deleted, or until the key-encryption key of
    /// their time is retired and gone. Exit code 0: shredded. 1: refused, for example because of a hold or of grants that
    /// still open it. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor keys shred soc2-2024 --end-grants --data /srv/candor")]
    Shred(shred::Shred),
}

/// Carries the command out.
pub fn run(keys: &Keys) -> ExitCode {
    place::exit(match &keys.command {
        Command::List { json, log, place } => list(place, *json, *log),
        Command::Rotate(arguments) => rotate::run(arguments),
        Command::Retire(arguments) => retire::run(arguments),
        Command::Shred(arguments) => shred::run(arguments),
    })
}

impl From<KeyError> for Trouble {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Fault(fault) => Self::Fault(fault),
            refusal => Self::refused(refusal),
        }
    }
}

/// A key-encryption key in the list.
#[derive(serde::Serialize)]
struct Row {
    kek: String,
    state: &'static str,
    data_keys: i64,
    current_from: Option<String>,
    settled_at: Option<String>,
    retired_at: Option<String>,
}

impl From<&Kek> for Row {
    fn from(kek: &Kek) -> Self {
        Self {
            kek: kek.name.clone(),
            state: kek.state.as_str(),
            data_keys: kek.data_keys,
            current_from: kek.current_from.map(Micros::rfc3339),
            settled_at: kek.settled_at.map(Micros::rfc3339),
            retired_at: kek.retired_at.map(Micros::rfc3339),
        }
    }
}

/// Prints every key that the keyring holds or the database names.
fn list(place: &Place, json: bool, only_log: bool) -> Result<(), Trouble> {
    let app = place.open()?;
    let listed = keys::store::list(&mut *app.database.read()?, &app.keyring)?;
    let seen = listed.clone();
    app.writer.act_blocking("keys.list", move |act| Ok::<_, Fault>(keys::acts::look(act, &seen)))?;
    app.close()?;
    let reigns = handover::reigns(&mut *app.database.read()?, &app.keyring)?;
    if only_log {
        return log_key::list(&reigns, json);
    }
    if json {
        let rows: Vec<Row> = listed.iter().map(Row::from).collect();
        say(serde_json::to_string(&rows).map_err(|error| Fault::new("writing JSON", error))?);
    } else {
        for kek in &listed {
            let since = kek.current_from.map(|at| format!("\tsince {}", at.date_words())).unwrap_or_default();
            say(format_args!("{}\t{}\t{} data keys{since}", kek.name, kek.state, kek.data_keys));
        }
        log_key::list(&reigns, false)?;
    }
    if listed.iter().any(|kek| kek.state == State::Missing && kek.data_keys > 0) {
        return Err(Trouble::refused(
            "the database has data keys under a key that the keyring lacks: bring back the keyring that has it",
        ));
    }
    Ok(())
}
