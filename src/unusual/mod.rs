//! Unusual access: rules that anybody can read, over what the log holds, and who is told when one fires.
//!
//! Promises: the rules accuse nobody, each finding names the entry to look at; thresholds and mutes are acts with
//! entries; whoever is told is told once of each occurrence, over restarts and nodes, in the transaction that notes it.
//! A download is one of a report or of a document beside it: both are marked copies that leave.
//! Not promised: that nothing unusual is missed. The rules look at the newest [`ACCESSES`](seen::ACCESSES) accesses of
//! [`DAYS`](seen::DAYS) days, and at the last [`EARLIER`](seen::EARLIER) downloads of each person before them.

pub mod acts;
pub mod countries;
pub mod hours;
pub mod rules;
pub mod seen;
pub mod store;

use crate::clock::Micros;
use crate::ids::{MuteId, PersonId};
use crate::text::Reason;
use crate::text_enum;
use std::collections::BTreeMap;

text_enum! {
    /// A rule.
    Rule {
        /// A download shortly before the grant ends.
        BeforeExpiry = "before_expiry",
        /// One copy from several networks.
        ManyNetworks = "many_networks",
        /// Several reports in an hour.
        ManyReports = "many_reports",
        /// A country that the person never came from.
        NewCountry = "new_country",
        /// A network that the person never came from.
        NewNetwork = "new_network",
        /// Accesses outside the company's working hours.
        OutsideHours = "outside_hours",
        /// Accesses from where the file of countries knows none.
        UnknownCountry = "unknown_country",
        /// Codes are guessed.
        WrongCodes = "wrong_codes",
    }
}

impl Rule {
    /// In a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BeforeExpiry => "Right before the end",
            Self::ManyNetworks => "One copy, many networks",
            Self::ManyReports => "Many reports in an hour",
            Self::NewCountry => "A new country",
            Self::NewNetwork => "A new network",
            Self::OutsideHours => "Outside working hours",
            Self::UnknownCountry => "Country unknown",
            Self::WrongCodes => "Wrong codes",
        }
    }
    /// What its threshold counts.
    pub const fn counts(self) -> &'static str {
        match self {
            Self::BeforeExpiry => "Hours before the grant ends, at the most",
            Self::ManyNetworks => "Networks that opened one copy",
            Self::ManyReports => "Different reports within an hour",
            Self::NewCountry => "Accesses from other countries before it",
            Self::NewNetwork => "Accesses from elsewhere before it",
            Self::OutsideHours => "Accesses outside the working hours",
            Self::UnknownCountry => "Accesses from where the country file knows none",
            Self::WrongCodes => "Wrong codes within an hour",
        }
    }
    /// Its threshold unless security says otherwise.
    pub const fn usual(self) -> i64 {
        match self {
            Self::BeforeExpiry => 24,
            Self::ManyNetworks | Self::OutsideHours => 3,
            Self::ManyReports => 4,
            Self::NewCountry | Self::NewNetwork | Self::UnknownCountry => 1,
            Self::WrongCodes => 5,
        }
    }
}

impl Rule {
    /// Whether it needs a file of countries.
    pub const fn needs_countries(self) -> bool {
        matches!(self, Self::NewCountry | Self::UnknownCountry)
    }
}

/// The least and greatest threshold.
pub const THRESHOLDS: (i64, i64) = (1, 720);

/// How a rule is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// From what number on it fires.
    pub threshold: i64,
    /// Whether it is looked at at all.
    pub watched: bool,
    /// Whether somebody is told when it fires.
    pub told: bool,
}

impl Setting {
    /// A rule as it stands before anybody has set it: watched, and nobody is told.
    pub const fn usual(rule: Rule) -> Self {
        Self { threshold: rule.usual(), watched: true, told: false }
    }
}

/// Every rule as it is set.
pub type Settings = BTreeMap<Rule, Setting>;

/// A rule that is kept quiet, opened.
#[derive(Clone, Debug)]
pub struct Mute {
    /// Which.
    pub id: MuteId,
    /// Which rule; every rule when none is named.
    pub rule: Option<Rule>,
    /// About whom; everybody when nobody is named.
    pub person: Option<PersonId>,
    /// Since when.
    pub at: Micros,
    /// Until when.
    pub until: Micros,
    /// By whom.
    pub by: PersonId,
    /// Why; none once whose key sealed it was forgotten.
    pub reason: Option<Reason>,
}

impl Mute {
    /// Whether it keeps this rule quiet about this person.
    pub fn covers(&self, rule: Rule, person: PersonId) -> bool {
        self.rule.is_none_or(|own| own == rule) && self.person.is_none_or(|own| own == person)
    }
}
