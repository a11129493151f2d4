//! Reads of the log, for pages and commands: pages of entries, one entry with its proof, what is disclosed of it.

use super::anchor;
use super::append::{place, stored};
use super::checkpoints;
use super::commitment::Disclosure;
use super::kind::{EventKind, PersonalField};
use super::leaf::{Leaf, LeafError};
use super::link::{Lock, read_head};
use super::nodes;
use super::note::LogKey;
use super::path::{self, TreeHead};
use super::receipt::Receipt;
use super::tree::Hash;
use crate::clock::Micros;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, ReportId};
use crate::seal::{DataKey, KeyOwner, Keyring, SealError, Sealed};
use diesel::prelude::*;
use std::path::Path;

/// The key of the log's present epoch.
pub fn log_key(db: &mut Db, keyring: &Keyring) -> Result<LogKey, Fault> {
    let epoch = read_head(db, Lock::None)?.epoch;
    LogKey::new(keyring.ledger_seed(), keyring.instance(), epoch)
        .map_err(|error| Fault::new("signing key of the log", error))
}

/// The committed head, after comparing the log with its newest checkpoint and with an anchor file, if one is named.
/// Whoever signs outside of the writer signs this.
///
/// # Errors
/// When the log was rolled back or exchanged: see [`anchor`].
pub fn checked_head(db: &mut Db, key: &LogKey, anchor: Option<&Path>) -> Result<TreeHead, Fault> {
    let head = anchor::compare(db, key, anchor)?;
    Ok(TreeHead { size: head.edge.size(), root: head.edge.root() })
}

/// The signed checkpoint of everything committed so far.
pub fn checkpoint(db: &mut Db, keyring: &Keyring) -> Result<String, Fault> {
    let key = log_key(db, keyring)?;
    let head = read_head(db, Lock::None)?;
    Ok(key.sign_head(TreeHead { size: head.edge.size(), root: head.edge.root() }))
}

/// The newest checkpoint that was kept as a row; none in a new log.
pub fn newest_kept_checkpoint(db: &mut Db) -> Result<Option<String>, Fault> {
    checkpoints::newest(db)
}

/// An entry as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// What it says.
    pub leaf: Leaf,
}

impl Entry {
    /// From a row's index and leaf.
    fn read((index, leaf): (i64, Vec<u8>)) -> Result<Self, Fault> {
        let index = u64::try_from(index).map_err(|_| Fault::bare("an entry's index is negative"))?;
        Ok(Self { index, leaf: Leaf::parse(&leaf)? })
    }
}

/// An entry as it is stored: whoever holds the database may have made its leaf unreadable, and the entries around it
/// must be shown all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its index.
    pub index: u64,
    /// When it was appended, by the column beside the leaf.
    pub at: Micros,
    /// The leaf, or what is wrong with it.
    pub leaf: Result<Leaf, LeafError>,
}

/// Which entries to show. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only done by this person or about them.
    pub person: Option<PersonId>,
    /// Only about this report.
    pub report: Option<ReportId>,
    /// Only under this grant.
    pub grant: Option<GrantId>,
    /// Only about the copy with this id on its pages.
    pub copy: Option<String>,
    /// Not before this instant.
    pub from: Option<Micros>,
    /// Before this instant.
    pub until: Option<Micros>,
    /// Only entries with a smaller index: the last one of the newer page.
    pub before: Option<u64>,
    /// Only entries with a larger index, those nearest to it: the first one of the older page.
    pub after: Option<u64>,
}

/// A page of entries, newest first; at most `limit`.
///
/// # Errors
/// Also when one of them cannot be read; [`list_stored`] gives those too.
pub fn list(db: &mut Db, filter: &Filter, limit: u16) -> Result<Vec<Entry>, Fault> {
    let stored = list_stored(db, filter, limit)?;
    stored.into_iter().map(|Stored { index, leaf, .. }| Ok(Entry { index, leaf: leaf? })).collect()
}

