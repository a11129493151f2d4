//! The form that takes a report's file, as it stands on the report's page and on the upload's own.

use super::href_of;
use crate::app::App;
use crate::reports::Version;
use crate::reports::preparing::Standing;
use crate::reports::upload::UploadError;
use crate::watermark::IntakeRefusal;
use serde::Serialize;

/// Why a file is not taken, as a page says it.
pub struct Refused {
    /// The words.
    pub words: String,
    /// What the publisher can do about it in the form.
    pub asks: Asks,
}

/// What a refusal asks the publisher for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Another file.
    Nothing,
    /// An opening password.
    Password,
    /// Consent to pictures of the pages.
    Pictures,
}

impl Refused {
    /// A refusal that only another file helps against.
    pub fn new(words: impl ToString) -> Self {
        Self { words: words.to_string(), asks: Asks::Nothing }
    }
    /// Why an upload has ended badly; nothing while it has not.
    pub fn of(standing: &Standing) -> Option<Self> {
        match standing {
            Standing::Running(_) => None,
            Standing::Interrupted => Some(Self::new(
                "The server was stopped while it prepared the file. Nothing of it was kept. Please upload it again.",
            )),
            Standing::Failed => Some(Self::new(
                "Something went wrong on our side while the file was prepared. Nothing of it was kept. Please upload it \
                 again; if it stays so, write to whoever runs this server.",
            )),
            Standing::OnlyPictures { why } => Some(Self {
                asks: Asks::Pictures,
                ..Self::new(UploadError::OnlyPictures { why: why.clone() })
            }),
            Standing::Refused(refusal) => {
                let asks = match refusal {
                    IntakeRefusal::PasswordNeeded | IntakeRefusal::WrongPassword => Asks::Password,
                    _ => Asks::Nothing,
                };
                Some(Self { asks, ..Self::new(refusal) })
            }
        }
    }
}

/// Where a file is sent, as `partials/report_upload` shows it.
#[derive(Serialize)]
pub struct UploadForm {
    action: String,
    limit: String,
    error: Option<String>,
    asks_password: bool,
    asks_pictures: bool,
    replaces: bool,
}

impl UploadForm {
    /// The form; `refused` says why a file was not taken.
    pub fn new(app: &App, version: &Version, refused: Option<Refused>) -> Self {
        let asks = refused.as_ref().map(|refused| refused.asks);
        let limit_mib = app.config.upload_limit_bytes / (1024 * 1024);
        Self {
            action: format!("{}/upload", href_of(version)),
            limit: format!("A PDF of up to {limit_mib} MiB and 2,000 pages."),
            asks_password: asks == Some(Asks::Password),
            asks_pictures: asks == Some(Asks::Pictures),
            error: refused.map(|refused| refused.words),
            replaces: version.file.is_some(),
        }
    }
    /// The form below a notice that says already why a file was not taken.
    pub fn below_notice(app: &App, version: &Version, refused: Refused) -> Self {
        Self { error: None, ..Self::new(app, version, Some(refused)) }
    }
}
