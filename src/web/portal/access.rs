//! My access: everything a person holds here, and everything that was recorded about them, with receipts.

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ledger::store::{self as log, Entry, Filter};
use crate::nda::{Acceptance, Nda, store as ndas};
use crate::reports::{Version, store as reports};
use crate::requests::{Request, State, store as requests};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use crate::web::portal::steps::Next;
use crate::web::portal::tokens::{self, TokenView};
use crate::web::problem::Problem;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// A grant.
#[derive(Serialize)]
struct GrantWords {
    report: String,
    href: Option<String>,
    state: Status,
    since: When,
    until: When,
    downloads: String,
    copy_id: Option<String>,
    make_token: Option<String>,
}

/// A request under way.
#[derive(Serialize)]
struct RequestWords {
    reference: String,
    href: String,
    items: String,
    state: Status,
    at: When,
}

/// An acceptance.
#[derive(Serialize)]
struct CertificateWords {
    title: String,
    version: i32,
    at: When,
    href: String,
    index: u64,
}

/// An entry about this person.
#[derive(Serialize)]
struct EntryWords {
    index: u64,
    at: When,
    what: &'static str,
    detail: Option<String>,
    receipt_href: Option<String>,
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
    entries: Vec<Entry>,
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
        Ok::<_, Fault>(Known {
            grants: held,
            requests: asked,
            acceptances: accepted,
            in_force,
            tokens: made,
            entries,
        })
    });
    Ok(known.await?)
}

/// Shows the page.
pub async fn show_access(prospect: Prospect, place: Query<Place>) -> Answer {
    let mut known = read(&prospect, place.before).await?;
    let now = prospect.app.clock.now();
    let newest = known.grants.first().map(|(grant, _)| grant.mark.company.to_string());
    let asked = known.requests.first().map(|(request, _)| request.details.company.to_string());
    let page = AccessPage {
        shell: prospect.shell(Desk::Portal, "My access"),
        person: PersonWords {
            name: prospect.person.shown_as().to_owned(),
            email: prospect.person.email.to_string(),
            organisation: newest.or(asked).unwrap_or_else(|| "no organisation given".to_owned()),
        },
        next: next(&known, now),
        grants: known.grants.iter().map(|(grant, version)| grant_words(grant, version, now)).collect(),
        requests: known
            .requests
            .iter()
            .filter(|(request, _)| request.state != State::Unconfirmed)
            .map(request_words)
            .collect(),
        certificates: known.acceptances.iter().map(|one| certificate_words(one, &prospect.company)).collect(),
        tokens: std::mem::take(&mut known.tokens),
        pager: pager(&known.entries, place.before),
        entries: known.entries.iter().take(usize::from(PAGE)).map(entry_words).collect(),
    };
    show(&prospect, &page)
}

/// The step an invited person has to take, or one whom a newer text waits for.
fn next(known: &Known, now: Micros) -> Option<Next> {
    let text = known.in_force.as_ref()?;
    let accepted = known.acceptances.iter().any(|(acceptance, _)| acceptance.nda == text.id);
    let active = known.grants.iter().any(|(grant, _)| grant.state(now) == GrantState::Active);
    (active && !accepted).then(|| Next {
        title: "Read and accept the NDA".to_owned(),
        text: "Your reports open as soon as it is accepted.".to_owned(),
        href: "/nda".to_owned(),
        action: "Read the NDA",
    })
}

/// A grant in words.
fn grant_words(grant: &Grant, version: &Version, now: Micros) -> GrantWords {
    let (state, open) = match grant.state(now) {
        GrantState::Active => (Status::new(Tone::Ok, "Active"), true),
        GrantState::Expired => (Status::new(Tone::Quiet, "Expired"), false),
        GrantState::Revoked => (Status::new(Tone::Danger, "Revoked"), false),
    };
    GrantWords {
        report: version.card.title.to_string(),
        href: open.then(|| format!("/reports/{}", version.report.slug)),
        state,
        since: grant.granted_at.into(),
        until: grant.revoked_at.unwrap_or(grant.expires_at).into(),
        downloads: match grant.downloads_allowed {
            0 => "reading only".to_owned(),
            allowed => format!("{} of {allowed}", grant.downloads_started),
        },
        copy_id: Some(grant.copy.to_string()),
        make_token: open.then(|| format!("/reports/{}/tokens", version.report.slug)),
    }
}

/// A request in words.
fn request_words((request, items): &(Request, String)) -> RequestWords {
    let state = match request.state {
        State::Approved => Status::new(Tone::Ok, "Approved"),
        State::Denied => Status::new(Tone::Danger, "Not approved"),
        State::Unconfirmed => Status::new(Tone::Quiet, "Not confirmed"),
        State::Waiting => Status::new(Tone::Warn, "Waiting"),
    };
    RequestWords {
        reference: request.reference(),
        href: format!("/requests/{}", request.id),
        items: items.clone(),
        state,
        at: request.created_at.into(),
    }
}

/// An acceptance in words.
fn certificate_words((acceptance, text): &(Acceptance, Nda), company: &str) -> CertificateWords {
    CertificateWords {
        title: text.title(company),
        version: text.number,
        at: acceptance.accepted_at.into(),
        href: format!("/certificates/{}", acceptance.id),
        index: acceptance.entry,
    }
}

/// An entry in words.
fn entry_words(entry: &Entry) -> EntryWords {
    EntryWords {
        index: entry.index,
        at: entry.leaf.at.into(),
        what: entry.leaf.kind.words(),
        detail: detail(entry),
        receipt_href: Some(format!("/access/receipts/{}", entry.index)),
    }
}

/// Which copy, and which page of it.
fn detail(entry: &Entry) -> Option<String> {
    let copy = entry.leaf.copy.as_ref().map(|copy| format!("copy {copy}"))?;
    Some(match entry.leaf.facts.get("page") {
        Some(page) => format!("page {page} of {copy}"),
        None => copy,
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
    let (keyring, person, index) =
        (Arc::clone(&prospect.app.keyring), prospect.person.id, index.into_inner());
    let receipt = prospect.app.read(move |db| {
        let entry = log::find(db, index)?;
        let mine = entry.is_some_and(|entry| {
            entry.leaf.about == Some(person) || entry.leaf.by == crate::ledger::Actor::Person(person)
        });
        if mine { log::receipt(db, &keyring, index) } else { Ok::<_, Fault>(None) }
    });
    let receipt = receipt.await?.ok_or_else(Problem::not_found)?;
    Ok(text_file(&format!("receipt-{index}.tlog-proof"), receipt.to_string()))
}
