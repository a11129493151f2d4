//! `/security`: every entry, newest first; filtered by GET, paged by index.
//!
//! Reading is recorded as `log.searched` before anything is shown: every page that was filtered or paged to, and the
//! plain first page unless the same person's reading was recorded within the last ten minutes, so that looking at the
//! log again and again does not fill it.
//!
//! Network addresses lie sealed under each person's key and are found by a blind index beside them. An entry that cannot be
//! read keeps its row and leads to the check.

use super::filter::{self, Asked, Beside, FilterForm, MOST_PEOPLE, Whom, href, only_some};
use super::names::Names;
use super::networks::{self, Means, Network};
use super::saved::SavedRow;
use super::verdict::Verified;
use super::{reader, unreadable, words};
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::{directory, filters, store as people};
use crate::ids::PersonId;
use crate::ledger::acts::{self, Sought};
use crate::ledger::networks::{NetworkIndex, found_from};
use crate::ledger::store::{self, Entry, Filter, Stored};
use crate::ledger::{Actor, EventKind, Leaf};
use crate::unusual::countries::Source;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::LogReader};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show, show_again};
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// Entries on a page.
const PAGE: u16 = 50;
/// How long one recorded look at the plain first page covers further ones.
const COVERED_SECS: i64 = 600;

/// The page.
#[derive(Serialize)]
struct LogPage {
    shell: Shell,
    form: FilterForm,
    head: Head,
    entries: Vec<Row>,
    countries: Option<Source>,
    filtered: bool,
    /// How many people were looked for, when there may be more.
    only: Option<usize>,
    pager: Pager,
    saved: Vec<SavedRow>,
}

impl Page for LogPage {
    const TEMPLATE: Template = Template::SecurityLog;
}

/// The log as a whole.
#[derive(Serialize)]
struct Head {
    size: u64,
    state: Status,
    href: &'static str,
}

/// An entry in the list.
#[derive(Serialize)]
struct Row {
    index: u64,
    href: String,
    at: When,
    kind: &'static str,
    tone: Tone,
    what: &'static str,
    who: String,
    whom: Option<String>,
    report: Option<String>,
    network: Option<Network>,
}

/// The ways on.
#[derive(Serialize)]
struct Pager {
    newer: Option<String>,
    older: Option<String>,
    words: String,
}

/// What the database gives for a page.
struct Read {
    form: FilterForm,
    rows: Vec<Row>,
    /// Whether there are newer entries than these.
    newer: bool,
    /// Whether there are older entries than these.
    older: bool,
    last: Option<Verified>,
    saved: Vec<filters::Saved>,
    only: Option<usize>,
}

/// GET: a page of entries.
pub async fn list(staff: Staff<LogReader>, query: web::Query<Vec<(String, String)>>) -> Answer {
    let pairs: Vec<(&str, &str)> =
        query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut form = Form::with(&pairs);
    let Some(asked) = filter::parse(&mut form) else {
        let read = read(&staff, &form, None).await?;
        return show_again(&staff, &page(&staff, &form, read));
    };
    let sought = sought(&staff, asked).await?;
    record(&staff, &sought).await?;
    let filter = match sought {
        Sought::Page(filter) => Some(filter),
        // Nobody has this address: there is nothing to find.
        Sought::Nobody(_) | Sought::Entry(_) => None,
    };
    let read = read(&staff, &form, filter).await.map_err(unreadable)?;
    show(&staff, &page(&staff, &form, read))
}

/// Finds what was asked for: networks, mail addresses and domains by blind index, names in the directory of this session.
pub(super) async fn sought(staff: &Staff<LogReader>, asked: Asked) -> Result<Sought, Fault> {
    let Asked { whom, address, mut filter } = asked;
    let keyring = Arc::clone(&staff.app.keyring);
    filter.network = address.map(|address| NetworkIndex::of(&keyring, address));
    let Some(whom) = whom else { return Ok(Sought::Page(filter)) };
    let by_address = matches!(whom, Whom::Address(_));
    let (app, session) = (staff.app.clone(), staff.session.id);
    let found = staff
        .app
        .read(move |db| match whom {
            Whom::Address(email) => {
                Ok::<_, Fault>(people::find_id_by_email(db, &keyring, &email)?.into_iter().collect())
            }
            Whom::Domain(domain) => people::list_by_domain(db, &keyring, &domain, i64::from(MOST_PEOPLE)),
            Whom::Name(part) => {
                let from = (&app.directory, session, app.clock.now());
                directory::find(db, &keyring, from, &part, usize::from(MOST_PEOPLE))
            }
        })
        .await?;
    Ok(match found.as_slice() {
        [] => Sought::Nobody(filter),
        [person] if by_address => {
            filter.person = Some(*person);
            Sought::Page(filter)
        }
        _ => {
            filter.people = found;
            Sought::Page(filter)
        }
    })
}

/// Records that the log is read as a whole, unless that was recorded a short while ago.
pub(super) async fn record_reading(staff: &Staff<LogReader>) -> Result<(), Fault> {
    record(staff, &Sought::Page(Filter::default())).await
}

/// Records the reading; see the module's words on when.
async fn record(staff: &Staff<LogReader>, sought: &Sought) -> Result<(), Fault> {
    if *sought == Sought::Page(Filter::default()) && is_covered(staff).await? {
        return Ok(());
    }
    let (reader, sought) = (reader(staff, staff.person.id), sought.clone());
    staff.app.act("log.search", move |act| acts::search(act, reader, &sought)).await.map(drop)
}

