//! `/security/integrity`: what the log promises to outsiders, and the check of all of it, now.

use super::verdict::{Shown, Verified};
use super::{may_act, reader};
use crate::app::Template;
use crate::fault::Fault;
use crate::ledger::verify::Verdict;
use crate::ledger::{Checkpoint, acts, store, thorough};
use crate::web::Answer;
use crate::web::guard::{
    Caller, Staff,
    desk::{LogReader, Security},
};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page};
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;

/// Where the page is.
const HERE: &str = "/security/integrity";

/// The page.
#[derive(Serialize)]
struct IntegrityPage {
    shell: Shell,
    head: Head,
    window: String,
    may_act: bool,
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

/// GET: the newest checkpoint, and what the last check has found.
pub async fn show(staff: Staff<LogReader>) -> Answer {
    let last = staff.app.read(Verified::newest).await?;
    let page = page(&staff, may_act(&staff.session), last.map(Verified::shown)).await?;
    show_page(&staff, &page)
}

/// POST: reads the whole log, records what was found, and shows it.
pub async fn verify(staff: Staff<Security>) -> Answer {
    let started = Instant::now();
    let (keyring, anchor) = (Arc::clone(&staff.app.keyring), staff.app.config.anchor_file());
    let verdict = staff.app.read(move |db| thorough::verify(db, &keyring, Some(&anchor))).await?;
    let took_millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let unrecorded = Verified::unrecorded(&verdict, staff.app.clock.now(), took_millis);
    let reader = reader(&staff, staff.person.id);
    if !matches!(verdict, Verdict::Whole(_)) {
        tracing::error!(verdict = acts::outcome(&verdict), "the log did not pass its check");
    }
    match staff.app.act("log.verify", move |act| acts::verify(act, reader, &verdict, took_millis)).await {
        Ok(_) => Ok(see_other(&staff, HERE, "")),
        // A log that is broken may refuse the entry too: what was found must be seen all the same.
        Err(fault) => {
            let fault: Fault = fault;
            tracing::error!(cause = ?fault, "what a check of the log has found was not recorded");
            let mut result = unrecorded.shown();
            result.finding("This result could not be recorded in the log.");
            let page = page(&staff, true, Some(result)).await?;
            show_page(&staff, &page)
        }
    }
}

/// GET: the newest checkpoint as a file, to be kept where this server cannot reach it.
pub async fn checkpoint(staff: Staff<LogReader>) -> Answer {
    Ok(file("checkpoint.txt", staff.app.writer.checkpoint()))
}

/// GET: the verifier key as a file.
pub async fn key(staff: Staff<LogReader>) -> Answer {
    Ok(file("verifier-key.txt", format!("{}\n", staff.app.writer.verifier())))
}

/// A text to be kept as a file.
pub(super) fn file(name: &str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(text)
}

/// The page with a result.
async fn page(caller: &Caller, may_act: bool, result: Option<Shown>) -> Result<IntegrityPage, Fault> {
    let writer = &caller.app.writer;
    let kept = caller.app.read(store::newest_kept_checkpoint).await?;
    let kept = kept.and_then(|note| Checkpoint::open(&note, writer.verifier()).ok());
    let (head, note) = (writer.head(), writer.checkpoint());
    Ok(IntegrityPage {
        shell: caller.shell(Desk::Security, "Integrity"),
        head: Head {
            size: head.size,
            root: format!("{:?}", head.root),
            checkpoint: note,
            key: writer.verifier().to_string(),
        },
        window: window(head.size, kept.map(|kept| kept.head.size)),
        may_act,
        result,
    })
}

/// What nobody outside could contradict yet.
fn window(size: u64, kept: Option<u64>) -> String {
    let kept = match kept {
        Some(kept) if kept >= size => {
            "This server itself compares the log with a checkpoint of all entries.".to_owned()
        }
        Some(kept) => {
            format!("This server itself compares the log with a checkpoint of the first {kept} entries.")
        }
        None => "This server has kept no checkpoint of its own yet.".to_owned(),
    };
    format!(
        "Checkpoints leave the house in letters to recipients and in receipts and exports; no witness is set up. Whoever \
         holds both database and signing key can rewrite what no checkpoint outside covers. {kept}"
    )
}
