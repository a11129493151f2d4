//! `/compliance/remediation`: the board of those who write updates.

use super::href_of;
use crate::app::Template;
use crate::ids::ExceptionId;
use crate::reports::Version;
use crate::text::Day;
use crate::web::Answer;
use crate::web::board::{Asked, BoardView, Boarded, Face};
use crate::web::guard::{Staff, desk::Compliance};
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
    const TEMPLATE: Template = Template::ComplianceBoard;
}

/// Where an exception's updates are written.
fn remediation(version: &Version, exception: ExceptionId) -> String {
    format!("{}/exceptions/{exception}/remediation", href_of(version))
}

/// GET: the board.
pub async fn show(staff: Staff<Compliance>, asked: Query<Asked>) -> Answer {
    let today = Day::of(staff.app.clock.now());
    let keyring = Arc::clone(&staff.app.keyring);
    let all = staff.app.read(move |db| Boarded::list(db, &keyring, today)).await?;
    let face =
        Face { action: "/compliance/remediation", report: href_of, exception: remediation, unfolds: false };
    let board = BoardView::new(&asked, today, face, &all);
    show_page(&staff, &BoardPage { shell: staff.shell(Desk::Compliance, "Remediation"), board })
}
