//! Where a command works, and how it speaks: shared by all commands that touch data.

use crate::app::{App, OpenError};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::fault::Fault;
use crate::seal::KeyringError;
use clap::Args;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Done.
pub(super) const DONE: u8 = 0;
/// Refused: nothing was changed, and the text says why.
pub(super) const REFUSED: u8 = 1;
/// The installation cannot be used, and the text says how to mend it.
pub(super) const UNUSABLE: u8 = 2;

/// Which installation a command works on.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Place {
    /// The data directory; its candor.toml is read.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration file; ./candor.toml when neither is given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// The settings.
    pub(super) fn config(&self) -> Result<Config, ConfigError> {
        match (&self.data, &self.config) {
            (Some(data), _) => Config::of_data(data),
            (None, Some(file)) => Config::load(file),
            (None, None) => Config::load(Path::new("candor.toml")),
        }
    }
    /// Opens the installation.
    pub(super) fn open(&self) -> Result<App, Trouble> {
        Ok(App::open(self.config()?, Clock::system())?)
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The installation.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Refused by a rule of the house; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// Unexpected. On the host the whole chain may be told.
    #[error("{0:?}")]
    Fault(#[from] Fault),
    /// What was given cannot be used; nothing was changed.
    #[error("{0}")]
    Unusable(String),
    /// Whatever the system refuses.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

impl Trouble {
    /// A refusal in the words of `why`.
    pub(super) fn refused(why: impl Display) -> Self {
        Self::Refused(why.to_string())
    }
}

/// The exit code of what was done; trouble is told on the error stream.
pub(super) fn exit(done: Result<(), Trouble>) -> ExitCode {
    let code = match &done {
        Ok(()) => DONE,
        Err(Trouble::Refused(_)) => REFUSED,
        Err(_) => UNUSABLE,
    };
    if let Err(trouble) = done {
        let _ = writeln!(std::io::stderr(), "candor: {trouble}");
    }
    ExitCode::from(code)
}

/// Whether the person at the terminal types `word` as the answer to a question that cannot be taken back.
///
/// # Errors
/// Without a terminal: `instead` says what has to be given then.
pub(super) fn types(question: &str, word: &str, instead: &str) -> Result<bool, Trouble> {
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::refused(format_args!("nobody can be asked here: say {instead}")));
    }
    let _ = write!(std::io::stderr(), "{question} Type {word}: ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim() == word)
}

/// Prints a line; a closed pipe is the reader's decision.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
