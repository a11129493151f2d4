//! Alarms about the log itself: an anchor that is silent for too long, a check that the log did not pass.
//!
//! Whoever sits at the security desk or administers the house is written to in the act that records it, since a banner
//! is seen by nobody who is not here. The webhook of alerts hears of it at once, and again until it has taken it; see
//! [`waiting`].

use crate::accounts;
use crate::app::App;
use crate::config::Webhook;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::{Role, store as people};
use crate::ids::PersonId;
use crate::ledger::{Act, anchor, trouble};
use crate::notices::letter::LetterKind;
use crate::notices::webhook::Hook;
use crate::notices::{outbox, waiting};
use serde::Serialize;

/// Where it is looked into.
const PAGE: &str = "/security/integrity";

/// What somebody has to know at once.
#[derive(Clone, Debug)]
pub(super) struct Alarm {
    /// A stable name, for machines.
    pub event: &'static str,
    /// In a few words.
    pub what: &'static str,
    /// What happened, a sentence or two.
    pub text: String,
    /// What to do now.
    pub todo: &'static str,
}

/// What is said when the database has shown the writer another log than it knows.
pub(super) fn of_end(app: &App) -> Option<Alarm> {
    let changed = [anchor::DAMAGED, trouble::REWRITTEN, trouble::TAKEN_BACK];
    let why = app.writer.broke().filter(|why| changed.contains(why))?;
    Some(Alarm {
        event: "log_rewritten",
        what: "The log was changed beneath the server",
        text: format!(
            "The server has stopped and signs nothing: {why}. It has seen {} entries.",
            app.writer.head().size
        ),
        todo: "Keep the database and the anchor file as they are, and copy both before anything else. Find out who put the database \
               back or changed it. If it was a standby or a backup of yours, bring back the newer database, or go on with \
               candor ledger new-epoch, which admits what is lost.",
    })
}

/// The letter.
#[derive(Serialize)]
struct AlarmLetter<'a> {
    company: String,
    person: String,
    what: &'a str,
    text: &'a str,
    todo: &'a str,
    link: String,
}

/// The message for other machines.
#[derive(Serialize)]
struct Message<'a> {
    event: &'a str,
    what: &'a str,
    text: &'a str,
    at: String,
    link: String,
}

/// Queues the letters, one to everybody who guards the log, and the message to the webhook of alerts, where one is set up.
pub(super) fn write(act: &mut Act<'_>, app: &App, alarm: &Alarm) -> Result<(), Fault> {
    let house = &app.house;
    if app.config.log.alert_webhook.is_some() {
        waiting::enqueue(act.db(), &house.clock, &message(app, alarm)?)?;
    }
    let db = act.db();
    let company = accounts::store::find_company(db)?;
    let company = company.map_or_else(|| "The trust center".to_owned(), |company| company.name.to_string());
    let mut written: Vec<PersonId> = Vec::new();
    for role in [Role::Security, Role::Admin] {
        for person in people::list_by_role(db, &house.keyring, role)? {
            if written.contains(&person.id) {
                continue;
            }
            let letter = AlarmLetter {
                company: company.clone(),
                person: person.shown_as().to_owned(),
                what: alarm.what,
                text: &alarm.text,
                todo: alarm.todo,
                link: house.link(PAGE),
            };
            let letter = house.letters.render(LetterKind::Alarm, &person.email, &letter)?;
            outbox::enqueue(db, house, person.id, &letter)?;
            written.push(person.id);
        }
    }
    Ok(())
}

/// The message to the webhook.
fn message(app: &App, alarm: &Alarm) -> Result<String, Fault> {
    let message = Message {
        event: alarm.event,
        what: alarm.what,
        text: &alarm.text,
        at: app.clock.now().rfc3339(),
        link: app.house.link(PAGE),
    };
    serde_json::to_string(&message).map_err(|error| Fault::new("alarm as JSON", error))
}

/// Posts what waits for the webhook of alerts and is due. What it does not take waits on.
pub(super) async fn post_waiting(app: &App) -> Result<(), Fault> {
    let Some(webhook) = &app.config.log.alert_webhook else { return Ok(()) };
    let now = app.clock.now();
    // A look is cheaper than a claim.
    if !app.read(move |db| waiting::is_due(db, now)).await? {
        return Ok(());
    }
    let claim = move |db: &mut Db| waiting::claim_due(db, now);
    for (id, body) in app.writer.housekeeping("alert.claimed", claim).await? {
        if send(webhook, body).await {
            app.writer.housekeeping("alert.posted", move |db| waiting::delete(db, id)).await?;
        }
    }
    Ok(())
}

/// Posts an alarm that could not be recorded, once: nothing is left that would remember it.
pub(super) async fn post(app: &App, alarm: &Alarm) {
    let Some(webhook) = &app.config.log.alert_webhook else { return };
    match message(app, alarm) {
        Ok(body) => _ = send(webhook, body).await,
        Err(fault) => tracing::warn!(cause = ?fault, "an alarm cannot be written"),
    }
}

/// Posts a message; whether it was taken.
async fn send(webhook: &Webhook, body: String) -> bool {
    let sent = async { Hook::open(webhook)?.send(body).await };
    let outcome = sent.await;
    if let Err(why) = &outcome {
        tracing::warn!(why, "the webhook of alerts took no alarm");
    }
    outcome.is_ok()
}
