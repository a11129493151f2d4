//! Grants: one person's right to one report version, with its end and its number of downloads.
//!
//! Promises: a grant names who gave it; its copy id and the words of its mark are fixed when it is given, so that every
//! download of it is byte-identical; revoking it works at once; it covers one version, never the next period.

pub mod acts;
pub mod companions;
pub mod downloads;
pub mod holdings;
pub mod store;

use crate::clock::Micros;
use crate::identity::ERASED;
use crate::ids::{GrantId, PersonId, RequestId, VersionId};
use crate::text::{CompanyName, EmailAddress, PersonName, TextError, parse_number};
use crate::watermark::CopyId;
use serde::{Deserialize, Serialize};

/// The shortest and longest life of a grant in days.
pub const DAYS: (i64, i64) = (1, 365);
/// The fewest and most downloads of a grant that allows them; one without is for reading in the browser.
pub const DOWNLOADS: (i64, i64) = (1, 100);

/// For how long, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    days: i64,
    downloads: i32,
}

impl Terms {
    /// Reads a number of days within [`DAYS`].
    pub fn parse_days(text: &str) -> Result<i64, TextError> {
        parse_number(text, DAYS.0, DAYS.1)
    }
    /// Reads a number of downloads within [`DOWNLOADS`].
    pub fn parse_downloads(text: &str) -> Result<i64, TextError> {
        parse_number(text, DOWNLOADS.0, DOWNLOADS.1)
    }
    /// Terms of so many days, brought into range, and downloads; 0 means reading in the browser only.
    pub fn new(days: i64, downloads: i64) -> Self {
        Self {
            days: days.clamp(DAYS.0, DAYS.1),
            downloads: i32::try_from(downloads.clamp(0, DOWNLOADS.1)).unwrap_or(0),
        }
    }
    /// Days.
    pub const fn days(self) -> i64 {
        self.days
    }
    /// Downloads.
    pub const fn downloads(self) -> i32 {
        self.downloads
    }
}

/// The words that stand on every page of the copy; sealed under the person's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkWords {
    /// The recipient's name.
    pub name: PersonName,
    /// Their address, exactly.
    pub email: EmailAddress,
    /// Their company.
    pub company: CompanyName,
}

/// A grant, opened.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which.
    pub id: GrantId,
    /// Whose.
    pub person: PersonId,
    /// To what.
    pub version: VersionId,
    /// The request it answers; none for an invitation.
    pub request: Option<RequestId>,
    /// The number on every page.
    pub copy: CopyId,
    /// The words on every page; none once the recipient was erased.
    pub mark: Option<MarkWords>,
    /// Since when.
    pub granted_at: Micros,
    /// By whom.
    pub granted_by: PersonId,
    /// Until when.
    pub expires_at: Micros,
    /// How many starts of a download it allows.
    pub downloads_allowed: i32,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
    /// How many downloads were started.
    pub downloads_started: i64,
}

/// A grant's recipient as pages show them.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// The name.
    pub name: &'a str,
    /// The address.
    pub email: &'a str,
    /// The company.
    pub company: &'a str,
}

/// Where a grant stands, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Opens the report, given the other steps.
    Active,
    /// Its time has ended.
    Expired,
    /// Taken back.
    Revoked,
}

impl Grant {
    /// Where it stands now.
    pub fn state(&self, now: Micros) -> State {
        match self.revoked_at {
            Some(_) => State::Revoked,
            None if now >= self.expires_at => State::Expired,
            None => State::Active,
        }
    }
    /// Whom it is for, in words; somebody who was erased is said to be.
    pub fn recipient(&self) -> Recipient<'_> {
        match &self.mark {
            Some(MarkWords { name, email, company }) => {
                Recipient { name: name.as_str(), email: email.as_str(), company: company.as_str() }
            }
            None => Recipient { name: ERASED, email: "address erased", company: "company erased" },
        }
    }
    /// Downloads that are left.
    pub fn downloads_left(&self) -> i64 {
        (i64::from(self.downloads_allowed) - self.downloads_started).max(0)
    }
}
