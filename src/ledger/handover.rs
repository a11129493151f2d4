//! Handing the log over to a new signing key: same log, same origin, and whoever holds the old key can follow.
//!
//! An entry `log.key_rotated` names both keys and is the last thing the old one signs; both sign the checkpoint that
//! ends with it. Its receipt is kept and exported. From then on the head names the new key, so a process that still
//! holds the old one is refused by the next batch.
//!
//! What a crash leaves behind: before the commit nothing; after it a log that goes on under the new key and whose
//! hand-over is not signed yet. The old seed stays in the keyring until it is, and the same command goes on.

use super::anchor;
use super::append::{Scribe, append, stored};
use super::chain::{NEW, OLD};
use super::event::{Actor, Event};
use super::kind::EventKind;
use super::link::{Head, Link};
use super::nodes;
use super::note::{LogKey, VerifierKey};
use super::path::{self, TreeHead};
use super::receipt::Receipt;
use super::signers::{key_of, newest_key, signing_key};
use super::store::{self, Filter};
use crate::clock::Clock;
use crate::db::head_schema::{ledger_handover, ledger_head};
use crate::db::schema::ledger_entry;
use crate::db::{Database, Db};
use crate::fault::Fault;
use crate::seal::Keyring;
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// More hand-overs than this no log has.
const MOST: u16 = 1000;

/// A hand-over that was made.
#[derive(Clone, Debug)]
pub struct HandedOver {
    /// The key that signed until then.
    pub old: VerifierKey,
    /// The key that signs from then on.
    pub new: VerifierKey,
    /// Index of the entry.
    pub index: u64,
}

/// Hands the log over from the outgoing key of the keyring to its newest one, or ends a hand-over that was cut off.
///
/// # Errors
/// When the keyring holds no outgoing key, or the log is not the one that was signed last (see [`anchor`]).
pub fn hand_over(
    database: &Database,
    keyring: &Arc<Keyring>,
    clock: &Clock,
    file: &Path,
    reason: &str,
) -> Result<HandedOver, Fault> {
    let mut link = Link::open(database)?;
    let head = link.begin()?;
    let outgoing = keyring.outgoing_ledger_seed();
    let outgoing = outgoing.ok_or(Fault::bare("the keyring holds no signing key to hand over from"))?;
    let old = key_of(keyring, outgoing, head.epoch)?;
    let new = newest_key(keyring, head.epoch)?;
    let index = if signing_key(keyring, &head)?.verifier() == old.verifier() {
        anchor::require(&mut link.db, file)?;
        anchor::compare(&mut link.db, &old, Some(file))?;
        let event = Event::new(EventKind::LogKeyRotated)
            .by(Actor::Operator)
            .fact(OLD, old.verifier().to_string())
            .fact(NEW, new.verifier().to_string())
            .fact("reason", reason);
        let scribe = Scribe { keyring: Arc::clone(keyring), clock: clock.clone() };
        enter(&mut link, &scribe, &head, (event, &new))?
    } else {
        link.roll_back()?;
        let filter = Filter { kind: Some(EventKind::LogKeyRotated), ..Filter::default() };
        let newest = store::list_stored(&mut link.db, &filter, 1)?.pop();
        newest.ok_or(Fault::bare("the log's head names a key that no entry hands over to"))?.index
    };
    let known: i64 = ledger_handover::table.find(stored(index)?).count().get_result(&mut link.db)?;
    if known == 0 {
        link.begin()?;
        insert(&mut link.db, index, |head| {
            let signed = new.sign_head(head);
            format!("{}{}", old.sign_head(head), signed.rsplit("\n\n").next().unwrap_or_default())
        })?;
        link.commit()?;
    }
    let head = store::checked_head(&mut link.db, &new, Some(file))?;
    anchor::write(file, &new.sign_head(head))?;
    Ok(HandedOver { old: old.verifier().clone(), new: new.verifier().clone(), index })
}

