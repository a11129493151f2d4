//! `candor ledger verify`: finds out what it was given, checks that offline, and says what the answer rests on.

use crate::cli::place::say;
use crate::config::Config;
use crate::db::{Database, looking};
use crate::ledger::verify::{Outside, Verdict, Whole, verify_export, verify_receipt};
use crate::ledger::witness::Policy;
use crate::ledger::{VerifierKey, unkeyed};
use clap::Args;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The most bytes of a receipt, or of a letter around a checkpoint.
const TEXT_LIMIT_BYTES: u64 = 256 * 1024;
/// How the file of an embedded database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Arguments of `candor ledger verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The folder of an export, a data directory or its SQLite file, or the file of a receipt.
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
}

/// Checks what was given and says what was found.
pub(super) fn run(verify: &Verify) -> ExitCode {
    let verdict = find(verify).unwrap_or_else(|why| Verdict::Unusable { why });
    if verify.json {
        say(serde_json::to_string(&verdict).unwrap_or_default());
    } else {
        say(in_words(&verdict, verify.key.as_ref()));
    }
    ExitCode::from(verdict.exit_code())
}

/// Reads what is to be checked and checks it; an error is something that cannot be read.
fn find(verify: &Verify) -> Result<Verdict, String> {
    let notes = verify.checkpoints.iter().map(|path| text(path)).collect::<Result<_, _>>()?;
    let policy = verify.policy.as_deref().map(Policy::load).transpose().map_err(|error| error.to_string())?;
    let outside = Outside { key: verify.key.clone(), notes, policy };
    let what = verify.what.as_path();
    if !what.is_dir() {
        return if is_database(what) {
            database(what, &outside)
        } else {
            Ok(verify_receipt(&text(what)?, &outside))
        };
    }
    let (file, settings) = (what.join("candor.sqlite"), what.join("candor.toml"));
    if file.is_file() {
        database(&file, &outside)
    } else if settings.is_file() {
        elsewhere(&settings, &outside)
    } else {
        Ok(verify_export(what, &outside))
    }
}

/// Whether a file is that of an embedded database.
fn is_database(path: &Path) -> bool {
    let mut start = [0; SQLITE.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *SQLITE
}

/// Checks the log in the file of an embedded database.
fn database(file: &Path, outside: &Outside) -> Result<Verdict, String> {
    let unreadable = |fault| format!("{} cannot be read: {fault:?}", file.display());
    let mut look = looking::look(file).map_err(unreadable)?;
    unkeyed::verify(&mut look.db, outside).map_err(unreadable)
}

/// Checks the log of an installation whose settings name a database server: read there, since a copy of the folder lacks it.
fn elsewhere(settings: &Path, outside: &Outside) -> Result<Verdict, String> {
    let config = Config::load(settings).map_err(|error| error.to_string())?;
    let database = Database::open(config.database.expose()).map_err(|fault| format!("{fault:?}"))?;
    if let Some(file) = database.file() {
        // Beside a copy these settings may still name the original.
        return Err(format!("the log of this folder lies in {}: give that file", file.display()));
    }
    let mut reader = database.read().map_err(|fault| format!("{fault:?}"))?;
    unkeyed::verify(&mut reader, outside).map_err(|fault| format!("{fault:?}"))
}

/// Reads a text that no honest one is longer than.
fn text(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let (mut text, mut file) =
        (String::new(), File::open(path).map_err(unreadable)?.take(TEXT_LIMIT_BYTES + 1));
    file.read_to_string(&mut text).map_err(unreadable)?;
    if file.limit() == 0 {
        return Err(format!("{} is too large to be a checkpoint or a receipt", path.display()));
    }
    Ok(text)
}

/// The verdict for a person, who gave this key.
fn in_words(verdict: &Verdict, given: Option<&VerifierKey>) -> String {
    match verdict {
        Verdict::Whole(whole) => whole_in_words(whole, given),
        Verdict::Tampered { index: Some(index), why } => {
            format!("TAMPERED WITH, from entry {index} on: {why}.")
        }
        Verdict::Tampered { index: None, why } => format!("TAMPERED WITH: {why}."),
        Verdict::Unusable { why } => format!("Cannot be checked: {why}."),
    }
}

/// What a whole log was found to hold, and what that rests on.
fn whole_in_words(whole: &Whole, given: Option<&VerifierKey>) -> String {
    let Whole { origin, entries, checkpoints, open_downloads, disclosed, erased, undisclosed, .. } = whole;
    let standing = match whole.anchored_at {
        Some(size) => format!("Whole, and anchored: entries 0 to {} are those you hold a checkpoint of.", size.saturating_sub(1)),
        None => "Consistent, not anchored: nothing you kept outside was compared. Whoever holds database and signing \
                 key could have made all of it anew; compare with a checkpoint from a letter (--checkpoint)."
            .to_owned(),
    };
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
    let left: Vec<String> =
        whole.unchecked.iter().map(|what| format!("\nnot checked         {what}")).collect();
    let left = left.concat();
    format!(
        "{standing}\nlog                 {origin}\nentries             {entries}\ncheckpoints         {checkpoints}, \
         {}{handed}{replaced}\nwitnessed           {}\nopen downloads      {open_downloads}\npersonal data       {disclosed} disclosed, \
         {erased} erased, {undisclosed} not disclosed{left}",
        signed_by(whole, given),
        witnessed(whole),
    )
}

/// Who has signed the checkpoints.
fn signed_by(whole: &Whole, given: Option<&VerifierKey>) -> &'static str {
    match given {
        Some(given) if given.to_string() == whole.key => "signed by the key you gave",
        Some(_) => "signed by keys that the one you gave leads to",
        None if whole.key.is_empty() => "nobody checked by whom they are signed",
        None => "signed by the key in the export",
    }
}

/// Who has seen the log grow.
fn witnessed(whole: &Whole) -> String {
    match (whole.witnessed_at, whole.policy_from_outside) {
        (Some(size), true) => format!("by the quorum of the policy you gave, up to {size} entries"),
        (Some(size), false) => format!(
            "up to {size} entries by the quorum of the policy in the export. Whoever made the export wrote that policy: \
             give your own with --policy"
        ),
        (None, _) => "by nobody that was asked for".to_owned(),
    }
}
