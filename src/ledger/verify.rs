//! The offline check of an export or a receipt: no database, no network, one pass, no trust in what is checked.
//!
//! Whoever holds database and signing key can regrow a whole log with valid signatures. So the verdict says what it
//! rests on: a checkpoint that was kept outside *anchors* everything up to its size; without one the export is
//! "consistent, not anchored", however good its signatures are.
//!
//! Checked are the manifest's signature and digests over every byte, every leaf's form, order of time, the root of
//! every checkpoint (which makes all of them consistent with each other), disclosed personal data against its
//! commitments, and the rules of [`audit`](super::audit).

use super::audit::Audit;
use super::bundle::Bundle;
use super::chain::{Chain, Lead, is_handover};
use super::disclosures::Disclosures;
use super::export;
use super::leaf::{LEAF_LIMIT_BYTES, LEAF_VERSION};
use super::losses::Losses;
use super::note::{Checkpoint, NoteError, SignedNote};
use super::origin::life;
use super::path::TreeHead;
use super::receipt::{Receipt, ReceiptError};
use super::roots::Roots;
use serde::Serialize;
use std::path::Path;

pub use super::outside::Outside;

/// The longest line that holds a note or a disclosure.
pub(super) const LINE_LIMIT_BYTES: usize = 256 * 1024;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// Everything fits.
    Whole(Whole),
    /// Something was changed, left out or added.
    Tampered {
        /// The first entry that is wrong, or from which on something is wrong; none when it is no entry.
        index: Option<u64>,
        /// What is wrong, for people.
        why: String,
    },
    /// Not something that can be checked.
    Unusable {
        /// What is missing, for people.
        why: String,
    },
}

/// What a whole log was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// The log's origin.
    pub origin: String,
    /// The verifier key that all signatures fit.
    pub key: String,
    /// Whether that key came from outside.
    pub key_from_outside: bool,
    /// How often the log's key was handed over to another, each time signed by both.
    #[serde(skip_serializing_if = "is_zero")]
    pub handovers: u64,
    /// How often it was replaced after a restore, without the signature of the key before.
    #[serde(skip_serializing_if = "is_zero")]
    pub replaced: u64,
    /// Number of entries; for a receipt, those of its checkpoint.
    pub entries: u64,
    /// Root over them, in hexadecimal digits.
    pub root: String,
    /// Number of signed checkpoints that were checked.
    pub checkpoints: u64,
    /// Size of the largest checkpoint from outside that the log extends; none when it is not anchored.
    pub anchored_at: Option<u64>,
    /// Size of the largest checkpoint that enough witnesses have signed, by the policy from outside, or else by the one that
    /// came with the log, which whoever made that has written too.
    pub witnessed_at: Option<u64>,
    /// Whether the policy came from outside.
    #[serde(skip_serializing_if = "is_no")]
    pub policy_from_outside: bool,
    /// Downloads that have started and not ended.
    pub open_downloads: u64,
    /// Commitments to personal data that were disclosed and fit.
    pub disclosed: u64,
    /// Commitments of people who were erased: they say nothing any more.
    pub erased: u64,
    /// Other commitments that were not disclosed.
    pub undisclosed: u64,
    /// What could not be checked, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unchecked: Vec<String>,
}

/// Whether there is nothing to tell of: a log whose key was never handed over is told of as ever.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Whether there is nothing to tell of: see [`is_zero`].
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_no(answer: &bool) -> bool {
    !*answer
}

impl Verdict {
    /// 0 whole, 1 tampered, 2 unusable.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Whole(_) => 0,
            Self::Tampered { .. } => 1,
            Self::Unusable { .. } => 2,
        }
    }
}

/// Ends a check early.
pub(super) enum Stop {
    /// See [`Verdict::Tampered`].
    Tampered(Option<u64>, String),
    /// See [`Verdict::Unusable`].
    Unusable(String),
}

impl Stop {
    /// What is wrong, for people.
    pub(super) fn why(&self) -> &str {
        let (Self::Tampered(_, why) | Self::Unusable(why)) = self;
        why
    }
}

impl From<Result<Whole, Stop>> for Verdict {
    fn from(checked: Result<Whole, Stop>) -> Self {
        match checked {
            Ok(whole) => Self::Whole(whole),
            Err(Stop::Tampered(index, why)) => Self::Tampered { index, why },
            Err(Stop::Unusable(why)) => Self::Unusable { why },
        }
    }
}

/// Not something that can be checked.
pub(super) fn unusable(why: impl Into<String>) -> Stop {
    Stop::Unusable(why.into())
}

/// Something is wrong, but with no entry in particular.
pub(super) fn tampered(why: impl Into<String>) -> Stop {
    Stop::Tampered(None, why.into())
}

/// Something is wrong at an entry, or from it on.
pub(super) fn tampered_at(index: u64, why: impl Into<String>) -> Stop {
    Stop::Tampered(Some(index), why.into())
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        unusable(format!("a file cannot be read: {error}"))
    }
}

/// Checks an export.
pub fn verify_export(folder: &Path, outside: &Outside) -> Verdict {
    export_in(folder, outside).into()
}

