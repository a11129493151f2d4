//! Names of people and reports on the pages of the log: looked up once per page.

use crate::db::Db;
use crate::fault::Fault;
use crate::identity::store::{self as people, Known};
use crate::identity::{ERASED, UNREADABLE};
use crate::ids::{PersonId, ReportId, VersionId};
use crate::ledger::{Actor, Leaf};
use crate::reports::{Version, store as reports};
use crate::seal::Keyring;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Names that a page needs, as far as they are known.
pub(in crate::web) struct Names<'a> {
    keyring: &'a Keyring,
    people: HashMap<PersonId, Known>,
    versions: Vec<Version>,
}

impl<'a> Names<'a> {
    /// Reads the reports; people are read when they are asked for.
    pub(in crate::web) fn read(db: &mut Db, keyring: &'a Keyring) -> Result<Self, Fault> {
        Ok(Self { keyring, people: HashMap::new(), versions: reports::list(db)? })
    }

    /// What is known of a person.
    pub(super) fn known(&mut self, db: &mut Db, id: PersonId) -> Result<&Known, Fault> {
        Ok(match self.people.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(people::look_up(db, self.keyring, id)?),
        })
    }

    /// A person's name and address; [`ERASED`] when their key is gone, [`UNREADABLE`] when their row does not open.
    pub(super) fn person(&mut self, db: &mut Db, id: PersonId) -> Result<String, Fault> {
        Ok(match self.known(db, id)? {
            Known::Person(person) => match &person.name {
                Some(name) => format!("{name}, {}", person.email),
                None => person.email.to_string(),
            },
            Known::Erased => ERASED.to_owned(),
            Known::Missing => "somebody who is not on file".to_owned(),
            Known::Unreadable => UNREADABLE.to_owned(),
        })
    }

    /// Who did it.
    pub(super) fn actor(&mut self, db: &mut Db, actor: Actor) -> Result<String, Fault> {
        match actor {
            Actor::Operator => Ok("a command on the server".to_owned()),
            Actor::Person(id) | Actor::Staff(id) => self.person(db, id),
            Actor::Stranger => Ok("somebody unknown".to_owned()),
            Actor::System => Ok("the server".to_owned()),
        }
    }

    /// Whom it concerns, when that is not who did it.
    pub(in crate::web) fn subject(&mut self, db: &mut Db, leaf: &Leaf) -> Result<Option<String>, Fault> {
        match leaf.about {
            Some(id) if leaf.by.person() != Some(id) => self.person(db, id).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// The title of a report version, with its number.
    pub(super) fn version(&self, id: VersionId) -> Option<String> {
        let version = self.versions.iter().find(|version| version.id == id)?;
        Some(format!("{}, version {}", version.card.title, version.number))
    }

    /// The report that an entry concerns: its version where it names one, else the report's newest title.
    pub(in crate::web) fn report_of(&self, leaf: &Leaf) -> Option<String> {
        let version = leaf.version.and_then(|id| self.version(id));
        version.or_else(|| leaf.report.and_then(|id| self.report(id)))
    }

    /// The newest title of a report.
    fn report(&self, id: ReportId) -> Option<String> {
        let of_report = self.versions.iter().filter(|version| version.report.id == id);
        of_report.max_by_key(|version| version.number).map(|version| version.card.title.to_string())
    }

    /// Every report with its newest title, newest first.
    pub(super) fn reports(&self) -> Vec<(ReportId, String)> {
        let mut listed: Vec<(ReportId, String)> = Vec::new();
        for version in &self.versions {
            let id = version.report.id;
            if !listed.iter().any(|(other, _)| *other == id) {
                listed.push((id, self.report(id).unwrap_or_default()));
            }
        }
        listed
    }
}
