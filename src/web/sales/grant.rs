//! `/sales/grants/<id>`: one grant, what was done with it, and its end.

use super::{case, grants as list};
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::acts::{self as acts, RevokeError};
use crate::grants::{Grant, State, store as grants};
use crate::identity::store as people;
use crate::ids::GrantId;
use crate::ledger::store::{self as ledger, Entry, Filter};
use crate::ledger::uses::{self, Use};
use crate::ledger::{Actor, EventKind, Fact as EntryFact};
use crate::nda::store as ndas;
use crate::requests::store as requests;
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::guard::Staff;
use crate::web::guard::desk::{LogReader, Sales, Sits as _};
use crate::web::page::{Desk, Page, Shell, Status, When, see_other, show as show_page};
use crate::web::partials::{Fact, Question};
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// Entries on the page, the newest ones.
const ENTRIES: u16 = 200;

/// The page.
#[derive(Serialize)]
struct GrantPage {
    shell: Shell,
    grant: Head,
    facts: Vec<Fact>,
    entries: Vec<Line>,
    cut: bool,
    revoke: Option<Question>,
}

impl Page for GrantPage {
    const TEMPLATE: Template = Template::SalesGrant;
}

/// What the page is about.
#[derive(Serialize)]
struct Head {
    person: String,
    email: String,
    organisation: String,
    report: String,
    state: Status,
    copy_id: String,
}

/// An entry of the log.
#[derive(Serialize)]
struct Line {
    index: u64,
    href: Option<String>,
    at: When,
    what: &'static str,
    detail: Option<String>,
}

/// What the page is made from.
struct Found {
    grant: Grant,
    report: String,
    version: u32,
    given_by: String,
    came: String,
    nda: Option<(String, When)>,
    used: Option<Use>,
    pages: (usize, u32),
    tokens: Vec<(&'static str, Micros)>,
    entries: Vec<(Entry, Option<String>)>,
}

/// GET: the grant.
pub async fn show(staff: Staff<Sales>, id: web::Path<GrantId>) -> Answer {
    let (keyring, id) = (Arc::clone(&staff.app.keyring), *id);
    let now = staff.app.clock.now();
    let found = staff.app.read(move |db| read(db, &keyring, id, now)).await?;
    let state = found.grant.state(now);
    let reads_log = LogReader::admits(&staff.session.roles);
    let page = GrantPage {
        shell: staff.shell(Desk::Sales, format!("Grant of {}", found.grant.recipient().name)),
        grant: head(&found, state),
        facts: facts(&found),
        cut: found.entries.len() >= usize::from(ENTRIES),
        entries: found.entries.iter().map(|entry| line(entry, reads_log)).collect(),
        revoke: (state != State::Revoked).then(|| question(&found)),
    };
    show_page(&staff, &page)
}

/// POST: revokes; effective for the next request of the recipient.
pub async fn revoke(staff: Staff<Sales>, id: web::Path<GrantId>) -> Answer {
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, *id);
    let done = staff.app.act_urgent("grant.revoke", move |act| acts::revoke(act, &house, by, id)).await;
    let said = match done {
        Ok(_) => "Revoked. From now on this grant opens nothing.".to_owned(),
        Err(refusal @ RevokeError::AlreadyRevoked) => refusal.to_string(),
        Err(RevokeError::Fault(fault)) => return Err(fault.into()),
    };
    Ok(see_other(&staff, &format!("/sales/grants/{id}"), &said))
}

/// What a grant came of, in words. A request goes by the rules of retention; the log still says that there was one.
fn came_of(db: &mut Db, keyring: &Keyring, grant: &Grant) -> Result<String, Fault> {
    if let Some(id) = grant.request {
        return Ok(format!("Request {}", requests::require(db, keyring, id)?.reference()));
    }
    let filter = Filter { grant: Some(grant.id), kind: Some(EventKind::GrantCreated), ..Filter::default() };
    let asked = ledger::list(db, &filter, 1)?.iter().any(|entry| entry.leaf.request.is_some());
    Ok(if asked { "A request, deleted since" } else { "An invitation" }.to_owned())
}

/// Reads the grant and everything around it.
fn read(db: &mut Db, keyring: &Keyring, id: GrantId, now: Micros) -> Result<Found, Fault> {
    let grant = grants::require(db, keyring, id)?;
    let came = came_of(db, keyring, &grant)?;
    let accepted = ndas::find_standing(db, keyring, grant.person)?;
    let nda = accepted.map(|one| Ok::<_, Fault>((ndas::require(db, one.nda)?.number, one.accepted_at)));
    let filter = Filter { grant: Some(id), ..Filter::default() };
    let entries = ledger::list(db, &filter, ENTRIES)?.into_iter().map(|entry| {
        let by = match entry.leaf.by {
            Actor::Staff(by) => Some(people::name_of(db, keyring, by)?),
            Actor::Operator | Actor::Person(_) | Actor::Stranger | Actor::System => None,
        };
        Ok((entry, by))
    });
    let entries = entries.collect::<Result<Vec<_>, Fault>>()?;
    let version = crate::reports::store::require(db, grant.version)?;
    let of = version.file.as_ref().map_or(0, |file| file.pages);
    Ok(Found {
        pages: (uses::count_pages(db, id)?, of),
        report: case::title(db, grant.version)?,
        version: version.number,
        given_by: people::name_of(db, keyring, grant.granted_by)?,
        came,
        nda: nda.transpose()?.map(|(number, at)| (format!("Version {number} accepted"), at.into())),
        used: uses::list_by_grant(db, &[id])?.pop().map(|(_, used)| used),
        tokens: tokens(db, id, now)?,
        entries,
        grant,
    })
}

