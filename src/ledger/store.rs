//! Reads of the log, for pages and commands: pages of entries, one entry with its proof, what is disclosed of it.

use super::anchor;
use super::append::{is_ahead, place, stored};
use super::checkpoints;
use super::commitment::Disclosure;
use super::kind::PersonalField;
use super::leaf::Leaf;
use super::link::{Lock, read_head};
use super::nodes;
use super::note::{LogKey, VerifierKey};
use super::path::{self, TreeHead};
use super::receipt::Receipt;
use super::signers;
use super::tree::{Hash, leaf_hash};
use super::writer::Writer;
use crate::clock::Micros;
use crate::db::head_schema::ledger_head;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::seal::{DataKey, KeyOwner, Keyring, SealError, Sealed, is_sealed_up};
use diesel::prelude::*;
use std::path::Path;

pub use super::search::{Entry, Filter, Stored, list, list_stored};

/// The key that signs the log in its present epoch.
///
/// # Errors
/// When the keyring does not hold it: it is older than the last hand-over or epoch.
pub fn log_key(db: &mut Db, keyring: &Keyring) -> Result<LogKey, Fault> {
    let head = read_head(db, Lock::None)?;
    signers::signing_key(keyring, &head)
}

/// Whether the log has a head: a first start has made it.
pub fn is_begun(db: &mut Db) -> Result<bool, Fault> {
    let heads: i64 = ledger_head::table.count().get_result(db)?;
    Ok(heads > 0)
}

/// Which life of the log this is, from 1.
pub fn epoch(db: &mut Db) -> Result<u32, Fault> {
    Ok(read_head(db, Lock::None)?.epoch)
}

/// The time of the last entry, if it is so far after this clock that nothing is appended any more.
pub fn dated_ahead(db: &mut Db, now: Micros) -> Result<Option<Micros>, Fault> {
    let head = read_head(db, Lock::None)?;
    Ok(Some(head.last_at).filter(|at| head.edge.size() > 0 && is_ahead(*at, now)))
}

/// The key to read the log by, which need not be able to sign it, and the one that the log names as its signer.
pub(super) fn reading_key(db: &mut Db, keyring: &Keyring) -> Result<(LogKey, VerifierKey), Fault> {
    let head = read_head(db, Lock::None)?;
    Ok((signers::reading_key(keyring, &head)?, signers::signer(keyring, &head)?))
}

/// The committed head, after comparing the log with its newest checkpoint and with an anchor file, if one is named.
/// Whoever signs outside of the writer signs this.
///
/// # Errors
/// When the log was rolled back or exchanged: see [`anchor`].
pub fn checked_head(db: &mut Db, key: &LogKey, anchor: Option<&Path>) -> Result<TreeHead, Fault> {
    let head = anchor::compare(db, key, anchor)?;
    Ok(TreeHead::from(&head.edge))
}

/// The newest checkpoint that was kept as a row; none in a new log.
pub fn newest_kept_checkpoint(db: &mut Db) -> Result<Option<String>, Fault> {
    checkpoints::newest(db)
}

/// The entry at an index.
pub fn find(db: &mut Db, index: u64) -> Result<Option<Entry>, Fault> {
    // A number that no log reaches is the index of no entry.
    let Ok(index) = i64::try_from(index) else { return Ok(None) };
    let row: Option<(i64, Vec<u8>)> = ledger_entry::table
        .find(index)
        .select((ledger_entry::idx, ledger_entry::leaf))
        .first(db)
        .optional()?;
    let read = |(index, leaf): (i64, Vec<u8>)| {
        let index = u64::try_from(index).map_err(|_| Fault::bare("an entry's index is negative"))?;
        Ok(Entry { index, leaf: Leaf::parse(&leaf)? })
    };
    row.map(read).transpose()
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
            Some((_, person, _)) => match data_keys::find_for(db, keyring, KeyOwner::Person(*person)) {
                Ok(key) => key,
                // The key itself was changed: what it sealed cannot be told, but it was not erased either.
                Err(fault) if is_sealed_up(&fault) => {
                    disclosed.push((*field, Disclosed::Mismatch));
                    continue;
                }
                Err(fault) => return Err(fault),
            },
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

/// Salts and values of an entry that are not erased: with them anybody can see what its commitments say.
pub fn list_disclosures(
    db: &mut Db,
    keyring: &Keyring,
    index: u64,
) -> Result<Vec<(PersonalField, Disclosure)>, Fault> {
    let rows: Vec<(PersonalField, PersonId, Vec<u8>)> = ledger_personal::table
        .filter(ledger_personal::entry_idx.eq(stored(index)?))
        .order(ledger_personal::field)
        .select((ledger_personal::field, ledger_personal::person_id, ledger_personal::sealed))
        .load(db)?;
    let mut disclosed = Vec::new();
    for (field, person, cell) in rows {
        if let Some(key) = data_keys::find_for(db, keyring, KeyOwner::Person(person))? {
            disclosed.push((field, open(&key, index, field, &cell)?));
        }
    }
    Ok(disclosed)
}

/// How many pieces of personal data lie beside the log for a person.
pub fn count_personal(db: &mut Db, person: PersonId) -> Result<i64, Fault> {
    Ok(ledger_personal::table.filter(ledger_personal::person_id.eq(person)).count().get_result(db)?)
}

/// Deletes salts and values of a person: from now on their commitments say nothing. How many there were.
pub fn delete_personal(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    Ok(diesel::delete(ledger_personal::table.filter(ledger_personal::person_id.eq(person))).execute(db)?)
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

/// An entry with the proof that the newest head which this process has seen committed covers it. None when there is no
/// such entry, or none yet.
///
/// # Errors
/// When the rows do not lead to that head: whatever the database shows, nothing else is signed.
pub fn receipt(db: &mut Db, writer: &Writer, index: u64) -> Result<Option<Receipt>, Fault> {
    let head = writer.head();
    let Some(receipt) = claimed(db, writer, head, index)? else { return Ok(None) };
    if path::root_from_inclusion(index, head.size, leaf_hash(&receipt.leaf), &receipt.path) == Some(head.root)
    {
        Ok(Some(receipt))
    } else {
        Err(Fault::bare(anchor::DAMAGED))
    }
}

/// As [`receipt`](fn@receipt), whether or not the rows lead to the head: for a page that checks it and says so.
pub fn unproven(db: &mut Db, writer: &Writer, index: u64) -> Result<Option<Receipt>, Fault> {
    claimed(db, writer, writer.head(), index)
}

/// What the rows say of an entry, under a head that was seen committed.
fn claimed(db: &mut Db, writer: &Writer, head: TreeHead, index: u64) -> Result<Option<Receipt>, Fault> {
    let Some(path) = path::inclusion(index, head.size, |node| nodes::read(db, node))? else {
        return Ok(None);
    };
    let leaf: Vec<u8> = ledger_entry::table.find(stored(index)?).select(ledger_entry::leaf).first(db)?;
    Ok(Some(Receipt { index, leaf, path, note: writer.sign(head) }))
}
