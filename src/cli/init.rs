//! `candor init`: directory, keyring, database, configuration, and the first administrator's link.

use super::place::{self, Trouble, say};
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::Database;
use crate::fault::Fault;
use crate::identity::Role;
use crate::identity::acts::staff::{NewStaff, StaffError, add_staff, issue_link};
use crate::ledger::Actor;
use crate::seal::{Keyring, KeyringError};
use crate::text::{EmailAddress, PersonName};
use clap::Args;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `candor init`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  candor init --data /srv/candor --admin-email ada@company.example --base-url https://trust.company.example"
)]
pub struct Init {
    /// The data directory; made with mode 0700. One that holds only a candor.toml is used with these settings.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The first administrator's address.
    #[arg(long, value_name = "ADDRESS", value_parser = EmailAddress::parse)]
    admin_email: EmailAddress,
    /// The first administrator's name.
    #[arg(long, value_name = "NAME", default_value = "Administrator", value_parser = PersonName::parse)]
    admin_name: PersonName,
    /// How people will reach the trust center; written into candor.toml.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

/// Makes the installation and prints what to do next.
pub fn run(init: &Init) -> ExitCode {
    place::exit(make(init))
}

/// Every step, in an order in which nothing that exists is overwritten.
fn make(init: &Init) -> Result<(), Trouble> {
    let clock = Clock::system();
    make_folder(&init.data)?;
    let file = init.data.join("candor.toml");
    write_settings(&file, init.base_url.as_deref())?;
    let config = Config::load(&file)?;
    if config.anchor_file().try_exists()? {
        return Err(Trouble::refused(format_args!(
            "{} holds a checkpoint of another log: move it away first if its log is not needed",
            config.anchor_file().display()
        )));
    }
    let keyring = Keyring::generate(&clock);
    keyring.create_file(&config.keyring).map_err(|error| match error {
        KeyringError::Exists { .. } => Trouble::refused(error),
        other => Trouble::Open(other.into()),
    })?;
    let database = Database::open(config.database.expose())?;
    app::install(&database, &keyring, &clock)?;
    let app = App::open(config, clock)?;
    let link = add_admin(&app, init).map_err(Trouble::refused);
    let closed = app.close();
    let link = link?;
    closed?;
    tell(&app, &file, &link);
    Ok(())
}

/// Makes the data directory, or takes one that is empty but for its settings.
fn make_folder(data: &Path) -> Result<(), Trouble> {
    match DirBuilder::new().mode(0o700).create(data) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    for entry in std::fs::read_dir(data)? {
        if entry?.file_name() != "candor.toml" {
            return Err(Trouble::refused(format!(
                "{} is not empty. Nothing was changed. Name a directory that does not exist yet",
                data.display()
            )));
        }
    }
    Ok(())
}

/// Writes the commented settings, unless they are there. Only the owner may read them: passwords stand there.
fn write_settings(file: &Path, base_url: Option<&str>) -> Result<(), Trouble> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let mut opened: File = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let line = |line: &str| match base_url {
        Some(url) if line.starts_with("base_url = ") => format!("base_url = {}", toml::Value::from(url)),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = config::template().lines().map(line).collect();
    opened.write_all(lines.join("\n").as_bytes())?;
    opened.write_all(b"\n")?;
    Ok(opened.sync_all()?)
}

/// Adds the first administrator and gives the link.
fn add_admin(app: &App, init: &Init) -> Result<String, StaffError> {
    let new = NewStaff { email: init.admin_email.clone(), name: init.admin_name.clone(), role: Role::Admin };
    let house = app.house.clone();
    let added =
        app.writer.act_blocking("staff.add", move |act| add_staff(act, &house, Actor::Operator, &new))?;
    let house = app.house.clone();
    let person = added.value;
    let issued = app
        .writer
        .act_blocking("staff.link", move |act| issue_link(act, &house, Actor::Operator, person))
        .map_err(|error: StaffError| match error {
            StaffError::Fault(fault) => fault,
            other => Fault::new("the first administrator's link", other),
        })?;
    Ok(app.house.link(&format!("/staff/sign-in/{}", issued.value.expose())))
}

/// What was made, and what to do next.
fn tell(app: &App, file: &Path, link: &str) {
    let config = &app.config;
    say(format_args!("The trust center lies in {}.", config.data.display()));
    say("");
    say(format_args!("1. Copy the keyring {} to a safe place, now.", config.keyring.display()));
    say("   Without it nothing can be read any more. Never put it into the same backup as the data.");
    say(format_args!("2. Write base_url, mail and TLS (or the proxy) into {}.", file.display()));
    say(format_args!("   Then: candor doctor --config {}", file.display()));
    say(format_args!("3. Start it: candor serve --config {}", file.display()));
    say("4. Sign in as the first administrator. The link works once, for 24 hours:");
    say(format_args!("   {link}"));
    say(format_args!("   A new one: candor staff link ADDRESS --config {}", file.display()));
}
