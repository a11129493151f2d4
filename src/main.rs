//! The `candor` binary: arguments to a command, after the one crypto provider is installed.

use std::process::ExitCode;

/// Installs ring as the process-wide crypto provider and runs the command.
fn main() -> ExitCode {
    // A second installation can only mean that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    candor::cli::run()
}
