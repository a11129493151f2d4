//! What the keyring and the database say of key-encryption keys, put together.

use super::{Kek, Rotation, State};
use crate::db::keks::{self, KekRow};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::seal::Keyring;
use std::collections::BTreeMap;

/// Every key that the keyring holds or the database names, the newest first.
pub fn list(db: &mut Db, keyring: &Keyring) -> Result<Vec<Kek>, Fault> {
    let mut rows = keks::list(db)?;
    let mut counted: BTreeMap<String, i64> = data_keys::count_by_kek(db)?.into_iter().collect();
    // Before the first data key no row says which one is current: the keyring's only one will be.
    let only = (keyring.keks().count() == 1).then(|| keyring.current_kek().to_owned());
    let current = rows.first().map(|row| row.name.clone()).or(only);
    let mut listed = Vec::new();
    let held: Vec<String> = keyring.keks().map(|kek| kek.name().to_owned()).collect();
    for name in held {
        let row = rows.iter().position(|row| row.name == name).map(|at| rows.remove(at));
        let state = match &row {
            _ if current.as_ref() == Some(&name) => State::Current,
            Some(row) if row.retired_at.is_some() => State::Retired,
            Some(_) => State::Earlier,
            // Put there by hand or by a rotation that has not begun; one that wraps something is in use already.
            None if counted.contains_key(&name) || name != keyring.current_kek() => State::Earlier,
            None => State::Waiting,
        };
        let data_keys = counted.remove(&name).unwrap_or(0);
        listed.push(kek(name, (state, true), data_keys, row));
    }
    for row in rows {
        let name = row.name.clone();
        let data_keys = counted.remove(&name).unwrap_or(0);
        let state = if data_keys == 0 && row.retired_at.is_some() { State::Retired } else { State::Missing };
        listed.push(kek(name, (state, false), data_keys, Some(row)));
    }
    listed.extend(counted.into_iter().map(|(name, count)| kek(name, (State::Missing, false), count, None)));
    Ok(listed)
}

/// A key with what its row says.
fn kek(name: String, (state, is_held): (State, bool), data_keys: i64, row: Option<KekRow>) -> Kek {
    Kek {
        name,
        state,
        is_held,
        data_keys,
        current_from: row.as_ref().map(|row| row.current_from),
        settled_at: row.as_ref().and_then(|row| row.settled_at),
        retired_at: row.and_then(|row| row.retired_at),
    }
}

/// Where the rotation stands.
pub fn rotation(db: &mut Db, keyring: &Keyring) -> Result<Rotation, Fault> {
    if let Some(waiting) = list(db, keyring)?.into_iter().find(|kek| kek.state == State::Waiting) {
        return Ok(Rotation::Prepared { kek: waiting.name });
    }
    match keks::current(db)? {
        Some(row) if row.settled_at.is_none() => {
            let left = left(db, &row.name)?;
            Ok(Rotation::UnderWay { kek: row.name, left })
        }
        _ => Ok(Rotation::Settled),
    }
}

/// How many data keys are wrapped under another key than this one.
pub fn left(db: &mut Db, kek: &str) -> Result<i64, Fault> {
    let counted = data_keys::count_by_kek(db)?;
    Ok(counted.into_iter().filter(|(name, _)| name != kek).map(|(_, count)| count).sum())
}
