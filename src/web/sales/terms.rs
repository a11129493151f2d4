//! For how long, and what for: the fields that approving and inviting share.

use crate::grants::{DAYS, DOWNLOADS, Terms};
use crate::text::Reason;
use crate::web::form::Form;
use crate::web::partials::Choice;

/// Days of a grant unless something else is typed.
const USUAL_DAYS: &str = "30";
/// Downloads of a grant unless something else is typed.
const USUAL_DOWNLOADS: &str = "3";
/// The word of a grant for reading alone.
const READ: &str = "read";
/// The word of a grant that allows downloads.
const DOWNLOAD: &str = "download";

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
            downloads: format!("{} to {}, where they may download.", DOWNLOADS.0, DOWNLOADS.1),
        }
    }
}

/// What a grant may allow, to pick from.
pub(super) fn deliveries(form: &Form) -> Vec<Choice> {
    [
        Choice::new(READ, "Read in the browser only")
            .detail("Page by page, with their name on each; no file."),
        Choice::new(DOWNLOAD, "Read and download").detail("Also as a file with their name on every page."),
    ]
    .map(|choice| choice.chosen_in(&form.all("delivery")))
    .into()
}

/// The form before anything was typed.
pub(super) fn usual() -> Form {
    Form::with(&[("days", USUAL_DAYS), ("delivery", DOWNLOAD), ("downloads", USUAL_DOWNLOADS)])
}

/// Reads terms and reason; `None` when something was refused, which the form then says.
pub(super) fn parse(form: &mut Form) -> Option<(Terms, Option<Reason>)> {
    let days = form.parse("days", "The number of days", Terms::parse_days);
    let downloads = parse_downloads(form);
    let reason = form.parse_optional("reason", "The reason", Reason::parse);
    Some((Terms::new(days?, downloads?), reason?))
}

/// How many downloads are allowed: none for reading alone, whatever stands in their field.
fn parse_downloads(form: &mut Form) -> Option<i64> {
    let find = |word: &str| [READ, DOWNLOAD].into_iter().find(|known| *known == word);
    match form.choose("delivery", "What they may do", find)? {
        READ => Some(0),
        _ => form.parse("downloads", "The number of downloads", Terms::parse_downloads),
    }
}
