//! Events become entries: leaves, their hashes, the sealed personal data beside them, the new head.

use super::commitment::Disclosure;
use super::event::Event;
use super::kind::{EventKind, PersonalField};
use super::leaf::{Disclosed, Leaf, LeafError};
use super::link::Head;
use super::networks::NetworkIndex;
use super::tree::{Edge, leaf_hash};
use super::trouble;
use crate::clock::{Clock, Micros};
use crate::db::head_schema::ledger_head;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{DownloadId, GrantId, PersonId, ReportId};
use crate::seal::{KeyOwner, Keyring, Place, Sealed};
use diesel::alias;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use std::collections::BTreeSet;
use std::sync::Arc;

impl From<LeafError> for Fault {
    fn from(error: LeafError) -> Self {
        Self::new("entry of the log", error)
    }
}

/// The cell of a piece of personal data: bound to its entry and field.
pub(super) fn place(index: u64, field: PersonalField) -> Place {
    let mut row = [0; 16];
    if let Some(end) = row.last_chunk_mut::<8>() {
        *end = index.to_be_bytes();
    }
    // The column's name carries the field, as one entry may hold several.
    let column = match field {
        PersonalField::Company => "sealed:company",
        PersonalField::Email => "sealed:email",
        PersonalField::HoldName => "sealed:hold_name",
        PersonalField::HoldReason => "sealed:hold_reason",
        PersonalField::Name => "sealed:name",
        PersonalField::NetworkAddress => "sealed:network_address",
        PersonalField::TypedName => "sealed:typed_name",
        PersonalField::TypedTitle => "sealed:typed_title",
        PersonalField::UserAgent => "sealed:user_agent",
    };
    Place { table: "ledger_personal", row, column }
}

/// An entry before its place in the tree is hashed.
pub(super) struct Entry {
    index: u64,
    leaf: Leaf,
    bytes: Vec<u8>,
    personal: Vec<Cell>,
}

/// A piece of personal data beside an entry.
struct Cell {
    person: PersonId,
    field: PersonalField,
    sealed: Sealed<Disclosure>,
    /// What an address is found by.
    network: Option<NetworkIndex>,
}

/// What turns events into entries.
#[derive(Clone)]
pub(super) struct Scribe {
    pub(super) keyring: Arc<Keyring>,
    pub(super) clock: Clock,
}

