//! Rows of reports, versions and sealed objects, and how they become nouns.

use super::{Facts, File, Finalized, Report, State, Tier, Version};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::sealed_object;
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
    _report_id: ReportId,
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

/// What became of a version since it was finalized, out of other rows.
#[derive(Queryable)]
pub(super) struct Since {
    /// A newer version of the report was finalized.
    superseded: bool,
    /// It was recalled.
    recalled: bool,
    /// Its key was destroyed.
    shredded_at: Option<Micros>,
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
    fn state(&self, since: &Since) -> Result<State, Fault> {
        let finalized = self.finalized_at.zip(self.finalized_by).map(|(at, by)| Finalized { at, by });
        let finalized = finalized.ok_or(broken("who finalized a version"));
        match self.state {
            StateWord::Draft => Ok(State::Draft),
            StateWord::Finalized if since.superseded => finalized.map(State::Superseded),
            StateWord::Finalized => finalized.map(State::Finalized),
            StateWord::Withdrawn if since.recalled => finalized.map(State::Recalled),
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
    pub(super) fn open(self, db: &mut Db, report: ReportRow, since: &Since) -> Result<Version, Fault> {
        Ok(Version {
            id: self.id,
            report: report.try_into()?,
            number: u32::try_from(self.number).map_err(|_| broken("number of a version"))?,
            state: self.state(since)?,
            card: from_json(&self.card)?,
            file: self.file(db)?,
            facts: self.facts,
            created_at: self.created_at,
            shredded_at: since.shredded_at,
        })
    }
}

/// Reads a column of JSON.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::new("JSON in a row of a version", error))
}

/// Writes a column of JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::new("JSON for a row of a version", error))
}

/// The sealed objects of a file as the vault wants them, in one statement: they are read with every request of its readers.
pub(super) fn require_objects<const N: usize>(
    db: &mut Db,
    ids: [ObjectId; N],
) -> Result<[ObjectRef; N], Fault> {
    // Not `eq_any`: a list of unknown length is prepared anew each time.
    let mut query = sealed_object::table.into_boxed();
    for id in ids {
        query = query.or_filter(sealed_object::id.eq(id));
    }
    let rows: Vec<ObjectRow> = query.load(db)?;
    let found = rows.into_iter().map(ObjectRef::try_from).collect::<Result<Vec<_>, _>>()?;
    let of = |id: ObjectId| found.iter().find(|object| object.id == id).cloned();
    let objects: Option<Vec<ObjectRef>> = ids.into_iter().map(of).collect();
    objects.and_then(|objects| objects.try_into().ok()).ok_or(broken("a sealed object without its row"))
}
