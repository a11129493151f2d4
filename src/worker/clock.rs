//! The clock against the log: a server whose clock is far behind the last entry appends nothing, and must say why.

use super::alarms::{self, Alarm};
use crate::app::App;
use crate::fault::Fault;
use crate::ledger::store;

/// Compares them. No entry and no letter can tell of it: the webhook of alerts does, and every page of the staff.
pub(super) async fn compare(app: &App) -> Result<(), Fault> {
    let now = app.clock.now();
    let Some(at) = app.read(move |db| store::dated_ahead(db, now)).await? else {
        app.checks.object("clock", None);
        return Ok(());
    };
    let alarm = Alarm {
        event: "clock_behind",
        what: "The log's last entry is dated after the clock",
        text: format!(
            "The last entry of the log is of {}, and this server's clock says {}: nothing is recorded, and so nothing is done, until that is right.",
            at.words(),
            now.words()
        ),
        todo: "Set the clock right. If it is right, an entry was written under a clock that ran ahead: go back to a backup from before \
               it, then candor ledger new-epoch.",
    };
    if app.checks.object("clock", Some(alarm.text.clone())) {
        tracing::error!("{} {}", alarm.text, alarm.todo);
        alarms::post(app, &alarm).await;
    }
    Ok(())
}
