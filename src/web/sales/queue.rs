//! `/sales`: requests that wait, the oldest first, and those that are decided. Only confirmed addresses are here.

use super::checks::{Known, pill};
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::acts::GrantError;
use crate::identity::store::{self as people, Known as Somebody};
use crate::identity::{ERASED, Person, UNREADABLE};
use crate::nda::store as ndas;
use crate::requests::acts::words_for;
use crate::requests::{Request, State, store as requests};
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Sales};
use crate::web::lists::{Pager, View};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Requests on a page.
const PAGE: usize = 50;

/// What is asked for in the address.
#[derive(Deserialize)]
pub struct Asked {
    view: Option<String>,
    from: Option<String>,
}

/// The page.
#[derive(Serialize)]
struct QueuePage {
    shell: Shell,
    blocked: Option<String>,
    views: Vec<View>,
    decided: bool,
    requests: Vec<Row>,
    pager: Option<Pager>,
}

impl Page for QueuePage {
    const TEMPLATE: Template = Template::SalesQueue;
}

/// One request.
#[derive(Serialize)]
struct Row {
    href: String,
    person: String,
    email: String,
    organisation: String,
    relation: &'static str,
    reports: String,
    warnings: Vec<Status>,
    state: Status,
    since: When,
    waited: String,
}

/// What the page is made from.
struct Found {
    blocked: bool,
    waiting: i64,
    decided: i64,
    rows: Vec<Row>,
    next: Option<String>,
}

/// GET: one of the two views.
pub async fn list(staff: Staff<Sales>, asked: web::Query<Asked>) -> Answer {
    let keyring = Arc::clone(&staff.app.keyring);
    let (asked, now) = (asked.into_inner(), staff.app.clock.now());
    let decided = asked.view.as_deref() == Some("decided");
    let begun = asked.from.is_some();
    let found = staff.app.read(move |db| read(db, &keyring, &asked, now)).await?;
    let view = |href: &str, label, count, current| View { href: href.to_owned(), label, count, current };
    let page = QueuePage {
        shell: staff.shell(Desk::Sales, "Access requests"),
        blocked: found.blocked.then(|| GrantError::NoNda.to_string()),
        views: vec![
            view("/sales", "Waiting", found.waiting, !decided),
            view("/sales?view=decided", "Decided", found.decided, decided),
        ],
        decided,
        pager: pager(decided, begun, found.next),
        requests: found.rows,
    };
    show(&staff, &page)
}

/// Reads one page of one view.
fn read(db: &mut Db, keyring: &Keyring, asked: &Asked, now: Micros) -> Result<Found, Fault> {
    let from = asked.from.as_deref().and_then(|from| from.parse().ok());
    let one_more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut all = match asked.view.as_deref() {
        Some("decided") => requests::list_decided(db, keyring, from, one_more)?,
        _ => requests::list_waiting(db, keyring, from, one_more)?,
    };
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let next = all.last().filter(|_| more).map(|last| last.id.to_string());
    let known = Known::read(db, keyring)?;
    Ok(Found {
        blocked: ndas::find_in_force(db)?.is_none(),
        waiting: requests::count_by_state(db, State::Waiting)?,
        decided: requests::count_by_state(db, State::Approved)?
            + requests::count_by_state(db, State::Denied)?,
        rows: all
            .into_iter()
            .map(|request| row(db, keyring, &known, request, now))
            .collect::<Result<_, _>>()?,
        next,
    })
}

/// One request in words.
fn row(db: &mut Db, keyring: &Keyring, known: &Known, request: Request, now: Micros) -> Result<Row, Fault> {
    let (person, stands_for) = match people::look_up(db, keyring, request.person)? {
        Somebody::Person(person) => (Some(person), (ERASED, "")),
        Somebody::Erased | Somebody::Missing => (None, (ERASED, "address erased")),
        Somebody::Unreadable => (None, (UNREADABLE, "")),
    };
    let since = request.confirmed_at.unwrap_or(request.created_at);
    Ok(Row {
        href: format!("/sales/requests/{}", request.id),
        reports: words_for(db, &request.items)?.unwrap_or_else(|| "No longer offered".to_owned()),
        warnings: person.as_ref().and_then(|person| pill(&known.standing(person))).into_iter().collect(),
        state: state(request.state),
        since: When::from(request.decided_at.unwrap_or(since)),
        waited: waited(since, request.decided_at.unwrap_or(now)),
        organisation: request.organisation().to_owned(),
        relation: request.relation.words(),
        person: person.as_ref().map_or(stands_for.0, Person::shown_as).to_owned(),
        email: person.as_ref().map_or(stands_for.1, |person| person.email.as_str()).to_owned(),
    })
}

/// Where a request stands, as a label.
pub(super) fn state(state: State) -> Status {
    match state {
        State::Unconfirmed => Status::new(Tone::Quiet, "Not confirmed"),
        State::Waiting => Status::new(Tone::Info, "Waiting"),
        State::Approved => Status::new(Tone::Ok, "Approved"),
        State::Denied => Status::new(Tone::Quiet, "Denied"),
    }
}

/// The way to the other pages of a view; none when there is only one.
fn pager(decided: bool, begun: bool, next: Option<String>) -> Option<Pager> {
    if !begun && next.is_none() {
        return None;
    }
    let base = if decided { "/sales?view=decided" } else { "/sales" };
    let first = begun.then(|| base.to_owned());
    let next = next.map(|next| format!("{base}{}from={next}", if decided { "&" } else { "?" }));
    let words = format!("{PAGE} requests on a page");
    // Waiting requests begin with the oldest, decided ones with the newest.
    Some(if decided {
        Pager { newer: first, older: next, words }
    } else {
        Pager { newer: next, older: first, words }
    })
}

/// How long somebody waited, in the largest whole unit: `2 days`.
fn waited(since: Micros, until: Micros) -> String {
    let minutes = until.secs_since(since) / 60;
    let (count, unit) = match minutes {
        ..1 => return "less than a minute".to_owned(),
        1..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_the_largest_whole_unit() {
        let after = |secs| waited(Micros(0), Micros(0).plus_secs(secs));
        assert_eq!(
            [after(59), after(60), after(3_599), after(7_200), after(86_399), after(172_800)],
            ["less than a minute", "1 minute", "59 minutes", "2 hours", "23 hours", "2 days"]
        );
    }
}
