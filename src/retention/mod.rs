//! Retention: what goes by itself, by rule, after how long.
//!
//! Promises: nothing but evidence whose end was promised goes before somebody has seen what would go and switched the
//! rules on; each sweep leaves an entry
//! with its rule and number; what an active hold names stays, and is counted as kept. Not promised: the order in which
//! things go, or that they go the minute they are due.

pub mod acts;
pub mod expired;
pub mod held;
pub mod store;

use crate::clock::Micros;
use crate::config::Retention;
use crate::ids::PersonId;
use crate::text_enum;

/// The most that one act sweeps; the rest follows in the next.
pub const AT_ONCE: usize = 200;

text_enum! {
    /// A rule, in the order in which they are shown and done.
    Rule {
        /// Requests whose address was never confirmed.
        Unconfirmed = "unconfirmed",
        /// Requests that were denied.
        Denied = "denied",
        /// Requests that were approved, once nothing that came of them runs.
        Approved = "approved",
        /// Letters that were sent or given up.
        Letters = "letters",
        /// People of whom nothing but codes is known.
        People = "people",
        /// Evidence of an NDA after an erasure.
        Evidence = "evidence",
        /// Sealed objects that no report knows: a crash left them between writing and its act.
        Orphans = "orphans",
    }
}

impl Rule {
    /// What goes, and after how long.
    pub fn words(self, settings: &Retention) -> String {
        let days = |days: u32| if days == 1 { "a day".to_owned() } else { format!("{days} days") };
        match self {
            Self::Unconfirmed => {
                format!("Requests whose address was not confirmed within {}", days(settings.unconfirmed_days))
            }
            Self::Denied => format!("Denied requests after {} years", settings.requests_years),
            Self::Approved => format!(
                "Approved requests, {} years after the last access that came of them ended",
                settings.requests_years
            ),
            Self::Letters => {
                format!("Letters that left or were given up, after {}", days(settings.letters_days))
            }
            Self::People => format!(
                "People of whom nothing is known but a code that was mailed, after {}",
                days(settings.unconfirmed_days)
            ),
            Self::Evidence => format!(
                "Evidence of an NDA whose signer was erased, {} years after their access ended",
                settings.evidence_years
            ),
            Self::Orphans => "Sealed objects in the vault that no report knows, after a day".to_owned(),
        }
    }
    /// Whether it acts even while the rules are switched off: when evidence ends was told to the person who was erased.
    pub const fn is_promised(self) -> bool {
        matches!(self, Self::Evidence)
    }
    /// What is older than this goes.
    pub fn before(self, settings: &Retention, now: Micros) -> Micros {
        match self {
            Self::Unconfirmed | Self::People => now.plus_days(-i64::from(settings.unconfirmed_days)),
            // Leap days: nothing goes a day too early.
            Self::Approved | Self::Denied => now.plus_days(-i64::from(settings.requests_years) * 366),
            Self::Letters => now.plus_days(-i64::from(settings.letters_days)),
            // Its end stands in the hold.
            Self::Evidence => now,
            Self::Orphans => now.plus_days(-1),
        }
    }
}

/// One thing that a rule would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id in the database.
    pub id: [u8; 16],
    /// Whom it concerns.
    pub person: Option<PersonId>,
    /// Since when it is there, or when it ended.
    pub at: Micros,
}

/// What a rule would do now.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rule.
    pub rule: Rule,
    /// What would go, oldest first.
    pub goes: Vec<Candidate>,
    /// How much is due and stays, because a hold keeps it.
    pub kept: usize,
    /// Some of that, with the name of the hold.
    pub held: Vec<(Candidate, String)>,
    /// Whether there is more than was looked at: it comes after the last one of what goes.
    pub more: bool,
}
