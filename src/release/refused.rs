//! Why the gate stays shut.

use super::decide::{Deny, Step};
use crate::fault::{Fault, Kind, Refusal};

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Too many pages are being painted.
    #[error(
        "Many people are reading at this moment, so this page has to wait. Nothing was shown or recorded."
    )]
    Busy,
    /// Denied.
    #[error(transparent)]
    Denied(#[from] Deny),
    /// The stored report is damaged or was exchanged; it was recorded and nothing left.
    #[error(
        "What is stored does not pass its integrity check, so nothing was sent. The company has been told; please ask them."
    )]
    Damaged,
    /// Steps are missing.
    #[error("Some steps are still missing before this report opens.")]
    Missing(Vec<Step>),
    /// Not this person's, or not there.
    #[error("There is no such report for you here.")]
    NotYours,
    /// More pages in a minute than anybody reads.
    #[error(
        "You have opened {} pages within a minute. Pages are for reading; please go on in a minute.",
        super::pages::PAGES_A_MINUTE
    )]
    TooFast,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for Refused {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(Deny::NoNda) => Kind::Conflict,
            Self::Denied(_) => Kind::Gone,
            Self::Busy | Self::Damaged => Kind::Unavailable,
            Self::Missing(_) => Kind::Forbidden,
            Self::NotYours => Kind::NotFound,
            Self::TooFast => Kind::TooMany,
            Self::Fault(fault) => fault.kind(),
        }
    }
}
