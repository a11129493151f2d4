//! Whose signature counts under a log's checkpoints: the key that signs now, those it followed, and all of them in
//! earlier epochs. The head says which key signs; the keyring holds its seed, and the public halves of those before.

use super::anchor::{BEFORE_HANDOVER, OTHER_SIGNER};
use super::link::Head;
use super::note::{Checkpoint, LogKey, NoteError, SignedNote, VerifierKey};
use super::origin::life;
use super::receipt::{Receipt, ReceiptError};
use crate::fault::Fault;
use crate::seal::Keyring;

/// Verifier keys of one log.
#[derive(Clone, Debug)]
pub(super) struct Signers(Vec<VerifierKey>);

impl Signers {
    /// These keys, the newest first; each also under the names that its log had in earlier epochs.
    pub(super) fn new(keys: impl IntoIterator<Item = VerifierKey>) -> Self {
        let mut all: Vec<VerifierKey> = Vec::new();
        for key in keys {
            let earlier = key.earlier();
            for key in std::iter::once(key).chain(earlier) {
                if !all.contains(&key) {
                    all.push(key);
                }
            }
        }
        Self(all)
    }

    /// A checkpoint that one of them has signed; what is wrong is said of the newest.
    pub(super) fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        self.try_each(NoteError::NotANote, |key| Checkpoint::open(note, key))
    }

    /// The checkpoint of a receipt that one of them has signed.
    pub(super) fn check(&self, receipt: &Receipt) -> Result<Checkpoint, ReceiptError> {
        self.try_each(ReceiptError::Malformed, |key| receipt.check(key).map(|(_, checkpoint)| checkpoint))
    }

    /// Whether a log of this origin is theirs.
    pub(super) fn know(&self, origin: &str) -> bool {
        self.0.iter().any(|key| key.name() == origin)
    }

    /// What the first key gives that succeeds, or else the error of the first of all.
    fn try_each<T, E>(&self, none: E, try_key: impl Fn(&VerifierKey) -> Result<T, E>) -> Result<T, E> {
        let mut first = None;
        for key in &self.0 {
            match try_key(key) {
                Ok(found) => return Ok(found),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(none))
    }
}

impl LogKey {
    /// Whose signature counts under checkpoints of its log.
    pub(super) fn signers(&self) -> Signers {
        let past = self.past.iter().rev().map(|public| self.verifier().with_public(*public));
        Signers::new(std::iter::once(self.verifier().clone()).chain(past))
    }

    /// A checkpoint of its log in any epoch, later ones too, signed by it or by a key before it: what leaves the house may know
    /// more than the database.
    pub(super) fn open_of_any_epoch(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let origin = Checkpoint::parse(SignedNote::parse(note)?.unchecked_text())?.origin;
        if life(&origin).0 != life(self.origin()).0 {
            return Err(NoteError::NotSigned(self.origin().to_owned()));
        }
        let past = self.past.iter().rev().map(|public| self.verifier().with_public(*public));
        let keys = std::iter::once(self.verifier().clone()).chain(past);
        Signers(keys.map(|key| key.with_name(&origin)).collect()).open(note)
    }
}

/// A seed as a key of this epoch, knowing those before it.
pub(super) fn key_of(keyring: &Keyring, seed: &[u8; 32], epoch: u32) -> Result<LogKey, Fault> {
    let mut key = LogKey::new(seed, keyring.instance(), epoch)
        .map_err(|error| Fault::new("signing key of the log", error))?;
    let publics = keyring.ledger_public_keys().into_iter();
    key.past = publics.take_while(|public| public != key.verifier().public()).collect();
    Ok(key)
}

/// The newest key of the keyring.
pub(super) fn newest_key(keyring: &Keyring, epoch: u32) -> Result<LogKey, Fault> {
    key_of(keyring, keyring.ledger_seed(), epoch)
}

/// The key that the head names.
///
/// # Errors
/// [`BEFORE_HANDOVER`] when only its public half is left, [`OTHER_SIGNER`] when the keyring has never heard of it.
pub(super) fn signing_key(keyring: &Keyring, head: &Head) -> Result<LogKey, Fault> {
    let wanted = signer(keyring, head)?;
    for seed in std::iter::once(keyring.ledger_seed()).chain(keyring.outgoing_ledger_seed()) {
        let key = key_of(keyring, seed, head.epoch)?;
        if *key.verifier() == wanted {
            return Ok(key);
        }
    }
    Err(Fault::bare(BEFORE_HANDOVER))
}

/// The public half of the key that the head names.
///
/// # Errors
/// [`OTHER_SIGNER`] when the keyring has never heard of it.
pub(super) fn signer(keyring: &Keyring, head: &Head) -> Result<VerifierKey, Fault> {
    let publics = keyring.ledger_public_keys();
    // Before anybody rotated it the head names nobody: it is the first key there was.
    let wanted = head.signer.as_deref().or(publics.first().map(<[u8; 32]>::as_slice)).unwrap_or_default();
    let public = publics.iter().find(|public| *public == wanted).ok_or(Fault::bare(OTHER_SIGNER))?;
    Ok(newest_key(keyring, head.epoch)?.verifier().with_public(*public))
}

/// The key to read the log by: the one that the head names, or, where only its public half is left, the newest, which knows
/// all before it.
pub(super) fn reading_key(keyring: &Keyring, head: &Head) -> Result<LogKey, Fault> {
    match signing_key(keyring, head) {
        Err(fault) if fault.what() == BEFORE_HANDOVER => newest_key(keyring, head.epoch),
        found => found,
    }
}
