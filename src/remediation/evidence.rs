//! Evidence: files that show a mending, sealed in the vault beside the report.
//!
//! Promises: a file is sealed under the version's key before it touches the disk; who gave it and who read it stands in
//! the log. Holders of the report learn of a file only when somebody chose so, and then its name, size, day and digest. A
//! PDF is prepared for the mark when it is first chosen, and holders can take marked copies of it; any other file never
//! leaves to them. A choice can be taken back, and then nothing of the file leaves any more.

use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::evidence_object;
use crate::fault::Fault;
use crate::ids::{CompanionId, MemoId, ObjectId, VersionId};
use crate::reports::Version;
use crate::reports::companion::{self, Subject};
use crate::reports::memos::{self, Memo, MemoKind, Words};
use crate::seal::DataKey;
use crate::text::{Line, Paragraphs};
use crate::vault::{ObjectContext, ObjectKind, ObjectRef};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// The largest file, in bytes: screenshots, logs and protocols, not archives.
pub const LIMIT_BYTES: u64 = 10 * 1024 * 1024;

/// A sealed file and what it is. The memo that holds this says so; [`list_objects`] knows without a key that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name, as it was sent.
    pub name: Line,
    /// What it shows.
    pub shows: Paragraphs,
    /// Where it lies.
    pub object: ObjectId,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// SHA-256 of its sealed bytes.
    pub sealed_sha256: [u8; 32],
}

impl Words for File {
    const KIND: MemoKind = MemoKind::Evidence;
}

impl File {
    /// What was put into the vault, under this name.
    pub const fn of(object: &ObjectRef, name: Line, shows: Paragraphs) -> Self {
        let ObjectRef { id, size_bytes, sha256, sealed_sha256 } = *object;
        Self { name, shows, object: id, size_bytes, sha256, sealed_sha256 }
    }
    /// As the vault wants it.
    pub const fn object(&self) -> ObjectRef {
        let Self { object, size_bytes, sha256, sealed_sha256, .. } = *self;
        ObjectRef { id: object, size_bytes, sha256, sealed_sha256 }
    }
}

/// Whether holders learn of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Of which file.
    pub evidence: MemoId,
    /// Yes or no.
    pub told: bool,
}

impl Words for Choice {
    const KIND: MemoKind = MemoKind::EvidenceChoice;
}

/// A file with what was chosen about it last.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The file.
    pub file: Memo<File>,
    /// Whether holders learn of it.
    pub told: bool,
    /// What marked copies of it are made from, when it is a document that can be marked.
    pub document: Option<CompanionId>,
}

/// What an evidence file of a version is bound to.
pub const fn context(version: &Version) -> ObjectContext {
    let (report, version) = (version.report.id, version.number);
    ObjectContext { report, version, kind: ObjectKind::Evidence, companion: None }
}

/// All evidence beside a version, oldest first.
pub fn list(db: &mut Db, key: &DataKey, version: VersionId) -> Result<Vec<Evidence>, Fault> {
    let choices: Vec<Memo<Choice>> = memos::list(db, key, version)?;
    let told = |file: &Memo<File>| {
        let chosen = choices.iter().rev().find(|choice| choice.words.evidence == file.id);
        chosen.is_some_and(|choice| choice.words.told)
    };
    let files: Vec<Memo<File>> = memos::list(db, key, version)?;
    let mut all = Vec::new();
    for file in files {
        let document = companion::find_of(db, Subject::Evidence(file.id))?;
        all.push(Evidence { told: told(&file), document, file });
    }
    Ok(all)
}

/// Whether holders are told of a file now.
pub fn is_told(db: &mut Db, key: &DataKey, version: VersionId, file: MemoId) -> Result<bool, Fault> {
    let choices: Vec<Memo<Choice>> = memos::list(db, key, version)?;
    let last = choices.iter().rev().find(|choice| choice.words.evidence == file);
    Ok(last.is_some_and(|choice| choice.words.told))
}

/// Notes without a key that an object of the vault is evidence beside a version.
pub fn insert_object(db: &mut Db, version: VersionId, object: ObjectId, at: Micros) -> Result<(), Fault> {
    let row = (
        evidence_object::id.eq(object),
        evidence_object::version_id.eq(version),
        evidence_object::created_at.eq(at),
    );
    diesel::insert_into(evidence_object::table).values(row).execute(db)?;
    Ok(())
}

/// The objects of the vault that are evidence, in the order of their ids.
pub fn list_objects(db: &mut Db) -> Result<Vec<ObjectId>, Fault> {
    Ok(evidence_object::table.select(evidence_object::id).order(evidence_object::id).load(db)?)
}
