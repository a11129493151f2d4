//! The command line: one file per command, stable names and exit codes, because people's scripts depend on them.

mod backup;
mod demo;
mod doctor;
mod init;
mod keys;
mod ledger;
mod place;
mod serve;
mod staff;
mod watermark;

use crate::watermark::intake::sandbox::Limits;
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
    /// Writes database, settings and sealed objects into one file, beside a running server and without the keyring.
    ///
    /// Exit code 0: written. 1: refused, for example because the database is PostgreSQL. 2: cannot be read or written.
    Backup(backup::Backup),
    /// Runs a furnished trust center on a loopback address, with nothing to set up.
    Demo(demo::Demo),
    /// Checks everything `serve` needs and says how to mend each finding. Exit code 0: all is well; 1: findings.
    Doctor(doctor::Doctor),
    /// Makes directory, keyring, database and configuration, and prints the first administrator's one-time link.
    ///
    /// Exit code 0: made. 1: refused, because something is there already. 2: could not be made.
    Init(init::Init),
    /// Runs an intake in a process of its own; not for people.
    #[command(name = crate::watermark::preparing::COMMAND, hide = true)]
    IntakeChild(Limits),
    /// Looks at pages in a process of its own; not for people.
    #[command(name = crate::watermark::preparing::LOOK_COMMAND, hide = true)]
    LookChild(Limits),
    /// Paints a page in a process of its own; not for people.
    #[command(name = crate::watermark::render::child::COMMAND, hide = true)]
    PageChild(Limits),
    /// Tries whether the sandbox of the others holds; not for people.
    #[command(name = crate::watermark::intake::probe::COMMAND, hide = true)]
    ProbeChild(Limits),
    /// Reads a mark in a process of its own; not for people.
    #[command(name = crate::watermark::intake::child::READ_COMMAND, hide = true)]
    ReadChild(Limits),
    /// Lists, rotates and retires keys, and shreds reports.
    Keys(keys::Keys),
    /// Takes the log out of the house, and checks what came out of one.
    Ledger(ledger::Ledger),
    /// Puts a backup into a new data directory, whole or not at all.
    ///
    /// Exit code 0: restored. 1: refused, or the restored log is broken. 2: cannot be read or written.
    Restore(backup::Restore),
    /// Serves, until a signal stops it. Exit code 0: stopped in order; 1: refused to start; 2: could not go on.
    Serve(serve::Serve),
    /// Adds, links, removes and lists staff.
    Staff(staff::Staff),
    /// Prints the version.
    Version,
    /// Checks, samples and reads marks on any PDF.
    Watermark(watermark::Watermark),
}

/// Reads the arguments, runs the command, and answers with its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::IntakeChild(limits) => watermark::child::prepare(limits),
        Command::LookChild(limits) => watermark::child::look(limits),
        Command::PageChild(limits) => watermark::child::page(limits),
        Command::ProbeChild(limits) => watermark::child::probe(limits),
        Command::ReadChild(limits) => watermark::child::read(limits),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Ledger(arguments) => ledger::run(arguments),
        Command::Restore(arguments) => backup::run_restore(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Staff(arguments) => staff::run(arguments),
        Command::Version => {
            place::say(env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Command::Watermark(arguments) => watermark::run(arguments),
    }
}
