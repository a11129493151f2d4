//! `/security/integrity`: what the log promises to outsiders, who outside has seen it, and the check of all of it, now.

use super::anchored::{AnchorRow, anchor_rows, window};
use super::shipped::{ShipmentRow, shipment_rows};
use super::verdict::{Shown, Verified};
use super::{may_act, reader};
use crate::app::{App, Template};
use crate::fault::Fault;
use crate::identity::check as people;
use crate::ledger::acts::Reader;
use crate::ledger::check::{Ticket, Unrecorded};
use crate::ledger::verify::Verdict;
use crate::ledger::{acts, thorough};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::{
    Caller, Staff,
    desk::{IntegrityReader, Security},
};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page};
use actix_web::http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where the page is.
const HERE: &str = "/security/integrity";
/// How long the button waits for the result; a longer check is followed on the page.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the page asks again while a check runs, in seconds: by a header, so that it works without script.
const REFRESH_SECS: &str = "2";

/// The page.
#[derive(Serialize)]
struct IntegrityPage {
    shell: Shell,
    head: Head,
    window: String,
    anchors: Vec<AnchorRow>,
    shipments: Vec<ShipmentRow>,
    may_act: bool,
    running: Option<Running>,
    result: Option<Shown>,
}

impl Page for IntegrityPage {
    const TEMPLATE: Template = Template::SecurityIntegrity;
}

/// The newest checkpoint.
#[derive(Serialize)]
struct Head {
    size: u64,
    root: String,
    checkpoint: String,
    key: String,
}

/// A check under way.
#[derive(Serialize)]
struct Running {
    percent: u64,
    words: String,
}

/// GET: the newest checkpoint, who has seen it, and what the last check has found.
pub async fn show(staff: Staff<IntegrityReader>) -> Answer {
    let page = page(&staff, may_act(&staff.session)).await?;
    let runs = page.running.is_some();
    let mut answer = show_page(&staff, &page)?;
    if runs {
        let every = HeaderValue::from_static(REFRESH_SECS);
        answer.headers_mut().insert(HeaderName::from_static("refresh"), every);
    }
    Ok(answer)
}

/// POST: reads the whole log and records what was found. A long check goes on while the page shows how far it is.
pub async fn verify(staff: Staff<Security>) -> Answer {
    let rows = thorough::rows_to_read(staff.app.writer.head().size);
    let Some(ticket) = staff.app.checks.begin(rows) else {
        return Ok(see_other(&staff, HERE, "A check is under way already."));
    };
    let check = actix_web::rt::spawn(check(staff.app.clone(), ticket, reader(&staff, staff.person.id)));
    // The task goes on if it takes longer; what it finds stands on the page.
    if let Ok(Ok(Err(fault))) = tokio::time::timeout(PATIENCE, check).await {
        return Err(fault.into());
    }
    Ok(see_other(&staff, HERE, ""))
}

/// Checks, records, and keeps the outcome that the log refuses.
async fn check(app: App, ticket: Ticket, reader: Reader) -> Result<(), Fault> {
    let (keyring, anchor, started) = (Arc::clone(&app.keyring), app.config.anchor_file(), Instant::now());
    let verdict = app
        .read(move |db| people::verify(db, &keyring, Some(&anchor), &mut |rows| ticket.tell(rows)))
        .await?;
    let took_millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    app.checks.found(matches!(verdict, Verdict::Whole(_)));
    if !matches!(verdict, Verdict::Whole(_)) {
        tracing::error!(verdict = acts::outcome(&verdict), "the log did not pass its check");
    }
    let kept = Unrecorded { verdict: verdict.clone(), at: app.clock.now(), took_millis };
    let recorded = app.act("log.verify", move |act| acts::verify(act, reader, &verdict, took_millis)).await;
    // A log that is broken may refuse the entry too: what was found must be seen all the same.
    if let Err(fault) = recorded {
        let fault: Fault = fault;
        tracing::error!(cause = ?fault, "what a check of the log has found was not recorded");
        app.checks.keep(kept);
    }
    Ok(())
}

/// GET: the newest checkpoint as a file, to be kept where this server cannot reach it.
pub async fn checkpoint(staff: Staff<IntegrityReader>) -> Answer {
    Ok(text_file("checkpoint.txt", staff.app.writer.checkpoint()))
}

/// GET: the verifier key as a file.
pub async fn key(staff: Staff<IntegrityReader>) -> Answer {
    Ok(text_file("verifier-key.txt", format!("{}\n", staff.app.writer.verifier())))
}

/// The page as things stand.
async fn page(caller: &Caller, may_act: bool) -> Result<IntegrityPage, Fault> {
    let writer = &caller.app.writer;
    let (head, note) = (writer.head(), writer.checkpoint());
    let anchors = anchor_rows(&caller.app, head.size).await?;
    let running = caller.app.checks.progress().map(|progress| Running {
        percent: progress.done.saturating_mul(100).checked_div(progress.total).unwrap_or(0),
        words: format!("{} of {} rows", progress.done, progress.total),
    });
    Ok(IntegrityPage {
        shell: caller.shell(Desk::Security, "Integrity"),
        head: Head {
            size: head.size,
            root: format!("{:?}", head.root),
            checkpoint: note,
            key: writer.verifier().to_string(),
        },
        window: window(&caller.app, head.size).await?,
        anchors,
        shipments: shipment_rows(&caller.app, head.size).await?,
        may_act,
        running,
        result: result(caller).await?,
    })
}

/// What the last check has found: the one that the log refused, or else the newest recorded one.
async fn result(caller: &Caller) -> Result<Option<Shown>, Fault> {
    if let Some(Unrecorded { verdict, at, took_millis }) = caller.app.checks.unrecorded() {
        let mut shown = Verified::unrecorded(&verdict, at, took_millis).shown();
        shown.finding("This result could not be recorded in the log.");
        return Ok(Some(shown));
    }
    Ok(caller.app.read(Verified::newest).await?.map(Verified::shown))
}
