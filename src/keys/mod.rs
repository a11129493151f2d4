//! Keys: the key-encryption keys of the keyring, which data keys they wrap, and what is destroyed with them.
//!
//! Promises: a rotation wraps data keys anew and touches no sealed byte; it can be cut off at any line and taken up again;
//! whoever reads meanwhile notices nothing. A key-encryption key is retired only when nothing here is wrapped under it.
//! Not promised: that a backup forgets before the keys it is wrapped under are gone from every copy of the keyring.

pub mod acts;
pub mod store;

use crate::clock::Micros;
use crate::fault::{Fault, Kind, Refusal};
use crate::text_enum;

/// A key-encryption key older than this, in days, should be followed by a new one: a quarter.
pub const QUARTER_DAYS: i64 = 92;
/// How many data keys are wrapped anew in one act: others wait for it no longer than for any other act.
pub const STEP: i64 = 100;

text_enum! {
    /// Where a key-encryption key stands, in the order of its life.
    State {
        /// In the keyring, and wraps nothing yet.
        Waiting = "waiting",
        /// Wraps new data keys.
        Current = "current",
        /// Still unwraps.
        Earlier = "earlier",
        /// Nothing is wrapped under it, and it is to leave the keyring.
        Retired = "retired",
        /// Something is wrapped under it, and the keyring does not hold it.
        Missing = "missing",
    }
}

/// A key-encryption key, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kek {
    /// Its name in the keyring.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Whether the keyring that was read holds it.
    pub is_held: bool,
    /// How many data keys are wrapped under it.
    pub data_keys: i64,
    /// Since when it wraps, or wrapped, new data keys.
    pub current_from: Option<Micros>,
    /// Since when nothing is wrapped under an earlier one.
    pub settled_at: Option<Micros>,
    /// Since when it is retired.
    pub retired_at: Option<Micros>,
}

/// Where the rotation of key-encryption keys stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Everything is wrapped under the current key, or there is nothing yet.
    Settled,
    /// A key is in the keyring and was not made the current one yet.
    Prepared {
        /// Its name.
        kek: String,
    },
    /// Data keys are being wrapped anew.
    UnderWay {
        /// Under which key.
        kek: String,
        /// How many are left.
        left: i64,
    },
}

/// Why nothing was done about a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key is current already, or was it before.
    #[error("The key-encryption key {0} was current before; a rotation begins with a new one.")]
    Begun(String),
    /// No rotation was begun.
    #[error("Nothing was ever wrapped here, so there is nothing to wrap anew.")]
    NothingWrapped,
    /// Wrapped under keys that nobody brought.
    #[error(
        "{0} data keys are wrapped under a key that this keyring lacks ({1}). Bring back the keyring that has it, then go on."
    )]
    Lacking(i64, String),
    /// A rotation is not at its end.
    #[error("The rotation is not at its end yet. Go on with `candor keys rotate`; then retire.")]
    Unsettled,
    /// Something is wrapped under it.
    #[error(
        "{1} data keys are still wrapped under {0}. Wrap them anew with `candor keys rotate`; then retire."
    )]
    StillWraps(String, i64),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for KeyError {
    fn kind(&self) -> Kind {
        match self {
            Self::Begun(_)
            | Self::NothingWrapped
            | Self::Lacking(..)
            | Self::Unsettled
            | Self::StillWraps(..) => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}
