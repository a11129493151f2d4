//! `/security/board`: what auditors read across all reports: where each exception stands, its history, and the evidence
//! that was chosen for readers. Nothing here is changed; what is sealed is shown after its entries.

use crate::app::Template;
use crate::ids::{ExceptionId, VersionId};
use crate::reports::auditor::{is_theirs, read_all};
use crate::reports::{Version, store as reports};
use crate::text::Day;
use crate::web::Answer;
use crate::web::board::{Asked, BoardView, Boarded, Face};
use crate::web::guard::{Staff, desk::Auditor};
use crate::web::page::{Desk, Page, Shell, show as show_page};
use actix_web::web::Query;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct BoardPage {
    shell: Shell,
    board: BoardView,
}

impl Page for BoardPage {
    const TEMPLATE: Template = Template::SecurityBoard;
}

/// A report as auditors read it.
fn report(version: &Version) -> String {
    format!("/security/reports/{}", version.id)
}

/// One of its exceptions.
fn exception(version: &Version, exception: ExceptionId) -> String {
    format!("/security/reports/{}#exception-{exception}", version.id)
}

/// GET: the board, once the entries of all its reports are durable.
pub async fn show(staff: Staff<Auditor>, asked: Query<Asked>) -> Answer {
    let today = Day::of(staff.app.clock.now());
    let versions = staff.app.read(reports::list).await?;
    let shown: Vec<VersionId> = versions.iter().filter(|one| is_theirs(one)).map(|one| one.id).collect();
    if !shown.is_empty() {
        let (by, read) = (staff.person.id, shown.clone());
        staff.app.act("report.auditor_read", move |act| read_all(act, by, &read)).await?;
    }
    let keyring = Arc::clone(&staff.app.keyring);
    let mut all = staff.app.read(move |db| Boarded::list(db, &keyring, today)).await?;
    // What was finalized between the entries and now is not shown without its own.
    all.retain(|one| shown.contains(&one.version().id));
    let face = Face { action: "/security/board", report, exception, unfolds: true };
    let board = BoardView::new(&asked, today, face, &all);
    show_page(&staff, &BoardPage { shell: staff.shell(Desk::Security, "Remediation of all reports"), board })
}
