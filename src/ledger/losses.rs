//! What a log itself admits to have lost: said beside the verdict that it does not hold what somebody kept a checkpoint of.

use super::epoch::Loss;
use super::leaf::Leaf;
use super::note::Checkpoint;
use super::signers::Signers;
use super::verify::{Outside, Stop};

/// The first leaves of epochs, and the checkpoints from outside that they may speak of.
pub(super) struct Losses {
    admitted: Vec<Loss>,
    kept: Vec<Checkpoint>,
}

impl Losses {
    /// Nothing is admitted before the first entry.
    pub(super) fn new(outside: &Outside, signers: &Signers) -> Self {
        Self { admitted: Vec::new(), kept: outside.checkpoints(signers).unwrap_or_default() }
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self, index: u64, leaf: &Leaf) {
        self.admitted.extend(Loss::of(index, leaf));
    }

    /// Why a check has ended at a tree of `size` entries; with the entry that admits it. The verdict stays: what somebody
    /// kept a checkpoint of is not there.
    pub(super) fn explain(&self, stop: Stop, size: u64) -> Stop {
        let mut lost = self.kept.iter().filter(|kept| kept.head.size == size || size == u64::MAX);
        let admits = lost.find_map(|kept| self.admitted.iter().find(|loss| loss.covers(kept)));
        match (stop, admits) {
            (Stop::Tampered(index, why), Some(loss)) => {
                Stop::Tampered(index, format!("{why}; entry {} admits this loss", loss.index))
            }
            (stop, _) => stop,
        }
    }
}
