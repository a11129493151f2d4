//! The table `data_key`: one key per person, per report version, and one for the house, each wrapped by the keyring.
//!
//! Destroying the row destroys what is sealed under the key. Unwrapped keys live as long as the work at hand.

use super::Db;
use super::schema::data_key;
use crate::clock::Clock;
use crate::fault::{Fault, Kind};
use crate::seal::{DataKey, KeyOwner, Keyring, WrappedKey};
use diesel::prelude::*;

/// Makes and stores a new key for `owner`, who must not have one yet.
pub fn create(db: &mut Db, keyring: &Keyring, clock: &Clock, owner: KeyOwner) -> Result<DataKey, Fault> {
    let (key, wrapped) = keyring.new_data_key(clock, owner);
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

/// The key of `owner`, or `None` when there is none or it was shredded.
pub fn find_for(db: &mut Db, keyring: &Keyring, owner: KeyOwner) -> Result<Option<DataKey>, Fault> {
    let row: Option<(crate::ids::KeyId, String, Vec<u8>)> = data_key::table
        .filter(data_key::owner_kind.eq(owner.as_str()))
        .filter(data_key::owner_id.eq(owner.id().to_vec()))
        .select((data_key::id, data_key::kek, data_key::wrapped))
        .first(db)
        .optional()?;
    row.map(|(id, kek, bytes)| keyring.unwrap(id, owner, &WrappedKey { kek, bytes }).map_err(Fault::from))
        .transpose()
}

/// The key of `owner`.
///
/// # Errors
/// When there is none: it was shredded, and what it sealed is gone.
pub fn open_for(db: &mut Db, keyring: &Keyring, owner: KeyOwner) -> Result<DataKey, Fault> {
    find_for(db, keyring, owner)?.ok_or(Fault::bare("no data key").with_kind(Kind::Gone))
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

/// How many keys each key-encryption key wraps: `(kek, count)`, for `candor keys list`.
pub fn count_by_kek(db: &mut Db) -> Result<Vec<(String, i64)>, Fault> {
    Ok(data_key::table
        .group_by(data_key::kek)
        .select((data_key::kek, diesel::dsl::count_star()))
        .order(data_key::kek)
        .load(db)?)
}
