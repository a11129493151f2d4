//! `candor ledger`: takes the log out of the house, and checks what came out of one without a house.

mod verify;

use super::place::{self, Place, Trouble, say};
use crate::app::App;
use crate::app::open::open_keyring;
use crate::clock::Clock;
use crate::db::Database;
use crate::fault::Fault;
use crate::ledger::epoch::{self, EpochError, Last};
use crate::ledger::export::{self, Disclose, Signer};
use crate::ledger::{Actor, Event, EventKind, store};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Arguments of `candor ledger`.
#[derive(Debug, Args)]
pub struct Ledger {
    #[command(subcommand)]
    command: Command,
}

/// What can be done with the log.
#[derive(Debug, Subcommand)]
enum Command {
    /// Checks an export, a data directory or a receipt, offline: signatures, every byte, order, and that nothing was released
    /// without a grant and an accepted NDA before it.
    ///
    /// Of a data directory, or the SQLite file in it, the log is read where it lies: without the keyring, and nothing is written.
    /// So a copy is checked that was taken when something was found.
    ///
    /// Without a checkpoint from outside it says "consistent, not anchored": whoever holds database and signing key could
    /// have regrown both. Exit code 0: whole. 1: tampered with; the first bad entry is named. 2: cannot be checked.
    #[command(
        after_help = "Example:\n  candor ledger verify ./export --key 'candor/0192..+1a2b3c4d+AX..' --checkpoint letter.txt"
    )]
    Verify(verify::Verify),
    /// Writes entries, checkpoints, key and policy into a new folder: all that `verify` needs. The export is logged.
    ///
    /// Exit code 0: written. 2: cannot be written, or the log was rolled back or exchanged.
    #[command(after_help = "Example:\n  candor ledger export --out ./export --data /srv/candor")]
    Export {
        /// The new folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Also the personal data behind the commitments, as far as it is not erased.
        #[arg(long)]
        disclose: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Prints the proof that an entry is in the log; anybody checks it offline with `verify` and the verifier key.
    ///
    /// Exit code 0: printed. 1: there is no such entry. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor ledger receipt 73 --data /srv/candor > 73.tlog-proof")]
    Receipt {
        /// The entry's index.
        index: u64,
        #[command(flatten)]
        place: Place,
    },
    /// Continues a log that is older than its last checkpoint, after a backup was restored.
    ///
    /// The log gets a new origin, and its first leaf admits the last checkpoint that is known of the old one. Nothing is
    /// hidden: whoever holds an old checkpoint keeps a proof of what is lost. Exit code 0: opened. 1: refused, for example
    /// because the log is whole. 2: the installation cannot be used.
    #[command(
        after_help = "Example:\n  candor ledger new-epoch --reason 'disk of 21 November replaced, backup of the 20th' --data /srv/candor"
    )]
    NewEpoch {
        /// Why; kept in the log for ever. Name no person.
        #[arg(long, value_parser = reason)]
        reason: String,
        /// Nobody keeps a checkpoint of the log as it was: say so in the first leaf. Only without an anchor file.
        #[arg(long)]
        none_known: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Prints the signed checkpoint of the log. Whoever keeps it notices when the log is rewritten.
    ///
    /// Exit code 0: printed. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor ledger checkpoint --data /srv/candor > checkpoint.txt")]
    Checkpoint {
        /// The verifier key instead, for `verify --key`.
        #[arg(long)]
        key: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Carries the command out.
pub fn run(ledger: Ledger) -> ExitCode {
    match ledger.command {
        Command::Verify(verify) => verify::run(&verify),
        Command::Export { out, disclose, place } => {
            let disclose = if disclose { Disclose::PersonalData } else { Disclose::Nothing };
            place::exit(export_to(&place, &out, disclose))
        }
        Command::Receipt { index, place } => place::exit(receipt(&place, index)),
        Command::NewEpoch { reason, none_known, place } => {
            place::exit(new_epoch(&place, &reason, none_known))
        }
        Command::Checkpoint { key, place } => place::exit(checkpoint(&place, key)),
    }
}

/// Appends an entry of the operator on the host and waits until it is durable.
fn log(app: &App, event: Event) -> Result<(), Fault> {
    let event = event.by(Actor::Operator);
    app.writer.act_blocking("ledger.read", move |act| Ok(act.record(event, ()))).map(drop)
}

/// Logs the export, then writes it.
fn export_to(place: &Place, out: &Path, disclose: Disclose) -> Result<(), Trouble> {
    let app = place.open()?;
    if out.exists() {
        return Err(Trouble::Unusable(format!(
            "{} is there already. An export is written into a new folder: give another name with --out",
            out.display()
        )));
    }
    log(&app, Event::new(EventKind::LogExported).fact("personal_data", disclose == Disclose::PersonalData))?;
    app.close()?;
    let mut db = app.database.read()?;
    let key = store::log_key(&mut db, &app.keyring)?;
    let head = app.writer.head();
    let witnesses = app.witnesses.clone();
    let signer = Signer { keyring: &app.keyring, key: &key, witnesses: &witnesses };
    export::write(&mut db, signer, head, disclose, out)?;
    say(format_args!("{} entries written to {}", head.size, out.display()));
    say(format_args!("verifier key: {}", key.verifier()));
    Ok(())
}

/// Logs that an entry was read, and prints its receipt.
fn receipt(place: &Place, index: u64) -> Result<(), Trouble> {
    let app = place.open()?;
    let missing = || Trouble::refused(format_args!("the log has no entry {index}"));
    store::find(&mut *app.database.read()?, index)?.ok_or_else(missing)?;
    log(&app, Event::new(EventKind::LogSearched).fact("receipt", index))?;
    app.close()?;
    let receipt = store::receipt(&mut *app.database.read()?, &app.writer, index)?.ok_or_else(missing)?;
    say(receipt.to_string().trim_end_matches('\n'));
    Ok(())
}

/// Reads a reason.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("must say why".to_owned()),
        1..=200 => Ok(text.to_owned()),
        _ => Err("must be 200 characters at the most".to_owned()),
    }
}

