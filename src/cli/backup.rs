//! `candor backup` and `candor restore`: the embedded installation as one file, and back.

use super::place::{self, Place, Trouble, say};
use crate::app::backup::{self, BackupError, Contents};
use crate::app::open;
use crate::config::Config;
use crate::ledger::thorough;
use crate::ledger::verify::Verdict;
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
    say(
        "If the log had grown after the backup, the server refuses to sign: see `candor ledger new-epoch --help`.",
    );
    Ok(())
}

/// Reads the whole log, as it was restored. The anchor file is left out: that the log is older than it, the start says.
fn verify(restore: &Restore) -> Result<(), Trouble> {
    let config = Config::of_data(&restore.data)?;
    let keyring = open::open_keyring(&config).map_err(Trouble::from)?;
    let database = crate::db::Database::open(config.database.expose())?;
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
