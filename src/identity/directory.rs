//! The directory: names of people, opened and held in memory while somebody looks for them, and only then.
//!
//! Names lie sealed, each under its person's key, and no index tells what they begin with. Whoever looks for part of a name has
//! all of them opened once; they stay in memory for that session until it signs out, rests for [`IDLE_SECS`], or
//! [`FRESH_SECS`] have gone by. What is found is opened anew, so that nobody is found by a name that was erased meanwhile.

use super::store;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::erasure;
use crate::fault::Fault;
use crate::ids::{PersonId, SessionId};
use crate::seal::Keyring;
use diesel::prelude::*;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// How long names rest in memory without being asked for.
pub const IDLE_SECS: i64 = 600;
/// After so long they are opened anew: names change.
pub const FRESH_SECS: i64 = 1_800;

/// Names as they were opened, in small letters.
type Names = Arc<Vec<(PersonId, Zeroizing<String>)>>;

/// The names that a session has had opened.
struct Opened {
    names: Names,
    /// How many people there were, and how many had been erased, by whatever node: when that has changed, all are opened
    /// anew.
    people: (i64, i64),
    since: Micros,
    used_at: Micros,
}

/// The names that sessions have had opened.
#[derive(Default)]
pub struct Directory(Mutex<HashMap<SessionId, Opened>>);

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Directory(..)")
    }
}

impl Directory {
    /// What is held; a panic elsewhere leaves nothing half done.
    fn held(&self) -> MutexGuard<'_, HashMap<SessionId, Opened>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Forgets what a session has had opened: it signs out.
    pub fn forget(&self, session: SessionId) {
        self.held().remove(&session);
    }
    /// Forgets what every session has had opened: somebody was erased.
    pub fn forget_all(&self) {
        self.held().clear();
    }
    /// Forgets what nobody has asked for a while.
    pub fn drop_idle(&self, now: Micros) {
        self.held().retain(|_, opened| {
            now.secs_since(opened.used_at) < IDLE_SECS && now.secs_since(opened.since) < FRESH_SECS
        });
    }
    /// How many sessions have names opened.
    pub fn sessions(&self) -> usize {
        self.held().len()
    }
}

/// Everybody's name, opened.
fn open(db: &mut Db, keyring: &Keyring) -> Result<Vec<(PersonId, Zeroizing<String>)>, Fault> {
    let (mut names, mut last) = (Vec::new(), None);
    loop {
        let (some, until) = store::list_names(db, keyring, last)?;
        names.extend(some.into_iter().map(|(id, name)| (id, Zeroizing::new(name.to_lowercase()))));
        let Some(until) = until else { return Ok(names) };
        last = Some(until);
    }
}

/// The names of a session, opened if they are not, or if somebody came or was erased since.
fn names(
    db: &mut Db,
    keyring: &Keyring,
    (directory, session, now): (&Directory, SessionId, Micros),
) -> Result<Names, Fault> {
    directory.drop_idle(now);
    let people = (store::count_people(db)?, erasure::table.count().get_result(db)?);
    let known = directory.held().remove(&session).filter(|opened| opened.people == people);
    let (names, since) = match known {
        Some(opened) => (opened.names, opened.since),
        None => (Arc::new(open(db, keyring)?), now),
    };
    let opened = Opened { names: Arc::clone(&names), people, since, used_at: now };
    directory.held().insert(session, opened);
    Ok(names)
}

/// People whose name holds these letters, in any case; at most `most`.
pub fn find(
    db: &mut Db,
    keyring: &Keyring,
    from: (&Directory, SessionId, Micros),
    part: &str,
    most: usize,
) -> Result<Vec<PersonId>, Fault> {
    let part = part.to_lowercase();
    let names = names(db, keyring, from)?;
    let mut found = Vec::new();
    for (id, _) in names.iter().filter(|(_, name)| name.contains(&part)) {
        let known = store::look_up(db, keyring, *id)?.person();
        if known.is_some_and(|known| known.shown_as().to_lowercase().contains(&part)) {
            found.push(*id);
        }
        if found.len() >= most {
            break;
        }
    }
    Ok(found)
}
