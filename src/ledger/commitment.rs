//! Personal data beside the log: a leaf commits to it, erasing salt and value makes the commitment say nothing.
//!
//! ```text
//! commitment = HMAC-SHA-256(key: salt, 32 random bytes of this entry and field; message: the value in UTF-8)
//! ```
//!
//! A bare hash of an address can be guessed; with the salt gone, guessing has nothing to compare with.

use super::tree::{hex, unhex};
use crate::clock::Clock;
use ring::hmac;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a newtype over 32 bytes that is written as 64 small hexadecimal digits.
macro_rules! hex_32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; 32]);

        impl TryFrom<String> for $name {
            type Error = NotHex;
            fn try_from(text: String) -> Result<Self, NotHex> {
                unhex(&text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotHex)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                hex(&value.0)
            }
        }
    };
}

/// A text that is not 64 small hexadecimal digits.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 64 small hexadecimal digits")]
pub struct NotHex;

hex_32! {
    /// What a leaf says about a piece of personal data: nothing, without the salt.
    Commitment
}
hex_32! {
    /// The random key of one commitment.
    Salt
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Salt and value: what turns a commitment back into a statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// The salt of this entry and field.
    pub salt: Salt,
    /// The personal data.
    pub value: String,
}

impl Disclosure {
    /// A value with a new salt.
    pub fn new(clock: &Clock, value: String) -> Self {
        Self { salt: Salt(clock.random()), value }
    }

    /// The commitment that a leaf holds.
    pub fn commitment(&self) -> Commitment {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.salt.0);
        let tag = hmac::sign(&key, self.value.as_bytes());
        // HMAC-SHA-256 always yields 32 bytes.
        Commitment(tag.as_ref().try_into().unwrap_or([0; 32]))
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disclosure(..)")
    }
}
