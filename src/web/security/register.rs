//! `/security/register`: who holds which version of which report, since when, under which NDA. Reading it is recorded.

use super::{may_act, reader};
use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::identity::{Role, Session};
use crate::ids::{GrantId, ReportId};
use crate::ledger::acts::{self, Looked};
use crate::ledger::uses::Tally;
use crate::release::register::{self, Filter, Held, Standing};
use crate::reports::{State, store as reports};
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::guard::desk::{Recaller, RegisterReader, Sits as _};
use crate::web::guard::{Staff, escape};
use crate::web::lists::Pager;
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use crate::web::partials::Choice;
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Rows on a page.
const PAGE: usize = 50;

/// What is asked for, in the address or in the export's form.
#[derive(Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub(super) report: String,
    #[serde(default)]
    pub(super) company: String,
    #[serde(default)]
    pub(super) standing: String,
    #[serde(default)]
    pub(super) before: String,
}

impl Asked {
    /// What it means; what cannot be read asks for nothing.
    pub(super) fn filter(&self) -> Filter {
        Filter {
            report: self.report.parse::<ReportId>().ok(),
            company: self.company.trim().to_owned(),
            standing: Standing::parse(&self.standing),
            before: self.before.parse::<GrantId>().ok(),
        }
    }
    /// What the log says of it.
    pub(super) fn looked(&self) -> Looked {
        let Filter { report, company, standing, .. } = self.filter();
        let company_given = !company.is_empty();
        Looked { report, version: None, standing: standing.map(Standing::as_str), company_given }
    }
    /// The address of the page that begins after this grant.
    fn href(&self, before: Option<GrantId>) -> String {
        let fields = [("report", &self.report), ("company", &self.company), ("standing", &self.standing)];
        let mut pairs: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", escape(value)))
            .collect();
        pairs.extend(before.map(|before| format!("before={before}")));
        format!("/security/register?{}", pairs.join("&"))
    }
}

/// The page.
#[derive(Serialize)]
struct RegisterPage {
    shell: Shell,
    form: FilterForm,
    filtered: bool,
    versions: Vec<VersionRow>,
    held: Vec<Row>,
    pager: Option<Pager>,
}

impl Page for RegisterPage {
    const TEMPLATE: Template = Template::SecurityRegister;
}

/// The filter as it was sent.
#[derive(Serialize)]
struct FilterForm {
    report: String,
    company: String,
    standing: String,
    reports: Vec<Choice>,
    standings: Vec<Choice>,
}

/// A version that was issued.
#[derive(Serialize)]
struct VersionRow {
    title: String,
    number: u32,
    state: Status,
    href: Option<String>,
    action: &'static str,
}

/// A row.
#[derive(Serialize)]
struct Row {
    name: String,
    person_href: Option<String>,
    email: String,
    company: String,
    report: String,
    copy: String,
    copy_href: Option<String>,
    since: When,
    nda: Option<String>,
    nda_at: Option<When>,
    used: String,
    beside: Option<String>,
    last: Option<When>,
    state: Status,
}

/// The desk whose frame a reader sees: their own.
pub(super) fn frame(session: &Session) -> Desk {
    if session.roles.iter().any(|role| matches!(role, Role::Security | Role::Auditor)) {
        Desk::Security
    } else {
        Desk::Compliance
    }
}

/// GET: a page of the register.
pub async fn list(staff: Staff<RegisterReader>, asked: web::Query<Asked>) -> Answer {
    let (asked, by) = (asked.into_inner(), reader(&staff, staff.person.id));
    let looked = asked.looked();
    staff.app.act("register.read", move |act| acts::read_register(act, by, looked)).await?;
    let (keyring, filter, now) = (Arc::clone(&staff.app.keyring), asked.filter(), staff.app.clock.now());
    let (known, held, next) = staff.app.read(move |db| read(db, &keyring, &filter, now)).await?;
    let opens = Opens { log: frame(&staff.session) == Desk::Security, people: may_act(&staff.session) };
    let filter = asked.filter();
    let page = RegisterPage {
        shell: staff.shell(frame(&staff.session), "Distribution register"),
        form: form(&asked, &known),
        filtered: filter.report.is_some() || filter.standing.is_some() || !filter.company.is_empty(),
        versions: versions(&known, Recaller::admits(&staff.session.roles)),
        pager: pager(&asked, held.len(), next),
        held: held.iter().map(|held| row(held, opens)).collect(),
    };
    show(&staff, &page)
}

/// A version as the page needs it.
type Known = crate::reports::Version;

/// The versions, one page of rows, and where the next one begins.
type Found = (Vec<Known>, Vec<Held>, Option<GrantId>);

/// Reads the versions and one page of rows.
fn read(db: &mut Db, keyring: &Keyring, filter: &Filter, now: Micros) -> Result<Found, Fault> {
    let known = reports::list(db)?.into_iter().filter(|version| version.state != State::Draft).collect();
    let (held, next) = register::list(db, keyring, filter, (now, PAGE))?;
    Ok((known, held, next))
}

