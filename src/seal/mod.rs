//! Sealing: nothing that was confided rests as plaintext.
//!
//! * [`cobblestone`] is the format: C2SP chunked encryption, "Cobblestone-256".
//! * [`Keyring`] holds the secrets of this installation, one per purpose; [`key_sources`] says where it comes from.
//! * [`DataKey`] seals what belongs to one owner; at rest it exists only as a [`WrappedKey`].
//! * [`Sealed`] is a column: ciphertext bound to its [`Place`], so that a copied cell does not open elsewhere.
//!
//! Whoever holds the keyring and the data can read everything; this module defends against whoever holds only one.

pub mod cobblestone;
pub mod context;
pub mod data_key;
pub mod key_sources;
pub mod keyring;
mod keyring_text;
mod later;
mod rotation;
pub mod sealed;

pub use data_key::{DataKey, KeyOwner, WrappedKey};
pub use keyring::{Kek, Keyring, KeyringError};
pub use sealed::{Place, Sealed};

use crate::fault::Fault;
use std::hint::black_box;

/// Why something sealed cannot be opened. The texts are for operators, not for visitors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key commitment differs: sealed under another key, or meant for another place.
    #[error("the key does not fit: sealed under another key, or moved here from another place")]
    WrongKey,
    /// The key fits, but a tag or the length does not.
    #[error("damaged or tampered with: the key fits, the bytes do not")]
    Damaged,
    /// Not our format, or it opened and what was inside is not what this program writes.
    #[error("not in a form this version of Candor writes")]
    Malformed,
    /// The keyring holds no key-encryption key of this name.
    #[error("the keyring holds no key `{0}`; bring back the keyring that has it")]
    UnknownKek(String),
}

/// What a fault is called that comes of something sealed which does not open: damaged, or exchanged for another.
const DAMAGED: &str = "sealed data";
/// The same where the keyring lacks the key.
const NO_KEK: &str = "a key-encryption key that the keyring lacks";

impl From<SealError> for Fault {
    fn from(error: SealError) -> Self {
        let what = if matches!(error, SealError::UnknownKek(_)) { NO_KEK } else { DAMAGED };
        Self::new(what, error)
    }
}

/// Whether a fault says that something sealed was damaged or exchanged.
pub fn is_damage(fault: &Fault) -> bool {
    fault.what() == DAMAGED
}

/// Whether a fault says that something sealed does not open, for whatever reason.
pub fn is_sealed_up(fault: &Fault) -> bool {
    is_damage(fault) || fault.what() == NO_KEK
}

/// Whether both are the same bytes; takes as long for a near miss as for a far one. The lengths are not secret.
pub fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    let difference = left.iter().zip(right).fold(0, |seen, (left, right)| black_box(seen | (left ^ right)));
    left.len() == right.len() && black_box(difference) == 0
}
