//! `candor serve`: the server, until a signal stops it.

use super::place::{self, Place, Trouble, say};
use crate::app::App;
use crate::clock::Clock;
use crate::server;
use clap::Args;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Arguments of `candor serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  candor serve --config /srv/candor/candor.toml\n\nThe variable CANDOR_LOG chooses what is logged, for example CANDOR_LOG=debug."
)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
}

/// Serves. Exit code 0: stopped in order. 1: refused to start. 2: could not start, or could not go on.
pub fn run(serve: &Serve) -> ExitCode {
    log(serve.log_json);
    place::exit(start(serve))
}

/// Sends log lines to the error stream.
pub(super) fn log(json: bool) {
    let filter =
        EnvFilter::try_from_env("CANDOR_LOG").unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    // A second installation can only mean that lines are logged already.
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}

/// Opens the installation, brings its database up to date, and serves.
fn start(serve: &Serve) -> Result<(), Trouble> {
    let config = serve.place.config()?;
    server::check(&config).map_err(Trouble::refused)?;
    let app = App::open_and_upgrade(config, Clock::system())?;
    actix_web::rt::System::new().block_on(async {
        let bound = server::bind(&app).map_err(Trouble::refused)?;
        say(format_args!("Listening on {}, as {}.", bound.address(), app.config.base_url));
        Ok(bound.run().await?)
    })
}
