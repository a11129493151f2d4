//! Retention: what is due goes, once somebody has switched the rules on after their dry run.

use crate::app::App;
use crate::erasure::Terms;
use crate::erasure::acts::EraseError;
use crate::fault::Fault;
use crate::ids::{ObjectId, PersonId};
use crate::retention::acts::{sweep, sweep_person};
use crate::retention::{Plan, Rule, expired, store};
use std::sync::Arc;

/// Does what every rule says, if they are switched on, and what was promised in any case; how much went.
pub(super) async fn sweep_due(app: &App) -> Result<usize, Fault> {
    let now = app.clock.now();
    while !app.writer.housekeeping("expired.swept", move |db| expired::sweep(db, now)).await? {}
    let is_on = app.read(store::is_on).await?;
    let mut swept = 0;
    for rule in Rule::ALL.iter().filter(|rule| is_on || rule.is_promised()) {
        swept += sweep_rule(app, *rule).await?;
    }
    Ok(swept)
}

/// One rule, as often as it finds something.
async fn sweep_rule(app: &App, rule: Rule) -> Result<usize, Fault> {
    let (mut swept, mut after) = (0, None);
    loop {
        let (keyring, vault) = (Arc::clone(&app.keyring), Arc::clone(&app.vault));
        let (settings, now) = (app.config.retention, app.clock.now());
        let plan = app
            .read(move |db| store::plan_after(db, (&keyring, &vault), &settings, (rule, after), now))
            .await?;
        let Some(last) = plan.goes.last() else { return Ok(swept) };
        // What holds keep before it need not be looked at again.
        after = Some(last.id);
        let more = plan.more;
        let went = if rule == Rule::People { erase_all(app, &plan).await? } else { take(app, plan).await? };
        swept += went;
        if !more {
            return Ok(swept);
        }
    }
}

/// Sweeps rows, and then objects that no row knows.
async fn take(app: &App, plan: Plan) -> Result<usize, Fault> {
    let plan = Arc::new(plan);
    let (planned, keyring) = (Arc::clone(&plan), Arc::clone(&app.keyring));
    let done = app.act("retention.sweep", move |act| sweep(act, &keyring, &planned)).await?;
    if plan.rule == Rule::Orphans {
        let vault = Arc::clone(&app.vault);
        let remove =
            move || plan.goes.iter().try_for_each(|gone| vault.remove(ObjectId::from_bytes(gone.id)));
        app.work(remove).await??;
    }
    Ok(done.value)
}

/// Erases people of whom nothing is known, one act each.
async fn erase_all(app: &App, plan: &Plan) -> Result<usize, Fault> {
    let (terms, mut erased) = (Terms::from(app.config.retention), 0);
    for candidate in &plan.goes {
        let (house, person) = (app.house.clone(), PersonId::from_bytes(candidate.id));
        let erase = app.act("retention.person", move |act| sweep_person(act, &house, person, terms));
        match app.erase_by(erase, person).await {
            Ok(_) => erased += 1,
            Err(EraseError::Fault(fault)) => return Err(fault),
            // Something changed meanwhile: a hold, a desk, another erasure.
            Err(EraseError::Erased | EraseError::Held(_) | EraseError::Staff | EraseError::Unreadable) => {}
        }
    }
    Ok(erased)
}
