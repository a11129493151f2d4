//! The copy: the one thing of a sealed report that can be streamed, personalised while it is read.

use super::admit::{Admission, Gate, Terms};
use super::ends::Guard;
use crate::clock::Micros;
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::grants::store as grants;
use crate::grants::{Grant, State};
use crate::ids::{GrantId, PersonId, VersionId};
use crate::reports::store as reports;
use crate::seal::KeyOwner;
use crate::vault::{ObjectContext, ObjectKind, ObjectReader, VaultError};
use crate::watermark::{Edits, IntakeRefusal, Manifest, MarkText, SampleText};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// How often a running stream looks whether its grant still stands.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Bytes of a chunk of a sealed object.
const CHUNK: u64 = 16_384;

/// Why a copy could not be prepared.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The stored report does not pass its check.
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

/// A stored body and the edits that make it somebody's. It opens nothing by itself.
pub(super) struct Marked {
    reader: ObjectReader,
    edits: Edits,
    version: VersionId,
}

impl Marked {
    /// Opens the body of a version, marked as `edits` says. Blocking.
    fn open(
        gate: &Gate,
        db: &mut Db,
        id: VersionId,
        edits: impl FnOnce(&Manifest) -> Result<Edits, IntakeRefusal>,
    ) -> Result<Self, Trouble> {
        let version = reports::require(db, id)?;
        let file = version.file.ok_or(Fault::bare("a version without a file was asked for"))?;
        let context = |kind| ObjectContext { report: version.report.id, version: version.number, kind };
        let key = data_keys::open_for(db, &gate.house.keyring, KeyOwner::Version(id))?;
        let damaged = |what| move |error| trouble(id, what, error);
        let manifest = gate
            .vault
            .reader(&key, &context(ObjectKind::Manifest), &file.manifest)
            .map_err(damaged("manifest"))?;
        let manifest = { manifest }.read_all().map_err(damaged("manifest"))?;
        let manifest =
            Manifest::from_bytes(&manifest).map_err(|error| Fault::new("manifest of a report", error))?;
        let reader =
            gate.vault.reader(&key, &context(ObjectKind::Body), &file.body).map_err(damaged("body"))?;
        let edits = edits(&manifest).map_err(|error| Fault::new("personalising", error))?;
        Ok(Self { reader, edits, version: id })
    }
    /// The whole marked copy. Blocking.
    pub(super) fn read(mut self) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        let mut buffer = Vec::new();
        for index in 0..self.reader.chunks() {
            self.reader
                .read_chunk(index, &mut buffer)
                .map_err(|error| trouble(self.version, "body", error))?;
            self.edits.apply(index * CHUNK, &mut buffer);
            body.extend_from_slice(&buffer);
        }
        Ok(body)
    }
}

/// A body that passed its check, and the edits that make it one recipient's. It opens nothing by itself.
pub(super) struct Prepared {
    reader: ObjectReader,
    edits: Edits,
    sha256: [u8; 32],
    grant: GrantId,
}

impl Prepared {
    /// SHA-256 of the personalised copy.
    pub(super) const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
    /// Bytes of the copy.
    pub(super) const fn size_bytes(&self) -> u64 {
        self.reader.size_bytes()
    }
}

/// The grant, when it is this person's.
fn require_own(gate: &Gate, db: &mut Db, id: GrantId, person: PersonId) -> Result<Grant, Trouble> {
    match grants::require(db, &gate.house.keyring, id) {
        Ok(grant) if grant.person == person => Ok(grant),
        Ok(_) => Err(Trouble::NotYours),
        Err(fault) if fault.kind() == crate::fault::Kind::NotFound => Err(Trouble::NotYours),
        Err(fault) => Err(Trouble::Fault(fault)),
    }
}

/// The marked copy of a grant. Blocking.
pub(super) fn of_grant(gate: &Gate, id: GrantId, person: PersonId) -> Result<Marked, Trouble> {
    let db = &mut *gate.database.read()?;
    let grant = require_own(gate, db, id, person)?;
    Marked::open(gate, db, grant.version, |manifest| {
        Edits::for_copy(&gate.mark_fonts, manifest, &mark_text(gate, &grant))
    })
}

