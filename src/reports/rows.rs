//! Rows of reports, versions and sealed objects, and how they become nouns.

use super::{Facts, File, Finalized, Report, State, Tier, Version, recalls};
use crate::clock::Micros;
use crate::db::schema::{report_version, sealed_object};
use crate::db::{Db, shreds};
use crate::fault::Fault;
use crate::ids::{ObjectId, PersonId, ReportId, VersionId};
use crate::seal::Sealed;
use crate::text::Slug;
use crate::text_enum;
use crate::vault::{ObjectKind, ObjectRef};
use diesel::prelude::*;

text_enum! {
    /// The stored word for a version's state, in the order of its life.
    StateWord {
        /// Being written.
        Draft = "draft",
        /// Fixed, offered.
        Finalized = "finalized",
        /// Fixed, no longer offered.
        Withdrawn = "withdrawn",
    }
}

/// A row of `report`.
#[derive(Queryable)]
pub(super) struct ReportRow {
    id: ReportId,
    slug: String,
    created_at: Micros,
    created_by: PersonId,
}

/// A row of `report_version`.
#[derive(Queryable)]
pub(super) struct VersionRow {
    id: VersionId,
    report_id: ReportId,
    number: i32,
    state: StateWord,
    card: String,
    facts: Sealed<Facts>,
    original_id: Option<ObjectId>,
    body_id: Option<ObjectId>,
    manifest_id: Option<ObjectId>,
    pages: Option<i32>,
    tier: Option<Tier>,
    warnings: String,
    source_sha256: Option<Vec<u8>>,
    created_at: Micros,
    finalized_at: Option<Micros>,
    finalized_by: Option<PersonId>,
}

/// A row of `sealed_object`.
#[derive(Queryable)]
struct ObjectRow {
    id: ObjectId,
    _version_id: VersionId,
    _kind: ObjectKind,
    size_bytes: i64,
    sha256: Vec<u8>,
    sealed_sha256: Vec<u8>,
    _created_at: Micros,
}

/// A row that this program cannot have written.
fn broken(what: &'static str) -> Fault {
    Fault::bare(what)
}

/// 32 bytes out of a column that holds a digest.
fn digest(bytes: Vec<u8>) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_| broken("length of a stored digest"))
}

impl TryFrom<ObjectRow> for ObjectRef {
    type Error = Fault;
    fn try_from(row: ObjectRow) -> Result<Self, Fault> {
        Ok(Self {
            id: row.id,
            size_bytes: u64::try_from(row.size_bytes).map_err(|_| broken("size of a sealed object"))?,
            sha256: digest(row.sha256)?,
            sealed_sha256: digest(row.sealed_sha256)?,
        })
    }
}

impl TryFrom<ReportRow> for Report {
    type Error = Fault;
    fn try_from(ReportRow { id, slug, created_at, created_by }: ReportRow) -> Result<Self, Fault> {
        let slug = Slug::parse(&slug).map_err(|error| Fault::new("slug of a report", error))?;
        Ok(Self { id, slug, created_at, created_by })
    }
}

impl VersionRow {
    /// The state with what belongs to it.
    fn state(&self, db: &mut Db) -> Result<State, Fault> {
        let finalized = self.finalized_at.zip(self.finalized_by).map(|(at, by)| Finalized { at, by });
        let finalized = finalized.ok_or(broken("who finalized a version"));
        match self.state {
            StateWord::Draft => Ok(State::Draft),
            StateWord::Finalized if has_successor(db, self)? => finalized.map(State::Superseded),
            StateWord::Finalized => finalized.map(State::Finalized),
            StateWord::Withdrawn if recalls::is_recalled(db, self.id)? => finalized.map(State::Recalled),
            StateWord::Withdrawn => finalized.map(State::Withdrawn),
        }
    }
    /// The file, with its objects.
    fn file(&self, db: &mut Db) -> Result<Option<File>, Fault> {
        let (Some(original), Some(body), Some(manifest)) = (self.original_id, self.body_id, self.manifest_id)
        else {
            return Ok(None);
        };
        let pages = self.pages.and_then(|pages| u32::try_from(pages).ok());
        let [original, body, manifest] = require_objects(db, [original, body, manifest])?;
        Ok(Some(File {
            original,
            body,
            manifest,
            pages: pages.ok_or(broken("pages of a file"))?,
            tier: self.tier.ok_or(broken("tier of a file"))?,
            warnings: from_json(&self.warnings)?,
            source_sha256: digest(self.source_sha256.clone().unwrap_or_default())?,
        }))
    }
    /// The noun.
    pub(super) fn open(self, db: &mut Db, report: ReportRow) -> Result<Version, Fault> {
        Ok(Version {
            id: self.id,
            report: report.try_into()?,
            number: u32::try_from(self.number).map_err(|_| broken("number of a version"))?,
            state: self.state(db)?,
            card: from_json(&self.card)?,
            file: self.file(db)?,
            facts: self.facts,
            created_at: self.created_at,
            shredded_at: shreds::find(db, self.id)?.map(|shred| shred.at),
        })
    }
}

/// Whether a newer version of the report was ever finalized: what supersedes needs no mark on what is superseded.
fn has_successor(db: &mut Db, row: &VersionRow) -> Result<bool, Fault> {
    let newer = report_version::table
        .filter(report_version::report_id.eq(row.report_id))
        .filter(report_version::number.gt(row.number))
        .filter(report_version::state.ne(StateWord::Draft))
        .count();
    Ok(newer.get_result::<i64>(db)? > 0)
}

/// Reads a column of JSON.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::new("JSON in a row of a version", error))
}

/// Writes a column of JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("JSON for a row of a version", error))
}

/// A sealed object's row as the vault wants it.
pub(super) fn require_object(db: &mut Db, id: ObjectId) -> Result<ObjectRef, Fault> {
    sealed_object::table.find(id).first::<ObjectRow>(db)?.try_into()
}

/// The objects of a file, in one statement: a version is read with every request of its readers.
fn require_objects(db: &mut Db, ids: [ObjectId; 3]) -> Result<[ObjectRef; 3], Fault> {
    let [first, second, third] = ids;
    // Not `eq_any`: a list of unknown length is prepared anew each time.
    let any = sealed_object::id.eq(first).or(sealed_object::id.eq(second)).or(sealed_object::id.eq(third));
    let rows: Vec<ObjectRow> = sealed_object::table.filter(any).load(db)?;
    let found = rows.into_iter().map(ObjectRef::try_from).collect::<Result<Vec<_>, _>>()?;
    let require = |id| {
        found.iter().find(|object| object.id == id).cloned().ok_or(broken("a sealed object without its row"))
    };
    Ok([require(first)?, require(second)?, require(third)?])
}
