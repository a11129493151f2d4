//! What rotation needs: data keys under a named key-encryption key, and keyrings made of other keyrings, with a further
//! key, or without those that are needed no more.
//!
//! Nothing here writes; [`Exchange`](super::key_sources::file::Exchange) puts the result in the place of the file.

use super::keyring::{Kek, Keyring, Parts};
use super::later::Later;
use super::{DataKey, KeyOwner, SealError, WrappedKey};
use crate::clock::Clock;
use crate::ids::KeyId;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The public half of an Ed25519 key.
#[expect(clippy::expect_used, reason = "every 32 bytes are a seed, and every public key has 32 bytes")]
fn public_half(seed: &[u8; 32]) -> [u8; 32] {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed of 32 bytes");
    pair.public_key().as_ref().try_into().expect("a public key of 32 bytes")
}

impl Keyring {
    /// As [`Keyring::new_data_key`], wrapped under the key-encryption key of this name.
    ///
    /// # Errors
    /// [`SealError::UnknownKek`] when neither this keyring nor its file holds it.
    pub fn new_data_key_under(
        &self,
        clock: &Clock,
        owner: KeyOwner,
        kek: &str,
    ) -> Result<(DataKey, WrappedKey), SealError> {
        let kek = self.kek(kek)?;
        let key = DataKey::generate(clock, self.instance(), owner);
        let wrapped = key.wrap(clock, &kek);
        Ok((key, wrapped))
    }
    /// The same data key, wrapped under the key-encryption key `to`; what it sealed stays as it is.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`], and when there is no key `to`.
    pub fn wrap_again(
        &self,
        clock: &Clock,
        (id, owner): (KeyId, KeyOwner),
        wrapped: &WrappedKey,
        to: &str,
    ) -> Result<WrappedKey, SealError> {
        Ok(self.unwrap(id, owner, wrapped)?.wrap(clock, &*self.kek(to)?))
    }
    /// This keyring as its file has it now, with keys that were added since; as it is when it stands in no file, or in none
    /// that can be read.
    #[must_use]
    pub fn read_again(&self) -> Self {
        let read = self.0.later.file().and_then(|file| Self::load(file).ok());
        read.filter(|read| read.instance() == self.instance()).unwrap_or_else(|| self.clone())
    }
    /// Whether this keyring or its file holds a key-encryption key of this name.
    pub fn holds_kek(&self, name: &str) -> bool {
        self.kek(name).is_ok()
    }
    /// The same secrets, to be changed.
    fn parts(&self) -> Parts {
        let Parts { instance, current, earlier, later: _, ledger, token, index, cookie, mark } = &*self.0;
        Parts {
            instance: *instance,
            current: Arc::clone(current),
            earlier: earlier.clone(),
            later: Later::nowhere(),
            ledger: ledger.clone(),
            token: token.clone(),
            index: index.clone(),
            cookie: cookie.clone(),
            mark: mark.clone(),
        }
    }
    /// This keyring with a fresh key-encryption key in front.
    #[must_use]
    pub fn with_new_kek(&self, clock: &Clock) -> Self {
        let mut parts = self.parts();
        let before = std::mem::replace(&mut parts.current, Arc::new(Kek::generate(clock)));
        parts.earlier.insert(0, before);
        Self(Arc::new(parts))
    }
    /// This keyring without the earlier key-encryption keys of these names. The newest one stays whatever is named.
    #[must_use]
    pub fn without_keks(&self, names: &[String]) -> Self {
        let mut parts = self.parts();
        parts.earlier.retain(|kek| names.iter().all(|name| name != kek.name()));
        Self(Arc::new(parts))
    }
    /// This keyring with a fresh signing key of the ledger; the one before is kept until the log is handed over.
    #[must_use]
    pub fn with_new_ledger_key(&self, clock: &Clock) -> Self {
        let mut parts = self.parts();
        let before = std::mem::replace(&mut parts.ledger.current, Zeroizing::new(clock.random()));
        parts.ledger.outgoing = Some(before);
        Self(Arc::new(parts))
    }
    /// This keyring without the outgoing signing key, of which only the public half stays.
    #[must_use]
    pub fn without_outgoing_ledger_key(&self) -> Self {
        let mut parts = self.parts();
        if let Some(outgoing) = parts.ledger.outgoing.take() {
            parts.ledger.past.push(public_half(&outgoing));
        }
        Self(Arc::new(parts))
    }
    /// The seed of the signing key that is being handed over from, while it is.
    pub fn outgoing_ledger_seed(&self) -> Option<&[u8; 32]> {
        self.0.ledger.outgoing.as_deref()
    }
    /// The public halves of every signing key there was, oldest first, the newest last.
    pub fn ledger_public_keys(&self) -> Vec<[u8; 32]> {
        let ledger = &self.0.ledger;
        let mut keys = ledger.past.clone();
        keys.extend(ledger.outgoing.as_deref().map(public_half));
        keys.push(public_half(&ledger.current));
        keys
    }
}
