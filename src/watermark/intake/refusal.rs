//! Why a file cannot be taken in: a closed list, each with a stable code for scripts and words for a person.

use crate::fault::{Kind, Refusal};
use serde::{Deserialize, Serialize};

/// A file that cannot be prepared, by name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum IntakeRefusal {
    /// The child process ended without an answer.
    #[error(
        "This PDF made the reading program stop. It is damaged or built to do harm. Please save it anew from the program it came from and try again."
    )]
    Crashed,
    /// The structure cannot be followed.
    #[error("This PDF is damaged beyond repair ({what}). Please save or export it anew and try again.")]
    Damaged {
        /// What could not be followed.
        what: String,
    },
    /// The streams inflate to more than the limit.
    #[error(
        "Unpacked, this PDF is larger than {limit_bytes} bytes, which is more than we accept. Please export it with smaller pictures."
    )]
    DecodeLimit {
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// The pages exist only inside an XFA program.
    #[error(
        "This is a dynamic form (XFA): its pages are made by a program when it is opened. Please print it to a new PDF and upload that."
    )]
    DynamicXfa,
    /// No byte at all.
    #[error("This file is empty. Please choose the file again; if it stays empty, export it anew.")]
    EmptyFile,
    /// The child tried what no reading of a PDF needs, and was stopped.
    #[error(
        "This PDF made the reading program try something forbidden, and it was stopped. It is built to do harm: please do not open it, and tell your security team where it came from."
    )]
    Forbidden,
    /// A font the report was prepared with is not there any more.
    #[error(
        "The font {name}, with which this report was prepared, is missing. Please name it again in mark_fonts of candor.toml, or upload the report anew."
    )]
    MarkFontMissing {
        /// Its file name.
        name: String,
    },
    /// Objects inside objects beyond the limit.
    #[error(
        "This PDF nests objects deeper than {limit} levels, which no honest file does. Please export it anew."
    )]
    Nesting {
        /// The limit that was passed.
        limit: usize,
    },
    /// Nothing to mark.
    #[error("This PDF has no page. Please check that it opens in a PDF viewer and export it anew.")]
    NoPages,
    /// A page that no picture can be made of.
    #[error(
        "Page {page} of this PDF cannot be painted, so nobody could say whether its mark is seen. Please export the file anew."
    )]
    NotRenderable {
        /// Counted from 1.
        page: usize,
    },
    /// Something else than a PDF.
    #[error("This file is not a PDF. Please export the report as PDF and upload that.")]
    NotAPdf,
    /// Two ways of counting the pages disagree.
    #[error("This PDF says it has {expected} pages, but {found} can be read. Please export it anew.")]
    PageCountMismatch {
        /// As many were written.
        expected: usize,
        /// As many were read again.
        found: usize,
    },
    /// Two parsers read different pages.
    #[error("This PDF cannot be prepared safely ({what}). Please export it anew.")]
    ParsersDisagree {
        /// What they read differently.
        what: String,
    },
    /// A password is needed to open it.
    #[error(
        "This PDF needs a password to be opened. Please give its opening password together with the file, or save it without one and upload that."
    )]
    PasswordNeeded,
    /// A prepared page is another page than it was.
    #[error(
        "Page {page} of this PDF would look different from the original after preparing. Please export the file anew."
    )]
    RenderMismatch {
        /// Counted from 1.
        page: usize,
    },
    /// The recipient's texts do not fit.
    #[error("The mark does not fit: {what} is too long. Please shorten it.")]
    SlotOverflow {
        /// Which text.
        what: String,
    },
    /// No answer in time.
    #[error(
        "This PDF took longer than {limit_secs} seconds to read. It is damaged, built to do harm, or far too complex. Please export it anew."
    )]
    TimedOut {
        /// The limit that was passed.
        limit_secs: u64,
    },
    /// Too large to take in.
    #[error(
        "This file is larger than {limit_bytes} bytes, which is more than we accept. Please export it with smaller pictures."
    )]
    TooLarge {
        /// The limit that was passed.
        limit_bytes: usize,
    },
    /// More memory than the child may take.
    #[error(
        "Reading this PDF takes more than {limit_bytes} bytes of memory, which is more than a file of its size is worth. It is built to do harm or far too complex. Please export it anew."
    )]
    TooMuchMemory {
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// More to paint than the file is worth.
    #[error(
        "This PDF draws more than {limit} things, which no honest file of its size does: its parts draw each other over and over. Please export it anew, if need be by printing it to a PDF."
    )]
    TooMuchToPaint {
        /// The limit that was passed.
        limit: u64,
    },
    /// More computing than the child may do.
    #[error(
        "Reading this PDF takes more than {limit_secs} seconds of computing. It is built to do harm or far too complex. Please export it anew."
    )]
    TooMuchWork {
        /// The limit that was passed.
        limit_secs: u64,
    },
    /// More objects than the limit.
    #[error(
        "This PDF consists of more than {limit} parts, which is more than we accept. Please export it anew."
    )]
    TooManyObjects {
        /// The limit that was passed.
        limit: usize,
    },
    /// More pages than the limit.
    #[error("This PDF has more than {limit} pages, which is more than we accept. Please split it.")]
    TooManyPages {
        /// The limit that was passed.
        limit: usize,
    },
    /// Encrypted in a way that cannot be opened.
    #[error(
        "This PDF is encrypted in a way we cannot open (for example with a certificate). Please save it without encryption and upload that."
    )]
    UnsupportedEncryption,
    /// The mark would not be seen.
    #[error(
        "On page {page} of this PDF the mark would not be seen, so it cannot be shared. Please export the file anew, if need be by printing it to a PDF."
    )]
    WatermarkNotVisible {
        /// Counted from 1.
        page: usize,
    },
    /// The password that was given is not the one.
    #[error(
        "This password does not open this PDF. Please type it again: capital and small letters are different."
    )]
    WrongPassword,
}

impl IntakeRefusal {
    /// A structure that cannot be followed: `what` says which.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
    /// The stable name, for scripts.
    pub fn code(&self) -> String {
        let tagged = serde_json::to_value(self).unwrap_or_default();
        tagged.get("code").and_then(serde_json::Value::as_str).unwrap_or("damaged").to_owned()
    }
}

impl Refusal for IntakeRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLarge { .. } | Self::DecodeLimit { .. } => Kind::TooLarge,
            _ => Kind::Invalid,
        }
    }
}
