//! `/compliance/reports`: every report, newest first.

use super::href_of;
use crate::app::Template;
use crate::exceptions;
use crate::fault::Fault;
use crate::reports::review::Stage;
use crate::reports::{State, Version, store};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, Status, Tone, show};
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct ReportsPage {
    shell: Shell,
    reports: Vec<Row>,
}

impl Page for ReportsPage {
    const TEMPLATE: Template = Template::ComplianceReports;
}

/// One report.
#[derive(Serialize)]
struct Row {
    href: String,
    title: String,
    framework: &'static str,
    period: String,
    state: Status,
    file: String,
    exceptions: String,
}

/// Where a version stands, as a label.
pub fn state_status(state: State) -> Status {
    let tone = match state {
        State::Draft => Tone::Info,
        State::Finalized(_) => Tone::Ok,
        State::Superseded(_) | State::Withdrawn(_) => Tone::Quiet,
        State::Recalled(_) => Tone::Danger,
    };
    Status::new(tone, state.words())
}

/// How far a version has come, as a label.
pub fn stage_status(stage: Stage) -> Status {
    let tone = match stage {
        Stage::Draft | Stage::Responses | Stage::Review => Tone::Info,
        Stage::Finalized => Tone::Ok,
        Stage::Superseded | Stage::Withdrawn => Tone::Quiet,
        Stage::Recalled => Tone::Danger,
    };
    Status::new(tone, stage.words())
}

/// `1 page`, `2 pages`.
pub fn counted(number: u32, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// One report's row.
fn row(version: &Version, exceptions: u32) -> Row {
    Row {
        href: href_of(version),
        title: version.card.title.to_string(),
        framework: version.card.framework.words(),
        period: version.card.period.words(),
        state: match version.shredded_at {
            Some(at) => Status::new(Tone::Warn, format!("Shredded on {}", at.date_words())),
            None => state_status(version.state),
        },
        file: version.file.as_ref().map_or_else(|| "none yet".to_owned(), |file| counted(file.pages, "page")),
        exceptions: if exceptions == 0 { "none".to_owned() } else { exceptions.to_string() },
    }
}

/// GET: the list.
pub async fn list(staff: Staff<Compliance>) -> Answer {
    let counted = staff
        .app
        .read::<_, Fault, _>(|db| {
            let versions = store::list(db)?;
            let count = |version: Version| {
                let exceptions = exceptions::store::count(db, version.id)?;
                Ok((version, exceptions))
            };
            versions.into_iter().map(count).collect::<Result<Vec<_>, Fault>>()
        })
        .await?;
    let reports = counted.iter().map(|(version, exceptions)| row(version, *exceptions)).collect();
    show(&staff, &ReportsPage { shell: staff.shell(Desk::Compliance, "Reports"), reports })
}
