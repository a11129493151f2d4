//! The roots that an export must have at certain sizes, compared while its entries are read.

use super::bundle::{Bundle, Lines};
use super::export;
use super::note::{Checkpoint, SignedNote, VerifierKey};
use super::path::TreeHead;
use super::verify::{LINE_LIMIT_BYTES, Stop, tampered, tampered_at};
use super::witness::Policy;

/// The roots that the log must have at certain sizes: by its own checkpoints, and by those from outside.
pub(super) struct Roots {
    key: VerifierKey,
    witnesses: Policy,
    lines: Option<Lines>,
    next: Option<TreeHead>,
    /// Whether enough witnesses have signed the next checkpoint.
    next_is_witnessed: bool,
    checked: u64,
    /// Size of the last checkpoint that fitted.
    good: u64,
    outside: std::iter::Peekable<std::vec::IntoIter<TreeHead>>,
    /// What each earlier key has signed when it handed over.
    handed: std::iter::Peekable<std::vec::IntoIter<TreeHead>>,
    anchored_at: Option<u64>,
    witnessed_at: Option<u64>,
}

impl Roots {
    /// Opens the export's checkpoints. A policy from outside counts instead of the one that came with the export.
    pub(super) fn new(
        outside: Vec<TreeHead>,
        policy: Option<&Policy>,
        bundle: &Bundle,
    ) -> Result<Self, Stop> {
        let lines = bundle.lines(export::CHECKPOINTS, LINE_LIMIT_BYTES)?;
        let mut roots = Self {
            key: bundle.key().clone(),
            witnesses: policy.unwrap_or_else(|| bundle.witnesses()).clone(),
            lines: Some(lines),
            next: None,
            next_is_witnessed: false,
            checked: 0,
            good: 0,
            outside: outside.into_iter().peekable(),
            handed: bundle.chain().heads().to_vec().into_iter().peekable(),
            anchored_at: None,
            witnessed_at: None,
        };
        roots.advance()?;
        Ok(roots)
    }

    /// Reads the export's next checkpoint; after the last one, checks their file's digest.
    fn advance(&mut self) -> Result<(), Stop> {
        let last = self.next.take();
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let Some(line) = lines.next()? else {
            return self.lines.take().map_or(Ok(()), Lines::finish);
        };
        let bad = |why: &dyn std::fmt::Display| tampered(format!("a checkpoint of the export: {why}"));
        let note: String = serde_json::from_slice(line).map_err(|error| bad(&error))?;
        let head = Checkpoint::open(&note, &self.key).map_err(|error| bad(&error))?.head;
        if last.is_some_and(|last| last.size >= head.size) {
            return Err(bad(&"they do not stand in the order of their sizes"));
        }
        let signed = SignedNote::parse(&note).map_err(|error| bad(&error))?;
        self.next_is_witnessed = !self.witnesses.asks_nobody() && self.witnesses.is_met(&signed);
        self.next = Some(head);
        Ok(())
    }

    /// Compares the log as read so far with every checkpoint of this size.
    pub(super) fn compare(&mut self, head: TreeHead) -> Result<(), Stop> {
        while let Some(kept) = self.outside.next_if(|kept| kept.size == head.size) {
            if kept.root != head.root {
                let why = format!(
                    "entries {} to {} are not those the checkpoint you hold covers",
                    self.good, head.size
                );
                return Err(tampered_at(self.good, why));
            }
            (self.anchored_at, self.good) = (Some(head.size), head.size);
        }
        if let Some(handed) = self.handed.next_if(|handed| handed.size == head.size)
            && handed.root != head.root
        {
            let why = format!(
                "entries {} to {} are not those that the key before has handed over",
                self.good, head.size
            );
            return Err(tampered_at(self.good, why));
        }
        if let Some(signed) = self.next.filter(|signed| signed.size == head.size) {
            if signed.root != head.root {
                let why = format!("entries {} to {} are not those that were signed", self.good, head.size);
                return Err(tampered_at(self.good, why));
            }
            self.good = head.size;
            self.checked += 1;
            if self.next_is_witnessed {
                self.witnessed_at = Some(head.size);
            }
            self.advance()?;
        }
        Ok(())
    }

    /// After the last entry: number of checkpoints, and the sizes up to which the log is anchored and witnessed.
    pub(super) fn finish(mut self, size: u64) -> Result<(u64, Option<u64>, Option<u64>), Stop> {
        if let Some(kept) = self.outside.next() {
            let why =
                format!("the log ends after {size} entries; the checkpoint you hold covers {}", kept.size);
            return Err(tampered_at(size, why));
        }
        if let Some(signed) = self.next.or_else(|| self.handed.next()) {
            let why = format!("the log ends after {size} entries; {} were signed", signed.size);
            return Err(tampered_at(size, why));
        }
        if self.good != size || self.checked == 0 {
            return Err(tampered_at(self.good, "no checkpoint covers the last entries"));
        }
        Ok((self.checked, self.anchored_at, self.witnessed_at))
    }
}
