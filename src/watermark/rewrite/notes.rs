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
        let many = |one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
        match self {
            Self::Actions => ("actions_removed", format!("{} removed.", many("action other than a link was", "actions other than links were"))),
            Self::AnnotationsFlattened => ("annotations_flattened", format!("{} now part of the page.", many("comment or stamp is", "comments or stamps are"))),
            Self::AnnotationsRemoved => ("annotations_removed", format!("{} removed.", many("annotation without a picture of its own was", "annotations without a picture of their own were"))),
            Self::Attachments => ("attachments_removed", format!("{} not be marked.", many("attached file was removed: it would", "attached files were removed: they would"))),
            Self::ContentDamaged => ("content_damaged", format!("The content of {} damaged; what could be read is shown. Please look at the preview.", many("page is", "pages are"))),
            Self::CountDiffers => ("page_count_differs", "The file states another number of pages than it has. Please look at the preview.".to_owned()),
            Self::Decrypted(permissions) => ("decrypted", permissions.words()),
            Self::FieldsDrawn => ("fields_drawn", format!("{}. Please look at the preview.", many("form field had a value but no picture of it; the value was drawn simply", "form fields had a value but no picture of it; the values were drawn simply"))),
            Self::FieldsFlattened => ("fields_flattened", format!("{} now part of the page.", many("form field is", "form fields are"))),
            Self::FieldsWithoutAppearance => ("fields_without_appearance", format!("{} not shown.", many("form field has a value but no picture of it; it is", "form fields have a value but no picture of it; they are"))),
            Self::JavaScript => ("javascript_removed", format!("{} removed.", many("script was", "scripts were"))),
            Self::PagesIsolated => ("pages_isolated", format!("The content of {} breaks the rules of PDF and was enclosed; screen readers lose its structure.", many("page", "pages"))),
            Self::PdfaDropped => ("pdfa_dropped", "The file claimed PDF/A-1, which forbids the transparency of the mark; the prepared one does not claim it.".to_owned()),
            Self::Signatures => ("signatures_removed", format!("{} removed, because marking changes the file; {} stays.", many("digital signature was", "digital signatures were"), if count == 1 { "its appearance" } else { "their appearance" })),
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
