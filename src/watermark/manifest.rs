//! What is known about a prepared body: where its slot lies, what was found, what was dropped.
//!
//! Sealed beside the body. Versioned: a manifest of a later format is refused, never guessed at.

use super::IntakeRefusal;
use super::signatures::Signatures;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The format written by this version.
const FORMAT: &str = "candor/manifest/v1";
/// The warning that says why a file was not rewritten.
const NOT_REWRITTEN: &str = "not_rewritten";
/// The warning about pages of which nothing is seen.
const PAINTED_BLANK: &str = "painted_blank";
/// The most pages that a warning names.
const NAMED: usize = 12;

/// Where the slot lies in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPlace {
    /// Its first byte.
    pub offset_bytes: u64,
    /// Its fixed length.
    pub length_bytes: u32,
}

/// How well a file can be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    /// Visible and forensic marks.
    T1,
    /// Visible marks.
    T2,
    /// Pages as images with the mark burnt in.
    T3,
    /// Cannot be marked.
    T4,
}

/// Something the publisher should know about the prepared body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The stable name, for scripts.
    pub code: String,
    /// The words for a person.
    pub text: String,
}

/// A font whose letters stand in the marks of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedFont {
    /// The file's name, for messages.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// What is known about a prepared body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Names and versions this format.
    format: String,
    /// Where the slot lies.
    pub slot: SlotPlace,
    /// How many pages the body has.
    pub pages: u32,
    /// How well it can be marked.
    pub tier: Tier,
    /// How many text lines can carry a forensic bit: none yet.
    pub units: u32,
    /// What the publisher should know.
    pub warnings: Vec<Warning>,
    /// SHA-256 of the file that was taken in, in hexadecimal.
    pub source_sha256: String,
    /// SHA-256 of the body as stored (UNASSIGNED COPY), in hexadecimal.
    pub body_sha256: String,
    /// The length of the body; every copy is as long.
    pub body_bytes: u64,
    /// The fonts the marks may use besides the bundled one. A copy fetched again has the same bytes, so it keeps these.
    #[serde(default)]
    pub mark_fonts: Vec<PinnedFont>,
    /// The digital signatures of the file that was taken in; `None` when an earlier program, which did not look at them,
    /// prepared it.
    #[serde(default)]
    pub signatures: Option<Signatures>,
}

/// Why a manifest cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the expected structure.
    #[error("the manifest cannot be read")]
    Broken(#[from] serde_json::Error),
    /// Written by another version.
    #[error("the manifest has the unknown format {0}")]
    Format(String),
    /// The slot lies outside the body.
    #[error("the manifest places the slot outside the body")]
    Place,
}

impl Manifest {
    /// The manifest of a body of tier 2 with this slot.
    pub(super) fn visible(slot: SlotPlace, pages: u32, body_bytes: u64) -> Self {
        Self {
            format: FORMAT.to_owned(),
            slot,
            pages,
            tier: Tier::T2,
            units: 0,
            warnings: Vec::new(),
            source_sha256: String::new(),
            body_sha256: String::new(),
            body_bytes,
            mark_fonts: Vec::new(),
            signatures: None,
        }
    }
    /// Why the pages are pictures, and what is lost by that, for whoever has to agree.
    pub fn why_pictures(&self) -> String {
        let of_pictures =
            |warning: &&Warning| [NOT_REWRITTEN, PAINTED_BLANK].contains(&warning.code.as_str());
        let texts: Vec<&str> =
            self.warnings.iter().filter(of_pictures).map(|warning| warning.text.as_str()).collect();
        texts.join(" ")
    }
    /// As stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
    /// From what was stored.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes)?;
        if manifest.format != FORMAT {
            return Err(ManifestError::Format(manifest.format));
        }
        let end = manifest.slot.offset_bytes.checked_add(u64::from(manifest.slot.length_bytes));
        if end.is_none_or(|end| end > manifest.body_bytes) {
            return Err(ManifestError::Place);
        }
        Ok(manifest)
    }
}

/// Why a file was not rewritten, but its pages painted.
pub(super) fn not_rewritten(refusal: &IntakeRefusal) -> Warning {
    Warning { code: NOT_REWRITTEN.to_owned(), text: refusal.to_string() }
}

/// Pages, counted from 0, that have content of which nothing is seen when they are painted; none when there are none.
pub(super) fn painted_blank(lost: &[usize]) -> Option<Warning> {
    let named: Vec<String> = lost.iter().take(NAMED).map(|place| (place + 1).to_string()).collect();
    let more = lost.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let (pages, they) = if lost.len() == 1 { ("page", "it") } else { ("pages", "they") };
    let text = format!(
        "Painted, {pages} {}{more} would be blank, although the original has content there: other programs may show it, and readers of \
         the pictures would not. Look whether {they} may be blank before you publish this.",
        named.join(", ")
    );
    (!lost.is_empty()).then(|| Warning { code: PAINTED_BLANK.to_owned(), text })
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
