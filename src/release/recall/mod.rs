//! Recall: one act takes a version from everybody, tells them why, and asks them to destroy what they hold.
//!
//! Promises: from its entry on the version opens to nobody and is never granted again; running streams are cut like
//! those of a revoked grant; every holder is written to in the same transaction. A saved copy cannot be fetched back:
//! what is asked for is a word, given by whoever confirms the address that the copy was made for. The typed name is a
//! claim; the entry, with its receipt, is the evidence.

pub mod acts;
pub mod store;

use crate::fault::{Fault, Kind, Refusal};

/// Why a recall, a reminder or a confirmation was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecallError {
    /// Somebody was faster.
    #[error("This version has been recalled already.")]
    AlreadyRecalled,
    /// They have said so before.
    #[error("You have confirmed this already. The receipt is under My access.")]
    Confirmed,
    /// A draft, or nothing that was recalled.
    #[error("Only a version that was issued can be recalled.")]
    NotIssued,
    /// Everybody has confirmed, was forgotten or just written to, or nobody ever held it.
    #[error(
        "There is nobody to remind: everybody has confirmed, was forgotten, or was written to within the last ten minutes."
    )]
    NobodyToRemind,
    /// Whoever asks was never written to about this version.
    #[error("You hold no recalled version of this report.")]
    NotYours,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RecallError {
    fn kind(&self) -> Kind {
        match self {
            Self::AlreadyRecalled | Self::Confirmed | Self::NobodyToRemind | Self::NotIssued => {
                Kind::Conflict
            }
            Self::NotYours => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}
