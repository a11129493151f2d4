//! Settings of retention: how long what is kept, and how long backups are.

use serde::Deserialize;

/// The table `[retention]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Requests whose address was never confirmed, and people of whom nothing else is known, go after so many days.
    pub unconfirmed_days: u32,
    /// Requests that were decided and gave nothing that still runs go after so many years.
    pub requests_years: u32,
    /// Evidence of an NDA goes so many years after the person's access has ended.
    pub evidence_years: u32,
    /// Letters that were sent or given up go after so many days.
    pub letters_days: u32,
    /// How long backups of this installation are kept, in days: what erasure tells people.
    pub backups_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            unconfirmed_days: 30,
            requests_years: 2,
            evidence_years: 6,
            letters_days: 90,
            backups_days: 90,
        }
    }
}

impl Retention {
    /// The settings, or in words what makes no sense.
    pub(super) fn checked(self) -> Result<Self, String> {
        if self.unconfirmed_days == 0 || self.letters_days == 0 || self.requests_years == 0 {
            return Err(
                "retention.unconfirmed_days, letters_days and requests_years must be 1 at least: what \
                        is under way would go"
                    .to_owned(),
            );
        }
        Ok(self)
    }
}
