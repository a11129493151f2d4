//! What active holds keep from the rules: whatever is of somebody who is held, and letters to staff that name them.

use super::{Candidate, Rule};
use crate::db::Db;
use crate::fault::Fault;
use crate::holds::store as holds;
use crate::identity::store as people;
use crate::ids::{LetterId, PersonId};
use crate::notices::outbox;
use crate::seal::Keyring;
use std::collections::BTreeSet;

/// Everybody whom a hold keeps, as of when it was read.
#[derive(Debug)]
pub struct Held<'a> {
    keyring: &'a Keyring,
    people: BTreeSet<PersonId>,
    /// What names each of them in letters; opened when the first letter is looked at.
    names: Option<Vec<(PersonId, Vec<String>)>>,
}

impl<'a> Held<'a> {
    /// Reads whom holds keep now.
    pub fn read(db: &mut Db, keyring: &'a Keyring) -> Result<Self, Fault> {
        Ok(Self { keyring, people: holds::list_held(db)?, names: None })
    }

    /// Because of whom something that a rule found stays; none when nobody is held whom it concerns. A letter is kept also
    /// when it names somebody who is held; one that does not open says nothing.
    pub fn keeps(
        &mut self,
        db: &mut Db,
        rule: Rule,
        candidate: &Candidate,
    ) -> Result<Option<PersonId>, Fault> {
        let of = candidate.person.filter(|person| self.people.contains(person));
        if rule != Rule::Letters || of.is_some() || self.people.is_empty() {
            return Ok(of);
        }
        let id = LetterId::from_bytes(candidate.id);
        let Some(letter) = outbox::find_naming_others(db, self.keyring, id)? else { return Ok(None) };
        let named = self.names(db)?.iter().find(|(_, names)| letter.without(names).is_some());
        Ok(named.map(|(person, _)| *person))
    }

    /// What names those who are held. Whoever was erased is named nowhere.
    fn names(&mut self, db: &mut Db) -> Result<&[(PersonId, Vec<String>)], Fault> {
        if self.names.is_none() {
            let mut names = Vec::new();
            for id in &self.people {
                let Some(person) = people::look_up(db, self.keyring, *id)?.person() else { continue };
                let name = person.name.as_ref().map(ToString::to_string);
                names.push((*id, [Some(person.email.to_string()), name].into_iter().flatten().collect()));
            }
            self.names = Some(names);
        }
        Ok(self.names.as_deref().unwrap_or_default())
    }
}
