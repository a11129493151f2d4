//! NDA texts and who accepted them.
//!
//! Promises: a published text never changes; until one is in force nothing can be granted; an acceptance keeps the exact
//! bytes of the page that was shown, its text's digest, how the address was verified, and the index of its own entry.
//! Source for what evidence counts: E-SIGN and UETA section 9 (attribution), Snow v. Eventbrite (the exact screens).

pub mod acts;
pub mod store;

use crate::clock::Micros;
use crate::ids::{AcceptanceId, NdaId, PersonId};
use crate::text::{CompanyName, JobTitle, LongText, PersonName};
use serde::{Deserialize, Serialize};

/// A published text.
#[derive(Clone, Debug)]
pub struct Nda {
    /// Which.
    pub id: NdaId,
    /// Its number, from 1.
    pub number: i32,
    /// The text, exactly.
    pub body: LongText,
    /// SHA-256 of the text's UTF-8 bytes.
    pub sha256: [u8; 32],
    /// Since when it is in force.
    pub published_at: Micros,
}

impl Nda {
    /// What the text is called, on pages and in certificates.
    pub fn title(&self, company: &str) -> String {
        format!("Non-disclosure agreement with {company}")
    }
}

/// What was typed and ticked, and how the person was known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Full name as typed: a claim.
    pub name: PersonName,
    /// Title as typed: a claim.
    pub title: JobTitle,
    /// Company as claimed in the request or invitation.
    pub company: CompanyName,
    /// How the address was verified: in words, with the time.
    pub verified_by: String,
    /// The network address the server saw.
    pub address: String,
    /// The user agent: a claim.
    pub user_agent: String,
    /// Both boxes, in the words that stood beside them.
    pub boxes: Vec<String>,
    /// The words on the button that was pressed.
    pub button: String,
}

/// An acceptance, opened.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// Which.
    pub id: AcceptanceId,
    /// By whom.
    pub person: PersonId,
    /// Of which text.
    pub nda: NdaId,
    /// When the page was shown.
    pub shown_at: Micros,
    /// When it was accepted.
    pub accepted_at: Micros,
    /// The index of its entry in the log.
    pub entry: u64,
    /// When the person withdrew from it.
    pub withdrawn_at: Option<Micros>,
    /// The evidence.
    pub evidence: Evidence,
    /// SHA-256 of the exact page that was shown.
    pub page_sha256: [u8; 32],
}

/// SHA-256 of bytes.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    <[u8; 32]>::try_from(digest.as_ref()).unwrap_or_default()
}
