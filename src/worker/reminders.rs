//! The duty of reminding owners of what they have planned.

use crate::app::App;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::remediation::acts::remind::{RemindError, remind};
use crate::remediation::reminders::list_due;
use crate::text::Day;
use std::sync::Arc;

/// How often it is looked: a date counts by days, and reading opens every exception.
const EVERY_SECS: i64 = 3_600;

/// Queues the letters that are due, if it was not looked within the hour; says how many were queued.
pub(super) async fn if_due(app: &App, looked: &mut Option<Micros>) -> Result<usize, Fault> {
    let now = app.clock.now();
    if looked.is_some_and(|at| now.secs_since(at) < EVERY_SECS) {
        return Ok(0);
    }
    let keyring = Arc::clone(&app.keyring);
    let due = app.read(move |db| list_due(db, &keyring, Day::of(now))).await?;
    let mut queued = 0;
    for due in due {
        let house = app.house.clone();
        match app.act("remediation.remind", move |act| remind(act, &house, &due)).await {
            Ok(_) => queued += 1,
            Err(RemindError::NotDue) => {}
            Err(RemindError::Fault(fault)) => return Err(fault),
        }
    }
    *looked = Some(now);
    Ok(queued)
}
