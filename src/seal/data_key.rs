//! Data keys: one random key per owner, at rest only wrapped by a key-encryption key.
//!
//! A wrapped key is the Cobblestone-256 sealing of the 32 secret bytes (104 bytes in all) with the context
//!
//! ```text
//! "candor/dek/v1" | kek id | instance id 16 | key id 16 | owner kind | owner id 16
//! ```
//!
//! each field with its length before it. Destroying the wrapped key destroys whatever it sealed.

use super::SealError;
use super::cobblestone;
use super::context::Context;
use super::keyring::Kek;
use crate::clock::Clock;
use crate::ids::{HoldId, InstanceId, KeyId, LetterId, PersonId, VersionId};
use std::fmt;
use zeroize::Zeroizing;

/// The one purpose of a key-encryption key.
const WRAP: &str = "candor/dek/v1";

/// Whose data a key seals; destroying the key makes exactly this owner's data unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// What is kept under one hold.
    Hold(HoldId),
    /// What belongs to the installation itself.
    House,
    /// One letter to somebody who has no key any more.
    Letter(LetterId),
    /// What names one person.
    Person(PersonId),
    /// The content of one report version.
    Version(VersionId),
}

impl KeyOwner {
    /// The stored word of people, for queries that read their keys along.
    pub const PERSON: &'static str = "person";
    /// The stored word: `hold`, `house`, `letter`, `person` or `version`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold(_) => "hold",
            Self::House => "house",
            Self::Letter(_) => "letter",
            Self::Person(_) => Self::PERSON,
            Self::Version(_) => "version",
        }
    }
    /// The owner's id, as stored; sixteen zero bytes for the house.
    pub const fn id(self) -> [u8; 16] {
        match self {
            Self::Hold(id) => *id.as_bytes(),
            Self::House => [0; 16],
            Self::Letter(id) => *id.as_bytes(),
            Self::Person(id) => *id.as_bytes(),
            Self::Version(id) => *id.as_bytes(),
        }
    }
    /// The owner with this stored word and id; nothing when there is no such owner.
    pub fn from_parts(word: &str, id: [u8; 16]) -> Option<Self> {
        match word {
            "hold" => Some(Self::Hold(HoldId::from_bytes(id))),
            "house" if id == [0; 16] => Some(Self::House),
            "letter" => Some(Self::Letter(LetterId::from_bytes(id))),
            Self::PERSON => Some(Self::Person(PersonId::from_bytes(id))),
            "version" => Some(Self::Version(VersionId::from_bytes(id))),
            _ => None,
        }
    }
}

/// A data key as it rests in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The name of the key-encryption key it is wrapped under.
    pub kek: String,
    /// The sealed secret, 104 bytes.
    pub bytes: Vec<u8>,
}

/// A key that seals one owner's data. The secret is erased from memory when dropped.
pub struct DataKey {
    id: KeyId,
    instance: InstanceId,
    owner: KeyOwner,
    secret: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// A new random key.
    pub(super) fn generate(clock: &Clock, instance: InstanceId, owner: KeyOwner) -> Self {
        Self { id: KeyId::new(clock), instance, owner, secret: Zeroizing::new(clock.random()) }
    }
    /// The name of this key, stored beside whatever it seals.
    pub const fn id(&self) -> KeyId {
        self.id
    }
    /// The installation it belongs to.
    pub const fn instance(&self) -> InstanceId {
        self.instance
    }
    /// Whose data it seals.
    pub const fn owner(&self) -> KeyOwner {
        self.owner
    }
    /// The secret, for whoever binds their own context: columns here, objects in the vault.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
    /// This key, sealed under the key-encryption key `kek`.
    pub(super) fn wrap(&self, clock: &Clock, kek: &Kek) -> WrappedKey {
        let context = wrap_context(kek.name(), self.instance, self.id, self.owner);
        let bytes = cobblestone::seal(&kek.secret, context.as_bytes(), clock, self.secret.as_slice());
        WrappedKey { kek: kek.name().to_owned(), bytes }
    }
    /// The key inside `wrapped`, if `kek` and all that names it fit.
    pub(super) fn unwrap(
        (instance, id, owner): (InstanceId, KeyId, KeyOwner),
        wrapped: &WrappedKey,
        kek: &Kek,
    ) -> Result<Self, SealError> {
        let context = wrap_context(kek.name(), instance, id, owner);
        let bytes = Zeroizing::new(cobblestone::open(&kek.secret, context.as_bytes(), &wrapped.bytes)?);
        let secret = bytes.as_slice().try_into().map_err(|_| SealError::Malformed)?;
        Ok(Self { id, instance, owner, secret: Zeroizing::new(secret) })
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("id", &self.id).field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// What a wrapped key is bound to.
fn wrap_context(kek: &str, instance: InstanceId, id: KeyId, owner: KeyOwner) -> Context {
    Context::new(WRAP)
        .field(kek.as_bytes())
        .field(instance.as_bytes())
        .field(id.as_bytes())
        .field(owner.as_str().as_bytes())
        .field(&owner.id())
}
