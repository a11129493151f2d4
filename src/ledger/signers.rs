//! Whose signature counts under a log's checkpoints: the key that signs now, those it followed, and all of them in
//! earlier epochs. The head says which key signs; the keyring holds its seed, and the public halves of those before.

use super::anchor::{BEFORE_HANDOVER, OTHER_SIGNER};
use super::chain::Chain;
use super::link::{Head, Lock, read_head};
use super::note::{Checkpoint, LogKey, NoteError, SignedNote, VerifierKey};
use super::origin::life;
use super::receipt::{Receipt, ReceiptError};
use super::{epoch, handover};
use crate::db::Db;
use crate::fault::Fault;
use crate::seal::Keyring;

/// Verifier keys of one log, the newest first, each with the size up to which it counts if it has handed over.
#[derive(Clone, Debug)]
pub(super) struct Signers(Vec<(VerifierKey, Option<u64>)>);

impl Signers {
    /// These keys, the newest first; each also under the names that its log had in earlier epochs.
    pub(super) fn new(keys: impl IntoIterator<Item = (VerifierKey, Option<u64>)>) -> Self {
        let mut all: Vec<(VerifierKey, Option<u64>)> = Vec::new();
        for (key, until) in keys {
            let earlier = key.earlier();
            for key in std::iter::once(key).chain(earlier) {
                if !all.iter().any(|(known, _)| *known == key) {
                    all.push((key, until));
                }
            }
        }
        Self(all)
    }

    /// A checkpoint that one of them has signed; what is wrong is said of the newest that has signed it at all.
    pub(super) fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        self.open_signed(&SignedNote::parse(note)?)
    }

    /// As [`Signers::open`], of a note that was read.
    pub(super) fn open_signed(&self, signed: &SignedNote) -> Result<Checkpoint, NoteError> {
        self.try_each(NoteError::NotANote, |key| Checkpoint::of(signed, key), is_foreign)
    }

    /// A checkpoint of the log of this origin in any epoch, later ones too: what leaves the house may know more than the
    /// database.
    pub(super) fn open_of_any_epoch(&self, note: &str, ours: &str) -> Result<Checkpoint, NoteError> {
        let signed = SignedNote::parse(note)?;
        let origin = Checkpoint::parse(signed.unchecked_text())?.origin;
        if life(&origin).0 != life(ours).0 {
            return Err(NoteError::NotSigned(ours.to_owned()));
        }
        let named = self.0.iter().map(|(key, until)| (key.with_name(&origin), *until));
        Self(named.collect()).open_signed(&signed)
    }

    /// The checkpoint of a receipt that one of them has signed.
    pub(super) fn check(&self, receipt: &Receipt) -> Result<Checkpoint, ReceiptError> {
        let check = |key: &VerifierKey| receipt.check(key).map(|(_, checkpoint)| checkpoint);
        let foreign = |error: &ReceiptError| matches!(error, ReceiptError::Note(error) if is_foreign(error));
        self.try_each(ReceiptError::Malformed, check, foreign)
    }

    /// Whether a log of this origin is theirs.
    pub(super) fn know(&self, origin: &str) -> bool {
        self.0.iter().any(|(key, _)| key.name() == origin)
    }

    /// What the first key gives that succeeds, or else the first error that is not `foreign`, or the first of all.
    fn try_each<E: From<NoteError>>(
        &self,
        none: E,
        try_key: impl Fn(&VerifierKey) -> Result<Checkpoint, E>,
        foreign: impl Fn(&E) -> bool,
    ) -> Result<Checkpoint, E> {
        let mut told: Option<E> = None;
        for (key, until) in &self.0 {
            let error = match try_key(key) {
                Ok(found) if until.is_none_or(|until| found.head.size <= until) => return Ok(found),
                Ok(_) => E::from(NoteError::Retired(until.unwrap_or(0))),
                Err(error) => error,
            };
            if told.as_ref().is_none_or(|told| foreign(told) && !foreign(&error)) {
                told = Some(error);
            }
        }
        Err(told.unwrap_or(none))
    }
}

/// Whether a note is only another key's.
const fn is_foreign(error: &NoteError) -> bool {
    matches!(error, NoteError::NotSigned(_))
}

/// Whose signature counts under checkpoints of the log that this key signs, as its own database tells.
///
/// An earlier key counts up to its hand-over, which both have signed. One that never handed over, since a backup of the time
/// before was restored, counts up to where the present epoch begins. One that the head still names, or whose hand-over was
/// cut off, has not ended.
pub(super) fn of(db: &mut Db, key: &LogKey) -> Result<Signers, Fault> {
    let receipts = handover::list(db, u64::MAX >> 1)?;
    let chain = Chain::follow(&receipts).map_err(|stop| Fault::new(OTHER_SIGNER, stop.why().to_owned()))?;
    let begins_at = u64::try_from(epoch::begins_at(db)?).unwrap_or(0);
    let named = read_head(db, Lock::None)?.signer;
    let named = named.or(key.past.first().map(|first| first.to_vec())).unwrap_or_default();
    let past = key.past.iter().rev().map(|public| {
        let goes_on = key.outgoing == Some(*public) || *public == *named;
        let until = chain.ended_at(public).unwrap_or(begins_at);
        (key.verifier().with_public(*public), (!goes_on).then_some(until))
    });
    Ok(Signers::new(std::iter::once((key.verifier().clone(), None)).chain(past)))
}

/// A seed as a key of this epoch, knowing those before it.
pub(super) fn key_of(keyring: &Keyring, seed: &[u8; 32], epoch: u32) -> Result<LogKey, Fault> {
    let mut key = LogKey::new(seed, keyring.instance(), epoch)
        .map_err(|error| Fault::new("signing key of the log", error))?;
    let publics = keyring.ledger_public_keys().into_iter();
    key.past = publics.take_while(|public| public != key.verifier().public()).collect();
    // The outgoing key, while there is one, is the last before the newest.
    key.outgoing = keyring.outgoing_ledger_seed().and(keyring.ledger_public_keys().into_iter().nth_back(1));
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
