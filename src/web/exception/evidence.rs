//! The files beside an exception that holders are told of, and where marked copies of them are taken.

use super::ExceptionView;
use crate::ids::MemoId;
use crate::remediation::evidence::Evidence;
use crate::text::{hex, size_words};
use crate::web::page::When;
use serde::Serialize;

/// A file that holders are told of. The file itself stays in the house; of a document there are marked copies.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceView {
    #[serde(skip)]
    id: MemoId,
    has_document: bool,
    action: Option<String>,
    name: String,
    shows: String,
    size: String,
    at: When,
    sha256: String,
}

impl From<&Evidence> for EvidenceView {
    fn from(one: &Evidence) -> Self {
        let file = &one.file.words;
        Self {
            id: one.file.id,
            has_document: one.document.is_some(),
            action: None,
            name: file.name.to_string(),
            shows: file.shows.to_string(),
            size: size_words(file.size_bytes),
            at: one.file.at.into(),
            sha256: hex(&file.sha256),
        }
    }
}

impl ExceptionView {
    /// The same with the files that holders are told of.
    #[must_use]
    pub fn shown_by(mut self, files: &[Evidence]) -> Self {
        self.evidence = files.iter().filter(|one| one.told).map(EvidenceView::from).collect();
        self
    }
    /// The same with where marked copies of the files are taken (POST), below this address.
    #[must_use]
    pub fn taken_from(mut self, base: &str) -> Self {
        for file in self.evidence.iter_mut().filter(|file| file.has_document) {
            file.action = Some(format!("{base}/evidence/{}/copy", file.id));
        }
        self
    }
}
