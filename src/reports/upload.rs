//! Taking a file in: prepared in a child process, then sealed into the vault as three objects.
//!
//! Blocks for seconds: call it where blocking is allowed. It changes no row; [`super::acts::attach_upload`] does.

use super::{File, Tier, Version};
use crate::clock::Clock;
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::CompanionId;
use crate::seal::DataKey;
use crate::vault::{ObjectContext, ObjectKind, ObjectRef, Vault};
use crate::watermark::preparing::prepare_in_child;
use crate::watermark::{self, IntakeRefusal, Prepared};
use std::path::Path;

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Only pictures of its pages could be published, and nobody has agreed to that.
    #[error(
        "This PDF cannot be prepared as it is: {why} Its pages can be published as pictures instead. Their text could then neither be searched nor read aloud, so that is done only if you agree. Exporting the file anew, if need be by printing it to a PDF, is better."
    )]
    OnlyPictures {
        /// What is wrong with the file, and on which page, in sentences.
        why: String,
    },
    /// The file cannot be prepared; the words say why and what to do.
    #[error(transparent)]
    Refused(#[from] IntakeRefusal),
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for UploadError {
    fn kind(&self) -> Kind {
        match self {
            Self::OnlyPictures { .. } => Kind::Invalid,
            Self::Refused(refusal) => refusal.kind(),
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Where a file goes and what it is sealed with.
#[derive(Debug)]
pub struct Shelf<'a> {
    /// The vault.
    pub vault: &'a Vault,
    /// The clock and the generator.
    pub clock: &'a Clock,
    /// The version's key.
    pub key: &'a DataKey,
    /// The version the file belongs to.
    pub version: &'a Version,
}

impl Shelf<'_> {
    /// Puts objects into the vault, of the report or of one of its companions. What was put before a fault is removed again.
    pub(super) fn put<const COUNT: usize>(
        &self,
        companion: Option<CompanionId>,
        objects: [(ObjectKind, &[u8]); COUNT],
    ) -> Result<[ObjectRef; COUNT], Fault> {
        let (report, version) = (self.version.report.id, self.version.number);
        let mut put = Vec::new();
        for (kind, bytes) in objects {
            let context = ObjectContext { report, version, kind, companion };
            match self.vault.put(self.clock, self.key, &context, bytes) {
                Ok(object) => put.push(object),
                Err(fault) => {
                    self.discard(put.iter());
                    return Err(fault);
                }
            }
        }
        put.try_into().map_err(|_| Fault::bare("as many objects were put as there are"))
    }
    /// Seals the original and what was prepared from it.
    pub fn store(&self, pdf: &[u8], prepared: &Prepared) -> Result<File, Fault> {
        let tier = tier_of(prepared)?;
        let [original, body, manifest] = self.put(
            None,
            [
                (ObjectKind::Original, pdf),
                (ObjectKind::Body, &prepared.body),
                (ObjectKind::Manifest, &prepared.manifest.to_bytes()),
            ],
        )?;
        let warnings = prepared.manifest.warnings.iter().map(|warning| warning.text.clone()).collect();
        let source_sha256 = original.sha256;
        Ok(File { original, body, manifest, pages: prepared.manifest.pages, tier, warnings, source_sha256 })
    }
    /// Removes objects that no row points at. One that cannot be removed stays sealed and unreachable.
    pub fn discard<'o>(&self, objects: impl Iterator<Item = &'o ObjectRef>) {
        for object in objects {
            if let Err(fault) = self.vault.remove(object.id) {
                tracing::warn!(object = %object.id, cause = ?fault, "a sealed object without a row stays in the vault");
            }
        }
    }
}

/// Whether a file may be published as pictures of its pages when nothing better passes the gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// The publisher has agreed.
    Agreed,
    /// Nobody has agreed.
    Unwanted,
}

/// Prepares `pdf` in a child process of `program` and stores original, body and manifest.
pub fn take_in(shelf: &Shelf<'_>, program: &Path, pdf: &[u8]) -> Result<File, UploadError> {
    let prepared = prepare_in_child(program, pdf)?;
    keep(shelf, pdf, &prepared, Pictures::Unwanted)
}

/// Stores original, body and manifest; pictures only when the publisher has agreed to them.
pub fn keep(
    shelf: &Shelf<'_>,
    pdf: &[u8],
    prepared: &Prepared,
    pictures: Pictures,
) -> Result<File, UploadError> {
    if prepared.manifest.tier == watermark::Tier::T3 && pictures == Pictures::Unwanted {
        return Err(UploadError::OnlyPictures { why: prepared.manifest.why_pictures() });
    }
    Ok(shelf.store(pdf, prepared)?)
}

/// The tier as it is stored; a body that cannot be marked is never stored.
fn tier_of(prepared: &Prepared) -> Result<Tier, Fault> {
    match prepared.manifest.tier {
        watermark::Tier::T1 => Ok(Tier::T1),
        watermark::Tier::T2 => Ok(Tier::T2),
        watermark::Tier::T3 => Ok(Tier::T3),
        watermark::Tier::T4 => Err(Fault::bare("a body that cannot be marked was prepared")),
    }
}
