//! The report room: facts, exceptions, responses and remediation, opened by an admission and by nothing else.

use super::admit::{Admission, Gate};
use crate::clock::Micros;
use crate::db::data_keys;
use crate::exceptions::{Exception, history, store as exceptions};
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::PersonId;
use crate::remediation::{Standing, Update, standing, store as remediation};
use crate::reports::{Facts, Period, Version, store as reports};
use crate::text::Day;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a reader of the report room sees.
#[derive(Debug)]
pub struct Room {
    /// The version with its public card.
    pub version: Version,
    /// What only holders read.
    pub facts: Facts,
    /// The exceptions, in the order of the report.
    pub exceptions: Vec<InContext>,
    /// Names of the people who wrote updates.
    pub names: BTreeMap<PersonId, String>,
}

/// An exception with what happened since.
#[derive(Debug)]
pub struct InContext {
    /// The exception, with the company's response.
    pub exception: Exception,
    /// Its dated updates, oldest first.
    pub updates: Vec<Update>,
    /// Where it stands today.
    pub standing: Standing,
    /// The earlier periods whose reports had it too, the newest first.
    pub earlier: Vec<Period>,
}

impl Admission {
    /// Opens the room of the admitted version. Blocking.
    pub fn open_room(&self, gate: &Gate, now: Micros) -> Result<Room, Fault> {
        let db = &mut *gate.database.read()?;
        let version = reports::require(db, self.terms().version)?;
        let key = data_keys::open_for(db, &gate.house.keyring, version.key_owner())?;
        let found = exceptions::open_all(&key, exceptions::list_sealed(db, version.id)?)?;
        let updates = remediation::open_all(&key, remediation::list_sealed(db, version.id)?)?;
        let mut names = BTreeMap::new();
        for update in &updates {
            if let Entry::Vacant(unknown) = names.entry(update.by) {
                let author = people::require_person(db, &gate.house.keyring, update.by)?;
                unknown.insert(author.shown_as().to_owned());
            }
        }
        let mut exceptions = Vec::new();
        for exception in found {
            let earlier = history::periods(db, &gate.house.keyring, &exception)?;
            exceptions.push(InContext { earlier, ..in_context(exception, &updates, Day::of(now)) });
        }
        Ok(Room { facts: version.open_facts(&key)?, version, exceptions, names })
    }
}

/// Puts the updates beside their exception.
fn in_context(exception: Exception, updates: &[Update], today: Day) -> InContext {
    let updates: Vec<Update> =
        updates.iter().filter(|update| update.exception == exception.id).cloned().collect();
    let standing = standing(exception.content.response.as_ref(), &updates, today);
    InContext { exception, updates, standing, earlier: Vec::new() }
}
