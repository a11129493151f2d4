//! `/security/people/{id}`: everything that is held about one person.
//!
//! Opening the page is recorded each time, before anything is shown.

use super::networks::{self, Used};
use super::{decline, erase, reader};
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::erasure::acts::{self, EraseError};
use crate::erasure::decline::{self as declines, Decline};
use crate::erasure::{Erasure, Wish, store as erasure};
use crate::fault::Fault;
use crate::grants::{Grant, store as grants};
use crate::holds::{Hold, store as holds};
use crate::identity::store::{self as people, Known as Somebody};
use crate::identity::{ERASED, Person};
use crate::ids::PersonId;
use crate::ledger::store as log;
use crate::nda::{Acceptance, store as ndas};
use crate::notices::{House, outbox};
use crate::reports::store as reports;
use crate::requests::{Request, store as requests};
use crate::unusual::countries::{Countries, Source};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security, escape};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show as show_page};
use crate::web::partials::{Fact, Question};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub(super) struct PersonPage {
    shell: Shell,
    person: Head,
    state: Option<Status>,
    facts: Vec<Fact>,
    items: Vec<Item>,
    networks: Vec<Used>,
    countries: Option<Source>,
    log_href: Option<String>,
    hold_href: Option<String>,
    holds: Vec<HoldRow>,
    cannot: Option<String>,
    decline: Option<Question>,
    erase: Option<Question>,
}

impl Page for PersonPage {
    const TEMPLATE: Template = Template::SecurityPerson;
}

/// Who.
#[derive(Serialize)]
struct Head {
    name: String,
    email: String,
}

/// One thing that is held.
#[derive(Serialize)]
struct Item {
    what: &'static str,
    text: String,
    at: When,
    href: Option<String>,
}

/// A hold on them.
#[derive(Serialize)]
struct HoldRow {
    href: String,
    name: String,
}

/// Everything that is held about somebody.
struct Held {
    person: Option<Person>,
    wish: Option<Wish>,
    declined: Option<(Decline, String)>,
    requests: Vec<Request>,
    grants: Vec<(Grant, String)>,
    acceptances: Vec<(Acceptance, i32)>,
    letters: i64,
    commitments: i64,
    holds: Vec<Hold>,
    refusal: Option<String>,
    networks: Vec<Used>,
}

/// What is known of a number.
enum Known {
    /// Somebody who was erased, by whom, and the hold that keeps the evidence.
    Erased(Box<Erasure>, Option<String>, Option<Box<Hold>>),
    /// Somebody who is on file.
    Held(Box<Held>),
}

/// GET: the person.
pub async fn show(staff: Staff<Security>, id: web::Path<PersonId>) -> Answer {
    show_page(&staff, &page(&staff, *id, &Form::default()).await?)
}

/// The page with what was typed; showing it is recorded.
pub(super) async fn page(staff: &Staff<Security>, id: PersonId, form: &Form) -> Result<PersonPage, Problem> {
    let by = reader(staff, staff.person.id);
    let (house, countries) = (staff.app.house.clone(), staff.app.countries.clone());
    let known = staff.app.read::<_, Fault, _>(move |db| read(db, (&house, &countries), id)).await?;
    let known = known.ok_or_else(Problem::not_found)?;
    staff.app.act("person.view", move |act| acts::look(act, by, Some(id))).await?;
    Ok(match known {
        Known::Erased(done, by, hold) => erased_page(staff, &done, by, hold.as_deref()),
        Known::Held(held) => held_page(staff, id, *held, form),
    })
}

/// Reads everything; none when there is no such person.
fn read(db: &mut Db, (house, countries): (&House, &Countries), id: PersonId) -> Result<Option<Known>, Fault> {
    let keyring = &house.keyring;
    if let Some(done) = erasure::find(db, id)? {
        let by = done.by.map(|by| people::name_of(db, keyring, by)).transpose()?;
        let hold = done.hold.map(|hold| holds::require(db, keyring, hold)).transpose()?;
        return Ok(Some(Known::Erased(Box::new(done), by, hold.map(Box::new))));
    }
    let person = match people::look_up(db, keyring, id)? {
        Somebody::Person(person) => Some(person),
        Somebody::Unreadable => None,
        Somebody::Erased | Somebody::Missing => return Ok(None),
    };
    let mut granted = Vec::new();
    for grant in grants::list_by_person(db, keyring, id)? {
        granted.push((reports::require(db, grant.version)?.card.title.to_string(), grant));
    }
    let mut accepted = Vec::new();
    for acceptance in ndas::list_acceptances(db, keyring, id)? {
        accepted.push((ndas::require(db, acceptance.nda)?.number, acceptance));
    }
    let declined = match declines::find(db, keyring, id)? {
        Some(declined) => Some((declined.clone(), people::name_of(db, keyring, declined.by)?)),
        None => None,
    };
    let refusal = match acts::check(db, house, id) {
        Ok(()) => None,
        Err(EraseError::Fault(fault)) => return Err(fault),
        Err(refusal) => Some(refusal.to_string()),
    };
    Ok(Some(Known::Held(Box::new(Held {
        person,
        wish: erasure::find_wish(db, id)?,
        declined,
        requests: requests::list_by_person(db, keyring, id)?,
        grants: granted.into_iter().map(|(title, grant)| (grant, title)).collect(),
        acceptances: accepted.into_iter().map(|(number, acceptance)| (acceptance, number)).collect(),
        letters: outbox::count_by_person(db, id)?,
        commitments: log::count_personal(db, id)?,
        holds: holds::list_keeping(db, keyring, id)?,
        refusal,
        networks: networks::of_person(db, (keyring, countries), id)?,
    }))))
}

