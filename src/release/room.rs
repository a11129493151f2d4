//! The report room: facts, exceptions, responses and remediation, opened by an admission and by nothing else.

use super::admit::{Admission, Gate};
use super::visits;
use crate::clock::Micros;
use crate::db::{Db, data_keys};
use crate::exceptions::priority::Priority;
use crate::exceptions::{Exception, history};
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::{PersonId, VersionId};
use crate::remediation::evidence::{Evidence, list as list_evidence};
use crate::remediation::weighed::{Weighed, weigh_with};
use crate::remediation::{Standing, Update};
use crate::reports::auditor::{self, Confirmation};
use crate::reports::bridge_letter;
use crate::reports::companion::{self, Subject};
use crate::reports::cover_note::{self, CoverNote};
use crate::reports::signatures::{Examined, examined};
use crate::reports::{Facts, Period, Version, store as reports};
use crate::seal::{DataKey, Keyring};
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
    /// Management's cover notes, oldest first; the newest one holds.
    pub cover_notes: Vec<CoverNote>,
    /// The report before this one, as it is offered or was.
    pub before: Option<Version>,
    /// The newest bridge letter.
    pub bridge_letter: Option<Letter>,
    /// Who confirmed that the file is the one they issued, when, newest first.
    pub confirmations: Vec<Confirmation>,
    /// What the digital signatures of the file as issued said.
    pub signatures: Option<Examined>,
    /// The exceptions, in the order of the report.
    pub exceptions: Vec<InContext>,
    /// Names of the people who wrote updates and notes.
    pub names: BTreeMap<PersonId, String>,
    /// When the reader's visit before this one ended, by the log; `None` on the first.
    pub last_visit: Option<Micros>,
}

/// What the room tells of a bridge letter.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// When it was finalized.
    pub at: Micros,
    /// The first day it speaks about.
    pub from: Day,
    /// The last one.
    pub to: Day,
    /// Whether marked copies of its document can be taken.
    pub has_document: bool,
}

/// An exception with what happened since.
#[derive(Debug)]
pub struct InContext {
    /// The exception, with the company's response.
    pub exception: Exception,
    /// How much it presses.
    pub priority: Priority,
    /// Until when it is due, as a person decided.
    pub due: Option<Day>,
    /// Its dated updates, oldest first.
    pub updates: Vec<Update>,
    /// Where it stands today.
    pub standing: Standing,
    /// The files beside it, told of or not.
    pub evidence: Vec<Evidence>,
    /// The earlier periods whose reports had it too, the newest first.
    pub earlier: Vec<Period>,
}

impl InContext {
    /// Until when it is to be mended: as planned, else as decided with the priority.
    pub fn target(&self) -> Option<Day> {
        self.standing.planned.or(self.due)
    }
}

impl Admission {
    /// Opens the room of the admitted version. Blocking.
    pub fn open_room(&self, gate: &Gate, now: Micros) -> Result<Room, Fault> {
        let db = &mut *gate.database.read()?;
        let version = reports::require(db, self.terms().version)?;
        let key = data_keys::open_for(db, &gate.house.keyring, version.key_owner())?;
        let cover_notes = cover_note::list(db, &key, version.id)?;
        let mut authors: Vec<PersonId> = cover_notes.iter().map(|note| note.by).collect();
        let files = list_evidence(db, &key, version.id)?;
        let mut exceptions = Vec::new();
        for weighed in weigh_with(db, &key, &version, Day::of(now))? {
            authors.extend(weighed.updates.iter().map(|update| update.by));
            let mut one = in_context(db, &gate.house.keyring, weighed)?;
            one.evidence = files
                .iter()
                .filter(|file| file.file.about.exception == Some(one.exception.id))
                .cloned()
                .collect();
            exceptions.push(one);
        }
        let before = match &version.card.predecessor {
            Some(slug) => reports::find_finalized_by_slug(db, slug)?,
            None => None,
        };
        Ok(Room {
            before,
            facts: version.open_facts(&key)?,
            cover_notes,
            bridge_letter: letter(db, &key, version.id)?,
            confirmations: auditor::list(db, &key, version.id)?,
            signatures: examined(&gate.vault, &key, &version),
            exceptions,
            names: names(db, &gate.house.keyring, authors)?,
            last_visit: visits::last(db, self.terms().grant, now)?,
            version,
        })
    }
}

/// The newest bridge letter of a version.
fn letter(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Option<Letter>, Fault> {
    let Some(letter) = bridge_letter::list(db, key, version)?.pop() else { return Ok(None) };
    let has_document = companion::find_of(db, Subject::BridgeLetter(letter.id))?.is_some();
    let (at, from, to) = (letter.at, letter.words.from, letter.words.to);
    Ok(Some(Letter { at, from, to, has_document }))
}

/// The exception with the earlier periods that had it.
fn in_context(db: &mut Db, keyring: &Keyring, weighed: Weighed) -> Result<InContext, Fault> {
    let earlier = history::periods(db, keyring, &weighed.exception)?;
    let priority = weighed.priority();
    let due = weighed.decided.last().map(|decided| decided.words.due);
    let Weighed { exception, updates, standing, .. } = weighed;
    Ok(InContext { exception, priority, due, updates, standing, evidence: Vec::new(), earlier })
}

/// The names of these people.
fn names(
    db: &mut Db,
    keyring: &Keyring,
    authors: Vec<PersonId>,
) -> Result<BTreeMap<PersonId, String>, Fault> {
    let mut names = BTreeMap::new();
    for person in authors {
        if let Entry::Vacant(unknown) = names.entry(person) {
            unknown.insert(people::name_of(db, keyring, person)?);
        }
    }
    Ok(names)
}
