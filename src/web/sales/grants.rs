//! `/sales/grants`: who may read what, until when, and whether they have.

use super::case::title;
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::{Grant, State, store as grants};
use crate::ids::{GrantId, VersionId};
use crate::ledger::uses::{self, Use};
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Sales, escape};
use crate::web::lists::{Pager, View};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Grants on a page.
const PAGE: usize = 50;
/// So many grants are looked through for one page of a search: names are sealed, so each is opened.
const LOOKED_THROUGH: usize = 1_000;

/// What is asked for in the address.
#[derive(Deserialize)]
pub struct Asked {
    view: Option<String>,
    q: Option<String>,
    before: Option<String>,
}

/// The page.
#[derive(Serialize)]
struct GrantsPage {
    shell: Shell,
    views: Vec<View>,
    view: &'static str,
    search: String,
    grants: Vec<Row>,
    pager: Option<Pager>,
}

impl Page for GrantsPage {
    const TEMPLATE: Template = Template::SalesGrants;
}

/// One grant.
#[derive(Serialize)]
struct Row {
    href: String,
    person: String,
    email: String,
    organisation: String,
    report: String,
    state: Status,
    opened: Option<When>,
    downloads: String,
    last_seen: Option<When>,
    until: When,
}

/// What is looked for.
struct Search {
    state: State,
    words: String,
    before: Option<GrantId>,
    now: Micros,
}

/// What was found.
struct Found {
    counts: [i64; 3],
    grants: Vec<(Grant, String)>,
    uses: BTreeMap<GrantId, Use>,
    /// Where the next page begins, when there is one.
    next: Option<GrantId>,
}

/// The views in the order in which they are shown: state, name in addresses, label.
const VIEWS: [(State, &str, &str); 3] = [
    (State::Active, "active", "Active"),
    (State::Expired, "ended", "Ended"),
    (State::Revoked, "revoked", "Revoked"),
];

/// GET: one view, searched.
pub async fn list(staff: Staff<Sales>, asked: web::Query<Asked>) -> Answer {
    let asked = asked.into_inner();
    let view = VIEWS.into_iter().find(|(_, name, _)| asked.view.as_deref() == Some(*name));
    let (state, name, _) = view.unwrap_or((State::Active, "active", ""));
    let search = Search {
        state,
        words: asked.q.unwrap_or_default().trim().to_owned(),
        before: asked.before.and_then(|id| id.parse().ok()),
        now: staff.app.clock.now(),
    };
    let (keyring, words, begun) =
        (Arc::clone(&staff.app.keyring), search.words.clone(), search.before.is_some());
    let now = search.now;
    let found = staff.app.read(move |db| read(db, &keyring, &search)).await?;
    let page = GrantsPage {
        shell: staff.shell(Desk::Sales, "Grants"),
        views: views(found.counts, state, &words),
        view: name,
        pager: pager(&found, begun, &address(name, &words)),
        search: words,
        grants: found.grants.iter().map(|one| row(one, found.uses.get(&one.0.id), now)).collect(),
    };
    show(&staff, &page)
}

/// Reads one page of one view; with words to look for, through a limited number of grants.
fn read(db: &mut Db, keyring: &Keyring, search: &Search) -> Result<Found, Fault> {
    let mut titles = BTreeMap::new();
    let mut grants = Vec::new();
    let (mut before, mut looked_through, mut next) = (search.before, 0, None);
    'looking: loop {
        let batch = list_batch(db, keyring, search, before)?;
        let is_last = batch.len() < PAGE;
        for grant in batch {
            let title = title_of(db, &mut titles, grant.version)?;
            if fits(&grant, &title, &search.words) {
                if grants.len() == PAGE {
                    next = before;
                    break 'looking;
                }
                grants.push((grant.clone(), title));
            }
            before = Some(grant.id);
            looked_through += 1;
        }
        if is_last {
            break;
        }
        if looked_through >= LOOKED_THROUGH {
            next = before;
            break;
        }
    }
    let ids: Vec<GrantId> = grants.iter().map(|(grant, _)| grant.id).collect();
    let mut counts = [0; 3];
    for (count, (state, _, _)) in counts.iter_mut().zip(VIEWS) {
        *count = grants::count_by_state(db, state, search.now)?;
    }
    Ok(Found { counts, grants, uses: uses::list_by_grant(db, &ids)?.into_iter().collect(), next })
}

/// The next batch of one view, however many of them fit.
fn list_batch(
    db: &mut Db,
    keyring: &Keyring,
    search: &Search,
    before: Option<GrantId>,
) -> Result<Vec<Grant>, Fault> {
    let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
    grants::list_by_state(db, keyring, (search.state, search.now), before, most)
}

/// The title of a version, read once.
fn title_of(
    db: &mut Db,
    titles: &mut BTreeMap<VersionId, String>,
    version: VersionId,
) -> Result<String, Fault> {
    if let Some(title) = titles.get(&version) {
        return Ok(title.clone());
    }
    let title = title(db, version)?;
    titles.insert(version, title.clone());
    Ok(title)
}

/// Whether every word that is looked for stands in the grant's name, address, organisation or report.
fn fits(grant: &Grant, title: &str, words: &str) -> bool {
    let mark = grant.recipient();
    let text = format!("{} {} {} {title}", mark.name, mark.email, mark.company).to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The views with their counts; what is looked for stays.
fn views(counts: [i64; 3], current: State, words: &str) -> Vec<View> {
    VIEWS
        .into_iter()
        .zip(counts)
        .map(|((state, name, label), count)| View {
            href: address(name, words),
            label,
            count,
            current: state == current,
        })
        .collect()
}

/// The first page of a view.
fn address(view: &str, words: &str) -> String {
    let search = if words.is_empty() { String::new() } else { format!("&q={}", escape(words)) };
    format!("/sales/grants?view={view}{search}")
}

/// The way to the other pages; none when there is only one.
fn pager(found: &Found, begun: bool, first: &str) -> Option<Pager> {
    if !begun && found.next.is_none() {
        return None;
    }
    Some(Pager {
        newer: begun.then(|| first.to_owned()),
        older: found.next.map(|next| format!("{first}&before={next}")),
        words: match found.grants.len() {
            0 => format!("None among the {LOOKED_THROUGH} that were looked through"),
            1 => "1 grant on this page".to_owned(),
            count => format!("{count} grants on this page"),
        },
    })
}

/// Where a grant stands, as a label.
pub(super) fn state(state: State) -> Status {
    match state {
        State::Active => Status::new(Tone::Ok, "Active"),
        State::Expired => Status::new(Tone::Quiet, "Ended"),
        State::Revoked => Status::new(Tone::Danger, "Revoked"),
    }
}

/// `1 of 3`, or that there are none.
pub(super) fn downloads(grant: &Grant) -> String {
    match grant.downloads_allowed {
        0 => "Reading only".to_owned(),
        allowed => format!("{} of {allowed}", grant.downloads_started),
    }
}

/// One grant in words.
fn row((grant, title): &(Grant, String), used: Option<&Use>, now: Micros) -> Row {
    let recipient = grant.recipient();
    Row {
        href: format!("/sales/grants/{}", grant.id),
        person: recipient.name.to_owned(),
        email: recipient.email.to_owned(),
        organisation: recipient.company.to_owned(),
        report: title.clone(),
        state: state(grant.state(now)),
        opened: used.map(|used| used.first.into()),
        downloads: downloads(grant),
        last_seen: used.map(|used| used.last.into()),
        until: grant.expires_at.into(),
    }
}
