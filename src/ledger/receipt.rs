//! Receipts: one entry with the proof that it is in the log, checked offline and for ever (C2SP `tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of the leaf's bytes>
//! index 73
//! <base64 of a hash of the path, from the leaf up, one per line>
//!
//! <the checkpoint, a signed note>
//! ```
//!
//! The extra data is not trusted: the leaf in it counts only because its hash leads to the signed root.

use super::leaf::{Leaf, LeafError};
use super::note::{Checkpoint, NoteError, VerifierKey};
use super::path::root_from_inclusion;
use super::tree::{Hash, leaf_hash};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The first line of a receipt.
pub const RECEIPT_TYPE: &str = "c2sp.org/tlog-proof@v1";
/// More than this no receipt has: a leaf of 4 KiB, 64 hashes and a note.
const RECEIPT_LIMIT_BYTES: usize = 128 * 1024;

/// Why a text is no receipt, or proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("this is no receipt of a log entry")]
    Malformed,
    /// The entry in it is none.
    #[error("the receipt's entry: {0}")]
    Leaf(#[from] LeafError),
    /// The checkpoint in it does not count.
    #[error("the receipt's checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The path does not lead from the entry to the signed root.
    #[error("the path does not lead from this entry to the signed root")]
    Path,
}

/// One entry with the proof that it is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's index.
    pub index: u64,
    /// The entry's bytes.
    pub leaf: Vec<u8>,
    /// Siblings from the leaf up to the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

impl Receipt {
    /// Reads a receipt; nothing in it counts before [`Receipt::check`].
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_LIMIT_BYTES {
            return Err(ReceiptError::Malformed);
        }
        let (head, note) = text.split_once("\n\n").ok_or(ReceiptError::Malformed)?;
        let mut lines = head.split('\n');
        let mut named =
            |name: &str| lines.next().and_then(|line| line.strip_prefix(name)).ok_or(ReceiptError::Malformed);
        named(RECEIPT_TYPE)?.is_empty().then_some(()).ok_or(ReceiptError::Malformed)?;
        let leaf = STANDARD.decode(named("extra ")?).map_err(|_| ReceiptError::Malformed)?;
        let number = named("index ")?;
        let index: u64 = number.parse().map_err(|_| ReceiptError::Malformed)?;
        let path = lines
            .map(|line| STANDARD.decode(line).ok().and_then(|bytes| Hash::read(&bytes)))
            .collect::<Option<_>>()
            .ok_or(ReceiptError::Malformed)?;
        let receipt = Self { index, leaf, path, note: note.to_owned() };
        // One receipt has one text: `+7` and `007` are numbers to the parser.
        if receipt.to_string() == text { Ok(receipt) } else { Err(ReceiptError::Malformed) }
    }

    /// The entry and the checkpoint, if the receipt proves that the log of this key holds the entry.
    pub fn check(&self, key: &VerifierKey) -> Result<(Leaf, Checkpoint), ReceiptError> {
        let checkpoint = Checkpoint::open(&self.note, key)?;
        let root = root_from_inclusion(self.index, checkpoint.head.size, leaf_hash(&self.leaf), &self.path);
        if root != Some(checkpoint.head.root) {
            return Err(ReceiptError::Path);
        }
        Ok((Leaf::parse(&self.leaf)?, checkpoint))
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{RECEIPT_TYPE}\nextra {}\nindex {}", STANDARD.encode(&self.leaf), self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash.0))?;
        }
        write!(f, "\n{}", self.note)
    }
}
