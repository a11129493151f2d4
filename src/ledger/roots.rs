//! The roots that an export must have at certain sizes, compared while its entries are read.

use super::bundle::{Bundle, Lines};
use super::export;
use super::note::SignedNote;
use super::path::TreeHead;
use super::signers::Signers;
use super::verify::{LINE_LIMIT_BYTES, Stop, tampered, tampered_at};
use super::witness::Policy;
use std::collections::VecDeque;

/// As many bytes of checkpoints are read ahead.
const AHEAD_BYTES: usize = 256 * 1024;
/// Fewer checkpoints than this are not worth a thread.
const SHARE: usize = 32;

/// A checkpoint of the export.
struct Signed {
    head: TreeHead,
    is_witnessed: bool,
}

/// What is wrong with a checkpoint of the export.
fn bad(why: &dyn std::fmt::Display) -> Stop {
    tampered(format!("a checkpoint of the export: {why}"))
}

/// The roots that the log must have at certain sizes: by its own checkpoints, and by those from outside.
pub(super) struct Roots {
    signers: Signers,
    witnesses: Policy,
    lines: Option<Lines>,
    /// The export's checkpoints that were read and not compared yet.
    ahead: VecDeque<Result<Signed, Stop>>,
    next: Option<TreeHead>,
    /// Whether enough witnesses have signed the next checkpoint.
    next_is_witnessed: bool,
    checked: u64,
    /// Size of the last checkpoint that fitted.
    good: u64,
    /// As `good`, by those from outside and hand-overs alone: whoever regrew the log has made its own checkpoints anew.
    kept: u64,
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
        signers: Signers,
    ) -> Result<Self, Stop> {
        let lines = bundle.lines(export::CHECKPOINTS, LINE_LIMIT_BYTES)?;
        let mut roots = Self {
            signers,
            witnesses: policy.unwrap_or_else(|| bundle.witnesses()).clone(),
            lines: Some(lines),
            ahead: VecDeque::new(),
            next: None,
            next_is_witnessed: false,
            checked: 0,
            good: 0,
            kept: 0,
            outside: outside.into_iter().peekable(),
            handed: bundle.chain().heads().to_vec().into_iter().peekable(),
            anchored_at: None,
            witnessed_at: None,
        };
        roots.advance()?;
        Ok(roots)
    }

    /// Goes on to the export's next checkpoint; after the last one, the digest of their file was checked.
    fn advance(&mut self) -> Result<(), Stop> {
        let last = self.next.take();
        if self.ahead.is_empty() {
            self.read_ahead();
        }
        let Some(signed) = self.ahead.pop_front().transpose()? else { return Ok(()) };
        if last.is_some_and(|last| last.size >= signed.head.size) {
            return Err(bad(&"they do not stand in the order of their sizes"));
        }
        (self.next, self.next_is_witnessed) = (Some(signed.head), signed.is_witnessed);
        Ok(())
    }

    /// Reads some of the export's checkpoints and checks their signatures, on every core: that is most of the work where there
    /// are many. What is wrong with one is told when it is its turn.
    fn read_ahead(&mut self) {
        let Some(mut lines) = self.lines.take() else { return };
        let (mut notes, mut bytes) = (Vec::new(), 0);
        let ended = loop {
            match lines.next() {
                Ok(Some(line)) => {
                    bytes += line.len();
                    notes.push(line.to_vec());
                }
                Ok(None) => break lines.finish(),
                Err(stop) => break Err(stop),
            }
            if bytes >= AHEAD_BYTES {
                self.lines = Some(lines);
                break Ok(());
            }
        };
        self.ahead.extend(self.opened(&notes));
        self.ahead.extend(ended.err().map(Err));
    }

    /// What these notes say, in their order.
    fn opened(&self, notes: &[Vec<u8>]) -> Vec<Result<Signed, Stop>> {
        let open = |notes: &[Vec<u8>]| notes.iter().map(|note| self.open(note)).collect::<Vec<_>>();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = notes.len().div_ceil(cores).max(SHARE);
        if notes.len() <= share {
            return open(notes);
        }
        std::thread::scope(|scope| {
            let shares: Vec<_> = notes.chunks(share).map(|notes| scope.spawn(move || open(notes))).collect();
            let done = shares.into_iter().map(std::thread::ScopedJoinHandle::join);
            done.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }

    /// What a note says, if it is signed.
    fn open(&self, note: &[u8]) -> Result<Signed, Stop> {
        let note: String = serde_json::from_slice(note).map_err(|error| bad(&error))?;
        let signed = SignedNote::parse(&note).map_err(|error| bad(&error))?;
        let head = self.signers.open_signed(&signed).map_err(|error| bad(&error))?.head;
        Ok(Signed { head, is_witnessed: !self.witnesses.asks_nobody() && self.witnesses.is_met(&signed) })
    }

    /// Compares the log as read so far with every checkpoint of this size.
    pub(super) fn compare(&mut self, head: TreeHead) -> Result<(), Stop> {
        let others = |from: u64, whose: &str| {
            let why = format!("entries {from} to {} are not those that {whose}", head.size);
            Err(tampered_at(from, why))
        };
        while let Some(kept) = self.outside.next_if(|kept| kept.size == head.size) {
            if kept.root != head.root {
                return others(self.kept, "the checkpoint you hold covers");
            }
            (self.anchored_at, self.kept) = (Some(head.size), head.size);
        }
        if let Some(handed) = self.handed.next_if(|handed| handed.size == head.size) {
            if handed.root != head.root {
                return others(self.kept, "the key before has handed over");
            }
            self.kept = head.size;
        }
        self.good = self.good.max(self.kept);
        if let Some(signed) = self.next.filter(|signed| signed.size == head.size) {
            if signed.root != head.root {
                return others(self.good, "were signed");
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
            let why = format!(
                "the log ends after {size} entries; the checkpoint you hold covers {}. Or your export is older than this \
                 checkpoint: export anew, and this must go away",
                kept.size
            );
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