/// A page of entries, newest first, whether they can be read or not; at most `limit`.
pub fn list_stored(db: &mut Db, filter: &Filter, limit: u16) -> Result<Vec<Stored>, Fault> {
    let mut query = ledger_entry::table
        .select((ledger_entry::idx, ledger_entry::at, ledger_entry::leaf))
        .limit(limit.into())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(ledger_entry::kind.eq(kind));
    }
    if let Some(person) = filter.person {
        query = query.filter(ledger_entry::actor_id.eq(person).or(ledger_entry::person_id.eq(person)));
    }
    if let Some(report) = filter.report {
        query = query.filter(ledger_entry::report_id.eq(report));
    }
    if let Some(grant) = filter.grant {
        query = query.filter(ledger_entry::grant_id.eq(grant));
    }
    if let Some(copy) = &filter.copy {
        query = query.filter(ledger_entry::copy_id.eq(copy.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(ledger_entry::at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(ledger_entry::at.lt(until));
    }
    if let Some(before) = filter.before {
        query = query.filter(ledger_entry::idx.lt(stored(before)?));
    }
    let mut rows: Vec<(i64, Micros, Vec<u8>)> = match filter.after {
        Some(after) => {
            query.filter(ledger_entry::idx.gt(stored(after)?)).order(ledger_entry::idx.asc()).load(db)?
        }
        None => query.order(ledger_entry::idx.desc()).load(db)?,
    };
    if filter.after.is_some() {
        rows.reverse();
    }
    let read = |(index, at, leaf): (i64, Micros, Vec<u8>)| {
        let index = u64::try_from(index).map_err(|_| Fault::bare("an entry's index is negative"))?;
        Ok(Stored { index, at, leaf: Leaf::parse(&leaf) })
    };
    rows.into_iter().map(read).collect()
}

/// The entry at an index.
pub fn find(db: &mut Db, index: u64) -> Result<Option<Entry>, Fault> {
    let row: Option<(i64, Vec<u8>)> = ledger_entry::table
        .find(stored(index)?)
        .select((ledger_entry::idx, ledger_entry::leaf))
        .first(db)
        .optional()?;
    row.map(Entry::read).transpose()
}

/// What can be said of a commitment.
#[derive(Clone, PartialEq, Eq)]
pub enum Disclosed {
    /// Salt and value are gone, or the key of their person is.
    Erased,
    /// What is stored beside the log is not what the entry committed to.
    Mismatch,
    /// The personal data that the entry committed to.
    Value(String),
}

impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Erased => "Erased",
            Self::Mismatch => "Mismatch",
            Self::Value(_) => "Value(..)",
        })
    }
}

/// The personal data of an entry, one by one in the order of the leaf.
pub fn disclosures(
    db: &mut Db,
    keyring: &Keyring,
    entry: &Entry,
) -> Result<Vec<(PersonalField, Disclosed)>, Fault> {
    // Read as bytes: a cell that is none any more must be told of, not hide the entry.
    let rows: Vec<(PersonalField, PersonId, Vec<u8>)> = ledger_personal::table
        .filter(ledger_personal::entry_idx.eq(stored(entry.index)?))
        .select((ledger_personal::field, ledger_personal::person_id, ledger_personal::sealed))
        .load(db)?;
    let mut disclosed = Vec::with_capacity(entry.leaf.personal.len());
    for (field, commitment) in &entry.leaf.personal {
        let row = rows.iter().find(|(stored, ..)| stored == field);
        let key = match row {
            Some((_, person, _)) => data_keys::find_for(db, keyring, KeyOwner::Person(*person))?,
            None => None,
        };
        let (Some((.., sealed)), Some(key)) = (row, key) else {
            disclosed.push((*field, Disclosed::Erased));
            continue;
        };
        disclosed.push((
            *field,
            match open(&key, entry.index, *field, sealed) {
                Ok(opened) if opened.commitment() == *commitment => Disclosed::Value(opened.value),
                // A cell that does not open was moved here or changed: that is no disclosure either.
                Ok(_) | Err(_) => Disclosed::Mismatch,
            },
        ));
    }
    Ok(disclosed)
}

/// Opens the cell beside an entry that discloses a field.
pub(super) fn open(
    key: &DataKey,
    index: u64,
    field: PersonalField,
    cell: &[u8],
) -> Result<Disclosure, SealError> {
    let sealed = Sealed::<Disclosure>::from_bytes(cell.to_vec())?;
    key.open(&place(index, field), &sealed)
}

/// The proof that the log of `new` entries extends the log of `old` ones; none when `old` is larger.
pub fn consistency(db: &mut Db, old: u64, new: u64) -> Result<Option<Vec<Hash>>, Fault> {
    path::consistency(old, new, |node| nodes::read(db, node))
}

/// An entry with the proof that the newest committed head covers it. None when there is no such entry.
pub fn receipt(db: &mut Db, keyring: &Keyring, index: u64) -> Result<Option<Receipt>, Fault> {
    let key = log_key(db, keyring)?;
    let head = read_head(db, Lock::None)?;
    let size = head.edge.size();
    let Some(path) = path::inclusion(index, size, |node| nodes::read(db, node))? else { return Ok(None) };
    let leaf: Vec<u8> = ledger_entry::table.find(stored(index)?).select(ledger_entry::leaf).first(db)?;
    let note = key.sign_head(TreeHead { size, root: head.edge.root() });
    Ok(Some(Receipt { index, leaf, path, note }))
}
