//! My access: everything a person holds here, and everything that was recorded about them, with receipts.

mod words;

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ledger::store::{self as log, Entry, Filter};
use crate::nda::{Acceptance, Nda, store as ndas};
use crate::release::recall::store as recalls;
use crate::reports::{Version, store as reports};
use crate::requests::{Request, State, store as requests};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, show};
use crate::web::portal::forget::{Answered, Forget};
use crate::web::portal::steps::Next;
use crate::web::portal::tokens::{self, TokenView};
use crate::web::problem::Problem;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use words::{CertificateWords, EntryWords, GrantWords, RequestWords};

/// Entries on one page.
const PAGE: u16 = 50;

/// Where the page of entries begins.
#[derive(Deserialize)]
pub struct Place {
    before: Option<u64>,
}

/// The page.
#[derive(Serialize)]
struct AccessPage {
    shell: Shell,
    person: PersonWords,
    next: Option<Next>,
    grants: Vec<GrantWords>,
    requests: Vec<RequestWords>,
    certificates: Vec<CertificateWords>,
    tokens: Vec<TokenView>,
    entries: Vec<EntryWords>,
    pager: Option<Pager>,
    forget: Forget,
}

impl Page for AccessPage {
    const TEMPLATE: Template = Template::PortalAccess;
}

/// Who.
#[derive(Serialize)]
struct PersonWords {
    name: String,
    email: String,
    organisation: String,
}

/// The way through the entries.
#[derive(Serialize)]
struct Pager {
    newer: Option<String>,
    older: Option<String>,
    words: String,
}

/// What the page is made from.
struct Known {
    grants: Vec<(Grant, Version)>,
    requests: Vec<(Request, String)>,
    acceptances: Vec<(Acceptance, Nda)>,
    in_force: Option<Nda>,
    tokens: Vec<TokenView>,
    /// A recalled version whose destruction this person has not confirmed.
    recalled: Option<Version>,
    entries: Vec<Entry>,
    answered: Answered,
}

/// Reads everything about this person.
async fn read(prospect: &Prospect, before: Option<u64>) -> Result<Known, Problem> {
    let (keyring, person) = (Arc::clone(&prospect.app.keyring), prospect.person.id);
    let now = prospect.app.clock.now();
    let known = prospect.app.read(move |db| {
        let (mut held, mut made) = (Vec::new(), Vec::new());
        for grant in grants::list_by_person(db, &keyring, person)? {
            let version = reports::require(db, grant.version)?;
            made.extend(tokens::views(db, grant.id, version.card.title.as_str(), now)?);
            held.push((grant, version));
        }
        let mut asked = Vec::new();
        for request in requests::list_by_person(db, &keyring, person)? {
            let mut titles = Vec::new();
            for item in &request.items {
                titles.push(reports::require(db, *item)?.card.title.to_string());
            }
            asked.push((request, titles.join(", ")));
        }
        let mut accepted = Vec::new();
        for acceptance in ndas::list_acceptances(db, &keyring, person)? {
            let text = ndas::require(db, acceptance.nda)?;
            accepted.push((acceptance, text));
        }
        let filter = Filter { person: Some(person), before, ..Filter::default() };
        let entries = log::list(db, &filter, PAGE + 1)?;
        let in_force = ndas::find_in_force(db)?;
        let recalled = recalls::find_unconfirmed(db, person)?;
        let recalled = recalled.map(|version| reports::require(db, version)).transpose()?;
        let answered = Answered::read(db, &keyring, person)?;
        Ok::<_, Fault>(Known {
            grants: held,
            requests: asked,
            acceptances: accepted,
            in_force,
            tokens: made,
            recalled,
            entries,
            answered,
        })
    });
    Ok(known.await?)
}

/// Shows the page.
pub async fn show_access(prospect: Prospect, place: Query<Place>) -> Answer {
    let mut known = read(&prospect, place.before).await?;
    let now = prospect.app.clock.now();
    let newest = known.grants.first().map(|(grant, _)| grant.recipient().company.to_owned());
    let asked = known.requests.first().map(|(request, _)| request.organisation().to_owned());
    let newest_accepted = known.acceptances.first().map(|(newest, _)| newest.id);
    let page = AccessPage {
        shell: prospect.shell(Desk::Portal, "My access"),
        person: PersonWords {
            name: prospect.person.shown_as().to_owned(),
            email: prospect.person.email.to_string(),
            organisation: newest.or(asked).unwrap_or_else(|| "no organisation given".to_owned()),
        },
        next: next(&known, now),
        grants: known.grants.iter().map(|(grant, version)| words::grant_words(grant, version, now)).collect(),
        requests: known
            .requests
            .iter()
            .filter(|(request, _)| request.state != State::Unconfirmed)
            .map(words::request_words)
            .collect(),
        certificates: known
            .acceptances
            .iter()
            .map(|one| words::certificate_words(one, &prospect.company, newest_accepted))
            .collect(),
        tokens: std::mem::take(&mut known.tokens),
        pager: pager(&known.entries, place.before),
        forget: Forget::new(
            std::mem::take(&mut known.answered),
            !known.acceptances.is_empty(),
            &prospect.app.config,
        ),
        entries: known.entries.iter().take(usize::from(PAGE)).map(words::entry_words).collect(),
    };
    show(&prospect, &page)
}

/// The step of whoever holds something recalled, of an invited person, or of one whom a newer text waits for.
fn next(known: &Known, now: Micros) -> Option<Next> {
    if let Some(version) = &known.recalled {
        return Some(Next {
            title: format!("{} was recalled", version.card.title),
            text: format!("Destroy your copies of version {} and confirm it.", version.number),
            href: format!("/recalls/{}", version.id),
            action: "See why, and confirm",
        });
    }
    let text = known.in_force.as_ref()?;
    let accepted =
        known.acceptances.iter().any(|(known, _)| known.nda == text.id && known.withdrawn_at.is_none());
    let active = known.grants.iter().any(|(grant, _)| grant.state(now) == GrantState::Active);
    (active && !accepted).then(|| Next {
        title: "Read and accept the NDA".to_owned(),
        text: "Your reports open as soon as it is accepted.".to_owned(),
        href: "/nda".to_owned(),
        action: "Read the NDA",
    })
}

/// The way to older entries and back.
fn pager(entries: &[Entry], before: Option<u64>) -> Option<Pager> {
    let last = entries.get(usize::from(PAGE).saturating_sub(1)).map(|entry| entry.index);
    let older = last
        .filter(|_| entries.len() > usize::from(PAGE))
        .map(|index| format!("/access?before={index}#entries"));
    let newer = before.map(|_| "/access#entries".to_owned());
    let shown = entries.len().min(usize::from(PAGE));
    (older.is_some() || newer.is_some()).then(|| Pager {
        newer,
        older,
        words: format!("{shown} entries, newest first"),
    })
}

/// The receipt of an entry about this person, as a file; others' are not there.
pub async fn receipt(prospect: Prospect, index: Path<u64>) -> Answer {
    let (person, index) = (prospect.person.id, index.into_inner());
    let entry = prospect.app.read(move |db| log::find(db, index)).await?;
    let mine = entry.is_some_and(|entry| {
        entry.leaf.about == Some(person) || entry.leaf.by == crate::ledger::Actor::Person(person)
    });
    let receipt = if mine { prospect.app.receipt(index).await? } else { None };
    let receipt = receipt.ok_or_else(Problem::not_found)?;
    Ok(text_file(&format!("receipt-{index}.tlog-proof"), receipt.to_string()))
}