impl Scribe {
    /// The entries of one act's events. Reads only; a fault fails the act alone.
    pub(super) fn prepare(
        &self,
        db: &mut Db,
        events: Vec<Event>,
        (first, at): (u64, Micros),
        closed: &mut BTreeSet<u64>,
    ) -> Result<Vec<Entry>, Fault> {
        // Entries keep the time of the one before when the clock runs behind. Under one that was once far ahead, time would stand
        // still for ever: no link and no code would run out.
        if !events.is_empty() && is_ahead(at, self.clock.now()) {
            return Err(trouble::clock_behind());
        }
        let mut closing = BTreeSet::new();
        let entries = (first..)
            .zip(events)
            .map(|(index, event)| {
                if let Some(start) = event.closes {
                    require_open(db, &event, start)?;
                    if closed.contains(&start) || !closing.insert(start) {
                        return Err(Fault::bare("this start is closed already"));
                    }
                }
                let (leaf, disclosed) = Leaf::of(event, at, &self.clock)?;
                let bytes = leaf.to_bytes()?;
                let personal = self.seal(db, index, disclosed)?;
                Ok(Entry { index, leaf, bytes, personal })
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        closed.append(&mut closing);
        Ok(entries)
    }

    /// Seals personal data under the keys of those it belongs to.
    fn seal(&self, db: &mut Db, index: u64, disclosed: Vec<Disclosed>) -> Result<Vec<Cell>, Fault> {
        let mut opened: Option<(PersonId, crate::seal::DataKey)> = None;
        let mut cells = Vec::with_capacity(disclosed.len());
        for (person, field, disclosure) in disclosed {
            if opened.as_ref().is_none_or(|(owner, _)| *owner != person) {
                let key = data_keys::open_for(db, &self.keyring, KeyOwner::Person(person))?;
                opened = Some((person, key));
            }
            if let Some((_, key)) = &opened {
                let network = NetworkIndex::beside(&self.keyring, field, &disclosure.value);
                let sealed = key.seal(&self.clock, &place(index, field), &disclosure).map_err(Fault::from)?;
                cells.push(Cell { person, field, sealed, network });
            }
        }
        Ok(cells)
    }
}

/// How far entries may be dated after the clock, in seconds: nodes' clocks differ a little.
const AHEAD_SECS: i64 = 300;

/// Whether a time of the log is too far after the clock for anything to be appended.
pub(super) fn is_ahead(at: Micros, now: Micros) -> bool {
    at.secs_since(now) > AHEAD_SECS
}

/// An end must close a start that is there, is of the same download, and has no end yet.
fn require_open(db: &mut Db, event: &Event, start: u64) -> Result<(), Fault> {
    let start = stored(start)?;
    let ends = alias!(ledger_entry as ends);
    let ended = ends.filter(ends.field(ledger_entry::closes).eq(start)).count().single_value();
    let row: Option<(EventKind, Option<DownloadId>, Option<i64>)> = ledger_entry::table
        .find(start)
        .select((ledger_entry::kind, ledger_entry::download_id, ended))
        .first(db)
        .optional()?;
    match row {
        Some((kind, download, _)) if !kind.starts_download() || download != event.download => Err(no_start()),
        None => Err(no_start()),
        Some((.., Some(0))) => Ok(()),
        Some(_) => Err(Fault::bare("this start is closed already")),
    }
}

/// There is nothing to close.
fn no_start() -> Fault {
    Fault::bare("no start of this download at the index that is to be closed")
}

/// An index or size as the databases store it.
pub(super) fn stored(number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| Fault::bare("the log is full"))
}

/// Appends the entries of a whole batch and moves the head; the last leaf's bytes for later recognition.
pub(super) fn append(db: &mut Db, head: &Head, at: Micros, entries: &[Entry]) -> Result<Edge, Fault> {
    let mut edge = head.edge.clone();
    let hashes: Vec<Vec<u8>> = entries.iter().map(|entry| edge.append(leaf_hash(&entry.bytes))).collect();
    let rows =
        entries.iter().zip(&hashes).map(|(entry, hashes)| row(entry, hashes)).collect::<Result<_, _>>()?;
    insert_entries(db, rows)?;
    insert_personal(db, entries)?;
    let moved = diesel::update(ledger_head::table)
        .filter(ledger_head::id.eq(1))
        .filter(ledger_head::size.eq(stored(head.edge.size())?))
        .set((
            ledger_head::size.eq(stored(edge.size())?),
            ledger_head::peaks.eq(edge.peaks()),
            ledger_head::last_at.eq(at),
        ))
        .execute(db)?;
    if moved == 1 { Ok(edge) } else { Err(Fault::bare("the head of the log moved under its lock")) }
}

impl Entry {
    /// Index and bytes, by which a commit whose answer was lost is recognised.
    pub(super) fn mark(&self) -> (u64, Vec<u8>) {
        (self.index, self.bytes.clone())
    }
}

/// A row of `ledger_entry`.
#[derive(Insertable)]
#[diesel(table_name = ledger_entry)]
struct Row<'a> {
    idx: i64,
    leaf: &'a [u8],
    hashes: &'a [u8],
    kind: &'static str,
    at: Micros,
    actor_id: Option<PersonId>,
    person_id: Option<PersonId>,
    report_id: Option<ReportId>,
    grant_id: Option<GrantId>,
    download_id: Option<DownloadId>,
    copy_id: Option<&'a str>,
    closes: Option<i64>,
}

