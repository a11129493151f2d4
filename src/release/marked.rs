//! Stored bodies and the edits that make them somebody's: the report's own, and those of its companions. Nothing here
//! opens anything by itself.

use super::admit::Gate;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::grants::{Grant, store as grants};
use crate::ids::{CompanionId, GrantId, PersonId, VersionId};
use crate::reports::companion::{self, Companion};
use crate::reports::{Version, store as reports};
use crate::seal::KeyOwner;
use crate::vault::{ObjectContext, ObjectKind, ObjectReader, ObjectRef, VaultError};
use crate::watermark::{Edits, IntakeRefusal, Manifest, MarkText};

/// Bytes of a chunk of a sealed object.
pub(super) const CHUNK: u64 = 16_384;

/// Why a copy could not be prepared.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What is stored does not pass its check.
    Damaged {
        /// Which version.
        version: VersionId,
        /// What is wrong, a stable name.
        what: &'static str,
    },
    /// Not this person's grant.
    NotYours,
    /// Unexpected.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Which document a copy is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// One that stands beside the report.
    Companion(CompanionId),
    /// The report.
    Report,
}

impl Document {
    /// The companion, when it is one.
    pub(super) const fn companion(self) -> Option<CompanionId> {
        match self {
            Self::Companion(id) => Some(id),
            Self::Report => None,
        }
    }
    /// The stable names of what can be damaged: manifest and body.
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Companion(_) => ("companion_manifest", "companion_body"),
            Self::Report => ("manifest", "body"),
        }
    }
    /// Where manifest and body of the document lie.
    fn stored(self, db: &mut Db, version: &Version) -> Result<(ObjectRef, ObjectRef), Fault> {
        let missing =
            || Fault::bare("a version without this document was asked for").with_kind(Kind::NotFound);
        match self {
            Self::Report => version.file.clone().map(|file| (file.manifest, file.body)).ok_or_else(missing),
            Self::Companion(id) => {
                let found: Option<Companion> = companion::find(db, id)?;
                let own = found.filter(|found| found.version == version.id);
                own.map(|found| (found.manifest, found.body)).ok_or_else(missing)
            }
        }
    }
}

/// A stored body and the edits that make it somebody's.
pub(super) struct Marked {
    reader: ObjectReader,
    edits: Edits,
    version: VersionId,
    document: Document,
}

impl Marked {
    /// Opens the body of a document, marked as `edits` says. Blocking.
    fn open(
        gate: &Gate,
        db: &mut Db,
        (id, document): (VersionId, Document),
        edits: impl FnOnce(&Manifest) -> Result<Edits, IntakeRefusal>,
    ) -> Result<Self, Trouble> {
        let version = reports::require(db, id)?;
        let (manifest, body) = document.stored(db, &version)?;
        let context = |kind| ObjectContext {
            report: version.report.id,
            version: version.number,
            kind,
            companion: document.companion(),
        };
        let key = data_keys::open_for(db, &gate.house.keyring, KeyOwner::Version(id))?;
        let damaged = |what| move |error| trouble(id, what, error);
        let (of_manifest, of_body) = document.parts();
        let manifest = gate.vault.reader(&key, &context(ObjectKind::Manifest), &manifest);
        let manifest = manifest.map_err(damaged(of_manifest))?.read_all().map_err(damaged(of_manifest))?;
        let manifest =
            Manifest::from_bytes(&manifest).map_err(|error| Fault::new("manifest of a report", error))?;
        let reader = gate.vault.reader(&key, &context(ObjectKind::Body), &body).map_err(damaged(of_body))?;
        let edits = edits(&manifest).map_err(|error| Fault::new("personalising", error))?;
        Ok(Self { reader, edits, version: id, document })
    }
    /// The whole marked copy. Blocking.
    pub(super) fn read(mut self) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        let mut buffer = Vec::new();
        for index in 0..self.reader.chunks() {
            self.reader
                .read_chunk(index, &mut buffer)
                .map_err(|error| trouble(self.version, self.document.parts().1, error))?;
            self.edits.apply(index * CHUNK, &mut buffer);
            body.extend_from_slice(&buffer);
        }
        Ok(body)
    }
    /// The same as a body whose digest is `known` or computed; either way the whole of it is authenticated. Blocking.
    pub(super) fn checked(mut self, known: Option<[u8; 32]>) -> Result<Checked, Trouble> {
        let damaged = |error| trouble(self.version, self.document.parts().1, error);
        let sha256 = match known {
            Some(known) => {
                self.reader.check().map_err(damaged)?;
                known
            }
            None => digest(&mut self.reader, &self.edits).map_err(damaged)?,
        };
        Ok(Checked { reader: self.reader, edits: self.edits, sha256 })
    }
}

/// A body that passed its check, the edits that make it somebody's, and the digest of what they make.
pub(super) struct Checked {
    /// The body.
    pub(super) reader: ObjectReader,
    /// The edits.
    pub(super) edits: Edits,
    /// SHA-256 of the marked copy.
    pub(super) sha256: [u8; 32],
}

/// The grant, when it is this person's.
pub(super) fn require_own(gate: &Gate, db: &mut Db, id: GrantId, person: PersonId) -> Result<Grant, Trouble> {
    match grants::require(db, &gate.house.keyring, id) {
        Ok(grant) if grant.person == person => Ok(grant),
        Ok(_) => Err(Trouble::NotYours),
        Err(fault) if fault.kind() == Kind::NotFound => Err(Trouble::NotYours),
        Err(fault) => Err(Trouble::Fault(fault)),
    }
}

/// The marked copy of a grant. Blocking.
pub(super) fn of_grant(
    gate: &Gate,
    db: &mut Db,
    grant: &Grant,
    document: Document,
) -> Result<Marked, Trouble> {
    Marked::open(gate, db, (grant.version, document), |manifest| {
        Edits::for_copy(&gate.mark_fonts, manifest, &mark_text(gate, grant))
    })
}

/// What a member of staff sees of a document: marked with their own name, as `edits` says. Blocking.
pub(super) fn of_staff(
    gate: &Gate,
    (version, document): (VersionId, Document),
    edits: impl FnOnce(&Manifest) -> Result<Edits, IntakeRefusal>,
) -> Result<Marked, Trouble> {
    Marked::open(gate, &mut *gate.database.read()?, (version, document), edits)
}

/// Tells a damaged object from a disk that cannot be read.
fn trouble(version: VersionId, what: &'static str, error: VaultError) -> Trouble {
    match error {
        VaultError::Io { .. } => Trouble::Fault(error.into()),
        VaultError::Damaged(_) | VaultError::Missing(_) | VaultError::WrongKey(_) => {
            Trouble::Damaged { version, what }
        }
    }
}

/// The words of the mark.
fn mark_text(gate: &Gate, grant: &Grant) -> MarkText {
    let recipient = grant.recipient();
    MarkText {
        name: recipient.name.to_owned(),
        email: recipient.email.to_owned(),
        company: recipient.company.to_owned(),
        copy: grant.copy,
        granted_on: grant.granted_at.date_words(),
        verify_url: gate.house.link("/verify"),
    }
}

/// SHA-256 of the personalised copy; reads, and so authenticates, every chunk.
fn digest(reader: &mut ObjectReader, edits: &Edits) -> Result<[u8; 32], VaultError> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = Vec::new();
    for index in 0..reader.chunks() {
        reader.read_chunk(index, &mut buffer)?;
        edits.apply(index * CHUNK, &mut buffer);
        context.update(&buffer);
    }
    Ok(<[u8; 32]>::try_from(context.finish().as_ref()).unwrap_or_default())
}