/// Appends the entry and names the new key in the head, in one transaction; the entry's index.
fn enter(
    link: &mut Link,
    scribe: &Scribe,
    head: &Head,
    (event, new): (Event, &LogKey),
) -> Result<u64, Fault> {
    let (index, at) = (head.edge.size(), scribe.clock.now().max(head.last_at));
    let entries = scribe.prepare(&mut link.db, vec![event], (index, at), &mut BTreeSet::new())?;
    append(&mut link.db, head, at, &entries)?;
    diesel::update(ledger_head::table.find(1))
        .set(ledger_head::signer.eq(Some(new.verifier().public().to_vec())))
        .execute(&mut link.db)?;
    link.commit()?;
    Ok(index)
}

/// Keeps the receipt of an entry that leads from one key to the next; `sign` makes the checkpoint that ends with it.
pub(super) fn insert(db: &mut Db, index: u64, sign: impl Fn(TreeHead) -> String) -> Result<(), Fault> {
    let (row, size) = (stored(index)?, index.saturating_add(1));
    let path = path::inclusion(index, size, |node| nodes::read(db, node))?;
    let path = path.ok_or(Fault::bare("the entry of the hand-over is missing"))?;
    let leaf: Vec<u8> = ledger_entry::table.find(row).select(ledger_entry::leaf).first(db)?;
    let note = sign(TreeHead { size, root: nodes::root_at(db, size)? });
    let receipt = Receipt { index, leaf, path, note }.to_string();
    diesel::insert_into(ledger_handover::table)
        .values((ledger_handover::entry_idx.eq(row), ledger_handover::receipt.eq(receipt)))
        .execute(db)?;
    Ok(())
}

/// The receipts of every entry that leads to another key, in a log of `size` entries, the oldest first: whoever holds any
/// earlier key follows them to the newest.
pub fn list(db: &mut Db, size: u64) -> Result<Vec<String>, Fault> {
    Ok(ledger_handover::table
        .filter(ledger_handover::entry_idx.lt(stored(size)?))
        .order(ledger_handover::entry_idx)
        .select(ledger_handover::receipt)
        .load(db)?)
}

/// The receipt of one hand-over.
pub fn find(db: &mut Db, index: u64) -> Result<Option<String>, Fault> {
    let row = ledger_handover::table.find(stored(index)?).select(ledger_handover::receipt);
    Ok(row.first(db).optional()?)
}

/// A key that signs or signed the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reign {
    /// Its public half with the log's origin of that time.
    pub key: VerifierKey,
    /// The first entry that it alone has signed for.
    pub from: u64,
    /// The entry that ended it; none for the key that signs now.
    pub until: Option<u64>,
    /// Why it ended: an entry's kind; none for the key that signs now.
    pub ended_by: Option<EventKind>,
}

/// Every key that signs or signed the log, the newest first.
pub fn reigns(db: &mut Db, keyring: &Keyring) -> Result<Vec<Reign>, Fault> {
    let mut key = store::log_key(db, keyring)?.verifier().clone();
    let mut ends = Vec::new();
    for kind in [EventKind::LogEpochOpened, EventKind::LogKeyRotated] {
        let filter = Filter { kind: Some(kind), ..Filter::default() };
        ends.extend(
            store::list_stored(db, &filter, MOST)?.into_iter().map(|entry| (entry.index, kind, entry.leaf)),
        );
    }
    ends.sort_by_key(|(index, ..)| std::cmp::Reverse(*index));
    let (mut reigns, mut until, mut ended_by) = (Vec::new(), None, None);
    for (index, kind, leaf) in ends {
        let named = leaf.ok().and_then(|leaf| leaf.facts.get(OLD)?.to_string().parse().ok());
        // Epochs were opened by earlier versions without naming the key, which stayed the same.
        let before =
            named.or_else(|| key.earlier().into_iter().next().filter(|_| kind == EventKind::LogEpochOpened));
        let from = index.saturating_add(1);
        reigns.push(Reign { key: key.clone(), from, until, ended_by });
        (until, ended_by) = (Some(index), Some(kind));
        key = before.ok_or(Fault::bare("an entry that ends a signing key does not name it"))?;
    }
    reigns.push(Reign { key, from: 0, until, ended_by });
    Ok(reigns)
}
