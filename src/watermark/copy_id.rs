//! The id of a copy: ten symbols that a person can say over the phone.
//!
//! `7Q4KX-2M9DT`: nine random symbols (45 bits) and a check symbol, in Crockford's base 32, which has no I, L, O and U.
//! Reading is forgiving: case, hyphens and blanks do not matter, O is read as 0, I and L as 1.
//!
//! The check symbol is a weighted sum over GF(32) with a different power of the generator at each place. It
//! finds every single wrong symbol and every two symbols that changed places, which the usual sum modulo 37
//! does only with five extra symbols that nobody can say.
//!
//! Not promised: that an id cannot be guessed. It names a copy, it opens nothing.

use crate::clock::Clock;
use crate::fault::{Kind, Refusal};
use std::fmt;
use std::str::FromStr;

/// Crockford's alphabet, by value.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many symbols are random; the check symbol follows them.
const RANDOM_SYMBOLS: usize = 9;

/// The id of one copy, shown as `XXXXX-XXXXX`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct CopyId([u8; 11]);

/// Why a text is no copy id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyIdError {
    /// A symbol outside the alphabet.
    #[error("A copy id has only digits and letters other than U, such as 7Q4KX-2M9DT.")]
    Symbol,
    /// Not ten symbols.
    #[error("A copy id has ten digits and letters, such as 7Q4KX-2M9DT.")]
    Length,
    /// The check symbol does not fit the others.
    #[error("This is not a copy id: at least one symbol was misread. Please compare it with the page again.")]
    Check,
}

impl Refusal for CopyIdError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl CopyId {
    /// A new id of 45 random bits.
    pub fn new(clock: &Clock) -> Self {
        let random: [u8; RANDOM_SYMBOLS] = clock.random();
        // 256 is a multiple of 32, so the five low bits are uniform.
        Self::from_values(random.map(|byte| byte & 31))
    }
    /// The id as it is shown: `XXXXX-XXXXX`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// The id with these random symbols (values below 32) and their check symbol.
    fn from_values(values: [u8; RANDOM_SYMBOLS]) -> Self {
        let mut shown = [b'-'; 11];
        let places = (0..5).chain(6..11);
        for (place, value) in places.zip(values.into_iter().chain([check(&values)])) {
            if let (Some(slot), Some(symbol)) = (shown.get_mut(place), ALPHABET.get(usize::from(value))) {
                *slot = *symbol;
            }
        }
        Self(shown)
    }
}

/// The check symbol of nine values: the sum over GF(32) of each value times its own power of the generator.
fn check(values: &[u8; RANDOM_SYMBOLS]) -> u8 {
    // Horner's rule: every round multiplies all that came before once more by the generator.
    values.iter().fold(0, |sum, value| times_generator(sum ^ value))
}

/// A value of GF(32) times the generator x, modulo x^5 + x^2 + 1.
const fn times_generator(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { (doubled & 31) ^ 0b0_0101 }
}

/// The value of a symbol as people type it.
fn value_of(symbol: char) -> Option<u8> {
    let symbol = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().zip(0_u8..).find(|(letter, _)| char::from(**letter) == symbol).map(|(_, value)| value)
}

impl FromStr for CopyId {
    type Err = CopyIdError;
    fn from_str(text: &str) -> Result<Self, CopyIdError> {
        let mut values = Vec::with_capacity(10);
        for symbol in
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2014}'))
        {
            values.push(value_of(symbol).ok_or(CopyIdError::Symbol)?);
            if values.len() > RANDOM_SYMBOLS + 1 {
                return Err(CopyIdError::Length);
            }
        }
        let (random, given) = values.split_at_checked(RANDOM_SYMBOLS).ok_or(CopyIdError::Length)?;
        let random = random.try_into().map_err(|_| CopyIdError::Length)?;
        match given {
            [given] if *given == check(&random) => Ok(Self::from_values(random)),
            [_] => Err(CopyIdError::Check),
            _ => Err(CopyIdError::Length),
        }
    }
}

impl fmt::Display for CopyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CopyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopyId({})", self.as_str())
    }
}

impl serde::Serialize for CopyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for CopyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for CopyId
where
    str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
    }
}

impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for CopyId
where
    String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(value)?;
        Ok(text.parse()?)
    }
}
