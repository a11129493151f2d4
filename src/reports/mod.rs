//! Reports and their versions: from draft to finalized.
//!
//! Promises: only a [`Draft`] can be changed, and the store takes nothing else; a finalized version never changes again,
//! which the database itself refuses too; its finalizing entry in the log holds the digests of the source, the prepared
//! body, the card, the sealed facts and all sealed exceptions. What is only for holders is sealed under the version's key.

pub mod acts;
pub mod auditor;
pub mod bridge_letter;
pub mod card;
pub mod checklist;
pub mod companion;
pub mod cover_note;
pub mod facts;
pub mod memos;
pub mod preparing;
pub mod recalls;
pub mod review;
mod rows;
pub mod signatures;
pub mod store;
pub mod upload;

pub use card::{Card, Framework, Opinion, Period};
pub use facts::{Assertion, Facts, Method, Subservice, UserControl};

use crate::clock::Micros;
use crate::fault::{Kind, Refusal};
use crate::ids::{PersonId, ReportId, VersionId};
use crate::seal::{DataKey, KeyOwner, Place, SealError, Sealed};
use crate::text::Slug;
use crate::text_enum;
use crate::vault::ObjectRef;

/// A report, across its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// Its name in addresses.
    pub slug: Slug,
    /// When it was created.
    pub created_at: Micros,
    /// By whom.
    pub created_by: PersonId,
}

text_enum! {
    /// How well the prepared body can be marked.
    Tier {
        /// Visible and forensic marks.
        T1 = "T1",
        /// Visible marks.
        T2 = "T2",
        /// Pages as images with the mark burnt in.
        T3 = "T3",
    }
}

/// A report's file after intake: three sealed objects and what is known about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As it was uploaded; leaves the house never.
    pub original: ObjectRef,
    /// Prepared: every page carries the slot of the mark.
    pub body: ObjectRef,
    /// What marking needs to know about the body.
    pub manifest: ObjectRef,
    /// How many pages the body has.
    pub pages: u32,
    /// How well it can be marked.
    pub tier: Tier,
    /// What the publisher should know, in sentences.
    pub warnings: Vec<String>,
    /// SHA-256 of the file as it was uploaded.
    pub source_sha256: [u8; 32],
}

/// Who finalized a version, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finalized {
    /// When.
    pub at: Micros,
    /// By whom.
    pub by: PersonId,
}

/// Where a version stands, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Fixed for ever, offered to readers.
    Finalized(Finalized),
    /// Fixed for ever, followed by a newer version; whoever holds it keeps it until the grant ends.
    Superseded(Finalized),
    /// Fixed for ever, no longer offered and open to nobody.
    Withdrawn(Finalized),
    /// Withdrawn, and everybody who holds it is asked to destroy it.
    Recalled(Finalized),
}

impl State {
    /// In a word.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Finalized(_) => "Finalized",
            Self::Superseded(_) => "Superseded",
            Self::Withdrawn(_) => "Withdrawn",
            Self::Recalled(_) => "Recalled",
        }
    }
    /// Whether a grant to it can open anything.
    pub const fn opens(self) -> bool {
        matches!(self, Self::Finalized(_) | Self::Superseded(_))
    }
    /// Who finalized it and when, if it was.
    pub const fn finalized(self) -> Option<Finalized> {
        match self {
            Self::Draft => None,
            Self::Finalized(by) | Self::Superseded(by) | Self::Withdrawn(by) | Self::Recalled(by) => Some(by),
        }
    }
}

/// One version of a report. The facts are still sealed.
#[derive(Clone, Debug)]
pub struct Version {
    /// Which.
    pub id: VersionId,
    /// The report it is a version of.
    pub report: Report,
    /// Its number within the report, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: State,
    /// What anybody may know.
    pub card: Card,
    /// What only holders read.
    pub facts: Sealed<Facts>,
    /// The file, once one was taken in.
    pub file: Option<File>,
    /// When it was created.
    pub created_at: Micros,
    /// When its key was destroyed, and with it everything but the card.
    pub shredded_at: Option<Micros>,
}

impl Version {
    /// Whose key seals its content.
    pub const fn key_owner(&self) -> KeyOwner {
        KeyOwner::Version(self.id)
    }
    /// Opens the facts.
    pub fn open_facts(&self, key: &DataKey) -> Result<Facts, SealError> {
        key.open(&facts_place(self.id), &self.facts)
    }
    /// This version as a draft, if it is one.
    pub fn into_draft(self) -> Result<Draft, NotADraft> {
        match self.state {
            State::Draft => Ok(Draft(self)),
            State::Finalized(_) | State::Superseded(_) | State::Withdrawn(_) | State::Recalled(_) => {
                Err(NotADraft)
            }
        }
    }
}

/// Where the facts of a version lie.
pub(crate) const fn facts_place(id: VersionId) -> Place {
    Place { table: "report_version", row: *id.as_bytes(), column: "facts" }
}

/// A version that is finalized or withdrawn was to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This version is finalized and never changes. What happened since is told beside it, under remediation."
)]
pub struct NotADraft;

impl Refusal for NotADraft {
    fn kind(&self) -> Kind {
        Kind::Conflict
    }
}

/// A version known to be a draft: the one thing whose content may change.
#[derive(Clone, Debug)]
pub struct Draft(Version);

impl Draft {
    /// The version.
    pub const fn version(&self) -> &Version {
        &self.0
    }
    /// What stands in the way of finalizing it, in the order in which it is best mended.
    pub fn missing(&self, facts: &Facts) -> Vec<Missing> {
        let card = &self.0.card;
        let unexplained = card.opinion != Opinion::Unqualified && card.explanation.is_none();
        let unnamed = card.opinion == Opinion::Qualified && facts.except_for.is_none();
        [
            (self.0.file.is_none(), Missing::File),
            (card.summary.is_none(), Missing::Summary),
            (unexplained, Missing::Explanation),
            (unnamed, Missing::ExceptFor),
        ]
        .into_iter()
        .filter_map(|(absent, missing)| absent.then_some(missing))
        .collect()
    }
    /// The complete draft with its file, ready to be finalized; what is missing otherwise.
    pub fn into_complete(self, facts: &Facts) -> Result<Complete, Vec<Missing>> {
        let missing = self.missing(facts);
        match &self.0.file {
            Some(file) if missing.is_empty() => Ok(Complete { file: file.clone(), version: self.0 }),
            _ => Err(missing),
        }
    }
}

/// A draft that lacks nothing.
#[derive(Clone, Debug)]
pub struct Complete {
    version: Version,
    file: File,
}

impl Complete {
    /// The version.
    pub const fn version(&self) -> &Version {
        &self.version
    }
    /// Its file.
    pub const fn file(&self) -> &File {
        &self.file
    }
    /// The version, finalized.
    pub fn finalize(self, by: Finalized) -> Version {
        Version { state: State::Finalized(by), ..self.version }
    }
}

/// What stands in the way of finalizing; `Display` says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No file was taken in.
    #[error("Upload the PDF that the auditor issued.")]
    File,
    /// The trust page has nothing to say.
    #[error("Write the summary: one or two sentences for the trust page.")]
    Summary,
    /// An opinion that needs explaining is not explained.
    #[error("Explain the opinion in plain words: it is not an unqualified one.")]
    Explanation,
    /// A qualified opinion without its matter.
    #[error("Name the matter that the qualified opinion excepts, in the auditor's words.")]
    ExceptFor,
}