/// The row of an entry: the leaf itself, and of it what is searched for.
fn row<'a>(entry: &'a Entry, hashes: &'a [u8]) -> Result<Row<'a>, Fault> {
    let leaf = &entry.leaf;
    Ok(Row {
        idx: stored(entry.index)?,
        leaf: &entry.bytes,
        hashes,
        kind: leaf.kind.as_str(),
        at: leaf.at,
        actor_id: leaf.by.person(),
        person_id: leaf.recipient(),
        report_id: leaf.report,
        grant_id: leaf.grant,
        download_id: leaf.download,
        copy_id: leaf.copy.as_deref(),
        closes: leaf.closes.map(stored).transpose()?,
    })
}

/// Inserts rows: one statement on PostgreSQL, where each costs a round trip, and row by row on SQLite.
fn insert_entries(db: &mut Db, rows: Vec<Row<'_>>) -> QueryResult<()> {
    match db {
        Db::Sqlite(db) => {
            for row in &rows {
                diesel::insert_into(ledger_entry::table).values(row).execute(db)?;
            }
        }
        Db::Pg(db) => {
            fn column<'r, T>(rows: &'r [Row<'r>], of: impl Fn(&'r Row<'r>) -> T) -> Vec<T> {
                rows.iter().map(of).collect()
            }
            diesel::sql_query(
                "INSERT INTO ledger_entry (idx, leaf, hashes, kind, at, actor_id, person_id, report_id, grant_id, \
                 download_id, copy_id, closes) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind::<Array<BigInt>, _>(column(&rows, |row| row.idx))
            .bind::<Array<Binary>, _>(column(&rows, |row| row.leaf))
            .bind::<Array<Binary>, _>(column(&rows, |row| row.hashes))
            .bind::<Array<Text>, _>(column(&rows, |row| row.kind))
            .bind::<Array<BigInt>, _>(column(&rows, |row| row.at))
            .bind::<Array<Nullable<Binary>>, _>(column(&rows, |row| row.actor_id))
            .bind::<Array<Nullable<Binary>>, _>(column(&rows, |row| row.person_id))
            .bind::<Array<Nullable<Binary>>, _>(column(&rows, |row| row.report_id))
            .bind::<Array<Nullable<Binary>>, _>(column(&rows, |row| row.grant_id))
            .bind::<Array<Nullable<Binary>>, _>(column(&rows, |row| row.download_id))
            .bind::<Array<Nullable<Text>>, _>(column(&rows, |row| row.copy_id))
            .bind::<Array<Nullable<BigInt>>, _>(column(&rows, |row| row.closes))
            .execute(db)?;
        }
    }
    Ok(())
}

/// Inserts the sealed personal data of all entries.
fn insert_personal(db: &mut Db, entries: &[Entry]) -> Result<(), Fault> {
    let mut rows = Vec::new();
    for entry in entries {
        for Cell { person, field, sealed, network } in &entry.personal {
            let network = network.as_ref().map(NetworkIndex::as_bytes);
            rows.push((stored(entry.index)?, *field, *person, sealed.as_bytes(), network));
        }
    }
    match db {
        Db::Sqlite(db) => {
            for (index, field, person, sealed, network) in rows {
                diesel::insert_into(ledger_personal::table)
                    .values((
                        ledger_personal::entry_idx.eq(index),
                        ledger_personal::field.eq(field),
                        ledger_personal::person_id.eq(person),
                        ledger_personal::sealed.eq(sealed),
                        ledger_personal::network_index.eq(network),
                    ))
                    .execute(db)?;
            }
        }
        Db::Pg(db) if !rows.is_empty() => {
            diesel::sql_query(
                "INSERT INTO ledger_personal (entry_idx, field, person_id, sealed, network_index) \
                 SELECT * FROM unnest($1, $2, $3, $4, $5)",
            )
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.1).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(rows.iter().map(|row| row.2).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(rows.iter().map(|row| row.3).collect::<Vec<_>>())
            .bind::<Array<Nullable<Binary>>, _>(rows.iter().map(|row| row.4).collect::<Vec<_>>())
            .execute(db)?;
        }
        Db::Pg(_) => {}
    }
    Ok(())
}
