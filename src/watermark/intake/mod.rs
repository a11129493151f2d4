//! Takes a PDF in: looks at it, opens it, refuses by name what cannot be prepared.
//!
//! Promise: whatever the bytes are, the answer is a prepared body or a named refusal. [`child`] holds it also against
//! crashes and hangs of the parser, by doing the work in a process of its own, which the [`sandbox`] closes in.

pub mod child;
mod frames;
pub mod limits;
pub(crate) mod look;
mod password;
pub mod probe;
mod progress;
mod refusal;
pub mod sandbox;
pub mod serving;
pub(crate) mod unpack;

pub use password::Password;
pub use progress::{Progress, Stage, Watch};
pub use refusal::IntakeRefusal;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf, PdfData};
use std::sync::Arc;

/// A file of somebody, and what opens it.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Its bytes.
    pub pdf: Vec<u8>,
    /// Its opening password, when its owner gave one.
    pub password: Option<Password>,
}

impl From<Vec<u8>> for Intake {
    fn from(pdf: Vec<u8>) -> Self {
        Self { pdf, password: None }
    }
}

/// Opens a file. The empty password is the user password of files protected only against changes.
pub(crate) fn open(intake: Intake) -> Result<Pdf, IntakeRefusal> {
    look::look_at(&intake.pdf)?;
    open_again(intake)
}

/// Opens a file that was looked at before, in another process.
pub(crate) fn open_again(intake: Intake) -> Result<Pdf, IntakeRefusal> {
    let pdf = Arc::new(intake.pdf);
    let unlock = |word: &str| Pdf::new_with_password(PdfData::from(Arc::clone(&pdf)), word);
    let opened = match (unlock(""), &intake.password) {
        (Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)), Some(password)) => {
            unlock(password.expose())
        }
        (opened, _) => opened,
    };
    opened.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) if intake.password.is_some() => {
            IntakeRefusal::WrongPassword
        }
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => IntakeRefusal::PasswordNeeded,
        LoadPdfError::Decryption(_) => IntakeRefusal::UnsupportedEncryption,
        LoadPdfError::Invalid => IntakeRefusal::damaged("its structure cannot be read"),
    })
}