/// Whether this person's reading was recorded a short while ago.
async fn is_covered(staff: &Staff<LogReader>) -> Result<bool, Fault> {
    let (by, since) = (staff.person.id, staff.app.clock.now().plus_secs(-COVERED_SECS));
    staff.app.read(move |db| has_read_since(db, by, since)).await
}

/// Whether an entry says that this person read the log since then.
fn has_read_since(db: &mut Db, by: PersonId, since: Micros) -> Result<bool, Fault> {
    let filter = Filter {
        kind: Some(EventKind::LogSearched),
        person: Some(by),
        from: Some(since),
        ..Filter::default()
    };
    // Others may have searched for this person meanwhile; their entries come along.
    let by_them = |entry: &Stored| entry.leaf.as_ref().is_ok_and(|leaf| leaf.by == Actor::Staff(by));
    Ok(store::list_stored(db, &filter, PAGE)?.iter().any(by_them))
}

/// Reads the entries, or only what the form needs when there is nothing to ask for.
async fn read(staff: &Staff<LogReader>, form: &Form, filter: Option<Filter>) -> Result<Read, Fault> {
    let (keyring, form, by) = (Arc::clone(&staff.app.keyring), form.clone(), staff.person.id);
    let countries = staff.app.countries.clone();
    staff
        .app
        .read(move |db| {
            let mut names = Names::read(db, &keyring)?;
            let entries = match &filter {
                Some(filter) => store::list_stored(db, filter, PAGE)?,
                None => Vec::new(),
            };
            let only = filter.as_ref().and_then(only_some);
            let (mut newer, mut older) = (false, false);
            if let (Some(filter), Some(first), Some(last)) = (filter, entries.first(), entries.last()) {
                let any = |db: &mut Db, filter: &Filter| {
                    Ok::<_, Fault>(!store::list_stored(db, filter, 1)?.is_empty())
                };
                newer = any(db, &Filter { after: Some(first.index), before: None, ..filter.clone() })?;
                older = any(db, &Filter { after: None, before: Some(last.index), ..filter })?;
            }
            let rows = entries.into_iter().map(|entry| row(db, (&keyring, &countries), &mut names, entry));
            Ok(Read {
                rows: rows.collect::<Result<_, Fault>>()?,
                form: FilterForm::new(&form, &names, found_from(db)?),
                newer,
                older,
                only,
                last: Verified::newest(db)?,
                saved: filters::list(db, &keyring, by)?,
            })
        })
        .await
}

/// An entry as the list shows it.
fn row(db: &mut Db, by: Means<'_>, names: &mut Names<'_>, stored: Stored) -> Result<Row, Fault> {
    match stored {
        Stored { index, leaf: Ok(leaf), .. } => readable(db, by, names, &Entry { index, leaf }),
        Stored { index, at, leaf: Err(_) } => Ok(unreadable_row(index, at)),
    }
}

/// The row of an entry that was made unreadable.
fn unreadable_row(index: u64, at: Micros) -> Row {
    Row {
        index,
        href: "/security/integrity".to_owned(),
        at: at.into(),
        kind: "unreadable",
        tone: Tone::Danger,
        what: "This entry cannot be read: see Integrity.",
        who: "not known".to_owned(),
        whom: None,
        report: None,
        network: None,
    }
}

/// The row of an entry that says what happened.
fn readable(db: &mut Db, by: Means<'_>, names: &mut Names<'_>, entry: &Entry) -> Result<Row, Fault> {
    let leaf: &Leaf = &entry.leaf;
    Ok(Row {
        index: entry.index,
        href: format!("/security/entries/{}", entry.index),
        at: leaf.at.into(),
        kind: leaf.kind.as_str(),
        tone: words::tone(leaf.kind),
        what: leaf.kind.words(),
        who: names.actor(db, leaf.by)?,
        whom: names.subject(db, leaf)?,
        report: names.report_of(leaf),
        network: networks::of_entry(db, by, entry)?,
    })
}

/// The page of what was read.
fn page(staff: &Staff<LogReader>, form: &Form, read: Read) -> LogPage {
    let Read { form: shown, rows, newer, older, last, saved, only } = read;
    let (newest, oldest) = (rows.first().map(|row| row.index), rows.last().map(|row| row.index));
    let words = match (newest, oldest) {
        (Some(newest), Some(oldest)) if newest != oldest => {
            format!("{} entries, {newest} down to {oldest}", rows.len())
        }
        _ => format!("{} {}", rows.len(), if rows.len() == 1 { "entry" } else { "entries" }),
    };
    LogPage {
        shell: staff.shell(Desk::Security, "Log"),
        head: Head {
            size: staff.app.writer.head().size,
            state: Verified::state(last.as_ref()),
            href: "/security/integrity",
        },
        filtered: filter::FIELDS.iter().any(|name| !form.text(name).is_empty()),
        pager: Pager {
            newer: newest.filter(|_| newer).map(|newest| href(form, Beside::After(newest))),
            older: oldest.filter(|_| older).map(|oldest| href(form, Beside::Before(oldest))),
            words,
        },
        only,
        form: shown,
        entries: rows,
        countries: staff.app.countries.source(),
        saved: saved.into_iter().map(SavedRow::new).collect(),
    }
}
