//! `candor doctor`: checks everything `serve` needs and says how to mend each finding. Changes nothing.

mod log;

use super::keys;
use super::place::{Place, say};
use crate::app::open::open_keyring;
use crate::clock::Clock;
use crate::config::{Config, Mail};
use crate::db::{Database, installation};
use crate::exceptions::criteria::Criteria;
use crate::identity::{Role, staff};
use crate::ledger::witness::Policy;
use crate::ledger::{search, shipments};
use crate::retention::store as retention;
use crate::seal::Keyring;
use crate::server;
use crate::unusual::countries::Countries;
use crate::vault::Vault;
use crate::watermark::MarkFonts;
use crate::watermark::intake::probe::{self, Attempt, Held};
use clap::Args;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `candor doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  candor doctor --data /srv/candor")]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
}

/// What was looked at, and what is wrong with it.
type Finding = (&'static str, Result<String, String>);

/// Marks words that are no finding, but that somebody has to know.
const NOTE: &str = "NOTE";

/// Checks. Exit code 0: `serve` has all it needs. 1: there are findings.
pub fn run(doctor: &Doctor) -> ExitCode {
    let findings = match doctor.place.config() {
        Ok(config) => examine(&config),
        Err(error) => vec![("configuration", Err(error.to_string()))],
    };
    let mut wrong = 0_u8;
    for (what, outcome) in findings {
        match outcome {
            Ok(words) => match words.strip_prefix(NOTE) {
                Some(note) => say(format_args!("note     {what}:{note}")),
                None => say(format_args!("ok       {what}: {words}")),
            },
            Err(words) => {
                wrong = 1;
                say(format_args!("FINDING  {what}: {words}"));
            }
        }
    }
    ExitCode::from(wrong)
}

/// Every check, in the order in which things depend on each other.
fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        ("configuration", Ok("can be read".to_owned())),
        ("data directory", data_directory(config)),
        ("mail and transport", transport(config)),
        ("sandbox", sandbox(&config.program)),
    ];
    findings.extend(named_files(config));
    let keyring = open_keyring(config);
    findings
        .push(("keyring", keyring.as_ref().map(|_| words_of_keyring(config)).map_err(ToString::to_string)));
    let database = Database::open(config.database.expose()).map_err(|fault| format!("{fault:?}"));
    let schema = database.and_then(|database| schema(&database, config).map(|()| database));
    findings.push((
        "database",
        schema.as_ref().map(|database| format!("{}, up to date", database.name())).map_err(Clone::clone),
    ));
    if let (Ok(keyring), Ok(database)) = (keyring, schema) {
        findings.push(("installation", installation(&keyring, &database, config)));
        findings.push(("log", log::anchored(config, &keyring, &database)));
        findings.push(("clock", log::dated(&database)));
        findings.push(("keys", keys::examine(&keyring, &database, Clock::system().now(), NOTE)));
        findings.push(("administrators", administrators(&keyring, &database)));
        findings.extend(shipping(config, &database));
        findings.push(("vault", orphans(&database, config)));
    }
    findings
}

/// The data directory is there and nobody else may enter it.
fn data_directory(config: &Config) -> Result<String, String> {
    let path = config.data.display();
    let found = std::fs::metadata(&config.data)
        .map_err(|error| format!("{path}: {error}. Make an installation with candor init --data {path}"))?;
    match found.permissions().mode() & 0o077 {
        0 => Ok(format!("{path}, for its owner only")),
        _ => Err(format!("{path} can be entered by others: run `chmod 700 {path}`")),
    }
}

/// What `serve` refuses to start with, and what it would start with but nobody should want.
fn transport(config: &Config) -> Result<String, String> {
    server::check(config).map_err(|error| error.to_string())?;
    match &config.mail {
        Mail::Files(folder) => Ok(format!(
            "{NOTE} letters are written into {}: nobody receives them. Set [mail] before people use this",
            folder.display()
        )),
        Mail::Smtp(smtp) => Ok(format!("letters by {}, people come to {}", smtp.host, config.base_url)),
        Mail::Shown | Mail::Missing => Ok(config.base_url.clone()),
    }
}

/// Every file that a setting names: what `serve` would refuse is a finding here.
fn named_files(config: &Config) -> Vec<Finding> {
    let log = &config.log;
    let titles = config.criteria_titles.as_deref().map(|path| {
        let read = Criteria::load(Some(path)).map_err(|error| error.to_string());
        ("criteria titles", read.map(|_| format!("{} can be read", path.display())))
    });
    let fonts = (!config.mark_fonts.is_empty()).then(|| {
        let read = MarkFonts::load(&config.mark_fonts).map_err(|error| error.to_string());
        ("mark fonts", read.map(|_| format!("{} can be used", config.mark_fonts.len())))
    });
    let witnesses = log.witnesses.as_deref().map(|path| {
        let read = Policy::load(path).map_err(|error| error.to_string());
        ("witness policy", read.map(|policy| format!("{} witnesses are named", policy.witnesses().len())))
    });
    let countries = log.country_file.as_deref().map(|path| ("country file", country_file(path)));
    [titles, fonts, witnesses, countries].into_iter().flatten().collect()
}

/// The operator's file of countries can be read to its end, knows countries, and is not too old.
fn country_file(path: &Path) -> Result<String, String> {
    let countries = Countries::load(Some(path)).map_err(|error| error.to_string())?;
    let source = countries.source().map(|source| format!("{} of {}", source.kind, source.dated));
    let source = source.unwrap_or_default();
    if countries.is_old(Clock::system().now()) {
        return Ok(format!(
            "{NOTE} {source} is old: networks change hands. Fetch it anew and start candor serve again"
        ));
    }
    Ok(format!("{source}, whole"))
}

/// A child process that reads PDFs is closed in: every way out is tried, for kernels and containers differ.
fn sandbox(program: &Path) -> Result<String, String> {
    let outcomes = Attempt::ALL.map(|attempt| (attempt, probe::attempt(program, attempt)));
    let could = |wanted: fn(&Held) -> bool| {
        let words: Vec<_> =
            outcomes.iter().filter(|(_, held)| wanted(held)).map(|(it, _)| it.words()).collect();
        words.join(", ")
    };
    let (open, unknown) = (could(|held| *held == Held::No), could(|held| *held != Held::No && !held.holds()));
    if !unknown.is_empty() {
        return Err(format!(
            "the process that reads PDFs does not run as it should (it was to {unknown}): is {} this program, and may it be started?",
            program.display()
        ));
    }
    if open.is_empty() {
        return Ok(format!("a harmful PDF could not {}", could(Held::holds).replace(", ", " or ")));
    }
    Ok(format!(
        "{NOTE} a harmful PDF that takes its reader over could {open}. This kernel or container offers neither Landlock nor filters of system calls: Linux 5.13 or later does, and a container must let them through"
    ))
}

/// What is good to know about a good keyring.
fn words_of_keyring(config: &Config) -> String {
    format!("{}, mode 0600, outside the data directory. Have you a copy elsewhere?", config.keyring.display())
}

/// The database can be reached and is of this program's version.
fn schema(database: &Database, config: &Config) -> Result<(), String> {
    if let Some(file) = database.file().filter(|file| !file.exists()) {
        let data = config.data.display();
        return Err(format!(
            "{} is missing: make an installation with candor init --data {data}",
            file.display()
        ));
    }
    match database.is_current() {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err("of another version: candor serve of this version brings it up to date when it starts"
                .to_owned())
        }
        Err(fault) => Err(format!("{fault:?}")),
    }
}

/// Database and keyring belong together.
fn installation(keyring: &Keyring, database: &Database, config: &Config) -> Result<String, String> {
    let mut db = database.read().map_err(|fault| format!("{fault:?}"))?;
    match installation::find(&mut db) {
        Ok(Some(instance)) if instance == keyring.instance() => {
            Ok("database and keyring belong together".to_owned())
        }
        Ok(Some(_)) => Err(
            "the keyring belongs to another installation: set `keyring` to the one made with this database"
                .to_owned(),
        ),
        Ok(None) => Err(format!("nothing was installed yet: candor init --data {}", config.data.display())),
        Err(fault) => Err(format!("{fault:?}")),
    }
}

/// How far the log was shipped, for whatever is set up.
fn shipping(config: &Config, database: &Database) -> Vec<Finding> {
    let ship = &config.log.ship;
    let syslog = ship.syslog.as_ref().map(|_| ("shipping by syslog", shipments::SYSLOG));
    let webhook = ship.webhook.as_ref().map(|_| ("shipping by webhook", shipments::WEBHOOK));
    let set_up = syslog.into_iter().chain(webhook);
    set_up.map(|(what, name)| (what, shipment(database, name))).collect()
}

/// How far one shipment is, and why it goes no further.
fn shipment(database: &Database, name: &str) -> Result<String, String> {
    let read = database.read().and_then(|mut db| {
        let size = search::index_after_newest(&mut db)?;
        Ok((shipments::find(&mut db, name)?, size))
    });
    let (known, size) = read.map_err(|fault| format!("{fault:?}"))?;
    let Some(known) = known else {
        return Ok(format!("{NOTE} nothing was shipped yet; candor serve begins with the first entry"));
    };
    let words = match known.next {
        0 => format!("nothing shipped, {size} entries wait"),
        next => format!("shipped up to entry {}, {} entries wait", next - 1, known.lag(size)),
    };
    match known.error {
        None => Ok(words),
        Some(why) => {
            Err(format!("{words}: {why}. It is tried again by itself; look at [log.ship] and the other side"))
        }
    }
}

/// No object lies in the vault that no report knows.
fn orphans(database: &Database, config: &Config) -> Result<String, String> {
    let found = Vault::open(&config.vault_folder()).and_then(|vault| {
        let before = Clock::system().now().plus_days(-1);
        retention::orphans(&mut *database.read()?, &vault, before)
    });
    match found.map_err(|fault| format!("{fault:?}"))?.len() {
        0 => Ok("every object belongs to a report".to_owned()),
        count => Ok(format!(
            "{NOTE} {count} sealed objects belong to no report: a crash left them. The rules of retention sweep them (Security, Retention)"
        )),
    }
}

/// Somebody can add staff.
fn administrators(keyring: &Keyring, database: &Database) -> Result<String, String> {
    let members = database
        .read()
        .and_then(|mut db| staff::list(&mut db, keyring))
        .map_err(|fault| format!("{fault:?}"))?;
    match members.iter().filter(|member| member.roles.contains(&Role::Admin)).count() {
        0 => Err("nobody is administrator: candor staff add --role admin".to_owned()),
        count => Ok(format!("{count}, among {} members of staff", members.len())),
    }
}
