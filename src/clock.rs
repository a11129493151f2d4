//! The only clock and the only source of randomness.
//!
//! Time is a parameter everywhere: whoever needs it is handed a [`Clock`]. Tests hand in one they can move.
//! Times are microseconds since 1970-01-01T00:00:00Z, so that both databases sort and compare them alike.

use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// The instant `seconds` later (earlier when negative); stays at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus_secs(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
    /// The instant `days` of 86,400 seconds later.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_secs(days.saturating_mul(86_400))
    }
    /// Whole seconds from `earlier` to this instant, negative when it lies before.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }
    /// As a calendar date and time in UTC; the epoch when out of the calendar's range.
    pub fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
    /// RFC 3339 in UTC, for machines: `2026-11-21T09:30:00.5Z`.
    pub fn rfc3339(self) -> String {
        self.utc().format(&Rfc3339).unwrap_or_default()
    }
    /// For people: `21 November 2026, 09:30 UTC`.
    pub fn words(self) -> String {
        let format = time::macros::format_description!(
            "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
        );
        self.utc().format(&format).unwrap_or_default()
    }
    /// The UTC date for people: `21 November 2026`.
    pub fn date_words(self) -> String {
        let format = time::macros::format_description!("[day padding:none] [month repr:long] [year]");
        self.utc().format(&format).unwrap_or_default()
    }
}

impl fmt::Debug for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for Micros
where
    i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for Micros
where
    i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        i64::from_sql(value).map(Self)
    }
}

/// Where time comes from: the machine, or a hand that tests move.
#[derive(Clone, Debug)]
enum Source {
    /// The machine's wall clock.
    System,
    /// A clock that stands still until it is moved.
    Held(Arc<AtomicI64>),
}

/// The clock and the generator, handed to whoever needs either. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    random: SystemRandom,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { source: Source::System, random: SystemRandom::new() }
    }
    /// A clock that stands at `at` until [`Clock::advance_secs`] moves it: for tests and snapshots.
    pub fn held(at: Micros) -> Self {
        Self { source: Source::Held(Arc::new(AtomicI64::new(at.0))), random: SystemRandom::new() }
    }
    /// Now.
    pub fn now(&self) -> Micros {
        match &self.source {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that reads the machine's clock"
            )]
            Source::System => {
                let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
                Micros(i64::try_from(nanos / 1_000).unwrap_or(i64::MAX))
            }
            Source::Held(at) => Micros(AtomicI64::load(at, Ordering::SeqCst)),
        }
    }
    /// Moves a held clock; the machine's clock cannot be moved and stays.
    pub fn advance_secs(&self, seconds: i64) {
        if let Source::Held(at) = &self.source {
            at.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
    /// Fills `bytes` from the operating system's generator.
    ///
    /// # Panics
    /// When the operating system refuses randomness: no key made after that could be trusted, so nothing goes on.
    pub fn fill(&self, bytes: &mut [u8]) {
        assert!(self.random.fill(bytes).is_ok(), "the operating system gave no randomness");
    }
    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
    /// A UUIDv7 (RFC 9562): 48 bits of milliseconds, 74 random bits.
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().0 / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }
}