/// Checks a receipt. Its signature counts only under a key from outside: without one there is nothing to check.
pub fn verify_receipt(text: &str, outside: &Outside) -> Verdict {
    receipt(text, outside).into()
}

/// See [`verify_receipt`].
fn receipt(text: &str, outside: &Outside) -> Result<Whole, Stop> {
    let missing = "a receipt is checked with the log's verifier key, kept from elsewhere: give it with --key";
    let key = outside.key.as_ref().ok_or_else(|| unusable(missing))?;
    let receipt = Receipt::parse(text).map_err(|error| unusable(error.to_string()))?;
    // A receipt that was signed later than the key was kept is followed by the hand-overs that were kept with it.
    let mut handovers: Vec<String> = outside.notes.iter().filter(|note| is_handover(note)).cloned().collect();
    handovers.sort_by_key(|text| Receipt::parse(text).map_or(0, |receipt| receipt.index));
    let chain = Chain::follow(&handovers)?;
    if chain.end().is_some_and(|end| chain.lead(key, end) == Lead::Nowhere) {
        return Err(tampered("the hand-over you gave does not lead from the key you gave"));
    }
    // The same key signs under another name after an epoch.
    let claimed = SignedNote::parse(&receipt.note).and_then(|note| Checkpoint::parse(note.unchecked_text()));
    let claimed = claimed.ok().filter(|claimed| life(&claimed.origin).0 == life(key.name()).0);
    let signers =
        chain.signers(&claimed.map_or_else(|| key.clone(), |claimed| key.with_name(&claimed.origin)));
    let checkpoint = signers.check(&receipt).map_err(|error| match error {
        ReceiptError::Note(NoteError::NotSigned(_)) => unusable(format!(
            "the receipt is not signed by the key you gave ({}). The log may have had another one when it was signed: give that \
             one, or the hand-over from your key with --checkpoint. Both stand on the page /verify of whoever gave the receipt",
            key.name()
        )),
        error => tampered_at(receipt.index, error.to_string()),
    })?;
    // Of different sizes, a receipt and a checkpoint prove nothing about each other.
    let same_size: Vec<TreeHead> =
        outside.heads(&signers)?.into_iter().filter(|head| head.size == checkpoint.head.size).collect();
    if same_size.iter().any(|head| head.root != checkpoint.head.root) {
        return Err(tampered("the receipt's checkpoint is another one than that you hold of the same size"));
    }
    Ok(Whole {
        origin: checkpoint.origin,
        key: key.to_string(),
        key_from_outside: true,
        entries: checkpoint.head.size,
        root: format!("{:?}", checkpoint.head.root),
        checkpoints: 1,
        anchored_at: same_size.first().map(|head| head.size),
        ..Whole::default()
    })
}

/// See [`verify_export`].
fn export_in(folder: &Path, outside: &Outside) -> Result<Whole, Stop> {
    let bundle = Bundle::open(folder, outside.key.as_ref())?;
    let key = bundle.key();
    let signers = bundle.chain().signers(key);
    let heads = outside.heads(&signers)?;
    let mut losses = Losses::new(outside, &signers);
    let mut roots = Roots::new(heads, outside.policy.as_ref(), &bundle, signers)?;
    let mut disclosures = Disclosures::open(&bundle)?;
    let mut lines = bundle.lines(export::ENTRIES, LEAF_LIMIT_BYTES)?;
    let mut audit = Audit::default();
    roots.compare(audit.head())?;
    while let Some(line) = lines.next()? {
        let index = audit.head().size;
        let bytes = [&[LEAF_VERSION], line].concat();
        let leaf = audit.take(&bytes).map_err(|flaw| tampered_at(index, flaw.to_string()))?;
        disclosures.take(index, &leaf)?;
        losses.take(index, &leaf);
        roots.compare(audit.head()).map_err(|stop| losses.explain(stop, audit.head().size))?;
    }
    lines.finish()?;
    let (disclosed, erased, undisclosed) = disclosures.finish()?;
    let head = audit.head();
    let (checkpoints, anchored_at, witnessed_at) =
        roots.finish(head.size).map_err(|stop| losses.explain(stop, u64::MAX))?;
    let policy_from_outside = outside.policy.is_some();
    let is_asked = outside.policy.as_ref().is_some_and(|policy| !policy.asks_nobody());
    if is_asked && witnessed_at.is_none() {
        return Err(unusable(
            "no checkpoint of it bears the signatures of the witnesses that your policy asks for",
        ));
    }
    Ok(Whole {
        origin: key.name().to_owned(),
        key: key.to_string(),
        key_from_outside: outside.key.is_some(),
        handovers: bundle.chain().handovers(),
        replaced: bundle.chain().replaced(),
        entries: head.size,
        root: format!("{:?}", head.root),
        checkpoints,
        anchored_at,
        witnessed_at,
        policy_from_outside,
        open_downloads: audit.open_downloads(),
        disclosed,
        erased,
        undisclosed,
        unchecked: Vec::new(),
    })
}