/// The page of somebody who was erased.
fn erased_page(
    staff: &Staff<Security>,
    done: &Erasure,
    by: Option<String>,
    hold: Option<&Hold>,
) -> PersonPage {
    let by = by.unwrap_or_else(|| "the rules of retention".to_owned());
    let mut facts = vec![
        Fact::new("Erased by", by).at(done.at),
        Fact::new("Entry of the log", done.entry.to_string()),
        Fact::new("Backups forget by", "").at(done.backups_until).note(format!(
            "Backups made before hold the person's key, which the key {} of the keyring opens. They forget when they are \
             deleted, or when that key is destroyed.",
            done.kek
        )),
    ];
    facts.push(match hold {
        Some(hold) => {
            let fact = Fact::new(
                "What stays",
                format!("Evidence of the NDA, under the hold \u{201c}{}\u{201d}, until", hold.name()),
            );
            match hold.ends_at {
                Some(ends_at) => fact.at(ends_at),
                None => fact,
            }
        }
        None => Fact::new("What stays", "Nothing but numbers in the log: no NDA was accepted"),
    });
    PersonPage {
        shell: staff.shell(Desk::Security, "An erased person"),
        person: Head { name: ERASED.to_owned(), email: done.person.to_string() },
        state: Some(Status::new(Tone::Quiet, "Erased")),
        facts,
        items: Vec::new(),
        networks: Vec::new(),
        countries: None,
        log_href: None,
        hold_href: None,
        holds: hold.into_iter().map(hold_row).collect(),
        cannot: None,
        decline: None,
        erase: None,
    }
}

/// The page of somebody who is on file.
fn held_page(staff: &Staff<Security>, id: PersonId, held: Held, form: &Form) -> PersonPage {
    let now = staff.app.clock.now();
    let person = held.person.as_ref();
    let (name, email) = super::people::shown(person);
    PersonPage {
        shell: staff.shell(Desk::Security, name.as_str()),
        state: held.wish.map(|_| Status::new(Tone::Warn, "Asks to be forgotten")),
        facts: facts(&held),
        items: items(&held),
        countries: staff.app.countries.source(),
        log_href: person.map(|_| format!("/security?person={}", escape(&email))),
        hold_href: Some(format!("/security/holds?person={id}")),
        person: Head { name, email },
        holds: held.holds.iter().map(hold_row).collect(),
        cannot: held.refusal.clone(),
        decline: held.wish.and(person).map(|person| decline::question(person, form)),
        erase: person
            .filter(|_| held.refusal.is_none())
            .map(|person| erase::question(person, !held.acceptances.is_empty(), &staff.app.config, now)),
        networks: held.networks,
    }
}

/// A hold with the way to its page.
fn hold_row(hold: &Hold) -> HoldRow {
    HoldRow { href: format!("/security/holds/{}", hold.id), name: hold.name().to_owned() }
}

/// How much there is.
fn facts(held: &Held) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("Requests", held.requests.len().to_string()),
        Fact::new("Grants", held.grants.len().to_string()),
        Fact::new("NDA acceptances", held.acceptances.len().to_string()),
        Fact::new("Letters to them", held.letters.to_string()),
        Fact::new("Pieces of personal data beside the log", held.commitments.to_string()),
    ];
    if let Some((declined, by)) = &held.declined {
        let reason = declined.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        let asked = declined.asked_at.date_words();
        let href = format!("/security/entries/{}", declined.entry);
        let fact = Fact::new("A wish was declined", format!("by {by}")).href(href).at(declined.at);
        facts.insert(0, fact.note(format!("Asked on {asked}. {reason}")));
    }
    if let Some(wish) = held.wish {
        facts.insert(0, Fact::new("Asked to be forgotten", "").at(wish.asked_at));
        facts.insert(1, Fact::new("To be answered by", "").at(wish.due_at()));
    }
    facts
}

/// Requests, grants and acceptances, the newest first.
fn items(held: &Held) -> Vec<Item> {
    let mut items: Vec<(Micros, Item)> = Vec::new();
    for request in &held.requests {
        let text = format!("{}, {}", request.reference(), request.organisation());
        items.push((
            request.created_at,
            Item { what: "Request", text, at: request.created_at.into(), href: None },
        ));
    }
    for (grant, title) in &held.grants {
        let text = format!("{title}, copy {}", grant.copy);
        let href = Some(format!("/security/copy?id={}", grant.copy));
        items.push((grant.granted_at, Item { what: "Grant", text, at: grant.granted_at.into(), href }));
    }
    for (acceptance, number) in &held.acceptances {
        let text = format!("Version {number}, entry {}", acceptance.entry);
        let href = Some(format!("/security/entries/{}", acceptance.entry));
        let at = acceptance.accepted_at;
        items.push((at, Item { what: "NDA accepted", text, at: at.into(), href }));
    }
    items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    items.into_iter().map(|(_, item)| item).collect()
}
