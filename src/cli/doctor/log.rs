//! Whether the log can go on: what its anchor file says of it, and its last entry.

use super::NOTE;
use crate::app::OpenError;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Database;
use crate::fault::Fault;
use crate::ledger::{anchor, store, trouble};
use crate::seal::Keyring;

/// The anchor file is there, if there ever was one, and the log holds what it covers.
pub(super) fn anchored(config: &Config, keyring: &Keyring, database: &Database) -> Result<String, String> {
    let file = config.anchor_file();
    let path = file.display();
    match look(config, keyring, database) {
        Ok(0) => Ok(format!("{NOTE} the log is empty: candor serve begins it")),
        Ok(_) if !file.exists() => {
            Ok(format!("{NOTE} there is no anchor file {path} yet: candor serve writes one within a second"))
        }
        Ok(size) => {
            Ok(format!("the log of {size} entries holds what {path} covers. Keep that file out of backups"))
        }
        Err(fault) => Err(OpenError::of_log(fault, config).to_string()),
    }
}

/// The last entry is not dated after the clock, or nothing would be appended.
pub(super) fn dated(database: &Database) -> Result<String, String> {
    let now = Clock::system().now();
    let ahead = database.read().and_then(|mut db| {
        if store::is_begun(&mut db)? { store::dated_ahead(&mut db, now) } else { Ok(None) }
    });
    match ahead.map_err(|fault| format!("{fault:?}"))? {
        None => Ok(format!("{}, not behind the log's last entry", now.words())),
        Some(at) => Err(format!(
            "this host says {}, and {}. That entry is of {}",
            now.words(),
            trouble::CLOCK_BEHIND,
            at.words()
        )),
    }
}

/// The size of the log, if it is the one that was signed last.
fn look(config: &Config, keyring: &Keyring, database: &Database) -> Result<u64, Fault> {
    let mut db = database.read()?;
    if !store::is_begun(&mut db)? {
        return Ok(0);
    }
    anchor::require(&mut db, &config.anchor_file())?;
    let key = store::log_key(&mut db, keyring)?;
    Ok(store::checked_head(&mut db, &key, Some(&config.anchor_file()))?.size)
}
