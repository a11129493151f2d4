//! Holds: what is kept in spite of erasure and retention, by name.
//!
//! Promises: a hold says why, by whom and since when; while one is active on a person or a report nothing about them is
//! erased or swept; what it is called is sealed under a key of its own, which goes when what it kept has gone.

pub mod acts;
pub mod store;

use crate::clock::Micros;
use crate::ids::{HoldId, PersonId, ReportId};
use crate::text::{Line, Reason};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a hold is for.
    Purpose {
        /// Claims or an investigation: placed and released by a person.
        Legal = "legal",
        /// Evidence of an NDA whose signer was erased: placed by the erasure, ends with the retention.
        NdaEvidence = "nda_evidence",
    }
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Everything about a person.
    Person(PersonId),
    /// Everything about a report, and about everybody who was granted it.
    Report(ReportId),
}

/// What a hold is called and why it is there; sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Its name.
    pub name: Line,
    /// Why.
    pub reason: Reason,
}

/// A hold, opened.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Which.
    pub id: HoldId,
    /// What for.
    pub purpose: Purpose,
    /// On whom or what.
    pub subject: Subject,
    /// Name and reason; none once its key is destroyed.
    pub words: Option<Words>,
    /// Since when.
    pub placed_at: Micros,
    /// By whom; none when the server placed it.
    pub placed_by: Option<PersonId>,
    /// When it ends by itself.
    pub ends_at: Option<Micros>,
    /// When it ended.
    pub released_at: Option<Micros>,
}

impl Hold {
    /// Its name, for pages.
    pub fn name(&self) -> &str {
        self.words.as_ref().map_or("a hold whose name was erased", |words| words.name.as_str())
    }
}
