//! The command line: one file per command, stable names and exit codes, because people's scripts depend on them.

mod demo;
mod watermark;

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
    /// Runs an intake in a process of its own; not for people.
    #[command(name = crate::watermark::intake::child::COMMAND, hide = true)]
    IntakeChild,
    /// Reads a mark in a process of its own; not for people.
    #[command(name = crate::watermark::intake::child::READ_COMMAND, hide = true)]
    ReadChild,
    /// Prints the version.
    Version,
    /// Checks, samples and reads marks on any PDF.
    Watermark(watermark::Watermark),
}

/// Reads the arguments, runs the command, and answers with its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::IntakeChild => watermark::run_intake_child(),
        Command::ReadChild => watermark::run_read_child(),
        Command::Version => ExitCode::SUCCESS,
        Command::Watermark(arguments) => watermark::run(arguments),
    }
}
