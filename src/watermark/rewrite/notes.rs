//! What the publisher is told about the rewriting: what was dropped or changed, counted.

use super::permissions::Permissions;
use crate::watermark::manifest::Warning;
use std::collections::BTreeMap;

/// One kind of thing to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Note {
    /// Actions other than going to a page or the web.
    Actions,
    /// Annotations painted into the page.
    AnnotationsFlattened,
    /// Annotations without an appearance, or that play or attach something.
    AnnotationsRemoved,
    /// Embedded files.
    Attachments,
    /// Content that could only be decoded in part.
    ContentDamaged,
    /// The page count the file states is another one.
    CountDiffers,
    /// It was encrypted, and what its owner permitted.
    Decrypted(Permissions),
    /// Form fields whose value had no appearance and was drawn by us.
    FieldsDrawn,
    /// Form fields painted into the page.
    FieldsFlattened,
    /// Form fields whose value has no appearance.
    FieldsWithoutAppearance,
    /// Scripts.
    JavaScript,
    /// Pages whose content was put into a form of its own.
    PagesIsolated,
    /// The archive profile was given up.
    PdfaDropped,
    /// Signatures were removed.
    Signatures,
    /// The form program was removed.
    Xfa,
}

impl Note {
    /// The stable name and the words, for as many.
    fn words(self, count: usize) -> (&'static str, String) {
        match self {
            Self::Actions => ("actions_removed", format!("{count} actions other than links were removed.")),
            Self::AnnotationsFlattened => ("annotations_flattened", format!("{count} comments or stamps are now part of the page.")),
            Self::AnnotationsRemoved => ("annotations_removed", format!("{count} annotations without a picture of their own were removed.")),
            Self::Attachments => ("attachments_removed", format!("{count} attached files were removed: they would not be marked.")),
            Self::ContentDamaged => ("content_damaged", format!("The content of {count} pages is damaged; what could be read is shown. Please look at the preview.")),
            Self::CountDiffers => ("page_count_differs", "The file states another number of pages than it has. Please look at the preview.".to_owned()),
            Self::Decrypted(permissions) => ("decrypted", permissions.words()),
            Self::FieldsDrawn => ("fields_drawn", format!("{count} form fields had a value but no picture of it; the values were drawn simply. Please look at the preview.")),
            Self::FieldsFlattened => ("fields_flattened", format!("{count} form fields are now part of the page.")),
            Self::FieldsWithoutAppearance => ("fields_without_appearance", format!("{count} form fields have a value but no picture of it; they are not shown.")),
            Self::JavaScript => ("javascript_removed", format!("{count} scripts were removed.")),
            Self::PagesIsolated => ("pages_isolated", format!("The content of {count} pages breaks the rules of PDF and was enclosed; screen readers lose its structure.")),
            Self::PdfaDropped => ("pdfa_dropped", "The file claimed PDF/A-1, which forbids the transparency of the mark; the prepared one does not claim it.".to_owned()),
            Self::Signatures => ("signatures_removed", format!("{count} digital signatures were removed, because marking changes the file; their appearance stays.")),
            Self::Xfa => ("xfa_removed", "The form program (XFA) was removed; the pages stay.".to_owned()),
        }
    }
}

/// What was noted, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(BTreeMap<Note, usize>);

impl Notes {
    /// Notes one more.
    pub(crate) fn add(&mut self, note: Note) {
        let count = self.0.entry(note).or_default();
        *count = count.saturating_add(1);
    }
    /// As warnings, in a fixed order.
    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        let words = self.0.into_iter().map(|(note, count)| note.words(count));
        words.map(|(code, text)| Warning { code: code.to_owned(), text }).collect()
    }
}
