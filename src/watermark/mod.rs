//! The watermark: a report is prepared once, at publication, and personalised while it is streamed.
//!
//! * [`prepare`] rewrites a PDF into a *body* in which every page paints one form, the *slot*. What was found and
//!   dropped, and where the slot lies, stands in the [`Manifest`]. [`preparing::prepare_in_child`] does the same
//!   in processes of its own and is what a server calls.
//! * [`Edits`] overwrites the slot while a body is streamed: [`Edits::for_copy`] once per download, then
//!   [`Edits::apply`] on every chunk. Length and offsets never change.
//! * [`read_copy_id`] reads which copy a PDF is, from the outlines that its pages paint.
//! * [`read_signatures`] says of every digital signature whether it holds. Preparing takes them out and keeps what they said.
//!
//! Promises:
//! * Every page of a prepared body shows the mark above everything else. As stored it says UNASSIGNED COPY.
//! * Whatever the input, the answer is a body or a named [`IntakeRefusal`].
//! * A mark names its recipient: the e-mail address exactly, the name in its own script when a font for it was named
//!   ([`MarkFonts`]), transliterated otherwise.
//!
//! Not promised: that a mark cannot be removed. A visible mark reminds and names; the forensic marks, which come
//! later, are what is left when somebody cuts it out.

mod copy_id;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gates;
pub mod intake;
mod manifest;
mod marks;
mod personalise;
pub mod preparing;
mod read;
pub mod render;
mod rewrite;
pub mod signatures;

pub use copy_id::{CopyId, CopyIdError};
pub use intake::{Intake, IntakeRefusal, Password, Progress, Stage};
pub use manifest::{Manifest, ManifestError, PinnedFont, SlotPlace, Tier, Warning};
pub use marks::fonts::{MarkFontError, MarkFonts};
pub use personalise::{Edits, MarkText, SampleText};
pub use read::{PageReading, Reading, read_copy_id};
pub use signatures::{Signature, Signatures, read_signatures};

use crate::clock::Clock;

/// The bundled font's file: Noto Sans Regular, which draws Latin, Greek and Cyrillic.
pub(crate) const fn bundled_font() -> &'static [u8] {
    marks::glyphs::FONT
}

/// A body that can be personalised, and what is known about it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The rewritten file, saying UNASSIGNED COPY on every page.
    pub body: Vec<u8>,
    /// Where its slot lies, what was found, what was dropped.
    pub manifest: Manifest,
}

/// Rewrites a PDF so that every page carries the mark.
///
/// Works in this process: call [`preparing::prepare_in_child`] for files of other people.
pub fn prepare(pdf: Vec<u8>, clock: &Clock) -> Result<Prepared, IntakeRefusal> {
    prepare_watched(Intake::from(pdf), clock, &mut |_| {})
}

/// The same for a file with a password, and for somebody who wants to hear how far it is.
pub fn prepare_watched(
    intake: Intake,
    clock: &Clock,
    watch: intake::Watch<'_>,
) -> Result<Prepared, IntakeRefusal> {
    watch(Progress::begun(Stage::Opening, 0));
    let source_sha256 = manifest::sha256_hex(&intake.pdf);
    let source = intake::open(intake)?;
    let mut prepared = gates::prepare(&source, clock, watch)?;
    prepared.manifest.source_sha256 = source_sha256;
    prepared.manifest.signatures = Some(signatures::of(&source));
    Ok(prepared)
}
