//! `/security/people`: who is on file, found by address, domain or name; who asks to be forgotten; who was.
//!
//! Looking for people is recorded before anything is shown. The plain page names only those who wait for an answer.

use super::decline::{self, DeclinedRow};
use super::reader;
use crate::app::{App, Template};
use crate::db::Db;
use crate::erasure::{Erasure, acts, store as erasure};
use crate::fault::Fault;
use crate::identity::store::{self as people, Known};
use crate::identity::{Person, UNREADABLE, directory};
use crate::ids::{PersonId, SessionId};
use crate::text::{Domain, EmailAddress};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most people shown at once.
const MOST: usize = 50;
/// Fewer letters of a name find too many.
const LEAST_LETTERS: usize = 3;

/// What is asked for in the address.
#[derive(Deserialize)]
pub struct Asked {
    q: Option<String>,
}

/// The page.
#[derive(Serialize)]
struct PeoplePage {
    shell: Shell,
    search: String,
    searched: bool,
    too_short: bool,
    cut: bool,
    found: Vec<Row>,
    wishes: Vec<WishRow>,
    declined: Vec<DeclinedRow>,
    erased: Vec<ErasedRow>,
}

impl Page for PeoplePage {
    const TEMPLATE: Template = Template::SecurityPeople;
}

/// Somebody who was found.
#[derive(Serialize)]
struct Row {
    href: String,
    name: String,
    email: String,
}

/// Somebody who waits for an answer.
#[derive(Serialize)]
struct WishRow {
    href: String,
    name: String,
    email: String,
    asked: When,
    due: When,
    state: Status,
}

/// Somebody who was erased.
#[derive(Serialize)]
struct ErasedRow {
    href: String,
    number: String,
    at: When,
    entry: u64,
    entry_href: String,
    backups: When,
}

/// GET: the page, searched.
pub async fn list(staff: Staff<Security>, asked: web::Query<Asked>) -> Answer {
    let search = asked.into_inner().q.unwrap_or_default().trim().to_owned();
    let too_short = !search.is_empty() && search.chars().count() < LEAST_LETTERS;
    let searched = !search.is_empty() && !too_short;
    let (by, now) = (reader(&staff, staff.person.id), staff.app.clock.now());
    staff.app.act("person.search", move |act| acts::look(act, by, None)).await?;
    let (keyring, words) = (Arc::clone(&staff.app.keyring), search.clone());
    let (app, session) = (staff.app.clone(), staff.session.id);
    let page = staff.app.read(move |db| {
        let mut found = if searched { find(db, (&app, session), &words)? } else { Vec::new() };
        let cut = found.len() > MOST;
        found.truncate(MOST);
        let mut wishes = Vec::new();
        for wish in erasure::list_wishes(db)? {
            let person = people::look_up(db, &keyring, wish.person)?.person();
            let late = wish.due_at() < now;
            let (name, email) = shown(person.as_ref());
            wishes.push(WishRow {
                href: path(wish.person),
                name,
                email,
                asked: wish.asked_at.into(),
                due: wish.due_at().into(),
                state: if late {
                    Status::new(Tone::Danger, "Overdue")
                } else {
                    Status::new(Tone::Warn, "Waiting")
                },
            });
        }
        let erased = erasure::list_newest(db, 50)?.iter().map(erased_row).collect();
        let declined = decline::list(db, &keyring)?;
        Ok::<_, Fault>((found, cut, wishes, declined, erased))
    });
    let (found, cut, wishes, declined, erased) = page.await?;
    let found = found.into_iter().map(row).collect();
    let shell = staff.shell(Desk::Security, "People");
    show(&staff, &PeoplePage { shell, search, searched, too_short, cut, found, wishes, declined, erased })
}

/// A person's page.
pub(super) fn path(person: PersonId) -> String {
    format!("/security/people/{person}")
}

/// Finds people: one more than are shown, to know whether there are more.
fn find(
    db: &mut Db,
    (app, session): (&App, SessionId),
    words: &str,
) -> Result<Vec<(PersonId, Option<Person>)>, Fault> {
    let keyring = &app.keyring;
    let ids = if let Ok(email) = EmailAddress::parse(words) {
        people::find_id_by_email(db, keyring, &email)?.into_iter().collect()
    } else {
        let by_domain = match Domain::parse(words) {
            Ok(domain) => people::list_by_domain(db, keyring, &domain, i64::try_from(MOST + 1).unwrap_or(0))?,
            Err(_) => Vec::new(),
        };
        if by_domain.is_empty() {
            directory::find(db, keyring, (&app.directory, session, app.clock.now()), words, MOST + 1)?
        } else {
            by_domain
        }
    };
    let mut found = Vec::new();
    for id in ids {
        match people::look_up(db, keyring, id)? {
            Known::Person(person) => found.push((id, Some(person))),
            Known::Unreadable => found.push((id, None)),
            // Erased between the two reads.
            Known::Erased | Known::Missing => {}
        }
    }
    Ok(found)
}

/// Somebody in the list.
fn row((id, person): (PersonId, Option<Person>)) -> Row {
    let (name, email) = shown(person.as_ref());
    Row { href: path(id), name, email }
}

/// Name and address; [`UNREADABLE`] for somebody whose row does not open.
pub(super) fn shown(person: Option<&Person>) -> (String, String) {
    match person {
        Some(person) => (person.shown_as().to_owned(), person.email.to_string()),
        None => (UNREADABLE.to_owned(), String::new()),
    }
}

/// Somebody who was erased, by the end of their number.
fn erased_row(done: &Erasure) -> ErasedRow {
    let number = done.person.to_string();
    ErasedRow {
        href: path(done.person),
        number: number.get(number.len().saturating_sub(8)..).unwrap_or_default().to_owned(),
        at: done.at.into(),
        entry: done.entry,
        entry_href: format!("/security/entries/{}", done.entry),
        backups: done.backups_until.into(),
    }
}
