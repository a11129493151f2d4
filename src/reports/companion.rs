//! Companions: documents beside a finalized report that leave as marked copies only, as the report itself does: its bridge
//! letter, and evidence that is shown.
//!
//! Promises:
//! * A companion is prepared like an upload, in a child process and through the same gates, so that it has a place for
//!   the mark on every page; as stored it says UNASSIGNED COPY. What cannot be marked does not become one.
//! * Body and manifest are sealed under the version's key and bound to the companion's own id: a row that points at another
//!   one's objects, or at the report's, opens nothing. With the version's key they are gone.
//! * A subject has one companion, which never changes: every download of somebody's copy has the same bytes.
//!
//! Whether it is shown to anybody is not told here but where its subject is: see the gate.

use super::Version;
use super::upload::{Shelf, UploadError};
use super::{rows, store};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::companion_schema::companion;
use crate::fault::Fault;
use crate::ids::{BridgeLetterId, CompanionId, MemoId, ObjectId, VersionId};
use crate::ledger::Event;
use crate::text::hex;
use crate::text_enum;
use crate::vault::{ObjectContext, ObjectKind, ObjectRef};
use crate::watermark::preparing::prepare_in_child;
use crate::watermark::{MarkFonts, Tier};
use diesel::prelude::*;
use std::path::Path;

text_enum! {
    /// What a companion is.
    CompanionKind {
        /// The letter about the time since the report's period.
        BridgeLetter = "bridge_letter",
        /// A file that shows a mending.
        Evidence = "evidence",
    }
}

/// What a companion is the document of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A bridge letter.
    BridgeLetter(BridgeLetterId),
    /// The memo about a file of evidence.
    Evidence(MemoId),
}

impl Subject {
    /// What it is.
    pub const fn kind(self) -> CompanionKind {
        match self {
            Self::BridgeLetter(_) => CompanionKind::BridgeLetter,
            Self::Evidence(_) => CompanionKind::Evidence,
        }
    }
    /// Its id, as stored.
    const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::BridgeLetter(id) => id.as_bytes(),
            Self::Evidence(id) => id.as_bytes(),
        }
    }
    /// From what is stored.
    fn of(kind: CompanionKind, bytes: &[u8]) -> Result<Self, Fault> {
        let bytes = bytes.try_into().map_err(|_| Fault::bare("length of a companion's subject"))?;
        Ok(match kind {
            CompanionKind::BridgeLetter => Self::BridgeLetter(BridgeLetterId::from_bytes(bytes)),
            CompanionKind::Evidence => Self::Evidence(MemoId::from_bytes(bytes)),
        })
    }
}

/// A companion.
#[derive(Clone, Debug)]
pub struct Companion {
    /// Which.
    pub id: CompanionId,
    /// Beside which version.
    pub version: VersionId,
    /// The document of what.
    pub subject: Subject,
    /// What copies are made from.
    pub body: ObjectRef,
    /// What marking needs to know about it.
    pub manifest: ObjectRef,
    /// How many pages it has.
    pub pages: u32,
}

/// A companion that lies in the vault and waits for its row.
#[derive(Clone, Debug)]
pub struct Readied {
    /// Which.
    pub id: CompanionId,
    body: ObjectRef,
    manifest: ObjectRef,
    pages: u32,
}

impl Readied {
    /// Its objects, for whoever removes them because no row will ever point at them.
    pub const fn objects(&self) -> [&ObjectRef; 2] {
        [&self.body, &self.manifest]
    }
    /// Adds to an event which document is meant, so that the log commits to its sealed bytes.
    #[must_use]
    pub fn tell(&self, event: Event) -> Event {
        event
            .fact("companion", self.id.to_string())
            .fact("companion_sealed_sha256", hex(&self.body.sealed_sha256))
            .fact("pages", self.pages)
    }
}

/// What an object of a companion is bound to.
pub const fn context(version: &Version, id: CompanionId, kind: ObjectKind) -> ObjectContext {
    ObjectContext { report: version.report.id, version: version.number, kind, companion: Some(id) }
}

/// Prepares a PDF in a child process of `program` and seals body and manifest. Blocks for seconds; changes no row.
pub fn ready(
    shelf: &Shelf<'_>,
    program: &Path,
    fonts: &MarkFonts,
    pdf: &[u8],
) -> Result<Readied, UploadError> {
    let mut prepared = prepare_in_child(program, pdf)?;
    // Nobody is asked here whether pictures of the pages will do.
    if prepared.manifest.tier == Tier::T3 {
        return Err(UploadError::OnlyPictures { why: prepared.manifest.why_pictures() });
    }
    // The fonts of the marks are pinned: copies keep them.
    prepared.manifest.mark_fonts = fonts.pins();
    let (id, manifest) = (CompanionId::new(shelf.clock), prepared.manifest.to_bytes());
    let objects: [(ObjectKind, &[u8]); 2] =
        [(ObjectKind::Body, &prepared.body), (ObjectKind::Manifest, &manifest)];
    let [body, manifest] = shelf.put(Some(id), objects)?;
    Ok(Readied { id, body, manifest, pages: prepared.manifest.pages })
}

/// Adds a companion; a second one of the same subject is refused by the database.
pub fn insert(
    db: &mut Db,
    version: VersionId,
    subject: Subject,
    readied: &Readied,
    at: Micros,
) -> Result<(), Fault> {
    store::insert_object(db, version, (ObjectKind::Body, &readied.body), at)?;
    store::insert_object(db, version, (ObjectKind::Manifest, &readied.manifest), at)?;
    diesel::insert_into(companion::table)
        .values((
            companion::id.eq(readied.id),
            companion::version_id.eq(version),
            companion::kind.eq(subject.kind()),
            companion::subject_id.eq(subject.bytes().to_vec()),
            companion::body_id.eq(readied.body.id),
            companion::manifest_id.eq(readied.manifest.id),
            companion::pages.eq(i32::try_from(readied.pages).unwrap_or(i32::MAX)),
            companion::created_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

/// A row of `companion`.
type Row = (CompanionId, VersionId, CompanionKind, Vec<u8>, ObjectId, ObjectId, i32, Micros);

/// The companion with this id.
pub fn find(db: &mut Db, id: CompanionId) -> Result<Option<Companion>, Fault> {
    let row: Option<Row> = companion::table.find(id).first(db).optional()?;
    let Some((id, version, kind, subject, body, manifest, pages, _)) = row else { return Ok(None) };
    let [body, manifest] = rows::require_objects(db, [body, manifest])?;
    Ok(Some(Companion {
        id,
        version,
        subject: Subject::of(kind, &subject)?,
        body,
        manifest,
        pages: u32::try_from(pages).map_err(|_| Fault::bare("pages of a companion"))?,
    }))
}

/// The companion of a subject.
pub fn find_of(db: &mut Db, subject: Subject) -> Result<Option<CompanionId>, Fault> {
    let of = companion::table
        .filter(companion::kind.eq(subject.kind()))
        .filter(companion::subject_id.eq(subject.bytes().to_vec()));
    Ok(of.select(companion::id).first(db).optional()?)
}
