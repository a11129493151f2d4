//! `candor backup` and `candor restore`: the embedded installation as one file, and back.

use super::place::{self, Place, Trouble, say};
use crate::app::backup::{self, BackupError, Contents, DATABASE};
use crate::config::{Config, default_keyring};
use crate::db::Database;
use crate::ledger::verify::Verdict;
use crate::ledger::{anchor, store, thorough};
use crate::seal::Keyring;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `candor backup`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  candor backup /backup/candor-2026-11-21.tar --data /srv/candor")]
pub struct Backup {
    /// The new file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Arguments of `candor restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  candor restore /backup/candor-2026-11-21.tar --data /srv/candor --verify"
)]
pub struct Restore {
    /// The backup.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The new data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Also read the whole log; needs the keyring in its place.
    #[arg(long)]
    verify: bool,
    /// Where the keyring lies; by itself it is looked for where the settings say, then beside the new data directory.
    #[arg(long, value_name = "FILE", requires = "verify")]
    keyring: Option<PathBuf>,
}

impl From<BackupError> for Trouble {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::System(error) => Self::System(error),
            BackupError::Fault(fault) => Self::Fault(fault),
            refusal => Self::refused(refusal),
        }
    }
}

/// Writes a backup.
pub fn run(backup: &Backup) -> ExitCode {
    place::exit(write(backup))
}

/// See [`run`].
fn write(backup: &Backup) -> Result<(), Trouble> {
    let config = backup.place.config()?;
    let contents = backup::write(&config, &backup.file)?;
    tell("written to", &backup.file, &contents);
    say("The keyring is not in it, and must not be: keep its copy elsewhere.");
    if !contents.settings {
        say(
            "The settings are not in it either, since they do not lie in the data directory: keep a copy of their file.",
        );
    }
    Ok(())
}

/// Says what a backup holds.
fn tell(what: &str, file: &Path, contents: &Contents) {
    let Contents { objects, entries, bytes, settings: _ } = contents;
    say(format_args!(
        "{entries} entries and {objects} sealed objects, {bytes} bytes, {what} {}",
        file.display()
    ));
}

/// Restores a backup.
pub fn run_restore(restore: &Restore) -> ExitCode {
    place::exit(put_back(restore))
}

/// See [`run_restore`].
fn put_back(restore: &Restore) -> Result<(), Trouble> {
    let contents = backup::restore(&restore.file, &restore.data)?;
    tell("restored to", &restore.data, &contents);
    let database = format!("sqlite:{}", restore.data.join(DATABASE).display());
    let settings = if contents.settings { Config::of_data(&restore.data).ok() } else { None };
    if restore.verify {
        verify(&database, &keyring(restore, settings.as_ref()))?;
    }
    match &settings {
        None => say(
            "No settings that can be used were in it: put your candor.toml into it, or name the file with --config.",
        ),
        Some(settings) if !is_here(settings, &restore.data) => say(
            "Its settings lead to another data directory or database than this one: change `data` and `database` in its candor.toml before you serve.",
        ),
        Some(settings) => tell_next(settings, contents.entries)?,
    }
    Ok(())
}

/// Says what the server will do without an anchor file.
fn tell_of_none(config: &Config) -> Result<(), Trouble> {
    let file = config.anchor_file();
    let path = file.display();
    let database = Database::open(config.database.expose())?;
    match anchor::require(&mut *database.read()?, &file) {
        Ok(()) => say(format_args!(
            "There is no anchor file {path}, and there was none when the backup was made: nothing tells whether the log had grown after it."
        )),
        Err(fault) if fault.what() == anchor::MISSING => say(format_args!(
            "There is no anchor file {path}: the server refuses to sign. Put the newest checkpoint of this log there that somebody keeps (a letter's, a witness's, an auditor's). If nobody keeps one: candor ledger new-epoch --none-known."
        )),
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

/// The epoch of the restored log.
fn epoch_of(config: &Config) -> Result<u32, Trouble> {
    let database = Database::open(config.database.expose())?;
    Ok(store::epoch(&mut *database.read()?)?)
}

/// Says what the server will do with this log, and what there is to do before.
fn tell_next(config: &Config, entries: u64) -> Result<(), Trouble> {
    let file = config.anchor_file();
    let path = file.display();
    let known = match fs::read_to_string(&file) {
        Ok(note) => anchor::claimed(&note),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return tell_of_none(config),
        Err(error) => return Err(error.into()),
    };
    match known {
        None => say(format_args!(
            "The anchor file {path} holds no checkpoint: put the newest one of this log there."
        )),
        Some((epoch, known)) if known > entries || epoch > epoch_of(config)? => say(format_args!(
            "The log had gone on after the backup: {path} knows its epoch {epoch} with {known} entries. The server refuses to sign. Go on with candor ledger new-epoch, which admits what is lost."
        )),
        Some(_) => say(format_args!(
            "{path} knows of no entries after the backup. Should somebody keep a newer checkpoint, put it there first: candor doctor compares it with the log."
        )),
    }
    Ok(())
}

/// Whether settings speak of what lies in this directory.
fn is_here(settings: &Config, data: &Path) -> bool {
    let database = Database::open(settings.database.expose());
    let database = database.ok().and_then(|database| fs::canonicalize(database.file()?).ok());
    let same = |path: &Path, other: &Path| fs::canonicalize(path).ok() == fs::canonicalize(other).ok();
    same(&settings.data, data) && database == fs::canonicalize(data.join(DATABASE)).ok()
}

/// Where the keyring lies: as it was given, else as the settings say, else beside the new directory.
fn keyring(restore: &Restore, settings: Option<&Config>) -> PathBuf {
    let known = settings.map(|settings| settings.keyring.clone()).filter(|keyring| keyring.exists());
    restore.keyring.clone().or(known).unwrap_or_else(|| default_keyring(&restore.data))
}

/// Reads the whole log, as it was restored, wherever the settings lead. The anchor file is left out: that the log is older than it,
/// the start says.
fn verify(database: &str, keyring: &Path) -> Result<(), Trouble> {
    let (keyring, database) = (Keyring::load(keyring)?, Database::open(database)?);
    let verdict = thorough::verify(&mut *database.read()?, &keyring, None, &mut |_| Ok(()))?;
    match verdict {
        Verdict::Whole(whole) => {
            say(format_args!("The log is whole: {} entries, root {}.", whole.entries, whole.root));
            Ok(())
        }
        Verdict::Tampered { index: Some(index), why } => {
            Err(Trouble::refused(format_args!("the restored log is broken from entry {index} on: {why}")))
        }
        Verdict::Tampered { index: None, why } | Verdict::Unusable { why } => {
            Err(Trouble::refused(format_args!("the restored log is broken: {why}")))
        }
    }
}
