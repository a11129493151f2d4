//! Writing to whoever answers for a mending.

use crate::accounts::store as accounts;
use crate::fault::{Fault, Kind, Refusal};
use crate::identity::{erased, store as people};
use crate::ledger::{Act, Event, EventKind, PersonalField, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::remediation::reminders::{self, Due};
use crate::text::Day;
use serde::Serialize;

/// Why no letter was queued.
#[derive(Debug, thiserror::Error)]
pub enum RemindError {
    /// Another node queued it, it is mended, its date was moved meanwhile, or its owner was erased.
    #[error("There is nothing to remind of any more.")]
    NotDue,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RemindError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotDue => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// What the letter says.
#[derive(Serialize)]
struct ReminderLetter {
    company: String,
    title: String,
    date: String,
    when: String,
    link: String,
}

/// How far the date is away, to complete "is planned until 18 December 2026".
fn when(today: Day, planned: Day) -> String {
    match today.days_until(planned) {
        0 => "that is today".to_owned(),
        1 => "that is tomorrow".to_owned(),
        -1 => "that was yesterday".to_owned(),
        left if left > 0 => format!("that is in {left} days"),
        over => format!("that was {} days ago", -over),
    }
}

/// Queues a letter that is due; its row keeps it from being queued again.
pub fn remind<'a>(mut act: Act<'a>, house: &House, asked: &Due) -> Result<Recorded<'a, ()>, RemindError> {
    let at = act.at();
    let today = Day::of(at);
    let due = reminders::find_due(act.db(), &house.keyring, asked, today)?.ok_or(RemindError::NotDue)?;
    // Whoever was erased is not made known again by a note. Those who came back by themselves are on file.
    let known = people::find_person_by_email(act.db(), &house.keyring, &due.owner)?;
    if known.is_none() && erased::is_erased(act.db(), &house.keyring, &due.owner)? {
        return Err(RemindError::NotDue);
    }
    reminders::insert(act.db(), &due, at)?.ok_or(RemindError::NotDue)?;
    let person = match known {
        Some(known) => known,
        None => people::insert_person(act.db(), &house.keyring, &house.clock, &due.owner, None)?,
    };
    let company = accounts::find_company(act.db())?.map(|company| company.name.to_string());
    let letter = ReminderLetter {
        company: company.unwrap_or_else(|| "The trust center".to_owned()),
        title: due.title().to_string(),
        date: due.planned.words(),
        when: when(today, due.planned),
        link: house.link(&due.path()),
    };
    let letter = house.letters.render(LetterKind::Reminder, &person.email, &letter)?;
    outbox::enqueue(act.db(), house, person.id, &letter)?;
    let event = Event::new(EventKind::RemediationReminded)
        .about(person.id)
        .report(due.version.report.id)
        .version(due.version.id)
        .fact("exception", due.exception.to_string())
        .fact("number", due.number)
        .personal(person.id, PersonalField::Email, person.email.as_str());
    Ok(act.record(event, ()))
}
