//! The queue of letters: rows written by the act, sealed under the recipient's key, sent by the worker.
//!
//! Sending is at least once: a crash between the mail server's answer and our note of it sends the letter again.

use super::House;
use super::letter::{Letter, LetterKind};
use crate::clock::Micros;
use crate::db::node_schema::letter_claim;
use crate::db::schema::letter;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::ids::{LetterId, NodeId, PersonId};
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed, is_sealed_up};
use crate::text_enum;
use diesel::prelude::*;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Letters opened at a time.
const PAGE: i64 = 200;
/// After so many tries a letter has failed.
const MOST_TRIES: i32 = 12;
/// Letters to several people that belong together are queued within so many seconds.
const ROUND_SECS: i64 = 600;
/// The longest wait between two tries.
const LONGEST_WAIT_SECS: i64 = 3_600;

text_enum! {
    /// Where a letter stands.
    LetterState {
        /// To be sent.
        Waiting = "waiting",
        /// Handed to the mail server.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
    }
}

/// A letter's row without its content.
#[derive(Clone, Debug, Queryable)]
pub struct Queued {
    /// Which letter.
    pub id: LetterId,
    /// To whom.
    pub person: PersonId,
    /// About what; unknown kinds of older versions are shown as they are.
    pub kind: String,
    content: Sealed<Letter>,
    /// When its act was committed.
    pub created_at: Micros,
    /// When it is tried next.
    pub next_try_at: Micros,
    /// How often it was tried.
    pub tries: i32,
    /// Where it stands.
    pub state: LetterState,
    /// When the mail server took it.
    pub sent_at: Option<Micros>,
    /// What the mail server said the last time, without addresses.
    pub last_error: Option<String>,
}

impl Queued {
    /// Opens the letter.
    pub fn open(&self, db: &mut Db, keyring: &Keyring) -> Result<Letter, Fault> {
        let key = data_keys::open_for(db, keyring, owner(self.id, self.person, &self.kind))?;
        Ok(key.open(&place(self.id), &self.content)?)
    }
}

/// Where a letter's content lies.
fn place(id: LetterId) -> Place {
    Place { table: "letter", row: *id.as_bytes(), column: "content" }
}

/// Whose key seals a letter: its recipient's, but for the one that tells somebody that their key was destroyed.
fn owner(id: LetterId, person: PersonId, kind: &str) -> KeyOwner {
    if kind == LetterKind::Erased.as_str() { KeyOwner::Letter(id) } else { KeyOwner::Person(person) }
}

/// Queues a letter; called inside the act that causes it.
pub fn enqueue(db: &mut Db, house: &House, person: PersonId, content: &Letter) -> Result<LetterId, Fault> {
    let id = LetterId::new(&house.clock);
    let key = match owner(id, person, content.kind.as_str()) {
        of_letter @ KeyOwner::Letter(_) => data_keys::create(db, &house.keyring, &house.clock, of_letter)?,
        known => data_keys::open_for(db, &house.keyring, known)?,
    };
    let now = house.clock.now();
    diesel::insert_into(letter::table)
        .values((
            letter::id.eq(id),
            letter::person_id.eq(person),
            letter::kind.eq(content.kind.as_str()),
            letter::content.eq(key.seal(&house.clock, &place(id), content)?),
            letter::created_at.eq(now),
            letter::next_try_at.eq(now),
            letter::tries.eq(0),
            letter::state.eq(LetterState::Waiting),
        ))
        .execute(db)?;
    Ok(id)
}

