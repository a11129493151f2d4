//! Reads of the log.

use super::link::{Lock, read_head};
use super::note::LogKey;
use crate::db::Db;
use crate::fault::Fault;
use crate::seal::Keyring;

/// The key of the log's present epoch.
pub fn log_key(db: &mut Db, keyring: &Keyring) -> Result<LogKey, Fault> {
    let epoch = read_head(db, Lock::None)?.epoch;
    LogKey::new(keyring.ledger_seed(), keyring.instance(), epoch)
        .map_err(|error| Fault::new("signing key of the log", error))
}
