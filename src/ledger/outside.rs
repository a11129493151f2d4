//! What somebody has kept outside of a log, and what counts of it: its key, checkpoints, receipts, a witness policy.

use super::mailed;
use super::note::{Checkpoint, NoteError, SignedNote, VerifierKey};
use super::path::TreeHead;
use super::receipt::{RECEIPT_TYPE, Receipt, ReceiptError};
use super::signers::Signers;
use super::verify::{Stop, tampered, unusable};
use super::witness::Policy;

/// What the person who checks has kept outside of what is checked.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The verifier key of the log.
    pub key: Option<VerifierKey>,
    /// Texts of checkpoints or receipts.
    pub notes: Vec<String>,
    /// Which witnesses must have signed a checkpoint (C2SP tlog-policy). It takes the place of the export's own policy.
    pub policy: Option<Policy>,
}

impl Outside {
    /// The heads of the kept checkpoints as they say themselves, smallest first, whoever has signed them: for whoever has the
    /// checkpoints and not the key.
    pub(super) fn unsigned_heads(&self) -> Result<Vec<TreeHead>, Stop> {
        let mut heads = self.notes.iter().map(|note| told(note)).collect::<Result<Vec<_>, _>>()?;
        heads.sort_by_key(|head| head.size);
        Ok(heads)
    }

    /// The heads of the kept checkpoints, smallest first.
    pub(super) fn heads(&self, signers: &Signers) -> Result<Vec<TreeHead>, Stop> {
        let mut heads: Vec<TreeHead> =
            self.checkpoints(signers)?.into_iter().map(|checkpoint| checkpoint.head).collect();
        heads.sort_by_key(|head| head.size);
        Ok(heads)
    }

    /// The kept checkpoints.
    pub(super) fn checkpoints(&self, signers: &Signers) -> Result<Vec<Checkpoint>, Stop> {
        self.notes.iter().map(|note| kept(note, signers)).collect()
    }
}

/// A checkpoint from outside, or that of a receipt, which must be signed by a key of the log.
fn kept(note: &str, signers: &Signers) -> Result<Checkpoint, Stop> {
    let refused = |error: NoteError| match error {
        NoteError::BadSignature | NoteError::NotSigned(_) | NoteError::Retired(_) => {
            tampered(format!("the checkpoint you hold was not signed by the key of this log: {error}"))
        }
        _ => unusable(format!("the checkpoint from outside: {error}")),
    };
    if !note.starts_with(RECEIPT_TYPE) {
        let found = mailed::find(note, |origin| signers.know(origin));
        let note = found.as_deref().unwrap_or(note);
        return signers.open(note).map_err(refused);
    }
    let checked = Receipt::parse(note).and_then(|receipt| signers.check(&receipt));
    checked.map_err(|error| match error {
        ReceiptError::Note(error) => refused(error),
        _ => unusable(format!("the receipt from outside: {error}")),
    })
}

/// What a checkpoint or receipt from outside says of itself.
fn told(note: &str) -> Result<TreeHead, Stop> {
    let refused = |error: NoteError| unusable(format!("the checkpoint from outside: {error}"));
    let found = match Receipt::parse(note) {
        Ok(receipt) => Some(receipt.note),
        Err(_) => mailed::find(note, |origin| origin.starts_with("candor/")),
    };
    let signed = SignedNote::parse(found.as_deref().unwrap_or(note)).map_err(refused)?;
    Ok(Checkpoint::parse(signed.unchecked_text()).map_err(refused)?.head)
}
