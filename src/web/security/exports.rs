//! `/security/exports`: how far exports of the log are, and how they ended. The page asks again by itself while one runs, and
//! tells the same after a reload, in another browser and on another node.

use super::log::record_reading;
use super::names::Names;
use super::told::Format;
use crate::app::{App, Template};
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::ExcerptId;
use crate::ledger::excerpts::{self, Excerpt, Far, Outcome, Standing};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::LogReader};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show as show_page};
use actix_web::http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::interval;

/// Exports that are shown, the newest.
const ROWS: i64 = 20;
/// How often the page asks again while an export runs, in seconds: by a header, so that it works without script.
const REFRESH_SECS: &str = "2";
/// How often it is noted how far an export is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// The page.
#[derive(Serialize)]
struct ExportsPage {
    shell: Shell,
    running: bool,
    exports: Vec<Row>,
}

impl Page for ExportsPage {
    const TEMPLATE: Template = Template::SecurityExports;
}

/// An export.
#[derive(Serialize)]
struct Row {
    begun: When,
    who: String,
    format: &'static str,
    entries: u64,
    percent: u64,
    running: bool,
    state: Status,
    href: String,
}

/// GET: the newest exports.
pub async fn show(staff: Staff<LogReader>) -> Answer {
    record_reading(&staff).await?;
    let (alive, keyring) = (staff.app.nodes_alive().await?, Arc::clone(&staff.app.keyring));
    let exports = staff.app.read(move |db| {
        let mut names = Names::read(db, &keyring)?;
        let listed = excerpts::list(db, &alive, ROWS)?;
        listed.into_iter().map(|one| row(db, &mut names, &one)).collect::<Result<Vec<Row>, Fault>>()
    });
    let exports = exports.await?;
    let running = exports.iter().any(|row| row.running);
    let shell = staff.shell(Desk::Security, "Exports");
    let mut answer = show_page(&staff, &ExportsPage { shell, running, exports })?;
    if running {
        let every = HeaderValue::from_static(REFRESH_SECS);
        answer.headers_mut().insert(HeaderName::from_static("refresh"), every);
    }
    Ok(answer)
}

/// An export in words.
fn row(db: &mut Db, names: &mut Names<'_>, one: &Excerpt) -> Result<Row, Fault> {
    let (tone, words) = match one.standing {
        Standing::Running => (Tone::Info, "On its way"),
        Standing::Sent => (Tone::Ok, "Sent"),
        Standing::BrokenOff => (Tone::Warn, "Broken off"),
    };
    Ok(Row {
        begun: one.begun_at.into(),
        who: names.person(db, one.by)?,
        format: Format::parse(&one.format).map_or("unknown", Format::words),
        entries: one.entries,
        percent: one.percent,
        running: one.standing == Standing::Running,
        state: Status::new(tone, words),
        href: format!("/security/entries/{}", one.entry),
    })
}

/// Notes how far an export is whenever that has changed, for ever: the end is not told here.
pub(super) async fn follow(app: &App, id: ExcerptId, mut told: watch::Receiver<Far>) {
    let mut every = interval(TELL_EVERY);
    while told.changed().await.is_ok() {
        every.tick().await;
        let far = *told.borrow_and_update();
        note(app, id, far, None).await;
    }
    std::future::pending::<()>().await;
}

/// Notes how an export ended, and how far it was then.
pub(super) async fn end(app: &App, id: ExcerptId, far: Far, outcome: Outcome) {
    note(app, id, far, Some((outcome, app.clock.now()))).await;
}

/// Notes how far an export is. If this is lost, the next note tells it, or that its node is gone.
async fn note(app: &App, id: ExcerptId, far: Far, ended: Option<(Outcome, Micros)>) {
    let tell = move |db: &mut Db| excerpts::tell(db, id, far, ended);
    if let Err(fault) = app.writer.housekeeping::<_, (), Fault>("excerpt.told", tell).await {
        tracing::warn!(cause = ?fault, "how far an export is was not noted");
    }
}
