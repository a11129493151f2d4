//! Reads of the log, for pages and commands: pages of entries, one entry with its proof, what is disclosed of it.

use super::anchor;
use super::append::{place, stored};
use super::checkpoints;
use super::commitment::Disclosure;
use super::event::{Actor, Event};
use super::kind::{EventKind, PersonalField};
use super::leaf::Leaf;
use super::link::{Lock, read_head};
use super::nodes;
use super::note::LogKey;
use super::path::{self, TreeHead};
use super::receipt::Receipt;
use crate::clock::Micros;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{DownloadId, GrantId, PersonId, ReportId};
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
    /// Only entries with a smaller index: the last one of the page before.
    pub before: Option<u64>,
}

/// A page of entries, newest first; at most `limit`.
pub fn list(db: &mut Db, filter: &Filter, limit: u16) -> Result<Vec<Entry>, Fault> {
    let mut query = ledger_entry::table
        .select((ledger_entry::idx, ledger_entry::leaf))
        .order(ledger_entry::idx.desc())
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
    let rows: Vec<(i64, Vec<u8>)> = query.load(db)?;
    rows.into_iter().map(Entry::read).collect()
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

/// A download that has started and has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDownload {
    /// Index of its start.
    pub start: u64,
    /// The download.
    pub download: DownloadId,
    /// Who started it.
    pub by: Option<PersonId>,
}

impl OpenDownload {
    /// The entry that closes it when the server was stopped meanwhile and nobody knows how it ended.
    pub fn outcome_unknown(&self) -> Event {
        Event::new(EventKind::DownloadOutcomeUnknown)
            .by(Actor::System)
            .download(self.download)
            .closes(self.start)
    }
}

/// The downloads that have started and have no end, oldest first. At start, all of them were cut off by a stop.
pub fn open_downloads(db: &mut Db) -> Result<Vec<OpenDownload>, Fault> {
    let ends = diesel::alias!(ledger_entry as ends);
    let rows: Vec<(i64, Option<DownloadId>, Option<PersonId>)> = ledger_entry::table
        .filter(ledger_entry::kind.eq(EventKind::DownloadStarted))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            ends.filter(ends.field(ledger_entry::closes).eq(ledger_entry::idx.nullable())),
        )))
        .order(ledger_entry::idx)
        .select((ledger_entry::idx, ledger_entry::download_id, ledger_entry::actor_id))
        .load(db)?;
    rows.into_iter()
        .map(|(start, download, by)| {
            let start = u64::try_from(start).ok().zip(download);
            let (start, download) = start.ok_or(Fault::bare("a start names no download"))?;
            Ok(OpenDownload { start, download, by })
        })
        .collect()
}