/// The tokens of the recipient's programs: how they stand, and when they were made.
fn tokens(db: &mut Db, grant: GrantId, now: Micros) -> Result<Vec<(&'static str, Micros)>, Fault> {
    let tokens = crate::tokens::store::list_by_grant(db, grant)?;
    Ok(tokens.into_iter().map(|token| (token.words(now), token.created_at)).collect())
}

/// What the page is about.
fn head(found: &Found, state: State) -> Head {
    let mark = found.grant.recipient();
    Head {
        person: mark.name.to_string(),
        email: mark.email.to_string(),
        organisation: mark.company.to_string(),
        report: format!("{}, version {}", found.report, found.version),
        state: list::state(state),
        copy_id: found.grant.copy.to_string(),
    }
}

/// The facts of a grant.
fn facts(found: &Found) -> Vec<Fact> {
    let grant = &found.grant;
    let time = |term, at: Option<Micros>, never: &'static str| match at {
        Some(at) => Fact::new(term, "").at(at),
        None => Fact::new(term, never),
    };
    let mut facts = vec![
        Fact::new("Given by", &found.given_by).at(grant.granted_at),
        Fact::new("Came of", &found.came),
        time("Ends", Some(grant.expires_at), ""),
        Fact::new("Downloads", list::downloads(grant)),
        Fact::new("Pages read in the browser", pages_words(found.pages)),
        time("First opened", found.used.map(|used| used.first), "Not yet"),
        time("Last seen", found.used.map(|used| used.last), "Never"),
    ];
    facts.push(match &found.nda {
        Some((words, at)) => Fact::new("NDA", words).at(at.clone()),
        None => Fact::new("NDA", "Not accepted yet: nothing opens before that"),
    });
    facts.extend(found.tokens.iter().map(|(words, at)| Fact::new("Token of a program", *words).at(*at)));
    facts.extend(grant.revoked_at.map(|at| time("Revoked", Some(at), "")));
    facts
}

/// How many different pages were read, of how many.
fn pages_words((read, of): (usize, u32)) -> String {
    match read {
        0 => "None yet".to_owned(),
        read => format!("{read} of {of}"),
    }
}

/// An entry in words; only whoever reads the log gets a link into it.
fn line((entry, by): &(Entry, Option<String>), reads_log: bool) -> Line {
    Line {
        index: entry.index,
        href: reads_log.then(|| format!("/security/entries/{}", entry.index)),
        at: entry.leaf.at.into(),
        what: entry.leaf.kind.words(),
        detail: by.as_ref().map(|by| format!("By {by}")).or_else(|| detail(entry)),
    }
}

/// More about some kinds of entries.
fn detail(entry: &Entry) -> Option<String> {
    let fact = |name: &str| entry.leaf.facts.get(name);
    let bytes = |name| match fact(name) {
        Some(EntryFact::U64(bytes)) => Some(format!("{bytes} bytes")),
        _ => None,
    };
    match entry.leaf.kind {
        EventKind::AccessRefused => {
            fact("why").map(|why| format!("Why: {}", why.to_string().replace('_', " ")))
        }
        EventKind::ReportPageViewed => fact("page").map(|page| format!("Page {page}")),
        EventKind::CompanionStarted | EventKind::DownloadStarted => bytes("size_bytes"),
        EventKind::DownloadAborted | EventKind::DownloadCompleted => bytes("sent_bytes"),
        _ => None,
    }
}

/// What is asked before revoking.
fn question(found: &Found) -> Question {
    let Grant { id, copy, .. } = &found.grant;
    let mark = found.grant.recipient();
    Question {
        title: format!("Revoke the access of {}?", mark.name),
        effects: vec![
            format!(
                "{} cannot open or download {} any more, from the next click on.",
                mark.name, found.report
            ),
            "A download that is running is cut within five seconds.".to_owned(),
            format!("Copies that were saved stay where they are. They carry the id {copy}."),
            "Nobody is written to. The log says that you did it, and when.".to_owned(),
        ],
        action: format!("/sales/grants/{id}/revoke"),
        verb: "Revoke access",
        danger: true,
        reason: None,
        hidden: Vec::new(),
        back: "/sales/grants".to_owned(),
    }
}
