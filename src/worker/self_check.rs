//! The server reads its whole log again by itself, slowly, so that damage is found before somebody asks.

use super::alarms::{self, Alarm};
use crate::app::App;
use crate::fault::Fault;
use crate::identity::check;
use crate::ledger::check::{Ticket, Unrecorded};
use crate::ledger::verify::Verdict;
use crate::ledger::{EventKind, acts, store, thorough};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long it rests after each page of rows: a million entries take about a minute more.
const REST: Duration = Duration::from_millis(30);

/// Checks the log if nobody has for as long as the settings say; `false` when it was not time.
pub(super) async fn if_due(app: &App) -> Result<bool, Fault> {
    let every_secs = i64::from(app.config.log.self_check_hours) * 3_600;
    let filter = store::Filter { kind: Some(EventKind::LogVerified), ..store::Filter::default() };
    let last = app.read(move |db| store::list_stored(db, &filter, 1)).await?.pop();
    let rested = last.is_none_or(|last| app.clock.now().secs_since(last.at) >= every_secs);
    if every_secs == 0 || !rested {
        return Ok(false);
    }
    let Some(ticket) = app.checks.begin(thorough::rows_to_read(app.writer.head().size)) else {
        return Ok(false);
    };
    run(app, ticket).await.map(|()| true)
}

/// Checks at leisure and records what was found.
async fn run(app: &App, ticket: Ticket) -> Result<(), Fault> {
    let (keyring, anchor, started) = (Arc::clone(&app.keyring), app.config.anchor_file(), Instant::now());
    let verdict = app
        .read(move |db| {
            let mut tell = |rows| {
                std::thread::sleep(REST);
                ticket.tell(rows)
            };
            check::verify(db, &keyring, Some(&anchor), &mut tell)
        })
        .await;
    // The next start begins it anew.
    if app.checks.is_stopping() {
        return Ok(());
    }
    let verdict = verdict?;
    let took_millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    app.checks.found(matches!(verdict, Verdict::Whole(_)));
    let alarm = alarm(&verdict);
    if alarm.is_some() {
        tracing::error!(verdict = acts::outcome(&verdict), "the log did not pass the server's own check");
    }
    let kept = Unrecorded { verdict: verdict.clone(), at: app.clock.now(), took_millis };
    let (parts, told) = (app.clone(), alarm.clone());
    let recorded = app
        .act("log.self_check", move |mut act| {
            if let Some(alarm) = &told {
                alarms::write(&mut act, &parts, alarm)?;
            }
            acts::self_check(act, &verdict, took_millis)
        })
        .await;
    // A log that is broken may refuse the entry, and the letters with it: the webhook hears of it all the same.
    match &alarm {
        Some(alarm) if recorded.is_err() => alarms::post(app, alarm).await,
        Some(_) => alarms::post_waiting(app).await?,
        None => {}
    }
    recorded.map(drop).inspect_err(|_| app.checks.keep(kept))
}

/// What is said of a log that did not pass.
fn alarm(verdict: &Verdict) -> Option<Alarm> {
    let text = match verdict {
        Verdict::Whole(_) => return None,
        Verdict::Tampered { index: Some(index), why } => {
            format!("The server has read its whole log again. The first bad entry is {index}: {why}.")
        }
        Verdict::Tampered { index: None, why } | Verdict::Unusable { why } => {
            format!("The server has read its whole log again: {why}.")
        }
    };
    Some(Alarm {
        event: "log_check_failed",
        what: "The log did not pass its check",
        text,
        todo: "Do not restart, repair or restore anything yet. Copy the data directory (not the keyring) to another machine, \
               and run candor ledger verify COPY there, with --checkpoint and a checkpoint from outside. With PostgreSQL keep \
               a dump; the command then reads the log where it lies, by the settings in the copy.",
    })
}
