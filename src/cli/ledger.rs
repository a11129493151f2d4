//! `candor ledger`: takes the log out of the house, and checks what came out of one without a house.

use super::place::{self, Place, Trouble, say};
use crate::app::App;
use crate::app::open::open_keyring;
use crate::clock::Clock;
use crate::db::Database;
use crate::fault::Fault;
use crate::ledger::epoch::{self, EpochError, Last};
use crate::ledger::export::{self, Disclose, Signer};
use crate::ledger::verify::{Outside, Verdict, Whole, verify_export, verify_receipt};
use crate::ledger::witness::Policy;
use crate::ledger::{Actor, Event, EventKind, VerifierKey, store};
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
    /// Checks an export or a receipt, offline: signatures, every byte, order, and that nothing was released without a
    /// grant and an accepted NDA before it.
    ///
    /// Without a checkpoint from outside it says "consistent, not anchored": whoever holds database and signing key could
    /// have regrown both. Exit code 0: whole. 1: tampered with; the first bad entry is named. 2: cannot be checked.
    #[command(
        after_help = "Example:\n  candor ledger verify ./export --key 'candor/0192..+1a2b3c4d+AX..' --checkpoint letter.txt"
    )]
    Verify {
        /// The folder of an export, or the file of a receipt.
        #[arg(value_name = "DIR|FILE")]
        what: PathBuf,
        /// The log's verifier key, kept from elsewhere.
        #[arg(long, value_name = "VKEY")]
        key: Option<VerifierKey>,
        /// A checkpoint, receipt or hand-over of the log's key, kept from elsewhere; may be given several times.
        #[arg(long = "checkpoint", value_name = "FILE")]
        checkpoints: Vec<PathBuf>,
        /// Which witnesses must have signed (C2SP tlog-policy), kept from elsewhere; counts instead of the export's own.
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// One JSON object: verdict, and what it rests on or why it is not whole.
        #[arg(long)]
        json: bool,
    },
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
        Command::Verify { what, key, checkpoints, policy, json } => {
            verify(&what, (key, policy.as_deref()), &checkpoints, json)
        }
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

/// Checks an export or a receipt and says what was found.
fn verify(
    what: &Path,
    kept: (Option<VerifierKey>, Option<&Path>),
    checkpoints: &[PathBuf],
    json: bool,
) -> ExitCode {
    let verdict = find(what, kept, checkpoints).unwrap_or_else(|why| Verdict::Unusable { why });
    if json {
        say(serde_json::to_string(&verdict).unwrap_or_default());
    } else {
        say(in_words(&verdict));
    }
    ExitCode::from(verdict.exit_code())
}

/// Reads what is to be checked and checks it; an error is a file that cannot be read.
fn find(
    what: &Path,
    (key, policy): (Option<VerifierKey>, Option<&Path>),
    checkpoints: &[PathBuf],
) -> Result<Verdict, String> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let notes = checkpoints.iter().map(|path| text(path)).collect::<Result<_, _>>()?;
    let policy = policy.map(Policy::load).transpose().map_err(|error| error.to_string())?;
    let outside = Outside { key, notes, policy };
    if what.is_dir() { Ok(verify_export(what, &outside)) } else { Ok(verify_receipt(&text(what)?, &outside)) }
}

/// The verdict for a person.
fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Whole(whole) => whole_in_words(whole),
        Verdict::Tampered { index: Some(index), why } => {
            format!("TAMPERED WITH, from entry {index} on: {why}.")
        }
        Verdict::Tampered { index: None, why } => format!("TAMPERED WITH: {why}."),
        Verdict::Unusable { why } => format!("Cannot be checked: {why}."),
    }
}

/// What a whole log was found to hold, and what that rests on.
fn whole_in_words(whole: &Whole) -> String {
    let Whole { origin, entries, checkpoints, open_downloads, disclosed, erased, undisclosed, .. } = whole;
    let witnessed = match whole.witnessed_at {
        Some(size) => format!("by the quorum of the policy, up to {size} entries"),
        None => "by nobody that the export names".to_owned(),
    };
    let standing = match whole.anchored_at {
        Some(size) => format!("Whole, and anchored: entries 0 to {} are those you hold a checkpoint of.", size.saturating_sub(1)),
        None => "Consistent, not anchored: nothing you kept outside was compared. Whoever holds database and signing \
                 key could have made all of it anew; compare with a checkpoint from a letter (--checkpoint)."
            .to_owned(),
    };
    let key = if whole.key_from_outside { "the key you gave" } else { "the key in the export" };
    let handed = match whole.handovers {
        0 => String::new(),
        1 => format!("\nhanded over         once, signed by both keys; now {}", whole.key),
        times => {
            format!("\nhanded over         {times} times, signed by both keys each time; now {}", whole.key)
        }
    };
    let replaced = match whole.replaced {
        0 => String::new(),
        _ => format!(
            "\nKEY REPLACED        after a restore, not signed by the old one: make sure by another way that {} is the house's",
            whole.key
        ),
    };
    format!(
        "{standing}\nlog                 {origin}\nentries             {entries}\ncheckpoints         {checkpoints}, \
         signed by {key}{handed}{replaced}\nwitnessed           {witnessed}\nopen downloads      {open_downloads}\npersonal data       {disclosed} disclosed, \
         {erased} erased, {undisclosed} not disclosed"
    )
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
        return Err(Trouble::System(std::io::ErrorKind::AlreadyExists.into()));
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
