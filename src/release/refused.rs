//! Why the gate stays shut.

use super::decide::{Deny, Step};
use crate::fault::{Fault, Kind, Refusal};

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Denied.
    #[error(transparent)]
    Denied(#[from] Deny),
    /// The stored report is damaged or was exchanged; it was recorded and nothing left.
    #[error(
        "The stored report does not pass its integrity check, so nothing was sent. The company has been told; please ask them."
    )]
    Damaged,
    /// Steps are missing.
    #[error("Some steps are still missing before this report opens.")]
    Missing(Vec<Step>),
    /// Not this person's, or not there.
    #[error("There is no such report for you here.")]
    NotYours,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for Refused {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(Deny::NoNda) => Kind::Conflict,
            Self::Denied(_) => Kind::Gone,
            Self::Damaged => Kind::Unavailable,
            Self::Missing(_) => Kind::Forbidden,
            Self::NotYours => Kind::NotFound,
            Self::Fault(fault) => fault.kind(),
        }
    }
}
