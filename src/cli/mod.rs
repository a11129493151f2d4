//! The command line: one file per command, stable names and exit codes, because people's scripts depend on them.

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Candor: a report-sharing trust center in one binary.
#[derive(Debug, Parser)]
#[command(name = "candor", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the version.
    Version,
}

/// Reads the arguments, runs the command, and answers with its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Version => ExitCode::SUCCESS,
    }
}