/// The filter with everything there is to choose from.
fn form(asked: &Asked, known: &[Known]) -> FilterForm {
    let mut reports = vec![Choice::new("", "Every report")];
    let mut listed: Vec<ReportId> = Vec::new();
    for version in known {
        if !listed.contains(&version.report.id) {
            listed.push(version.report.id);
            let choice = Choice::new(version.report.id.to_string(), version.card.title.to_string());
            reports.push(choice.chosen_in(&[&asked.report]));
        }
    }
    let all = std::iter::once(Choice::new("", "Whatever its state"));
    let standings = Standing::ALL.iter().map(|one| Choice::new(one.as_str(), one.words()));
    FilterForm {
        report: asked.report.clone(),
        company: asked.company.trim().to_owned(),
        standing: asked.standing.clone(),
        reports,
        standings: all.chain(standings).map(|one| one.chosen_in(&[&asked.standing])).collect(),
    }
}

/// The issued versions, each with the way to its recall.
fn versions(known: &[Known], may_recall: bool) -> Vec<VersionRow> {
    let row = |version: &Known| {
        let recalled = matches!(version.state, State::Recalled(_));
        let tone = match version.state {
            State::Finalized(_) => Tone::Ok,
            State::Recalled(_) => Tone::Danger,
            State::Draft | State::Superseded(_) | State::Withdrawn(_) => Tone::Quiet,
        };
        VersionRow {
            title: version.card.title.to_string(),
            number: version.number,
            state: Status::new(
                tone,
                match version.shredded_at {
                    None => version.state.words().to_owned(),
                    // What became of it before is still asked about: who has confirmed.
                    Some(_) if recalled => dated("Recalled, shredded", version.shredded_at),
                    Some(_) => dated("Shredded", version.shredded_at),
                },
            ),
            href: (recalled || may_recall).then(|| format!("/security/recall/{}", version.id)),
            action: if recalled { "Who has confirmed" } else { "Recall" },
        }
    };
    known.iter().map(row).collect()
}

/// The way to the other pages; none when there is only one.
fn pager(asked: &Asked, count: usize, next: Option<GrantId>) -> Option<Pager> {
    let begun = !asked.before.is_empty();
    (begun || next.is_some()).then(|| Pager {
        newer: begun.then(|| asked.href(None)),
        older: next.map(|next| asked.href(Some(next))),
        words: format!("{count} on this page, the newest first"),
    })
}

/// How much a standing matters.
const fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Live => Tone::Ok,
        Standing::Ended | Standing::Withdrawn => Tone::Quiet,
        Standing::Revoked | Standing::Shredded => Tone::Warn,
        Standing::Recalled => Tone::Danger,
    }
}

/// `2 downloads, 14 views`.
fn used(held: &Held) -> String {
    let some = |number: i64, one: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    };
    match held.used {
        Tally { last: None, .. } => "never opened".to_owned(),
        Tally { downloads, views, .. } => {
            format!("{}, {}", some(downloads, "download"), some(views, "view"))
        }
    }
}

/// `also holds 1 bridge letter and 2 files of evidence`; none when they took only the report.
fn beside(held: &Held) -> Option<String> {
    let some = |number: usize, one: &str, more: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {more}")),
    };
    let parts = [
        some(held.beside.letters, "bridge letter", "bridge letters"),
        some(held.beside.evidence, "file of evidence", "files of evidence"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("also holds {}", parts.join(" and ")))
}

/// Which pages a reader of the register may go on to.
#[derive(Clone, Copy)]
struct Opens {
    log: bool,
    people: bool,
}

/// A word, and since when, where a date belongs to it: `Shredded 21 November 2026`.
fn dated(word: &str, at: Option<Micros>) -> String {
    at.map_or_else(|| word.to_owned(), |at| format!("{word} {}", at.date_words()))
}

/// A row in words.
fn row(held: &Held, opens: Opens) -> Row {
    let mark = held.holding.mark.as_ref();
    let text = |of: fn(&crate::grants::MarkWords) -> String| mark.map(of).unwrap_or_default();
    Row {
        name: mark.map_or_else(|| "Somebody who was forgotten".to_owned(), |mark| mark.name.to_string()),
        person_href: opens.people.then(|| format!("/security/people/{}", held.holding.person)),
        email: text(|mark| mark.email.to_string()),
        company: text(|mark| mark.company.to_string()),
        report: format!("{}, version {}", held.title, held.number),
        copy: held.holding.copy.to_string(),
        copy_href: opens.log.then(|| format!("/security?copy={}", escape(held.holding.copy.as_str()))),
        since: held.holding.granted_at.into(),
        nda: held.nda.map(|nda| {
            let withdrawn = if nda.withdrawn_at.is_some() { ", withdrawn" } else { "" };
            format!("NDA version {}{withdrawn}", nda.number)
        }),
        nda_at: held.nda.map(|nda| nda.withdrawn_at.unwrap_or(nda.at).into()),
        used: used(held),
        beside: beside(held),
        last: held.used.last.map(Into::into),
        state: Status::new(tone(held.standing), dated(held.standing.words(), held.shredded_at)),
    }
}
