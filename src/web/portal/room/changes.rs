//! What changed since the report was issued, and since the reader was here last.

use crate::exceptions::Response;
use crate::release::room::{InContext, Letter, Room};
use crate::text::Day;
use crate::web::exception::standing_status;
use crate::web::page::{Status, When};
use serde::Serialize;

/// As many news are listed; the others are counted.
const MOST_NEWS: usize = 12;

/// Both answers.
#[derive(Serialize)]
pub(super) struct Changes {
    last_visit: Option<When>,
    news: Vec<News>,
    more: Option<String>,
    rows: Vec<Row>,
    issued: String,
}

/// Something new since the last visit.
#[derive(Serialize)]
struct News {
    href: String,
    subject: String,
    words: String,
    at: When,
}

/// An exception then and now.
#[derive(Serialize)]
struct Row {
    href: String,
    reference: String,
    title: String,
    then: String,
    now: Status,
    target: Option<String>,
    moved: Option<String>,
}

/// What was known of the mending when the report was issued.
fn then(one: &InContext) -> String {
    match &one.exception.content.response {
        None => "No response".to_owned(),
        Some(Response::Disagreed(_)) => "Disagreed with".to_owned(),
        Some(Response::Answered(answer)) => match answer.planned_date {
            Some(day) => format!("Planned until {}", day.words()),
            None => "Answered, without a date".to_owned(),
        },
    }
}

/// The date until which the response planned it.
fn planned_then(one: &InContext) -> Option<Day> {
    one.exception.content.response.as_ref().and_then(Response::planned_date)
}

/// That the target has moved, said plainly.
fn moved(one: &InContext) -> Option<String> {
    let (before, now) = (planned_then(one)?, one.standing.planned?);
    let days = before.days_until(now);
    match days {
        0 => None,
        1.. => Some(format!("moved by {days} days from {}", before.words())),
        _ => Some(format!("brought forward from {}", before.words())),
    }
}

/// What changed about one exception since the report was issued, in a sentence; nothing when nothing was told.
pub(super) fn since_issue(one: &InContext) -> Option<String> {
    let last = one.updates.last()?;
    let target = moved(one).map(|moved| format!("; the target was {moved}")).unwrap_or_default();
    Some(format!(
        "Since the report was issued: from “{}” to “{}”, as of {}{target}.",
        then(one),
        one.standing.words(),
        last.note.happened_on.words()
    ))
}

/// Where an exception stands on the page.
fn href(one: &InContext) -> String {
    format!("#exception-{}", one.exception.id)
}

/// One exception then and now.
fn row(one: &InContext) -> Row {
    Row {
        href: href(one),
        reference: one.exception.content.reference.to_string(),
        title: one.exception.content.title.to_string(),
        then: then(one),
        now: standing_status(&one.standing),
        target: one.target().map(Day::words),
        moved: moved(one),
    }
}

/// Everything new since the last visit, the newest first.
fn news(room: &Room) -> Vec<News> {
    let Some(visit) = room.last_visit else { return Vec::new() };
    let name = |by| room.names.get(by).cloned().unwrap_or_default();
    let mut news = Vec::new();
    for note in room.cover_notes.iter().filter(|note| note.at > visit) {
        news.push((
            note.at,
            "#cover-note".to_owned(),
            "Cover note".to_owned(),
            format!("written by {}", name(&note.by)),
        ));
    }
    if let Some(Letter { at, from, to, .. }) = room.bridge_letter.filter(|letter| letter.at > visit) {
        let words = format!("from {} to {}", from.words(), to.words());
        news.push((at, "#mycopy".to_owned(), "Bridge letter".to_owned(), words));
    }
    for one in &room.exceptions {
        for update in one.updates.iter().filter(|update| update.at > visit) {
            let words = format!("{}, written by {}", update.status.words().to_lowercase(), name(&update.by));
            news.push((update.at, href(one), one.exception.content.reference.to_string(), words));
        }
    }
    news.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let shown = |(at, href, subject, words): (crate::clock::Micros, _, _, _)| News {
        href,
        subject,
        words,
        at: at.into(),
    };
    news.into_iter().map(shown).collect()
}

/// Both answers.
pub(super) fn changes(room: &Room) -> Changes {
    let mut news = news(room);
    let more = news.len().checked_sub(MOST_NEWS).filter(|more| *more > 0);
    news.truncate(MOST_NEWS);
    let card = &room.version.card;
    let finalized = room.version.state.finalized().map(|by| Day::of(by.at));
    Changes {
        last_visit: room.last_visit.map(Into::into),
        news,
        more: more.map(|more| format!("and {more} more, marked below")),
        rows: room.exceptions.iter().map(row).collect(),
        issued: card.report_date.or(finalized).map(Day::words).unwrap_or_default(),
    }
}
