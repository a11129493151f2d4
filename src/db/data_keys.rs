//! The table `data_key`: one key per person, per report version, and one for the house, each wrapped by the keyring.
//!
//! Destroying the row destroys what is sealed under the key. Unwrapped keys live as long as the work at hand.

use super::schema::data_key;
use super::{Db, keks, shreds};
use crate::clock::Clock;
use crate::fault::{Fault, Kind};
use crate::ids::KeyId;
use crate::seal::{DataKey, Kek, KeyOwner, Keyring, WrappedKey};
use diesel::prelude::*;

/// Makes and stores a new key for `owner`, who must not have one yet, wrapped under the current key-encryption key.
///
/// # Errors
/// When the keyring lacks that key: this process holds an older copy of the file.
pub fn create(db: &mut Db, keyring: &Keyring, clock: &Clock, owner: KeyOwner) -> Result<DataKey, Fault> {
    let current = if let Some(row) = keks::current(db)? {
        row.name
    } else {
        keks::begin(db, keyring.current_kek(), clock.now())?;
        keks::settle(db, keyring.current_kek(), clock.now())?;
        keyring.current_kek().to_owned()
    };
    let (key, wrapped) = keyring.new_data_key_under(clock, owner, &current)?;
    diesel::insert_into(data_key::table)
        .values((
            data_key::id.eq(key.id()),
            data_key::owner_kind.eq(owner.as_str()),
            data_key::owner_id.eq(owner.id().to_vec()),
            data_key::kek.eq(&wrapped.kek),
            data_key::wrapped.eq(&wrapped.bytes),
            data_key::created_at.eq(clock.now()),
        ))
        .execute(db)?;
    Ok(key)
}

/// A key as it is selected: its id, the key-encryption key, and what that wraps.
pub type Wrapped = (KeyId, String, Vec<u8>);

/// The columns of a key that is read along with a row of the person it belongs to.
pub type Beside = diesel::dsl::Nullable<(data_key::id, data_key::kek, data_key::wrapped)>;

/// Selects the key of a person beside their row; `person` is the column that says who, of the query's own tables.
macro_rules! with_key_of {
    ($query:expr, $person:expr) => {
        $query.left_join(
            $crate::db::schema::data_key::table.on($crate::db::schema::data_key::owner_kind
                .eq($crate::seal::KeyOwner::PERSON)
                .and($crate::db::schema::data_key::owner_id.eq($person))),
        )
    };
}
pub(crate) use with_key_of;

/// The columns of [`Wrapped`], of a query by `with_key_of!`.
pub fn beside() -> Beside {
    (data_key::id, data_key::kek, data_key::wrapped).nullable()
}

/// Unwraps the key that was read.
pub fn unwrap(
    keyring: &Keyring,
    owner: KeyOwner,
    wrapped: Option<Wrapped>,
) -> Result<Option<DataKey>, Fault> {
    let unwrap = |(id, kek, bytes)| keyring.unwrap(id, owner, &WrappedKey { kek, bytes });
    Ok(wrapped.map(unwrap).transpose()?)
}

/// The key of `owner`, or `None` when there is none or it was shredded.
pub fn find_for(db: &mut Db, keyring: &Keyring, owner: KeyOwner) -> Result<Option<DataKey>, Fault> {
    let row: Option<Wrapped> = data_key::table
        .filter(data_key::owner_kind.eq(owner.as_str()))
        .filter(data_key::owner_id.eq(owner.id().to_vec()))
        .select((data_key::id, data_key::kek, data_key::wrapped))
        .first(db)
        .optional()?;
    unwrap(keyring, owner, row)
}

/// The key of `owner`.
///
/// # Errors
/// When there is none: it was shredded, and what it sealed is gone. The fault says so to whoever meets it.
pub fn open_for(db: &mut Db, keyring: &Keyring, owner: KeyOwner) -> Result<DataKey, Fault> {
    if let Some(key) = find_for(db, keyring, owner)? {
        return Ok(key);
    }
    let shred = match owner {
        KeyOwner::Version(version) => shreds::find(db, version)?,
        KeyOwner::Hold(_) | KeyOwner::House | KeyOwner::Letter(_) | KeyOwner::Person(_) => None,
    };
    Err(shred.map_or_else(gone, |shred| shreds::gone(&shred)))
}

/// The key was destroyed, and with it what it sealed.
pub fn gone() -> Fault {
    Fault::bare("no data key").with_kind(Kind::Gone)
}

/// Destroys the key of `owner`, and with it whatever it sealed; the key-encryption key that backups need to open their
/// copy of it. None when there was no key.
pub fn destroy(db: &mut Db, owner: KeyOwner) -> Result<Option<String>, Fault> {
    let of_owner = data_key::table
        .filter(data_key::owner_kind.eq(owner.as_str()))
        .filter(data_key::owner_id.eq(owner.id().to_vec()));
    let kek = of_owner.clone().select(data_key::kek).first(db).optional()?;
    diesel::delete(of_owner).execute(db)?;
    Ok(kek)
}

/// A row as rewrapping reads it: id, owner's kind and id, and what it is wrapped under.
type RowToWrap = (KeyId, String, Vec<u8>, String, Vec<u8>);

/// Wraps as many as `most` keys anew that are wrapped under another key-encryption key than `to`; how many it did. Those
/// under a key that the keyring lacks are left alone.
///
/// A row is changed only if it is still what was read, so nobody's newer key is ever overwritten, whoever else writes.
pub fn rewrap(
    db: &mut Db,
    (keyring, clock): (&Keyring, &Clock),
    to: &str,
    most: i64,
) -> Result<usize, Fault> {
    let from: Vec<&str> = keyring.keks().map(Kek::name).filter(|name| *name != to).collect();
    let rows: Vec<RowToWrap> = data_key::table
        .filter(data_key::kek.eq_any(from))
        .order(data_key::id)
        .select((data_key::id, data_key::owner_kind, data_key::owner_id, data_key::kek, data_key::wrapped))
        .limit(most)
        .load(db)?;
    let mut done = 0;
    for (id, kind, owner, kek, bytes) in rows {
        let owner = owner.try_into().ok().and_then(|owner| KeyOwner::from_parts(&kind, owner));
        let owner = owner.ok_or(Fault::bare("a data key belongs to nobody that is known"))?;
        let old = WrappedKey { kek, bytes };
        let new = keyring.wrap_again(clock, (id, owner), &old, to)?;
        done += diesel::update(data_key::table.find(id))
            .filter(data_key::kek.eq(&old.kek))
            .filter(data_key::wrapped.eq(&old.bytes))
            .set((data_key::kek.eq(&new.kek), data_key::wrapped.eq(&new.bytes)))
            .execute(db)?;
    }
    Ok(done)
}

/// How many keys each key-encryption key wraps: `(kek, count)`, for `candor keys list`.
pub fn count_by_kek(db: &mut Db) -> Result<Vec<(String, i64)>, Fault> {
    Ok(data_key::table
        .group_by(data_key::kek)
        .select((data_key::kek, diesel::dsl::count_star()))
        .order(data_key::kek)
        .load(db)?)
}
