//! `candor staff`: who sits at which desk. Works beside a running server.

use super::place::{self, Place, Trouble, say};
use crate::app::App;
use crate::fault::Fault;
use crate::identity::acts::staff::{NewStaff, StaffError, add_staff, issue_link, remove_staff};
use crate::identity::{Role, staff, store};
use crate::ids::PersonId;
use crate::ledger::Actor;
use crate::text::{EmailAddress, PersonName};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Arguments of `candor staff`.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    command: Command,
}

/// What can be done about staff.
#[derive(Debug, Subcommand)]
enum Command {
    /// Gives somebody a desk and prints a one-time sign-in link, valid for 24 hours.
    ///
    /// Exit code 0: added. 1: refused, for example because they sit there already. 2: the installation cannot be used.
    #[command(
        after_help = "Example:\n  candor staff add --email ada@company.example --name 'Ada Lovelace' --role sales --data /srv/candor"
    )]
    Add {
        /// Their address.
        #[arg(long, value_name = "ADDRESS", value_parser = EmailAddress::parse)]
        email: EmailAddress,
        /// Their name.
        #[arg(long, value_parser = PersonName::parse)]
        name: PersonName,
        /// The desk: admin, auditor, compliance, sales or security.
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// Prints a new one-time sign-in link, valid for 24 hours; earlier links of the person end.
    ///
    /// Exit code 0: printed. 1: nobody on the staff has this address. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor staff link ada@company.example --data /srv/candor")]
    Link {
        /// Their address.
        #[arg(value_parser = EmailAddress::parse)]
        email: EmailAddress,
        #[command(flatten)]
        place: Place,
    },
    /// Takes every desk from somebody; their sessions and links end at once.
    ///
    /// Exit code 0: removed. 1: refused: not on the staff, or the only administrator. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor staff remove ada@company.example --data /srv/candor")]
    Remove {
        /// Their address.
        #[arg(value_parser = EmailAddress::parse)]
        email: EmailAddress,
        #[command(flatten)]
        place: Place,
    },
    /// Lists everybody who has a desk.
    ///
    /// Exit code 0: listed. 2: the installation cannot be used.
    #[command(after_help = "Example:\n  candor staff list --data /srv/candor")]
    List {
        /// An array of JSON objects: email, name, roles.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Reads a role.
fn role(word: &str) -> Result<Role, String> {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    Role::parse(word).ok_or_else(|| format!("is not a role; the roles are {}", roles.join(", ")))
}

/// Carries the command out.
pub fn run(staff: Staff) -> ExitCode {
    place::exit(match staff.command {
        Command::Add { email, name, role, place } => {
            with_app(&place, |app| add(app, NewStaff { email, name, role }))
        }
        Command::Link { email, place } => with_app(&place, |app| print_link(app, find(app, &email)?)),
        Command::Remove { email, place } => with_app(&place, |app| remove(app, &email)),
        Command::List { json, place } => with_app(&place, |app| list(app, json)),
    })
}

/// Opens the installation, works, and waits until all is written.
fn with_app(place: &Place, work: impl FnOnce(&App) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let app = place.open()?;
    let done = work(&app);
    let closed = app.close();
    done?;
    Ok(closed?)
}

impl From<StaffError> for Trouble {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Fault(fault) => Self::Fault(fault),
            refusal => Self::refused(refusal),
        }
    }
}

/// Gives a desk, then a link.
fn add(app: &App, new: NewStaff) -> Result<(), Trouble> {
    let words = format!("{} <{}> sits at the desk {} now.", new.name, new.email, new.role);
    let house = app.house.clone();
    let done =
        app.writer.act_blocking("staff.add", move |act| add_staff(act, &house, Actor::Operator, &new))?;
    say(words);
    print_link(app, done.value)
}

/// Prints a new link.
fn print_link(app: &App, person: PersonId) -> Result<(), Trouble> {
    let house = app.house.clone();
    let done =
        app.writer.act_blocking("staff.link", move |act| issue_link(act, &house, Actor::Operator, person))?;
    say("This link signs them in once, within 24 hours:");
    say(app.house.link(&format!("/staff/sign-in/{}", done.value.expose())));
    Ok(())
}

/// Takes every desk from somebody.
fn remove(app: &App, email: &EmailAddress) -> Result<(), Trouble> {
    let person = find(app, email)?;
    let done =
        app.writer.act_blocking("staff.remove", move |act| remove_staff(act, Actor::Operator, person))?;
    say(format_args!("{email} has no desk any more; {} open sessions were ended.", done.value));
    Ok(())
}

/// The member of staff with this address.
fn find(app: &App, email: &EmailAddress) -> Result<PersonId, Trouble> {
    let mut db = app.database.read()?;
    let person = store::find_person_by_email(&mut db, &app.keyring, email)?.ok_or(StaffError::NotStaff)?;
    let member = staff::require(&mut db, &app.keyring, person.id)?;
    if member.roles.is_empty() { Err(StaffError::NotStaff.into()) } else { Ok(person.id) }
}

/// Prints everybody who has a desk.
fn list(app: &App, json: bool) -> Result<(), Trouble> {
    let members = staff::list(&mut *app.database.read()?, &app.keyring)?;
    if json {
        let rows: Vec<serde_json::Value> = members
            .iter()
            .map(|member| {
                let person = &member.person;
                serde_json::json!({ "email": person.email, "name": person.name, "roles": member.roles })
            })
            .collect();
        say(serde_json::to_string(&rows).map_err(|error| Fault::new("writing JSON", error))?);
        return Ok(());
    }
    for member in members {
        let person = &member.person;
        say(format_args!("{}\t{}\t{}", person.email, person.shown_as(), member.roles_in_words()));
    }
    Ok(())
}
