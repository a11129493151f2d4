//! Putting a new key-encryption key in force, wrapping data keys anew, and retiring earlier keys.
//!
//! The keyring file is written before [`begin`] and after [`retire`], so at every moment it holds each key under which
//! something is wrapped. All counts are read under the head's lock: no node wraps anything meanwhile.

pub mod shred;
mod told;

use super::{Kek, KeyError, State, store};
use crate::db::{data_keys, keks};
use crate::fault::Fault;
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::notices::House;
use crate::seal::Keyring;

/// Records that the keys were listed on the host.
pub fn look<'a>(act: Act<'a>, listed: &[Kek]) -> Recorded<'a, ()> {
    let missing = listed.iter().filter(|kek| kek.state == State::Missing).count();
    let event = Event::new(EventKind::KeysListed)
        .by(Actor::Operator)
        .fact("keys", u64::try_from(listed.len()).unwrap_or(u64::MAX))
        .fact("missing", u64::try_from(missing).unwrap_or(u64::MAX));
    act.record(event, ())
}

/// Makes a key of the keyring the current one: from this entry on every node wraps new data keys under it.
///
/// # Errors
/// [`KeyError::Begun`] when it was current before.
pub fn begin<'a>(mut act: Act<'a>, keyring: &Keyring, kek: &str) -> Result<Recorded<'a, i64>, KeyError> {
    let at = act.at();
    if keks::list(act.db())?.iter().any(|row| row.name == kek) {
        return Err(KeyError::Begun(kek.to_owned()));
    }
    // A key that no file holds must never become current: nothing could be wrapped any more.
    if !keyring.holds_kek(kek) {
        return Err(Fault::bare("the new key-encryption key does not stand in the keyring").into());
    }
    keks::begin(act.db(), kek, at)?;
    let left = store::left(act.db(), kek)?;
    let event =
        Event::new(EventKind::KeysRotationBegun).by(Actor::Operator).fact("kek", kek).fact("data_keys", left);
    Ok(act.record(event, left))
}

/// How far wrapping anew has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Under which key.
    pub kek: String,
    /// Wrapped anew in this step.
    pub rewrapped: i64,
    /// Left to do; with 0 the rotation is at its end.
    pub left: i64,
}

/// Wraps some data keys anew under the current key. Cut off anywhere, the next call goes on where this one was.
///
/// # Errors
/// [`KeyError::Lacking`] when all that is left is wrapped under keys that the keyring does not hold.
pub fn rewrap<'a>(mut act: Act<'a>, house: &House, most: i64) -> Result<Recorded<'a, Step>, KeyError> {
    let at = act.at();
    let kek = keks::current(act.db())?.ok_or(KeyError::NothingWrapped)?.name;
    let done = data_keys::rewrap(act.db(), (&house.keyring, &house.clock), &kek, most)?;
    let step =
        Step { rewrapped: i64::try_from(done).unwrap_or(i64::MAX), left: store::left(act.db(), &kek)?, kek };
    if step.rewrapped == 0 && step.left > 0 {
        let lacking =
            store::list(act.db(), &house.keyring)?.into_iter().filter(|kek| kek.state == State::Missing);
        let names: Vec<String> = lacking.map(|kek| kek.name).collect();
        return Err(KeyError::Lacking(step.left, names.join(", ")));
    }
    let event = Event::new(EventKind::KeysRewrapped)
        .by(Actor::Operator)
        .fact("kek", step.kek.as_str())
        .fact("rewrapped", step.rewrapped)
        .fact("left", step.left);
    if step.left > 0 {
        return Ok(act.record(event, step));
    }
    keks::settle(act.db(), &step.kek, at)?;
    if step.rewrapped > 0 {
        act.also(event);
    }
    let event = Event::new(EventKind::KeysRotated).by(Actor::Operator).fact("kek", step.kek.as_str());
    Ok(act.record(event, step))
}

/// Which keys of the keyring can be retired now.
///
/// # Errors
/// When something is still wrapped under one of them, or a rotation is not at its end.
pub fn check_retire(listed: &[Kek]) -> Result<Vec<String>, KeyError> {
    let earlier: Vec<&Kek> = listed.iter().filter(|kek| kek.is_held && kek.state == State::Earlier).collect();
    if let Some(used) = earlier.iter().find(|kek| kek.data_keys > 0) {
        return Err(KeyError::StillWraps(used.name.clone(), used.data_keys));
    }
    let is_settled =
        |kek: &Kek| kek.state != State::Current || kek.current_from.is_none() || kek.settled_at.is_some();
    if !listed.iter().all(|kek| kek.state != State::Waiting && is_settled(kek)) {
        return Err(KeyError::Unsettled);
    }
    Ok(earlier.into_iter().map(|kek| kek.name.clone()).collect())
}

/// Retires the earlier keys of the keyring; which ones. They leave the file after this entry.
///
/// # Errors
/// As [`check_retire`], counted under the head's lock.
pub fn retire<'a>(mut act: Act<'a>, keyring: &Keyring) -> Result<Recorded<'a, Vec<String>>, KeyError> {
    let at = act.at();
    let listed = store::list(act.db(), keyring)?;
    let names = check_retire(&listed)?;
    for name in &names {
        keks::retire(act.db(), name, at)?;
    }
    let event = Event::new(EventKind::KeysRetired).by(Actor::Operator).fact("keks", names.join(" "));
    Ok(act.record(event, names))
}