/// Opens a new epoch. Not through [`App`], which does not open a log that was rolled back.
fn new_epoch(place: &Place, reason: &str, none_known: bool) -> Result<(), Trouble> {
    let config = place.config()?;
    let keyring = Arc::new(open_keyring(&config)?);
    let database = Database::open(config.database.expose())?;
    let anchor = config.anchor_file();
    let known = if none_known { Last::Unknown(&anchor) } else { Last::Anchored(&anchor) };
    let opened = epoch::open(&database, &keyring, &Clock::system(), known, reason);
    let epoch::Opened { origin, last, index, replaced } = opened.map_err(|error| match error {
        EpochError::Fault(fault) => Trouble::Fault(fault),
        refusal => Trouble::refused(refusal),
    })?;
    say(format_args!("The log goes on as {origin}."));
    if none_known {
        say(format_args!(
            "Entry {index} says that no checkpoint of the log before it was known. Tell whoever holds receipts."
        ));
    } else {
        say(format_args!(
            "Entry {index} admits that its last checkpoint, of {} entries, is not extended. Tell whoever holds receipts.",
            last.size
        ));
    }
    if let Some(key) = replaced {
        say(format_args!(
            "It is signed by another key than before, which has not signed for it: give {key} to your witnesses, auditors and whoever checks exports, by a way they trust."
        ));
    }
    say(format_args!(
        "Other nodes: put a copy of {} in the place of theirs, and start them again.",
        anchor.display()
    ));
    Ok(())
}

/// Prints the checkpoint, or the key it is checked with.
fn checkpoint(place: &Place, key: bool) -> Result<(), Trouble> {
    let app = place.open()?;
    // What is handed out, the anchor file knows.
    app.close()?;
    if key {
        say(app.writer.verifier());
    } else {
        say(app.writer.checkpoint().trim_end_matches('\n'));
    }
    Ok(())
}
