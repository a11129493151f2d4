//! Why the gate stays shut.

use super::admit::{Asker, Gate};
use super::decide::{Deny, Step};
use super::entries::event;
use crate::fault::{Fault, Kind, Refusal};
use crate::ledger::EventKind;
use crate::reports::Version;

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

/// Why somebody who is signed in is turned away although there is no grant to decide on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoGrant {
    /// Nobody has shared the report with them.
    NotShared,
    /// What they held was shredded.
    Shredded,
    /// Their request waits for a decision.
    Waiting,
}

impl NoGrant {
    /// The stable name that stands in the log.
    const fn name(self) -> &'static str {
        match self {
            Self::NotShared => "not_shared",
            Self::Shredded => "shredded",
            Self::Waiting => "waiting",
        }
    }
}

impl Gate {
    /// Records that somebody asked for a report that no grant of theirs opens.
    pub async fn turn_away(&self, asker: Asker, version: &Version, why: NoGrant) -> Result<(), Fault> {
        let (report, version) = (version.report.id, version.id);
        let refused = self.writer.act::<_, (), Fault>("release.turn_away", move |act| {
            let event = event(EventKind::AccessRefused, &asker).report(report).version(version);
            Ok(act.record(event.fact("why", why.name()), ()))
        });
        refused.await.map(drop)
    }
}
