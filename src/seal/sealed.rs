//! Sealed columns: a value as ciphertext that opens only in the cell it was written for.
//!
//! ```text
//! cell    = version 1 (one byte, 0x01) | key id 16 | Cobblestone-256 of the value as JSON
//! context = "candor/column/v1" | instance id 16 | table | row 16 | column | key id 16
//! ```
//!
//! each field of the context with its length before it. Moving a cell to another row, column, table or installation
//! makes it unreadable. Not promised: that an older value of the same cell is noticed, nor that lengths stay secret.

use super::context::Context;
use super::{DataKey, SealError, cobblestone};
use crate::clock::Clock;
use crate::ids::KeyId;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::marker::PhantomData;
use zeroize::Zeroizing;

/// The one purpose of sealing with a data key in here.
const COLUMN: &str = "candor/column/v1";
/// The version of the cell's format, its first byte.
const FORMAT: u8 = 1;

/// The cell a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table's name.
    pub table: &'static str,
    /// The row's id.
    pub row: [u8; 16],
    /// The column's name.
    pub column: &'static str,
}

/// A column that holds a `T` as ciphertext; a [`DataKey`] seals and opens it.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Sealed<T> {
    key: KeyId,
    bytes: Vec<u8>,
    value: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// The key that opens it.
    pub const fn key_id(&self) -> KeyId {
        self.key
    }
    /// The whole cell, as stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// The cell with these stored bytes.
    ///
    /// # Errors
    /// [`SealError::Malformed`] when it is no cell of this format.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SealError> {
        let (&[FORMAT], rest) = bytes.split_first_chunk::<1>().ok_or(SealError::Malformed)? else {
            return Err(SealError::Malformed);
        };
        let (key, _) = rest.split_first_chunk::<16>().ok_or(SealError::Malformed)?;
        Ok(Self { key: KeyId::from_bytes(*key), bytes, value: PhantomData })
    }
    /// The ciphertext behind version and key id.
    fn ciphertext(&self) -> &[u8] {
        self.bytes.split_at_checked(17).map_or(&[], |(_, ciphertext)| ciphertext)
    }
}

impl DataKey {
    /// Seals `value` for the cell `place`.
    ///
    /// # Errors
    /// [`SealError::Malformed`] when `value` cannot be written as JSON, such as a map with keys that are no texts.
    pub fn seal<T: Serialize>(
        &self,
        clock: &Clock,
        place: &Place,
        value: &T,
    ) -> Result<Sealed<T>, SealError> {
        let json = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealError::Malformed)?);
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(self.id().as_bytes());
        bytes.extend(cobblestone::seal(self.secret(), self.column(place).as_bytes(), clock, &json));
        Ok(Sealed { key: self.id(), bytes, value: PhantomData })
    }
    /// Opens what [`DataKey::seal`] sealed for the same cell.
    ///
    /// # Errors
    /// [`SealError::WrongKey`] for another key or another cell, [`SealError::Damaged`] for changed bytes,
    /// [`SealError::Malformed`] when the value inside is no `T`; none of them repeats anything of the value.
    pub fn open<T: DeserializeOwned>(&self, place: &Place, sealed: &Sealed<T>) -> Result<T, SealError> {
        if sealed.key != self.id() {
            return Err(SealError::WrongKey);
        }
        let json = cobblestone::open(self.secret(), self.column(place).as_bytes(), sealed.ciphertext())?;
        serde_json::from_slice(&Zeroizing::new(json)).map_err(|_| SealError::Malformed)
    }
    /// What a cell is bound to.
    fn column(&self, place: &Place) -> Context {
        Context::new(COLUMN)
            .field(self.instance().as_bytes())
            .field(place.table.as_bytes())
            .field(&place.row)
            .field(place.column.as_bytes())
            .field(self.id().as_bytes())
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self { key: self.key, bytes: self.bytes.clone(), value: PhantomData }
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes under {:?})", self.bytes.len(), self.key)
    }
}

impl<DB: Backend, T> ToSql<Binary, DB> for Sealed<T>
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <[u8] as ToSql<Binary, DB>>::to_sql(&self.bytes, out)
    }
}

impl<DB: Backend, T> FromSql<Binary, DB> for Sealed<T>
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        // A cell that is none any more fits no key: whoever opens it is told, and the rest of its row can be read.
        let bytes = <Vec<u8> as FromSql<Binary, DB>>::from_sql(value)?;
        Ok(Self::from_bytes(bytes.clone()).unwrap_or(Self {
            key: KeyId::from_bytes([0; 16]),
            bytes,
            value: PhantomData,
        }))
    }
}
