//! Typed identifiers. Every id is its own type: a grant cannot be passed where a report is wanted.
//!
//! Ids are UUIDv7 (RFC 9562), 16 bytes in the database on both backends, sorted by the time they were made.
//! They are names, not secrets: whoever knows one has gained nothing.

use crate::clock::Clock;
use std::fmt;
use uuid::Uuid;

/// Declares an id type: a newtype over UUIDv7 stored as 16 bytes.
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
                 serde::Serialize, serde::Deserialize)]
        #[diesel(sql_type = diesel::sql_types::Binary)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, stamped with the clock's time.
            pub fn new(clock: &Clock) -> Self {
                Self(clock.uuid())
            }
            /// The id with these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
            /// The 16 bytes, as stored and as bound into contexts.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for $name
        where [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB> {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <[u8] as diesel::serialize::ToSql<diesel::sql_types::Binary, DB>>::to_sql(self.0.as_bytes().as_slice(), out)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for $name
        where Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let bytes = <Vec<u8> as diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>>::from_sql(value)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
    )*};
}

typed_id! {
    /// A token of a recipient's program.
    ApiTokenId;
    /// One acceptance of one NDA text by one person.
    AcceptanceId;
    /// An alarm that waits for the webhook.
    AlarmId;
    /// A mailed code with its link.
    CodeId;
    /// A PDF beside a report that leaves as marked copies only.
    CompanionId;
    /// A confirmation by an auditor.
    ConfirmationId;
    /// A bridge letter of a report.
    BridgeLetterId;
    /// A cover note of a report.
    CoverNoteId;
    /// A wish to be forgotten that was declined.
    DeclineId;
    /// One started download.
    DownloadId;
    /// An exception in a report version.
    ExceptionId;
    /// An export of entries of the log.
    ExcerptId;
    /// A filter of the log that somebody has saved.
    FilterId;
    /// A person's right to one report version.
    GrantId;
    /// A named hold: what is kept in spite of erasure and retention.
    HoldId;
    /// This installation; bound into every sealed context.
    InstanceId;
    /// A wrapped data key.
    KeyId;
    /// A letter in the outbox.
    LetterId;
    /// A memo beside a report.
    MemoId;
    /// A rule of unusual access that is kept quiet.
    MuteId;
    /// A published NDA text.
    NdaId;
    /// A sealed object in the vault.
    ObjectId;
    /// A process that serves.
    NodeId;
    /// A person: prospect or staff.
    PersonId;
    /// One run of preparing an upload.
    PreparationId;
    /// A letter about a recall, as it is noted.
    RecallNoticeId;
    /// A dated remediation update of an exception.
    RemediationId;
    /// A report, across its versions.
    ReportId;
    /// An access request.
    RequestId;
    /// A change of a rule of unusual access.
    RuleChangeId;
    /// A browser session.
    SessionId;
    /// A one-time staff sign-in link.
    StaffLinkId;
    /// A reader's wish to be written to about changes.
    SubscriptionId;
    /// One version of a report: what is sealed, marked and granted.
    VersionId;
}
