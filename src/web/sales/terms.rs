//! For how long and how often: the fields that approving and inviting share.

use crate::grants::{DAYS, DOWNLOADS, Terms};
use crate::text::Reason;
use crate::web::form::Form;

/// Days of a grant unless something else is typed.
const USUAL_DAYS: &str = "30";
/// Downloads of a grant unless something else is typed.
const USUAL_DOWNLOADS: &str = "3";

/// What stands beside the fields.
#[derive(serde::Serialize)]
pub(super) struct Hints {
    days: String,
    downloads: String,
}

impl Hints {
    /// The ranges in words.
    pub(super) fn new() -> Self {
        Self {
            days: format!("{} to {}, counted from today.", DAYS.0, DAYS.1),
            downloads: format!(
                "{} to {}; with 0 they can only read in the browser.",
                DOWNLOADS.0, DOWNLOADS.1
            ),
        }
    }
}

/// The form before anything was typed.
pub(super) fn usual() -> Form {
    Form::with(&[("days", USUAL_DAYS), ("downloads", USUAL_DOWNLOADS)])
}

/// Reads terms and reason; `None` when something was refused, which the form then says.
pub(super) fn parse(form: &mut Form) -> Option<(Terms, Option<Reason>)> {
    let days = form.parse("days", "The number of days", Terms::parse_days);
    let downloads = form.parse("downloads", "The number of downloads", Terms::parse_downloads);
    let reason = form.parse_optional("reason", "The reason", Reason::parse);
    Some((Terms::new(days?, downloads?), reason?))
}
