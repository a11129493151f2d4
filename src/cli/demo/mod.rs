//! `candor demo`: a furnished trust center on a loopback address, with no other service, account or configuration.
//!
//! The company, its staff and its visitors are fictional; everything else is the program itself: the reports are
//! prepared, sealed and marked, the visitors come in by the portal, and every step stands in the log.

mod beside;
mod content;
mod forgotten;
mod furnish;
mod kept;
mod letters;
mod visit;

use super::place::{self, Trouble, say};
use super::serve;
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, demo as marker};
use crate::db::Database;
use crate::files::beside;
use crate::identity::acts::staff::{StaffError, issue_link};
use crate::identity::staff;
use crate::ledger::Actor;
use crate::seal::Keyring;
use crate::server;
use clap::Args;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `candor demo`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  candor demo --listen 127.0.0.1:8080 --fresh")]
pub struct Demo {
    /// Where to listen; a loopback address only. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the demo's data lie; kept until --fresh.
    #[arg(long, value_name = "DIR", default_value = "candor-demo")]
    data: PathBuf,
    /// Begin anew: removes the data of an earlier demo first.
    #[arg(long)]
    fresh: bool,
}

/// Runs the demo. Exit code 0: stopped in order. 1: refused to start. 2: could not start, or could not go on.
pub fn run(demo: &Demo) -> ExitCode {
    serve::log(false);
    place::exit(start(demo))
}

/// Makes or opens the house, furnishes it, prints the way in, and serves.
fn start(demo: &Demo) -> Result<(), Trouble> {
    let config = Config::demo(&demo.data, free_port(demo.listen)?);
    server::check(&config).map_err(Trouble::refused)?;
    let furnished = marker::furnished(&demo.data);
    match furnished {
        None if demo.data.exists() => {
            return Err(Trouble::refused(format!(
                "{} is there and is no demo's. Nothing was changed. Name another directory with --data",
                demo.data.display()
            )));
        }
        Some(furnished) if demo.fresh || !furnished => remove(&config)?,
        None | Some(_) => {}
    }
    let fresh = demo.fresh || furnished != Some(true);
    if furnished.is_none() {
        set_aside(&config)?;
    }
    if fresh {
        make(&config)?;
    }
    let app = App::open_and_upgrade(config, Clock::system())?;
    actix_web::rt::System::new().block_on(async {
        if fresh {
            say(
                "Furnishing the demo: five reports are prepared, sealed and marked. This takes a few seconds.",
            );
            furnish::furnish(&app).await?;
        }
        marker::mark(&demo.data, app.config.listen)?;
        let bound = server::bind_with(&app, letters::routes).map_err(Trouble::refused)?;
        tell(&app).await?;
        Ok(bound.run().await?)
    })
}

/// The address with a port: links are made before the server listens.
fn free_port(listen: SocketAddr) -> Result<SocketAddr, Trouble> {
    if listen.port() == 0 { Ok(TcpListener::bind(listen)?.local_addr()?) } else { Ok(listen) }
}

/// Removes a demo's data, keyring and anchor. Only called when the marker is there.
fn remove(config: &Config) -> Result<(), Trouble> {
    std::fs::remove_dir_all(&config.data)?;
    for file in [config.keyring.clone(), config.anchor_file()] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Sets aside what lies beside a directory that is gone: a new log under that keyring would be a fork of the one before, and
/// the anchor would say so. Nothing is deleted, for nothing tells that it was a demo's.
fn set_aside(config: &Config) -> Result<(), Trouble> {
    for file in [config.keyring.clone(), config.anchor_file()] {
        if !file.try_exists()? {
            continue;
        }
        let mut away = (1..u32::MAX).map(|number| beside(&file, &format!(".before-{number}")));
        let away = away.find(|away| !away.exists()).unwrap_or_default();
        std::fs::rename(&file, &away)?;
        say(format_args!("{} was left over from before; it is {} now.", file.display(), away.display()));
    }
    Ok(())
}

/// Makes directory, keyring and database.
fn make(config: &Config) -> Result<(), Trouble> {
    let clock = Clock::system();
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data)?;
    marker::begin(&config.data)?;
    let keyring = Keyring::generate(&clock);
    keyring.create_file(&config.keyring).map_err(Trouble::refused)?;
    app::install(&Database::open(config.database.expose())?, &keyring, &clock)?;
    Ok(())
}

/// Prints the addresses, a fresh one-time link for every desk, and what to click first.
async fn tell(app: &App) -> Result<(), Trouble> {
    let keyring = app.keyring.clone();
    let members = app.read(move |db| staff::list(db, &keyring)).await?;
    say("");
    say(format_args!("The trust center of a fictional company is at {}", app.config.base_url));
    say("Staff sign in with these links. Each works once; the next start prints new ones.");
    say("");
    for member in members {
        let (house, person) = (app.house.clone(), member.person.id);
        let issued = app.act("staff.link", move |act| issue_link(act, &house, Actor::Operator, person)).await;
        let issued = issued.map_err(|error: StaffError| Trouble::refused(error))?;
        let link = app.house.link(&format!("/staff/sign-in/{}", issued.value.expose()));
        say(format_args!("{}: {link}", member.roles_in_words().to_lowercase()));
    }
    say("");
    say("What to click first:");
    say(format_args!(
        "1. Open {}, choose \"Request a report\", and use any address, such as you@buyer.example.",
        app.config.base_url
    ));
    say(format_args!(
        "2. No mail is sent: the letter with your code is at {}/demo/letters.",
        app.config.base_url
    ));
    say(
        "3. Confirm, accept the NDA. Then open the sales link in another browser (or a private window) and approve.",
    );
    say(
        "4. Back as the prospect: open the report room, read the exceptions, download your copy. Your name is on every page.",
    );
    say("5. Open the security link: every step is in the log, and \"Verify now\" proves that it is whole.");
    say("");
    say("Stop with Ctrl-C. The data stay until you start with --fresh.");
    Ok(())
}
