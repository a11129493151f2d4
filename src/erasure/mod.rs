//! Erasing a person: what names them goes, the proof stays.
//!
//! Promises: one act ends their access, destroys their key and with it everything sealed under it, deletes salts and
//! values beside the log, codes, letters and undecided requests; letters to others lose their name. Evidence of an NDA
//! is sealed anew under a named hold until its retention ends. Nothing of it happens while a legal hold keeps them.
//! A wish may be declined, with a reason that the person is told.
//! Not promised: that backups forget before they are deleted; until when is told, to them too.

pub mod acts;
pub mod decline;
pub mod evidence;
pub mod store;
mod words;

pub use evidence::Kept;

use crate::clock::Micros;
use crate::ids::{HoldId, PersonId};

/// The name of the hold that keeps evidence of an NDA after an erasure.
pub const EVIDENCE_HOLD: &str = "NDA evidence";
/// The law gives a month to answer a wish to be forgotten (GDPR, article 12(3)).
pub const DUE_DAYS: i64 = 30;

/// How long what stays after an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Evidence of an NDA: days after the end of access.
    pub evidence_days: i64,
    /// Backups: days from now.
    pub backups_days: i64,
}

impl From<crate::config::Retention> for Terms {
    fn from(retention: crate::config::Retention) -> Self {
        Self {
            // Leap days: evidence is not destroyed a day too early.
            evidence_days: i64::from(retention.evidence_years) * 366,
            backups_days: i64::from(retention.backups_days),
        }
    }
}

/// A wish to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whose.
    pub person: PersonId,
    /// Since when it waits.
    pub asked_at: Micros,
}

impl Wish {
    /// Until when it must be answered.
    pub const fn due_at(&self) -> Micros {
        self.asked_at.plus_days(DUE_DAYS)
    }
}

/// An erasure that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Who was erased.
    pub person: PersonId,
    /// When.
    pub at: Micros,
    /// By whom; none when retention did it.
    pub by: Option<PersonId>,
    /// The index of its entry.
    pub entry: u64,
    /// The hold that keeps the evidence of their NDA.
    pub hold: Option<HoldId>,
    /// The key-encryption key that opens their key in backups.
    pub kek: String,
    /// Until when backups remember, by the settings of that day.
    pub backups_until: Micros,
}