/// A letter of a kind that names others than its recipient; none when it is of another kind, is gone, or does not open.
pub fn find_naming_others(db: &mut Db, keyring: &Keyring, id: LetterId) -> Result<Option<Letter>, Fault> {
    let queued: Option<Queued> = letter::table.find(id).first(db).optional()?;
    let queued = queued.filter(|queued| kind_of(queued).is_some_and(LetterKind::names_others));
    let Some(queued) = queued else { return Ok(None) };
    match queued.open(db, keyring) {
        Ok(letter) => Ok(Some(letter)),
        Err(fault) if fault.kind() == Kind::Gone || is_sealed_up(&fault) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Letters whose time has come, oldest first.
pub fn list_due(db: &mut Db, now: Micros, most: i64) -> Result<Vec<Queued>, Fault> {
    Ok(letter::table
        .filter(letter::state.eq(LetterState::Waiting))
        .filter(letter::next_try_at.le(now))
        .order(letter::id)
        .limit(most)
        .load(db)?)
}

/// How long a node may take for the letters it has claimed, in seconds. Then others may send them.
const CLAIM_SECS: i64 = 600;

/// Claims letters whose time has come for a node, oldest first: those that no other node has claimed. In the writer's
/// transaction, which all nodes take in turn.
pub fn claim_due(db: &mut Db, node: NodeId, now: Micros, most: i64) -> Result<Vec<Queued>, Fault> {
    let due = list_due(db, now, most)?;
    let ids: Vec<LetterId> = due.iter().map(|letter| letter.id).collect();
    let taken: Vec<LetterId> = letter_claim::table
        .filter(letter_claim::letter_id.eq_any(ids))
        .filter(letter_claim::node_id.ne(node))
        .filter(letter_claim::until.gt(now))
        .select(letter_claim::letter_id)
        .load(db)?;
    let mine: Vec<Queued> = due.into_iter().filter(|letter| !taken.contains(&letter.id)).collect();
    for letter in &mine {
        diesel::delete(letter_claim::table.find(letter.id)).execute(db)?;
        let claim = (
            letter_claim::letter_id.eq(letter.id),
            letter_claim::node_id.eq(node),
            letter_claim::until.eq(now.plus_secs(CLAIM_SECS)),
        );
        diesel::insert_into(letter_claim::table).values(claim).execute(db)?;
    }
    Ok(mine)
}

/// The newest letters of any state, for the demo's page and for staff.
pub fn list_newest(db: &mut Db, most: i64) -> Result<Vec<Queued>, Fault> {
    Ok(letter::table.order(letter::id.desc()).limit(most).load(db)?)
}

/// How many letters wait for `id`s of this kind; for tests that wait for an empty queue.
pub fn count_waiting(db: &mut Db) -> Result<i64, Fault> {
    Ok(letter::table.filter(letter::state.eq(LetterState::Waiting)).count().get_result(db)?)
}

/// Why a letter of this kind was not sent yet, of those that were queued in the newest round; none when each was sent or is not
/// tried yet.
pub fn why_undelivered(db: &mut Db, kind: LetterKind) -> Result<Option<String>, Fault> {
    let of_kind = letter::table.filter(letter::kind.eq(kind.as_str()));
    let newest: Option<Micros> = of_kind.select(diesel::dsl::max(letter::created_at)).first(db)?;
    let Some(newest) = newest else { return Ok(None) };
    let why: Option<Option<String>> = of_kind
        .filter(letter::created_at.ge(newest.plus_secs(-ROUND_SECS)))
        .filter(letter::state.ne(LetterState::Sent))
        .filter(letter::last_error.is_not_null())
        .order(letter::id)
        .select(letter::last_error)
        .first(db)
        .optional()?;
    Ok(why.flatten())
}

/// Deletes a letter that has a key of its own, with that key; `false` when it has none. Such a letter is kept no longer
/// than until it has left or is given up.
fn delete_own(db: &mut Db, id: LetterId) -> Result<bool, Fault> {
    if data_keys::destroy(db, KeyOwner::Letter(id))?.is_none() {
        return Ok(false);
    }
    diesel::delete(letter_claim::table.find(id)).execute(db)?;
    diesel::delete(letter::table.find(id)).execute(db)?;
    Ok(true)
}

/// How many letters to a person are kept, in any state.
pub fn count_by_person(db: &mut Db, person: PersonId) -> Result<i64, Fault> {
    Ok(letter::table.filter(letter::person_id.eq(person)).count().get_result(db)?)
}

/// Deletes every letter to a person, sent or not.
pub fn delete_by_person(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    let ids: Vec<LetterId> =
        letter::table.filter(letter::person_id.eq(person)).select(letter::id).load(db)?;
    delete(db, &ids)
}

/// Deletes those of these letters that left or were given up.
pub fn delete_done(db: &mut Db, ids: &[LetterId]) -> Result<usize, Fault> {
    let done: Vec<LetterId> = letter::table
        .filter(letter::id.eq_any(ids))
        .filter(letter::state.ne(LetterState::Waiting))
        .select(letter::id)
        .load(db)?;
    delete(db, &done)
}

/// Deletes letters with their claims.
fn delete(db: &mut Db, ids: &[LetterId]) -> Result<usize, Fault> {
    diesel::delete(letter_claim::table.filter(letter_claim::letter_id.eq_any(ids))).execute(db)?;
    Ok(diesel::delete(letter::table.filter(letter::id.eq_any(ids))).execute(db)?)
}

/// Takes somebody out of letters to others: what was sent is deleted, what waits loses their `names`, and with them the
/// `besides` that say more of them and of others. How many there were.
/// Opens every letter of the kinds that name others.
pub fn forget_in_others(
    db: &mut Db,
    house: &House,
    (names, besides): (&[String], &[String]),
) -> Result<usize, Fault> {
    let kinds: Vec<&str> =
        LetterKind::ALL.iter().filter(|kind| kind.names_others()).map(|kind| kind.as_str()).collect();
    let mut keys: HashMap<PersonId, DataKey> = HashMap::new();
    let (mut last, mut forgotten) = (None, 0);
    loop {
        let mut page =
            letter::table.filter(letter::kind.eq_any(&kinds)).order(letter::id).limit(PAGE).into_boxed();
        if let Some(last) = last {
            page = page.filter(letter::id.gt(last));
        }
        let rows: Vec<Queued> = page.load(db)?;
        let Some(newest) = rows.last() else { return Ok(forgotten) };
        last = Some(newest.id);
        for row in rows {
            if let Entry::Vacant(unknown) = keys.entry(row.person) {
                unknown.insert(data_keys::open_for(db, &house.keyring, KeyOwner::Person(row.person))?);
            }
            let Some(key) = keys.get(&row.person) else { continue };
            let content: Letter = key.open(&place(row.id), &row.content)?;
            let Some(without) = content.without(names) else { continue };
            let without = without.without(besides).unwrap_or(without);
            forgotten += 1;
            if row.state == LetterState::Waiting {
                let sealed = key.seal(&house.clock, &place(row.id), &without)?;
                diesel::update(letter::table.find(row.id)).set(letter::content.eq(sealed)).execute(db)?;
            } else {
                delete(db, &[row.id])?;
            }
        }
    }
}

/// Notes that the mail server took the letter. Idempotent.
pub fn update_sent(db: &mut Db, id: LetterId, now: Micros) -> Result<(), Fault> {
    if delete_own(db, id)? {
        return Ok(());
    }
    diesel::update(letter::table.find(id))
        .set((
            letter::state.eq(LetterState::Sent),
            letter::sent_at.eq(now),
            letter::last_error.eq(None::<String>),
        ))
        .execute(db)?;
    diesel::delete(letter_claim::table.find(id)).execute(db)?;
    Ok(())
}

/// Notes a failed try: the next one comes after 30 s, doubled each time, an hour at the most. Idempotent per try.
pub fn update_failed(db: &mut Db, queued: &Queued, now: Micros, error: &str) -> Result<(), Fault> {
    let tries = queued.tries + 1;
    let wait_secs = 30_i64.saturating_mul(1 << tries.clamp(0, 10)).min(LONGEST_WAIT_SECS);
    let state = if tries >= MOST_TRIES { LetterState::Failed } else { LetterState::Waiting };
    if state == LetterState::Failed && delete_own(db, queued.id)? {
        return Ok(());
    }
    diesel::update(letter::table.find(queued.id))
        .set((
            letter::state.eq(state),
            letter::tries.eq(tries),
            letter::next_try_at.eq(now.plus_secs(wait_secs)),
            letter::last_error.eq(error),
        ))
        .execute(db)?;
    diesel::delete(letter_claim::table.find(queued.id)).execute(db)?;
    Ok(())
}

/// The kind as its enum, when this version knows it.
pub fn kind_of(queued: &Queued) -> Option<LetterKind> {
    LetterKind::parse(&queued.kind)
}
