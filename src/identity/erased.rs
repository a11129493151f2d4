//! Addresses of people who were erased, as keyed hashes: so that nobody who was forgotten is written to because a note still
//! names them.
//!
//! Not promised: that a hash says nothing. Whoever holds the keyring can ask it about an address they guess.

use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::erased_address;
use crate::fault::Fault;
use crate::seal::Keyring;
use crate::text::EmailAddress;
use diesel::prelude::*;

/// Label of the blind index over erased addresses: another one than people are found by.
const INDEX: &str = "erased_address";

/// The blind index of an address.
fn index(keyring: &Keyring, email: &EmailAddress) -> Vec<u8> {
    keyring.blind_index(INDEX, &email.lookup()).to_vec()
}

/// Notes that whoever had this address was erased. They may come back, and be erased again.
pub fn insert(db: &mut Db, keyring: &Keyring, email: &EmailAddress, at: Micros) -> Result<(), Fault> {
    let index = index(keyring, email);
    diesel::delete(erased_address::table.find(&index)).execute(db)?;
    diesel::insert_into(erased_address::table)
        .values((erased_address::address_index.eq(index), erased_address::at.eq(at)))
        .execute(db)?;
    Ok(())
}

/// Whether somebody with this address was erased.
pub fn is_erased(db: &mut Db, keyring: &Keyring, email: &EmailAddress) -> Result<bool, Fault> {
    let found = erased_address::table.find(index(keyring, email));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(db)?)
}
