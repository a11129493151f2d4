//! The whole check of a log where it lies, as [`in_place`](mod@in_place) does it, and besides every checkpoint that was
//! kept, the anchor file, and all personal data beside the log against its commitments.
//!
//! Memory does not grow with the log. What it cannot see: a log that was regrown as a whole, with new checkpoints and
//! anchor. That needs a checkpoint from outside, and `candor ledger verify`.

use super::append::stored;
use super::chain::Chain;
use super::check::Tell;
use super::checkpoints;
use super::erased::Untold;
use super::handover;
use super::in_place::{self, End, PAGE, verdict};
use super::kind::PersonalField;
use super::leaf::Leaf;
use super::networks::NetworkIndex;
use super::signers;
use super::store::{open, reading_key};
use super::verify::{Verdict, Whole, tampered_at};
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::seal::{DataKey, KeyOwner, Keyring, is_damage};
use diesel::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// As many people's keys are kept at hand.
const KEYS: usize = 1000;

/// A row of `ledger_personal`: entry, field, whose, and as stored the cell and what an address is found by.
type PersonalRow = (i64, PersonalField, PersonId, Vec<u8>, Option<Vec<u8>>);

/// How many rows are told of in all, for a log of `size` entries: each is read twice.
pub const fn rows_to_read(size: u64) -> u64 {
    size.saturating_mul(2)
}

/// Checks everything. Reads the whole log: call it where blocking is allowed. `tell` hears how many rows were read, after
/// each page, may take its time, and ends the check with its error.
pub fn verify(
    db: &mut Db,
    keyring: &Keyring,
    anchor: Option<&Path>,
    tell: &mut Tell<'_>,
) -> Result<Verdict, Fault> {
    verdict(everything(db, (keyring, anchor), tell))
}

/// See [`verify`]. The anchor file comes after what names an entry.
fn everything(
    db: &mut Db,
    (keyring, anchor): (&Keyring, Option<&Path>),
    tell: &mut Tell<'_>,
) -> Result<Whole, End> {
    let found = in_place::entries(db, tell)?;
    let size = found.head.size;
    let (key, signer) = reading_key(db, keyring)?;
    let signers = signers::of(db, &key)?;
    let checkpoints = checkpoints::checked(db, size, |note| signers.open(note))?;
    in_place::anchored(db, &key, None)?;
    in_place::anchored(db, &key, anchor)?;
    let chain = Chain::follow(&handover::list(db, size)?)?;
    chain.must_end_in(&signer)?;
    chain.heads().iter().try_for_each(|head| checkpoints::fits(db, (0, size), *head))?;
    let (disclosed, untold) = personal(db, keyring, size, tell)?;
    let (erased, undisclosed) = untold.count();
    let whole = found.told(&signer.to_string(), signer.name());
    Ok(Whole { checkpoints, disclosed, erased, undisclosed, ..whole })
}

/// Compares personal data beside the log with the commitments of its entries: how many pieces were there, how many not.
fn personal(db: &mut Db, keyring: &Keyring, size: u64, tell: &mut Tell<'_>) -> Result<(u64, Untold), End> {
    let mut keys = Keys { keyring, known: HashMap::new() };
    let (mut from, size, mut most) = (0, stored(size)?, PAGE);
    let (mut disclosed, mut untold) = (0_u64, Untold::default());
    while from < size {
        let index = u64::try_from(from).unwrap_or(0);
        let (to, leaves, rows) = in_place::page(&mut most, index, |most| {
            let to = from.saturating_add(most).min(size);
            let (leaves, rows) = leaves_and_cells(db, from, to)?;
            Ok((to, leaves, rows))
        })?;
        let mut rows = rows.into_iter().peekable();
        for (index, leaf) in leaves {
            let leaf = Leaf::parse(&leaf)?;
            let mut fitting = 0_u64;
            while let Some(row) = rows.next_if(|row| row.0 == index) {
                fitting += u64::from(fits(db, &mut keys, &leaf, &row)?);
            }
            disclosed += fitting;
            untold.take(&leaf, u64::try_from(leaf.personal.len()).unwrap_or(0).saturating_sub(fitting));
        }
        tell(u64::try_from(to.saturating_sub(from)).unwrap_or(0))?;
        from = to;
    }
    Ok((disclosed, untold))
}

/// Index and bytes of an entry.
type LeafRow = (i64, Vec<u8>);

/// The entries from `from` to `to` and the cells beside them.
fn leaves_and_cells(db: &mut Db, from: i64, to: i64) -> Result<(Vec<LeafRow>, Vec<PersonalRow>), Fault> {
    let leaves = ledger_entry::table
        .filter(ledger_entry::idx.ge(from))
        .filter(ledger_entry::idx.lt(to))
        .order(ledger_entry::idx)
        .select((ledger_entry::idx, ledger_entry::leaf))
        .load(db)?;
    let rows = ledger_personal::table
        .filter(ledger_personal::entry_idx.ge(from))
        .filter(ledger_personal::entry_idx.lt(to))
        .order(ledger_personal::entry_idx)
        .select((
            ledger_personal::entry_idx,
            ledger_personal::field,
            ledger_personal::person_id,
            ledger_personal::sealed,
            ledger_personal::network_index,
        ))
        .load(db)?;
    Ok((leaves, rows))
}

/// Whether a piece of personal data is what its entry committed to; false when its person's key is gone.
fn fits(db: &mut Db, keys: &mut Keys<'_>, leaf: &Leaf, row: &PersonalRow) -> Result<bool, End> {
    let (index, field, person, cell, network) = row;
    let index = u64::try_from(*index).map_err(|_| Fault::bare("an entry's index is negative"))?;
    let key = match keys.of(db, *person) {
        Ok(key) => key,
        Err(fault) if is_damage(&fault) => {
            let why = "the key of whom its personal data belongs to does not open: damaged or exchanged";
            return Err(tampered_at(index, why).into());
        }
        Err(fault) => return Err(End::Fault(fault)),
    };
    let Some(key) = key else { return Ok(false) };
    // A cell that does not open was moved here or changed; one that no commitment covers was put here.
    if let (Ok(opened), Some(commitment)) = (open(key, index, *field, cell), leaf.personal.get(field))
        && opened.commitment() == *commitment
    {
        // None is that of an earlier version; the log's page tells from which entry on there is one.
        let wanted = network.as_ref().and_then(|_| NetworkIndex::beside(keys.keyring, *field, &opened.value));
        if network.as_deref() == wanted.as_ref().map(NetworkIndex::as_bytes) {
            return Ok(true);
        }
        return Err(tampered_at(
            index,
            "what the network address beside the entry is found by is not of that address",
        )
        .into());
    }
    let why =
        format!("the {} stored beside the entry is not what it committed to", field.words().to_lowercase());
    Err(tampered_at(index, why).into())
}

/// People's keys, unwrapped once for many entries.
struct Keys<'a> {
    keyring: &'a Keyring,
    known: HashMap<PersonId, Option<DataKey>>,
}

impl Keys<'_> {
    /// The key of a person; none when it was destroyed.
    fn of(&mut self, db: &mut Db, person: PersonId) -> Result<Option<&DataKey>, Fault> {
        if !self.known.contains_key(&person) {
            if self.known.len() >= KEYS {
                self.known.clear();
            }
            let key = data_keys::find_for(db, self.keyring, KeyOwner::Person(person))?;
            self.known.insert(person, key);
        }
        Ok(self.known.get(&person).and_then(Option::as_ref))
    }
}
