//! Takes a PDF in: looks at it, opens it, refuses by name what cannot be prepared.
//!
//! Promise: whatever the bytes are, the answer is a prepared body or a named refusal. [`child`] holds it also against
//! crashes and hangs of the parser, by doing the work in a process of its own.

pub mod child;
pub mod limits;
mod refusal;

pub use refusal::IntakeRefusal;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

/// Opens a file with the empty password, which is the user password of files protected only against changes.
pub(crate) fn open(pdf: Vec<u8>) -> Result<Pdf, IntakeRefusal> {
    limits::look_at(&pdf)?;
    Pdf::new(pdf).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => IntakeRefusal::PasswordNeeded,
        LoadPdfError::Decryption(_) => IntakeRefusal::UnsupportedEncryption,
        LoadPdfError::Invalid => IntakeRefusal::damaged("its structure cannot be read"),
    })
}
