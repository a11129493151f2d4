//! `candor keys retire`: earlier key-encryption keys leave the keyring, and backups from their time become unreadable.
//!
//! The entry comes first, then the file: killed between them, the same command takes the key out of the file.

use super::super::place::{Place, Trouble, say, types};
use crate::clock::Micros;
use crate::keys::acts;
use crate::keys::{Kek, State, store};
use crate::seal::key_sources::file::Exchange;
use clap::Args;

/// Arguments of `candor keys retire`.
#[derive(Debug, Args)]
pub(super) struct Retire {
    /// Does not ask; for scripts.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Retires what can be retired.
pub(super) fn run(retire: &Retire) -> Result<(), Trouble> {
    let config = retire.place.config()?;
    let mut exchange = Exchange::begin(&config.keyring)?;
    let app = retire.place.open()?;
    let listed = store::list(&mut *app.database.read()?, &app.keyring)?;
    // Retired by an entry already, and still in the file: a kill came between.
    let left_over = listed.iter().filter(|kek| kek.is_held && kek.state == State::Retired);
    let mut names: Vec<String> = left_over.map(|kek| kek.name.clone()).collect();
    let new = acts::check_retire(&listed)?;
    if names.is_empty() && new.is_empty() {
        return Err(Trouble::refused("the keyring holds the current key alone: there is nothing to retire"));
    }
    names.extend(new.iter().cloned());
    warn(&names, &listed);
    if !retire.yes && !types("Retire?", "yes", "--yes")? {
        return Err(Trouble::refused("nothing was changed"));
    }
    if !new.is_empty() {
        let keyring = app.keyring.clone();
        app.writer.act_blocking("keys.retire", move |act| acts::retire(act, &keyring))?;
    }
    app.close()?;
    let keyring = exchange.keyring().without_keks(&names);
    exchange.replace(&keyring)?;
    say(format_args!(
        "Retired: {}. {} does not hold it any more.",
        names.join(", "),
        config.keyring.display()
    ));
    say(
        "Destroy every other copy of the keyring that still holds it, on other nodes too, and copy this one again. A server that runs keeps it in memory until it starts again.",
    );
    Ok(())
}

/// Says what becomes unreadable, before anybody is asked.
fn warn(names: &[String], listed: &[Kek]) {
    let current = listed.iter().find(|kek| kek.state == State::Current);
    let settled: Option<Micros> = current.and_then(|kek| kek.settled_at);
    say(format_args!("To be retired: {}.", names.join(", ")));
    if let Some(at) = settled {
        say(format_args!(
            "Every backup made before {} becomes unreadable with this keyring, as soon as this is done; it can be read only with a copy of the keyring that still holds what is retired. Backups made later stay readable.",
            at.words()
        ));
    }
}
