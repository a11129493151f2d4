//! Letters with the log's checkpoint to auditors: queued when they are due, and noted as known outside only when they were sent.

use crate::accounts;
use crate::app::App;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::LetterId;
use crate::ledger::anchors::{self, MAIL};
use crate::ledger::store::{self, Filter};
use crate::ledger::{Act, Event, EventKind, Fact, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox::{self, Queued};
use crate::text::EmailAddress;
use serde::Serialize;

/// Writes to the auditors, if their last letters are old enough and the log has grown by more than those letters.
pub(super) async fn mail(app: &App) -> Result<(), Fault> {
    let log = &app.config.log;
    let (auditors, size, now) = (log.auditors.clone(), app.writer.head().size, app.clock.now());
    let filter = Filter { kind: Some(EventKind::CheckpointMailed), ..Filter::default() };
    let last = app.read(move |db| store::list_stored(db, &filter, 1)).await?.pop();
    let mailed = u64::try_from(auditors.len()).unwrap_or(u64::MAX);
    let due = last.is_none_or(|last| {
        let known = match last.leaf.as_ref().ok().and_then(|leaf| leaf.facts.get("size")) {
            Some(Fact::U64(known)) => *known,
            _ => 0,
        };
        let rested = now.secs_since(last.at) >= i64::from(log.mail_every_hours) * 3_600;
        rested && size > known.saturating_add(mailed)
    });
    if !due {
        return Ok(());
    }
    for auditor in auditors {
        let (house, key) = (app.house.clone(), app.writer.verifier().to_string());
        app.act("checkpoint.mail", move |act| write(act, &house, &auditor, (size, key))).await?;
    }
    Ok(())
}

/// Notes that a letter was sent, and with it how far auditors know the log: that is, when every letter of that round has left.
pub(super) fn note_sent(db: &mut Db, id: LetterId, now: Micros, size: Option<u64>) -> Result<(), Fault> {
    outbox::update_sent(db, id, now)?;
    let Some(size) = size else { return Ok(()) };
    let outcome = outbox::why_undelivered(db, LetterKind::Checkpoint)?.map_or(Ok(size), Err);
    anchors::note(db, MAIL, now, &outcome)
}

/// Notes that a letter was not sent, and that an auditor has not heard of the log.
pub(super) fn note_failed(db: &mut Db, queued: &Queued, now: Micros, why: String) -> Result<(), Fault> {
    outbox::update_failed(db, queued, now, &why)?;
    if is_checkpoint(queued) { anchors::note(db, MAIL, now, &Err(why)) } else { Ok(()) }
}

/// Whether a letter tells an auditor of the log.
pub(super) fn is_checkpoint(queued: &Queued) -> bool {
    outbox::kind_of(queued) == Some(LetterKind::Checkpoint)
}

/// What the letter says.
#[derive(Serialize)]
struct CheckpointLetter {
    company: String,
    origin: String,
    key: String,
    link: String,
}

/// Queues a letter to an auditor. The checkpoint itself is put in when the letter leaves.
fn write<'a>(
    mut act: Act<'a>,
    house: &House,
    auditor: &EmailAddress,
    (size, key): (u64, String),
) -> Result<Recorded<'a, ()>, Fault> {
    let db = act.db();
    let person = people::find_or_insert_person(db, &house.keyring, &house.clock, auditor, None)?;
    let company = accounts::store::find_company(db)?.map(|company| company.name.to_string());
    let letter = CheckpointLetter {
        company: company.unwrap_or_else(|| "The trust center".to_owned()),
        origin: key.split('+').next().unwrap_or_default().to_owned(),
        key,
        link: house.link("/verify"),
    };
    let letter = house.letters.render(LetterKind::Checkpoint, &person.email, &letter)?;
    outbox::enqueue(db, house, person.id, &letter)?;
    let event = Event::new(EventKind::CheckpointMailed).about(person.id).fact("size", size).personal(
        person.id,
        PersonalField::Email,
        person.email.as_str(),
    );
    Ok(act.record(event, ()))
}
