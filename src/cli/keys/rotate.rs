//! `candor keys rotate`: a new key-encryption key, and every data key wrapped anew under it.
//!
//! What a kill leaves behind, by line: a new key in the keyring that nothing uses; a current key under which some
//! data keys are wrapped and others are not. The next call finds either and goes on.

use super::super::ledger::reason;
use super::super::place::{Place, Trouble, say};
use super::log_key;
use crate::app::App;
use crate::db::nodes;
use crate::fault::Fault;
use crate::keys::acts::{self, Step};
use crate::keys::{KeyError, Rotation, STEP, State, store};
use crate::notices::House;
use crate::seal::key_sources::file::Exchange;
use clap::Args;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

/// Arguments of `candor keys rotate`.
#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// With several nodes: the keyring with the new key was copied to each of them, so that it can be put in force.
    #[arg(long)]
    copied: bool,
    /// The log's signing key instead of the key-encryption key.
    #[arg(long, requires = "reason", conflicts_with = "copied")]
    log: bool,
    /// Why the log's key is followed by another; kept in the log for ever. Name no person.
    #[arg(long, requires = "log", value_parser = reason)]
    reason: Option<String>,
    /// One JSON object: `outcome` (`rotated` or `prepared`), `kek`, `rewrapped`, `earlier`; with `--log`: `old`, `new`, `entry`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// What was done.
#[derive(serde::Serialize)]
struct Done {
    outcome: &'static str,
    kek: String,
    rewrapped: i64,
    earlier: Vec<String>,
}

/// Rotates, or goes on with a rotation.
pub(super) fn run(rotate: &Rotate) -> Result<(), Trouble> {
    if let Some(reason) = &rotate.reason {
        return log_key::rotate(&rotate.place, reason, rotate.json);
    }
    let config = rotate.place.config()?;
    let mut exchange = Exchange::begin(&config.keyring)?;
    let app = rotate.place.open()?;
    let done = in_house(&app, &mut exchange, rotate);
    let closed = app.close();
    let outcome = done?;
    closed?;
    if rotate.json {
        say(serde_json::to_string(&outcome).map_err(|error| Fault::new("writing JSON", error))?);
    } else {
        tell(&outcome, &config.keyring.display().to_string());
    }
    Ok(())
}

/// The steps that are left to do, whichever they are.
fn in_house(app: &App, exchange: &mut Exchange, rotate: &Rotate) -> Result<Done, Trouble> {
    let (rotation, alive) = {
        let mut db = app.database.read()?;
        (store::rotation(&mut db, &app.keyring)?, nodes::list_alive(&mut db, app.clock.now())?.len())
    };
    let prepared = match rotation {
        Rotation::UnderWay { .. } => None,
        Rotation::Prepared { kek } if alive > 1 && !rotate.copied => {
            return Err(Trouble::refused(format_args!(
                "{alive} nodes serve this database, and the new key {kek} has to be in the keyring of each. Copy the keyring to every node, then run this again with --copied"
            )));
        }
        Rotation::Prepared { kek } => Some(kek),
        Rotation::Settled => {
            let keyring = exchange.keyring().with_new_kek(&app.clock);
            exchange.replace(&keyring)?;
            let kek = keyring.current_kek().to_owned();
            if alive > 1 {
                return Ok(Done { outcome: "prepared", kek, rewrapped: 0, earlier: Vec::new() });
            }
            Some(kek)
        }
    };
    if let Some(kek) = prepared {
        let keyring = exchange.keyring().clone();
        app.writer.act_blocking("keys.rotate", move |act| acts::begin(act, &keyring, &kek))?;
    }
    // With the keyring as the file holds it now; the one that the app was opened with is the one before.
    let house = House { keyring: Arc::new(exchange.keyring().clone()), ..app.house.clone() };
    let (kek, rewrapped) = rewrap_all(app, &house)?;
    let listed = store::list(&mut *app.database.read()?, exchange.keyring())?;
    let earlier = listed.into_iter().filter(|kek| kek.is_held && kek.state == State::Earlier);
    Ok(Done { outcome: "rotated", kek, rewrapped, earlier: earlier.map(|kek| kek.name).collect() })
}

/// Wraps in small acts, between which everybody else's run, until nothing is left.
fn rewrap_all(app: &App, house: &House) -> Result<(String, i64), Trouble> {
    let mut done = 0;
    let shown = std::io::stderr().is_terminal();
    loop {
        let house = house.clone();
        let step = app
            .writer
            .act_blocking::<_, Step, KeyError>("keys.rewrap", move |act| acts::rewrap(act, &house, STEP))?;
        let Step { kek, rewrapped, left } = step.value;
        done += rewrapped;
        if shown {
            let _ = write!(std::io::stderr(), "\r{done} of {} data keys wrapped anew", done + left);
        }
        if left == 0 {
            if shown {
                let _ = writeln!(std::io::stderr());
            }
            return Ok((kek, done));
        }
    }
}

/// What was done, and what there is to do, in words.
fn tell(outcome: &Done, keyring: &str) {
    let Done { kek, rewrapped, earlier, .. } = outcome;
    if outcome.outcome == "prepared" {
        say(format_args!("The new key-encryption key {kek} stands in {keyring} and is not in force yet."));
        say(
            "Several nodes serve this database: copy the keyring to each of them, then run `candor keys rotate --copied`.",
        );
        return;
    }
    say(format_args!("{kek} wraps new data keys now, and {rewrapped} were wrapped anew under it."));
    say(format_args!(
        "Copy {keyring} again: your copy lacks the new key, and without it nothing can be read."
    ));
    if !earlier.is_empty() {
        say(format_args!(
            "Nothing here is wrapped under {} any more. Backups made before now still need it; when they may become unreadable: candor keys retire.",
            earlier.join(", ")
        ));
    }
}
