//! Personalises a body while it is streamed.
//!
//! The edits of a copy are made once, from the manifest and the recipient's texts. Every chunk of plaintext is then
//! patched in place, whatever its size and order. A chunk without an edit costs one comparison.

use super::IntakeRefusal;
use super::copy_id::CopyId;
use super::manifest::Manifest;
use super::marks::fonts::MarkFonts;
use super::marks::slot::{COPY, Lines, SAMPLE, blank_slot};

/// What the mark of an issued copy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkText {
    /// The recipient's name, in any script.
    pub name: String,
    /// The confirmed e-mail address; drawn exactly.
    pub email: String,
    /// The recipient's company; may be empty.
    pub company: String,
    /// Which copy this is.
    pub copy: CopyId,
    /// When it was granted, in words: `21 November 2026`.
    pub granted_on: String,
    /// Where somebody who finds the copy can tell its publisher.
    pub verify_url: String,
}

/// What the mark of a sample says: nobody was granted anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleText {
    /// A name.
    pub name: String,
    /// An e-mail address.
    pub email: String,
    /// A company; may be empty.
    pub company: String,
}

/// The byte ranges in which a copy differs from the body as stored, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edits(Vec<Edit>);

/// New bytes from a place on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    /// The first byte that changes.
    start: u64,
    /// What stands there instead.
    bytes: Vec<u8>,
}

impl Edits {
    /// The edits of an issued copy. Refuses a mark that does not fit ([`IntakeRefusal::SlotOverflow`]).
    ///
    /// Of `fonts`, those count that the report was prepared with; without one of them a mark in ASCII is still drawn, any
    /// other is refused ([`IntakeRefusal::MarkFontMissing`]), for it would not be the same copy.
    pub fn for_copy(fonts: &MarkFonts, manifest: &Manifest, text: &MarkText) -> Result<Self, IntakeRefusal> {
        let (fonts, missing) = fonts.pinned(&manifest.mark_fonts);
        if let Some(font) = missing.filter(|_| !(text.name.is_ascii() && text.company.is_ascii())) {
            return Err(IntakeRefusal::MarkFontMissing { name: font.name });
        }
        let lines = Lines {
            name: text.name.clone(),
            email: text.email.clone(),
            company: text.company.clone(),
            copy: format!("{COPY}{}, {}", text.copy, text.granted_on),
            finder: "Found this? Please tell us:".to_owned(),
            verify: text.verify_url.clone(),
        };
        Self::of_slot(manifest, lines.to_slot(&fonts)?)
    }
    /// The edits of a sample.
    pub fn for_sample(
        fonts: &MarkFonts,
        manifest: &Manifest,
        text: &SampleText,
    ) -> Result<Self, IntakeRefusal> {
        let words = ["issued to nobody", "This is a sample.", "It was not logged."];
        Self::of_nobody(fonts, manifest, text, words)
    }
    /// The edits of what a publisher looks at before anybody is granted anything: a sample that names them.
    pub fn for_preview(
        fonts: &MarkFonts,
        manifest: &Manifest,
        text: &SampleText,
    ) -> Result<Self, IntakeRefusal> {
        let words = ["preview for its publisher", "This is a preview.", "Looking at it was recorded."];
        Self::of_nobody(fonts, manifest, text, words)
    }
    /// The edits of what an auditor takes along of evidence that is shown: a sample that names them.
    pub fn for_auditor(
        fonts: &MarkFonts,
        manifest: &Manifest,
        text: &SampleText,
    ) -> Result<Self, IntakeRefusal> {
        let words = ["for the auditor", "This is the auditor's.", "Taking it was recorded."];
        Self::of_nobody(fonts, manifest, text, words)
    }
    /// The edits of what was granted to nobody: what it is, and two lines for whoever finds it.
    fn of_nobody(
        fonts: &MarkFonts,
        manifest: &Manifest,
        text: &SampleText,
        [what, finder, verify]: [&str; 3],
    ) -> Result<Self, IntakeRefusal> {
        let lines = Lines {
            name: text.name.clone(),
            email: text.email.clone(),
            company: text.company.clone(),
            copy: format!("{SAMPLE}, {what}"),
            finder: finder.to_owned(),
            verify: verify.to_owned(),
        };
        Self::of_slot(manifest, lines.to_slot(fonts)?)
    }
    /// The edits that leave no mark at all: to compare a page with its original. Such a body must never leave.
    pub fn blank(manifest: &Manifest) -> Result<Self, IntakeRefusal> {
        Self::of_slot(manifest, blank_slot())
    }
    /// Overwrites the whole slot.
    fn of_slot(manifest: &Manifest, bytes: Vec<u8>) -> Result<Self, IntakeRefusal> {
        if u32::try_from(bytes.len()) == Ok(manifest.slot.length_bytes) {
            Ok(Self(vec![Edit { start: manifest.slot.offset_bytes, bytes }]))
        } else {
            Err(IntakeRefusal::damaged("the slot has another length; please prepare the report again"))
        }
    }
    /// Patches a chunk of the body that begins at `offset`, in place.
    pub fn apply(&self, offset: u64, chunk: &mut [u8]) {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let end = offset.saturating_add(length);
        for edit in &self.0 {
            let edit_end = edit.start.saturating_add(u64::try_from(edit.bytes.len()).unwrap_or(u64::MAX));
            let (from, to) = (edit.start.max(offset), edit_end.min(end));
            if from >= to {
                continue;
            }
            let target = range(from - offset, to - offset).and_then(|range| chunk.get_mut(range));
            let source = range(from - edit.start, to - edit.start).and_then(|range| edit.bytes.get(range));
            if let (Some(target), Some(source)) = (target, source) {
                target.copy_from_slice(source);
            }
        }
    }
    /// The ranges that change, in order: to know which chunks they touch.
    pub fn ranges(&self) -> impl Iterator<Item = std::ops::Range<u64>> + '_ {
        self.0.iter().map(|edit| {
            edit.start..edit.start.saturating_add(u64::try_from(edit.bytes.len()).unwrap_or(u64::MAX))
        })
    }
}

/// A range of places in memory.
fn range(from: u64, to: u64) -> Option<std::ops::Range<usize>> {
    Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}
