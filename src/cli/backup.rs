//! `candor backup` and `candor restore`: the embedded installation as one file, and back.

use super::place::{self, Place, Trouble, say};
use crate::app::backup::{self, BackupError, Contents};
use crate::app::open;
use crate::config::Config;
use crate::ledger::verify::Verdict;
use crate::ledger::{anchor, store, thorough};
use clap::Args;
use std::path::PathBuf;
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
    Ok(())
}

/// Says what a backup holds.
fn tell(what: &str, file: &std::path::Path, contents: &Contents) {
    let Contents { objects, entries, bytes } = contents;
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
    if restore.verify {
        verify(restore)?;
    }
    tell_next(restore, contents.entries)
}

/// Says what the server will do without an anchor file.
fn tell_of_none(config: &Config) -> Result<(), Trouble> {
    let file = config.anchor_file();
    let path = file.display();
    let database = crate::db::Database::open(config.database.expose())?;
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
    let database = crate::db::Database::open(config.database.expose())?;
    Ok(store::epoch(&mut *database.read()?)?)
}

/// Says what the server will do with this log, and what there is to do before.
fn tell_next(restore: &Restore, entries: u64) -> Result<(), Trouble> {
    let config = Config::of_data(&restore.data)?;
    let file = config.anchor_file();
    let path = file.display();
    let known = match std::fs::read_to_string(&file) {
        Ok(note) => anchor::claimed(&note),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return tell_of_none(&config),
        Err(error) => return Err(error.into()),
    };
    match known {
        None => say(format_args!(
            "The anchor file {path} holds no checkpoint: put the newest one of this log there."
        )),
        Some((epoch, known)) if known > entries || epoch > epoch_of(&config)? => say(format_args!(
            "The log had gone on after the backup: {path} knows its epoch {epoch} with {known} entries. The server refuses to sign. Go on with candor ledger new-epoch, which admits what is lost."
        )),
        Some(_) => say(format_args!(
            "{path} knows of no entries after the backup. Should somebody keep a newer checkpoint, put it there first: candor doctor compares it with the log."
        )),
    }
    Ok(())
}

/// Reads the whole log, as it was restored. The anchor file is left out: that the log is older than it, the start says.
fn verify(restore: &Restore) -> Result<(), Trouble> {
    let config = Config::of_data(&restore.data)?;
    let keyring = open::open_keyring(&config).map_err(Trouble::from)?;
    let database = crate::db::Database::open(config.database.expose())?;
    let verdict = thorough::verify(&mut *database.read()?, &keyring, None, &mut |_| {})?;
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
