//! Memos beside a report: dated by the server, attributed to whoever was signed in, sealed under the version's key, and
//! never changed afterwards, which the database holds to as well.
//!
//! What is decided or noted about a version and its exceptions without being part of the finalized report is a memo: a
//! priority, an accepted risk, why a version was withdrawn, a correction that was asked for. The newest memo of a kind is what holds; all
//! of them are the history.

use super::Version;
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::schema::memo;
use crate::fault::Fault;
use crate::ids::{ExceptionId, MemoId, PersonId, VersionId};
use crate::seal::{DataKey, Place, Sealed};
use crate::text::{Reason, hex};
use crate::text_enum;
use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a memo is about.
    MemoKind {
        /// When a report arrived.
        ChecklistBegun = "checklist_begun",
        /// An item of the checklist was marked.
        ChecklistMark = "checklist_mark",
        /// A factual correction of a draft was asked for.
        Correction = "correction",
        /// A correction was answered.
        CorrectionSettled = "correction_settled",
        /// A file was kept as evidence.
        Evidence = "evidence",
        /// Whether holders learn of a file was chosen.
        EvidenceChoice = "evidence_choice",
        /// The priority of an exception was decided.
        Priority = "priority",
        /// The review of a draft was opened, or its end was moved.
        ReviewOpened = "review_opened",
        /// The risk of an exception was accepted.
        RiskAccepted = "risk_accepted",
        /// A version was withdrawn.
        Withdrawal = "withdrawal",
    }
}

/// What a memo says, by its kind.
pub trait Words: Serialize + DeserializeOwned + 'static {
    /// The kind.
    const KIND: MemoKind;
}

/// What a memo is about: a version, and one of its exceptions if it is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The version.
    pub version: VersionId,
    /// The exception.
    pub exception: Option<ExceptionId>,
}

impl About {
    /// The version as a whole.
    pub const fn version(version: &Version) -> Self {
        Self { version: version.id, exception: None }
    }
}

/// A memo, opened.
#[derive(Clone, Debug)]
pub struct Memo<T> {
    /// Which.
    pub id: MemoId,
    /// About what.
    pub about: About,
    /// When it was written.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
    /// What it says.
    pub words: T,
}

/// A row.
#[derive(Queryable)]
struct Row<T> {
    id: MemoId,
    version: VersionId,
    exception: Option<ExceptionId>,
    _kind: MemoKind,
    at: Micros,
    by: PersonId,
    words: Sealed<T>,
}

/// Where the words of a memo lie.
const fn place(id: MemoId) -> Place {
    Place { table: "memo", row: *id.as_bytes(), column: "words" }
}

/// A memo that was added, as its entry names it.
#[derive(Clone, Debug)]
pub struct Added {
    /// Which.
    pub id: MemoId,
    /// The digest of its sealed words: it commits to them and tells nothing of them.
    pub sealed_sha256: String,
}

/// Adds a memo and gives the digest of its sealed words, for the entry.
pub fn add<T: Words>(
    db: &mut Db,
    seal: (&Clock, &DataKey),
    about: About,
    dated: (Micros, PersonId),
    words: &T,
) -> Result<String, Fault> {
    insert(db, seal, about, dated, words).map(|added| added.sealed_sha256)
}

/// Adds a memo that others will name.
pub fn insert<T: Words>(
    db: &mut Db,
    (clock, key): (&Clock, &DataKey),
    about: About,
    (at, by): (Micros, PersonId),
    words: &T,
) -> Result<Added, Fault> {
    let id = MemoId::new(clock);
    let words = key.seal(clock, &place(id), words)?;
    diesel::insert_into(memo::table)
        .values((
            memo::id.eq(id),
            memo::version_id.eq(about.version),
            memo::exception_id.eq(about.exception),
            memo::kind.eq(T::KIND),
            memo::at.eq(at),
            memo::by_person.eq(by),
            memo::words.eq(&words),
        ))
        .execute(db)?;
    let sealed_sha256 = hex(ring::digest::digest(&ring::digest::SHA256, words.as_bytes()).as_ref());
    Ok(Added { id, sealed_sha256 })
}

/// The memos of a kind beside a version, in the order in which they were written.
pub fn list<T: Words>(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Vec<Memo<T>>, Fault> {
    let rows: Vec<Row<T>> = memo::table
        .filter(memo::version_id.eq(version))
        .filter(memo::kind.eq(T::KIND))
        .order((memo::at, memo::id))
        .load(db)?;
    let open = |Row { id, version, exception, _kind, at, by, words }: Row<T>| {
        let words = key.open(&place(id), &words)?;
        Ok(Memo { id, about: About { version, exception }, at, by, words })
    };
    rows.into_iter().map(open).collect()
}

/// Why a version is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The reason.
    pub reason: Reason,
}

impl Words for Withdrawal {
    const KIND: MemoKind = MemoKind::Withdrawal;
}
