//! The digital signatures that a file brings along: whether each is intact, what of the file it is about, and who it
//! says has signed.
//!
//! Marking takes signatures out, because it changes the file; what they said about the file as it was issued is kept in
//! the [manifest](super::Manifest) and told to readers.
//!
//! Promises:
//! * *Intact* means: the bytes before and after the signature, and nothing else left out, have the digest that was
//!   signed, and the signature over it fits the key of the signer's certificate.
//! * Whatever the bytes are, the answer is a verdict. What is not checked is named as not checked.
//!
//! Not promised: that the signer is who the certificate says. Who issued it is not checked against a list of
//! authorities, nor whether it was taken back; whoever makes a certificate can write any name into it. Nor that a file
//! looked as it does now when it was signed, once something was appended.

mod certificate;
mod check;
mod cms;
mod der;
mod fields;
mod key;
mod range;
mod words;

pub use words::{AUTHORITIES, Told};

use super::{IntakeRefusal, intake};
use crate::clock::Micros;
use hayro_syntax::Pdf;
use serde::{Deserialize, Serialize};

/// As many signatures are looked at; honest files have one to three.
pub const SIGNATURES: usize = 16;

/// The signatures of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatures {
    /// Each, in the order of the file's form.
    pub found: Vec<Signature>,
    /// How many more there are than were looked at.
    pub omitted: u32,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Whether it holds.
    pub verdict: Verdict,
    /// Who it says has signed, when that can be read.
    pub signer: Option<Signer>,
    /// When, as the signer claims.
    pub claimed_at: Option<Micros>,
    /// Whether a timestamp is attached, which is not checked.
    pub is_timestamped: bool,
}

/// Whether a signature holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Verdict {
    /// It does not.
    Broken {
        /// What is wrong.
        why: Flaw,
    },
    /// It does, for what the file was when it was signed; something was appended afterwards.
    ChangedAfterwards {
        /// How much.
        appended_bytes: u64,
    },
    /// It does, for the whole file.
    Intact,
    /// Nobody can say.
    NotChecked {
        /// What is in the way.
        why: Obstacle,
    },
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The signed bytes are not those that were signed.
    Digest,
    /// More is left out than the signature itself.
    Gap,
    /// It does not fit the key of its certificate.
    Key,
    /// The bytes it says it is about do not lie in the file so.
    Range,
    /// It cannot be read.
    Unreadable,
}

/// Why a signature is not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// By an algorithm that is not known here.
    Algorithm(String),
    /// Of a form that is not known here.
    Form(String),
    /// The signer's certificate is not in it.
    NoCertificate,
    /// Of a form that was given up because it leans on SHA-1.
    OldForm,
    /// Signed by several at once.
    SeveralSigners,
    /// A timestamp of the whole document, not somebody's signature.
    Timestamp,
    /// Larger than any honest one.
    TooLarge,
    /// By an algorithm that proves nothing any more.
    Weak(String),
}

impl Obstacle {
    /// Something that proves nothing any more.
    fn weak(what: &str) -> Self {
        Self::Weak(what.to_owned())
    }
}

/// Who a certificate names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Whose it is.
    pub subject: Name,
    /// Who issued it.
    pub issuer: Name,
    /// Whether both are the same.
    pub self_issued: bool,
    /// When it begins to be valid.
    pub valid_from: Option<Micros>,
    /// When it ceases to be valid.
    pub valid_until: Option<Micros>,
    /// SHA-256 of the certificate, in hexadecimal: whoever knows the signer can compare it.
    pub certificate_sha256: String,
}

/// A name in a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Of the person or thing.
    pub common_name: Option<String>,
    /// Of the organisation.
    pub organization: Option<String>,
}

/// Looks at the signatures of a PDF.
///
/// Works in this process: files of other people are looked at where they are prepared, in a child.
pub fn read_signatures(pdf: &[u8]) -> Result<Signatures, IntakeRefusal> {
    Ok(of(&intake::open(pdf.to_vec().into())?))
}

/// The signatures of an opened file.
pub(super) fn of(pdf: &Pdf) -> Signatures {
    let signed = fields::signed(pdf);
    let more = signed.len().saturating_sub(SIGNATURES);
    let file = pdf.data().as_ref();
    Signatures {
        found: signed.iter().take(SIGNATURES).map(|signature| check::check(file, signature)).collect(),
        omitted: u32::try_from(more).unwrap_or(u32::MAX),
    }
}
