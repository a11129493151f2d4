//! The copy: the one thing of a sealed report and of its companions that can be streamed, personalised while it is read.

use super::admit::{Admission, Gate, Terms};
use super::companion::is_shown;
use super::ends::Guard;
use super::marked::{self, CHUNK, Checked, Document, Trouble};
use crate::clock::Micros;
use crate::fault::Fault;
use crate::grants::{State, companions, downloads, store as grants};
use crate::ids::{GrantId, PersonId};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// How often somebody looks whether the grant of a running stream still stands.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A body that passed its check, and the edits that make it one recipient's. It opens nothing by itself.
pub(super) struct Prepared {
    checked: Checked,
    grant: GrantId,
    document: Document,
}

impl Prepared {
    /// SHA-256 of the personalised copy.
    pub(super) const fn sha256(&self) -> [u8; 32] {
        self.checked.sha256
    }
    /// Bytes of the copy.
    pub(super) const fn size_bytes(&self) -> u64 {
        self.checked.reader.size_bytes()
    }
}

/// Reads manifest and body, checks the body whole, and makes the edits. Blocking.
pub(super) fn prepare(
    gate: &Gate,
    id: GrantId,
    person: PersonId,
    document: Document,
) -> Result<Prepared, Trouble> {
    let db = &mut *gate.database.read()?;
    let grant = marked::require_own(gate, db, id, person)?;
    let known = match document {
        Document::Companion(companion) => companions::find_copy_digest(db, id, companion)?,
        Document::Report => downloads::find_copy_digest(db, id)?,
    };
    let checked = marked::of_grant(gate, db, &grant, document)?.checked(known)?;
    Ok(Prepared { checked, grant: id, document })
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

/// Whether what is streamed may go on: for whoever watches it while its reader takes nothing.
#[derive(Clone)]
pub struct Standing {
    gate: Gate,
    terms: Terms,
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Standing({})", self.terms.copy)
    }
}

impl Standing {
    /// Whether the grant is neither revoked nor expired, and a companion still shown. When that cannot be read, the stream
    /// ends. Blocking.
    pub fn holds(&self) -> bool {
        let now: Micros = self.gate.house.clock.now();
        let read = || -> Result<bool, Fault> {
            let db = &mut *self.gate.database.read()?;
            let keyring = &self.gate.house.keyring;
            let is_active = grants::require(db, keyring, self.terms.grant)?.state(now) == State::Active;
            let shown = match self.terms.document {
                Document::Companion(companion) => is_shown(db, keyring, self.terms.version, companion)?,
                Document::Report => true,
            };
            Ok(is_active && shown)
        };
        read().unwrap_or(false)
    }
}

/// A marked copy on its way to its recipient. The web layer streams nothing else of a report.
///
/// Dropping it records the end of the download, with the bytes that were handed over.
pub struct Copy {
    prepared: Prepared,
    guard: Guard,
    standing: Standing,
    next: u64,
    looked: Instant,
}

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Copy({})", self.terms().copy)
    }
}

impl Copy {
    /// Opens with the one key: an admission to this very grant's copy.
    pub(super) fn open(mut admission: Admission, prepared: Prepared, gate: Gate) -> Result<Self, Fault> {
        let guard = admission.take_guard().ok_or(Fault::bare("an admission to the room opens no copy"))?;
        let Terms { grant, document, .. } = admission.terms();
        if (*grant, *document) != (prepared.grant, prepared.document) {
            return Err(Fault::bare("an admission opened another grant's copy, or that of another document"));
        }
        let standing = Standing { gate, terms: admission.terms().clone() };
        Ok(Self { prepared, guard, standing, next: 0, looked: Instant::now() })
    }
    /// What was admitted.
    pub const fn terms(&self) -> &Terms {
        &self.standing.terms
    }
    /// What tells whether it may go on.
    pub fn standing(&self) -> Standing {
        self.standing.clone()
    }
    /// Bytes of the copy.
    pub const fn size_bytes(&self) -> u64 {
        self.prepared.size_bytes()
    }
    /// SHA-256 of the copy, as its start entry says.
    pub const fn sha256(&self) -> [u8; 32] {
        self.prepared.sha256()
    }

    /// The next piece of the copy, marked; `None` at its end.
    ///
    /// # Errors
    /// When the stored bytes fail their check or the grant has ended: the stream must be broken off.
    pub fn next_chunk(&mut self) -> Option<Result<Bytes, Cut>> {
        if self.next >= self.prepared.checked.reader.chunks() || self.size_bytes() == 0 {
            return None;
        }
        if self.looked.elapsed() >= LOOK_EVERY {
            self.looked = Instant::now();
            if !self.standing.holds() {
                return Some(Err(Cut::Ended));
            }
        }
        let mut buffer = Vec::new();
        if self.prepared.checked.reader.read_chunk(self.next, &mut buffer).is_err() {
            tracing::error!(version = %self.terms().version, "a stored report stopped passing its integrity check");
            return Some(Err(Cut::Damaged));
        }
        self.prepared.checked.edits.apply(self.next * CHUNK, &mut buffer);
        self.next += 1;
        let last = self.next * CHUNK >= self.size_bytes();
        self.guard.sent(u64::try_from(buffer.len()).unwrap_or(u64::MAX), last);
        Some(Ok(Bytes::from(buffer)))
    }
}
