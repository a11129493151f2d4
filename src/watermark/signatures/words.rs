//! What is said about a signature: to people in sentences, to programs in stable names.

use super::{Flaw, Name, Obstacle, Signature, Signatures, Signer, Verdict};
use serde::Serialize;

/// What no verdict says, said beside every signature.
pub const AUTHORITIES: &str = "Who issued the certificate was not checked against a list of authorities, nor whether it was taken back: \
                               whoever makes a certificate can write any name into it. Compare its digest with what the signer tells you.";

impl Flaw {
    /// In a sentence.
    const fn words(self) -> &'static str {
        match self {
            Self::Digest => {
                "What was signed is not what this file says now: bytes were changed after it was signed."
            }
            Self::Gap => {
                "It leaves out more of the file than itself, so what lies there could have been changed unseen."
            }
            Self::Key => "It was not made with the key of the certificate that it brings along.",
            Self::Range => "The part of the file it says it is about does not lie in the file so.",
            Self::Unreadable => "Its data are damaged and cannot be read.",
        }
    }
}

impl Obstacle {
    /// In a sentence.
    fn words(&self) -> String {
        match self {
            Self::Algorithm(what) => format!("It was made with {what}, which is not checked here."),
            Self::Form(form) if form.is_empty() => "It does not say of what form it is.".to_owned(),
            Self::Form(form) => format!("It is of the form “{form}”, which is not checked here."),
            Self::NoCertificate => "It does not bring its signer’s certificate along.".to_owned(),
            Self::OldForm => {
                "It is of an old form that leans on SHA-1 and proves nothing any more.".to_owned()
            }
            Self::SeveralSigners => {
                "It has several signers at once, which PDF does not provide for.".to_owned()
            }
            Self::Timestamp => {
                "It is a timestamp of the document by a time service, not somebody’s signature.".to_owned()
            }
            Self::TooLarge => "It is larger than any signature needs to be.".to_owned(),
            Self::Weak(what) => format!("It leans on {what}, which proves nothing any more."),
        }
    }
}

impl Verdict {
    /// The stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "broken",
            Self::ChangedAfterwards { .. } => "changed_afterwards",
            Self::Intact => "intact",
            Self::NotChecked { .. } => "not_checked",
        }
    }
    /// In a few words.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "Broken",
            Self::ChangedAfterwards { .. } => "Intact, changed by an appended revision afterwards",
            Self::Intact => "Intact and covers the whole file",
            Self::NotChecked { .. } => "Not checked",
        }
    }
    /// What it means, in sentences.
    pub fn words(&self) -> String {
        match self {
            Self::Broken { why } => why.words().to_owned(),
            Self::ChangedAfterwards { appended_bytes } => format!(
                "What was signed is unchanged. {appended_bytes} bytes were appended to the file afterwards: a further \
                 signature or timestamp, or a change to what is shown."
            ),
            Self::Intact => "No byte of the file was changed after it was signed.".to_owned(),
            Self::NotChecked { why } => why.words(),
        }
    }
}

impl Name {
    /// In one line.
    pub fn words(&self) -> String {
        match (&self.common_name, &self.organization) {
            (Some(name), Some(organization)) if name != organization => format!("{name}, {organization}"),
            (Some(name), _) | (None, Some(name)) => name.clone(),
            (None, None) => "without a name".to_owned(),
        }
    }
}

impl Signature {
    /// Who it says has signed, in one line.
    pub fn signer_words(&self) -> String {
        self.signer
            .as_ref()
            .map_or_else(|| "somebody whose name cannot be read".to_owned(), |one| one.subject.words())
    }
    /// Whether the certificate was valid when the signer claims to have signed; `None` when a time is missing.
    pub fn was_valid(&self) -> Option<bool> {
        let signer = self.signer.as_ref()?;
        let (from, until) = (signer.valid_from?, signer.valid_until?);
        self.claimed_at.map(|at| (from..=until).contains(&at))
    }
    /// What is said of the time: claimed, not proven.
    pub fn time_words(&self) -> String {
        let claimed = match self.claimed_at {
            Some(at) => format!("Signed on {} by the signer’s own clock.", at.words()),
            None => "It does not say when it was made.".to_owned(),
        };
        let valid = match self.was_valid() {
            Some(false) => " The certificate was not valid then.",
            Some(true) => " The certificate was valid then.",
            None => "",
        };
        let stamped = if self.is_timestamped { " A timestamp is attached; it was not checked." } else { "" };
        format!("{claimed}{valid}{stamped}")
    }
    /// Everything in sentences, for a terminal.
    pub fn words(&self) -> String {
        let verdict = &self.verdict;
        format!(
            "Signature of {}: {}. {} {}",
            self.signer_words(),
            verdict.label().to_lowercase(),
            verdict.words(),
            self.time_words()
        )
    }
    /// For programs.
    pub fn told(&self) -> Told<'_> {
        Told {
            verdict: self.verdict.code(),
            words: self.verdict.words(),
            signer: self.signer.as_ref().map(ToldSigner::of),
            claimed_at: self.claimed_at.map(crate::clock::Micros::rfc3339),
            certificate_was_valid: self.was_valid(),
            timestamp_attached: self.is_timestamped,
            authorities_checked: false,
        }
    }
}

impl Signatures {
    /// All for programs.
    pub fn told(&self) -> Vec<Told<'_>> {
        self.found.iter().map(Signature::told).collect()
    }
    /// That there are more than were looked at, in a sentence.
    pub fn omitted_words(&self) -> Option<String> {
        (self.omitted > 0)
            .then(|| format!("The file has {} further signatures, which were not looked at.", self.omitted))
    }
}

/// What a program reads about a signature.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    verdict: &'static str,
    words: String,
    signer: Option<ToldSigner<'a>>,
    claimed_at: Option<String>,
    certificate_was_valid: Option<bool>,
    timestamp_attached: bool,
    authorities_checked: bool,
}

/// What a program reads about a signer.
#[derive(Debug, Serialize)]
struct ToldSigner<'a> {
    subject: &'a Name,
    issuer: &'a Name,
    self_issued: bool,
    valid_from: Option<String>,
    valid_until: Option<String>,
    certificate_sha256: &'a str,
}

impl<'a> ToldSigner<'a> {
    /// Of this signer.
    fn of(signer: &'a Signer) -> Self {
        Self {
            subject: &signer.subject,
            issuer: &signer.issuer,
            self_issued: signer.self_issued,
            valid_from: signer.valid_from.map(crate::clock::Micros::rfc3339),
            valid_until: signer.valid_until.map(crate::clock::Micros::rfc3339),
            certificate_sha256: &signer.certificate_sha256,
        }
    }
}
