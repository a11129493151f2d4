//! The key that signs a log's checkpoints, made of a seed that only the keyring holds.

use super::note::{Checkpoint, NoteError, VerifierKey};
use super::origin::origin;
use super::path::TreeHead;
use crate::ids::InstanceId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fmt;

/// The key that signs a log's checkpoints.
pub struct LogKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
    /// The public halves of the keys it followed, oldest first.
    pub(super) past: Vec<[u8; 32]>,
    /// The public half of the key that is about to hand over to it.
    pub(super) outgoing: Option<[u8; 32]>,
}

impl LogKey {
    /// The key of an installation's log, from its seed. `epoch` counts the lives of a log, from 1.
    ///
    /// # Errors
    /// [`NoteError::Key`] when the seed is refused.
    pub fn new(seed: &[u8; 32], instance: InstanceId, epoch: u32) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let name = origin(&format!("candor/{instance}"), epoch);
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Self { pair, verifier: VerifierKey::new(name, public), past: Vec::new(), outgoing: None })
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The origin of the log, which is the name of its key.
    pub fn origin(&self) -> &str {
        self.verifier.name()
    }

    /// Signs a text that ends in a newline.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.verifier.id().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.verifier.name(), STANDARD.encode(signature))
    }

    /// Signs a head. Only ever called with a head that was read from the database after its commit.
    pub fn sign_head(&self, head: TreeHead) -> String {
        self.sign(&Checkpoint { origin: self.origin().to_owned(), head }.to_text())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({}, ..)", self.verifier)
    }
}