/// What a member of staff sees of a version: marked with their own name. Blocking.
pub(super) fn of_preview(gate: &Gate, version: VersionId, text: &SampleText) -> Result<Marked, Trouble> {
    let db = &mut *gate.database.read()?;
    Marked::open(gate, db, version, |manifest| Edits::for_preview(&gate.mark_fonts, manifest, text))
}

/// Reads manifest and body, checks the body whole, and makes the edits. Blocking.
pub(super) fn prepare(gate: &Gate, id: GrantId, person: PersonId) -> Result<Prepared, Trouble> {
    let db = &mut *gate.database.read()?;
    let grant = require_own(gate, db, id, person)?;
    let Marked { mut reader, edits, version } = Marked::open(gate, db, grant.version, |manifest| {
        Edits::for_copy(&gate.mark_fonts, manifest, &mark_text(gate, &grant))
    })?;
    let damaged = |error| trouble(version, "body", error);
    let sha256 = match grants::find_copy_digest(db, id)? {
        Some(known) => {
            reader.check().map_err(damaged)?;
            known
        }
        None => digest(&mut reader, &edits).map_err(damaged)?,
    };
    Ok(Prepared { reader, edits, sha256, grant: id })
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

/// Why a running stream was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// The stored report stopped passing its check.
    #[error("the stored report does not pass its integrity check")]
    Damaged,
    /// The grant ended meanwhile.
    #[error("the grant has ended")]
    Ended,
}

/// A marked copy on its way to its recipient. The web layer streams nothing else of a report.
///
/// Dropping it records the end of the download, with the bytes that were handed over.
pub struct Copy {
    terms: Terms,
    prepared: Prepared,
    guard: Guard,
    gate: Gate,
    next: u64,
    looked: Instant,
}

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Copy({})", self.terms.copy)
    }
}

impl Copy {
    /// Opens with the one key: an admission to this very grant's copy.
    pub(super) fn open(mut admission: Admission, prepared: Prepared, gate: Gate) -> Result<Self, Fault> {
        let guard = admission.take_guard().ok_or(Fault::bare("an admission to the room opens no copy"))?;
        if admission.terms().grant != prepared.grant {
            return Err(Fault::bare("an admission opened another grant's copy"));
        }
        Ok(Self { terms: admission.terms().clone(), prepared, guard, gate, next: 0, looked: Instant::now() })
    }
    /// What was admitted.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
    /// Bytes of the copy.
    pub const fn size_bytes(&self) -> u64 {
        self.prepared.size_bytes()
    }
    /// SHA-256 of the copy, as its start entry says.
    pub const fn sha256(&self) -> [u8; 32] {
        self.prepared.sha256
    }

    /// The next piece of the copy, marked; `None` at its end.
    ///
    /// # Errors
    /// When the stored bytes fail their check or the grant has ended: the stream must be broken off.
    pub fn next_chunk(&mut self) -> Option<Result<Bytes, Cut>> {
        if self.next >= self.prepared.reader.chunks() || self.size_bytes() == 0 {
            return None;
        }
        if self.looked.elapsed() >= LOOK_EVERY {
            self.looked = Instant::now();
            if !self.still_stands() {
                return Some(Err(Cut::Ended));
            }
        }
        let mut buffer = Vec::new();
        if self.prepared.reader.read_chunk(self.next, &mut buffer).is_err() {
            tracing::error!(version = %self.terms.version, "a stored report stopped passing its integrity check");
            return Some(Err(Cut::Damaged));
        }
        self.prepared.edits.apply(self.next * CHUNK, &mut buffer);
        self.next += 1;
        let last = self.next * CHUNK >= self.size_bytes();
        self.guard.sent(u64::try_from(buffer.len()).unwrap_or(u64::MAX), last);
        Some(Ok(Bytes::from(buffer)))
    }

    /// Whether the grant is neither revoked nor expired. When that cannot be read, the stream ends.
    fn still_stands(&self) -> bool {
        let now: Micros = self.gate.house.clock.now();
        let read = || -> Result<bool, Fault> {
            let db = &mut *self.gate.database.read()?;
            Ok(grants::require(db, &self.gate.house.keyring, self.terms.grant)?.state(now) == State::Active)
        };
        read().unwrap_or(false)
    }
}
