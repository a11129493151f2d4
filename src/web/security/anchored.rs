//! Who outside has seen the log, and what could still be rewritten unseen.

use crate::app::App;
use crate::fault::{Fault, Kind};
use crate::ledger::anchors::{self, Anchored, FILE, MAIL, WEBHOOK};
use crate::ledger::note::SignedNote;
use crate::ledger::{Checkpoint, store};
use crate::web::page::{Status, Tone, When};
use serde::Serialize;

/// An anchor on the page.
#[derive(Serialize)]
pub(super) struct AnchorRow {
    name: String,
    text: &'static str,
    state: Status,
    size: String,
    at: Option<When>,
    error: Option<String>,
}

/// Every anchor that is set up, and where it stands.
pub(super) async fn anchor_rows(app: &App, size: u64) -> Result<Vec<AnchorRow>, Fault> {
    let known = app.read(anchors::list).await?;
    let rows = app.anchor_names().into_iter().map(|name| {
        let anchor = known.iter().find(|anchor| anchor.name == name);
        row(app, name, anchor, size)
    });
    Ok(rows.collect())
}

/// One of them.
fn row(app: &App, name: String, anchor: Option<&Anchored>, size: u64) -> AnchorRow {
    let (now, alert) = (app.clock.now(), i64::from(app.config.log.anchor_alert_secs));
    let contradicts = app.checks.objections().iter().any(|(who, _)| *who == name);
    let state = match anchor {
        _ if contradicts => Status::new(Tone::Danger, "Contradicts the log"),
        None => Status::new(Tone::Quiet, "Not yet"),
        Some(anchor) => match anchor.silent_secs(size, now) {
            Some(secs) if secs >= alert => Status::new(Tone::Danger, "Silent for too long"),
            Some(_) => Status::new(Tone::Warn, "Failed, is tried again"),
            None => Status::new(Tone::Ok, "Up to date"),
        },
    };
    let (title, text) = match name.as_str() {
        FILE => (
            "File beside the data directory",
            "Tells that an old backup was restored. Keep it out of the backup.",
        ),
        MAIL => ("Letters to auditors", "Named people outside keep the checkpoint."),
        WEBHOOK => ("Webhook", "Another system keeps the checkpoint."),
        _ => ("Witness", "Somebody else signs that the log has only grown."),
    };
    let name =
        name.strip_prefix("witness ").map_or_else(|| title.to_owned(), |name| format!("{title} {name}"));
    AnchorRow {
        name,
        text,
        state,
        size: anchor
            .filter(|anchor| anchor.size > 0)
            .map_or_else(String::new, |anchor| anchor.size.to_string()),
        at: anchor.and_then(|anchor| anchor.at).map(Into::into),
        error: anchor.and_then(|anchor| anchor.error.clone()),
    }
}

/// What nobody outside could contradict yet.
pub(super) async fn window(app: &App, size: u64) -> Result<String, Fault> {
    let (writer, key) = (app.writer.clone(), app.writer.verifier().clone());
    let (kept, cosigned) = app
        .read(move |db| {
            let cosigned = match anchors::newest_cosigned(db, &writer) {
                // A tree with a hole has no root: the page is there to say so.
                Err(fault) if fault.kind() != Kind::Unavailable => None,
                cosigned => cosigned?,
            };
            Ok::<_, Fault>((store::newest_kept_checkpoint(db)?, cosigned))
        })
        .await?;
    let kept = kept.and_then(|note| Checkpoint::open(&note, &key).ok());
    let own = match kept.map(|kept| kept.head.size) {
        Some(kept) if kept >= size => {
            "This server itself compares the log with a checkpoint of all entries.".to_owned()
        }
        Some(kept) => {
            format!("This server itself compares the log with a checkpoint of the first {kept} entries.")
        }
        None => "This server has kept no checkpoint of its own yet.".to_owned(),
    };
    let witnessed =
        cosigned.filter(|(_, note)| SignedNote::parse(note).is_ok_and(|note| app.witnesses.is_met(&note)));
    let outside = match (app.witnesses.asks_nobody(), witnessed) {
        (true, _) => "no witness is set up".to_owned(),
        (false, None) => "the witnesses that are set up have not signed anything yet".to_owned(),
        (false, Some((seen, _))) => {
            format!(
                "the witnesses have signed the first {seen} of {size} entries: those nobody can change unseen"
            )
        }
    };
    Ok(format!(
        "Checkpoints leave the house in letters to recipients and in receipts and exports; {outside}. Whoever holds both \
         database and signing key can rewrite what no checkpoint outside covers. {own}"
    ))
}
