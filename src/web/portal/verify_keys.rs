//! The keys that signed the log, for whoever holds a receipt: which one it needs, and how one leads to the next.

use crate::app::App;
use crate::fault::{Fault, Kind};
use crate::ledger::EventKind;
use crate::ledger::handover::{self, Reign};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::Visitor;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// A key on the page.
#[derive(Serialize)]
pub(super) struct KeyRow {
    key: String,
    words: String,
    /// Why it ended, if it did.
    ended: Option<&'static str>,
    /// The hand-over to the key that came after.
    handover: Option<String>,
}

/// Every key, the newest first. Of a log that cannot be read, the one that signs.
pub(super) async fn list(app: &App) -> Result<Vec<KeyRow>, Fault> {
    let keyring = Arc::clone(&app.keyring);
    match app.read(move |db| handover::reigns(db, &keyring.read_again())).await {
        Ok(reigns) => Ok(reigns.iter().map(row).collect()),
        Err(fault) if fault.kind() == Kind::Unavailable => Err(fault),
        Err(fault) => {
            tracing::error!(cause = ?fault, "the earlier keys of the log cannot be read");
            let key = app.writer.verifier().clone();
            Ok(vec![row(&Reign { key, from: 0, until: None, ended_by: None })])
        }
    }
}

/// One of them.
fn row(reign: &Reign) -> KeyRow {
    let words = match (reign.from, reign.until) {
        (0, None) => "For every receipt.".to_owned(),
        (from, None) => format!("For receipts whose checkpoint covers more than {from} entries."),
        (_, Some(until)) => {
            format!("For receipts whose checkpoint covers up to {} entries.", until.saturating_add(1))
        }
    };
    let handed = reign.ended_by == Some(EventKind::LogKeyRotated);
    KeyRow {
        key: reign.key.to_string(),
        words,
        ended: (reign.ended_by == Some(EventKind::LogEpochOpened)).then_some(
            "After it a backup was restored, and the log goes on under another name. A receipt under this name may prove more than \
             the log of today still holds.",
        ),
        handover: reign.until.filter(|_| handed).map(|until| format!("/verify/handovers/{until}")),
    }
}

/// GET: the proof that one key was followed by another, signed by both.
pub async fn handover(visitor: Visitor, index: web::Path<u64>) -> Answer {
    let index = *index;
    let found = visitor.app.read(move |db| handover::find(db, index)).await?;
    let receipt =
        found.ok_or_else(|| Problem::new(Kind::NotFound, "No key was handed over by this entry."))?;
    Ok(text_file(&format!("handover-{index}.tlog-proof"), receipt))
}
