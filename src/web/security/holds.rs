//! `/security/holds`: what is kept in spite of erasure and retention, by name; placing a hold and releasing it.

use super::names::Names;
use crate::app::Template;
use crate::db::Db;
use crate::erasure::evidence;
use crate::fault::Fault;
use crate::holds::acts::{self, HoldError};
use crate::holds::{Hold, Purpose, Subject, Words, store as holds};
use crate::identity::store as people;
use crate::ids::{HoldId, PersonId, ReportId};
use crate::text::{Line, Reason};
use crate::web::Answer;
use crate::web::form::{self, Form};
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show, show_again};
use crate::web::partials::{Choice, Fact, Question, ReasonField};
use crate::web::problem::Problem;
use actix_web::web;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fields of the form.
const FIELDS: [&str; 4] = ["person", "report", "name", "reason"];

/// Whom a hold is to be placed on.
#[derive(Deserialize)]
pub struct Asked {
    person: Option<String>,
}

/// The page of all holds.
#[derive(Serialize)]
struct HoldsPage {
    shell: Shell,
    active: Vec<Row>,
    ended: Vec<Row>,
    form: PlaceForm,
}

impl Page for HoldsPage {
    const TEMPLATE: Template = Template::SecurityHolds;
}

/// A hold in the list.
#[derive(Serialize)]
struct Row {
    href: String,
    name: String,
    on: String,
    on_href: Option<String>,
    purpose: &'static str,
    since: When,
    until: Option<When>,
}

/// The form that places one.
#[derive(Serialize)]
struct PlaceForm {
    open: bool,
    whom: Option<String>,
    typed: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<form::Line>,
    reports: Vec<Choice>,
}

/// The page of one hold.
#[derive(Serialize)]
struct HoldPage {
    shell: Shell,
    name: String,
    state: Status,
    facts: Vec<Fact>,
    evidence_href: Option<String>,
    release: Option<Question>,
}

impl Page for HoldPage {
    const TEMPLATE: Template = Template::SecurityHold;
}

/// What a hold is for, in a word or two.
const fn purpose(hold: &Hold) -> &'static str {
    match hold.purpose {
        Purpose::Legal => "Legal hold",
        Purpose::NdaEvidence => "After an erasure",
    }
}

/// GET: all of them.
pub async fn list(staff: Staff<Security>, asked: web::Query<Asked>) -> Answer {
    let person = asked.into_inner().person.unwrap_or_default();
    let form = Form::with(&[("person", &person)]);
    show(&staff, &page(&staff, &form).await?)
}

/// POST: places one.
pub async fn place(staff: Staff<Security>, mut form: Form) -> Answer {
    let person = form.text("person").parse::<PersonId>().ok();
    let report = form.text("report").parse::<ReportId>().ok();
    let subject = person.map(Subject::Person).or(report.map(Subject::Report));
    if subject.is_none() {
        form.refuse("report", "On what: pick a report, or begin at the page of a person.");
    }
    let name = form.parse("name", "Name", Line::parse);
    let reason = form.parse("reason", "Reason", Reason::parse);
    let (Some(subject), Some(name), Some(reason)) = (subject, name, reason) else {
        return show_again(&staff, &page(&staff, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let words = Words { name, reason };
    let placed =
        staff.app.act_urgent("hold.place", move |act| acts::place(act, &house, by, subject, words)).await?;
    let said = "Placed. Nothing about it is erased or swept until you release it.";
    Ok(see_other(&staff, &path(placed.value), said))
}

/// A hold's page.
pub(super) fn path(id: HoldId) -> String {
    format!("/security/holds/{id}")
}

/// Reads the page with the form as it stands.
async fn page(staff: &Staff<Security>, form: &Form) -> Result<HoldsPage, Problem> {
    let (keyring, form) = (Arc::clone(&staff.app.keyring), form.clone());
    let read = staff.app.read(move |db| {
        let mut names = Names::read(db, &keyring)?;
        let (mut active, mut ended) = (Vec::new(), Vec::new());
        for hold in holds::list(db, &keyring)? {
            let list = if hold.released_at.is_some() { &mut ended } else { &mut active };
            list.push(row(db, &mut names, &hold)?);
        }
        let person = form.text("person").parse::<PersonId>().ok();
        let whom = person.map(|id| people::name_of(db, &keyring, id)).transpose()?;
        let reports = names.reports().into_iter();
        let reports =
            reports.map(|(id, title)| Choice::new(id.to_string(), title).chosen_in(&[form.text("report")]));
        let form = PlaceForm {
            open: whom.is_some() || !form.is_clean(),
            whom,
            typed: form.values(&FIELDS),
            errors: form.errors(&FIELDS),
            problems: form.problems().to_vec(),
            reports: [Choice::new("", "Pick a report")].into_iter().chain(reports).collect(),
        };
        Ok::<_, Fault>((active, ended, form))
    });
    let (active, ended, form) = read.await?;
    Ok(HoldsPage { shell: staff.shell(Desk::Security, "Holds"), active, ended, form })
}

/// On whom or what.
fn on(db: &mut Db, names: &mut Names<'_>, hold: &Hold) -> Result<String, Fault> {
    match hold.subject {
        Subject::Person(person) => names.person(db, person),
        Subject::Report(report) => {
            let all = names.reports().into_iter().find(|(id, _)| *id == report);
            Ok(all.map_or_else(
                || "a report".to_owned(),
                |(_, title)| format!("{title}, and everybody who was granted it"),
            ))
        }
    }
}

/// A hold in the list.
fn row(db: &mut Db, names: &mut Names<'_>, hold: &Hold) -> Result<Row, Fault> {
    Ok(Row {
        href: path(hold.id),
        name: hold.name().to_owned(),
        on: on(db, names, hold)?,
        on_href: match hold.subject {
            Subject::Person(person) => Some(format!("/security/people/{person}")),
            Subject::Report(_) => None,
        },
        purpose: purpose(hold),
        since: hold.placed_at.into(),
        until: hold.released_at.or(hold.ends_at).map(When::from),
    })
}

/// GET: one of them.
pub async fn show_hold(staff: Staff<Security>, id: web::Path<HoldId>) -> Answer {
    let form = Form::default();
    show(&staff, &hold_page(&staff, *id, &form).await?)
}

/// Reads the page of one hold.
async fn hold_page(staff: &Staff<Security>, id: HoldId, form: &Form) -> Result<HoldPage, Problem> {
    let keyring = Arc::clone(&staff.app.keyring);
    let read = staff.app.read(move |db| {
        let hold = holds::require(db, &keyring, id)?;
        let mut names = Names::read(db, &keyring)?;
        let by = hold.placed_by.map(|by| names.person(db, by)).transpose()?;
        let on = on(db, &mut names, &hold)?;
        let kept = evidence::count(db, id)?;
        Ok::<_, Fault>((hold, by, on, kept))
    });
    let (hold, by, on, kept) = read.await?;
    let mut facts = vec![
        Fact::new("On", on),
        Fact::new("What for", purpose(&hold)),
        Fact::new("Placed by", by.unwrap_or_else(|| "the rules of retention".to_owned())).at(hold.placed_at),
    ];
    facts.extend(hold.words.as_ref().map(|words| Fact::new("Why", words.reason.as_str())));
    facts.extend(hold.ends_at.map(|at| Fact::new("Ends by itself", "").at(at)));
    facts.extend(hold.released_at.map(|at| Fact::new("Released", "").at(at)));
    let active = hold.released_at.is_none();
    Ok(HoldPage {
        shell: staff.shell(Desk::Security, format!("Hold: {}", hold.name())),
        state: if active { Status::new(Tone::Warn, "Active") } else { Status::new(Tone::Quiet, "Released") },
        facts,
        evidence_href: (kept > 0).then(|| format!("{}/evidence", path(id))),
        release: (active && hold.purpose == Purpose::Legal).then(|| question(&hold, form)),
        name: hold.name().to_owned(),
    })
}

/// What is asked before releasing.
fn question(hold: &Hold, form: &Form) -> Question {
    Question {
        title: format!("Release the hold \u{201c}{}\u{201d}?", hold.name()),
        effects: vec![
            "What it kept may be erased and swept from then on, unless another hold keeps it.".to_owned(),
            "The log says that you released it, and when; your reason is kept beside the log.".to_owned(),
        ],
        action: format!("{}/release", path(hold.id)),
        verb: "Release",
        danger: true,
        reason: Some(ReasonField {
            name: "reason",
            label: "Reason",
            value: form.text("reason").to_owned(),
            hint: Some("Why it is not needed any more."),
            error: form.errors(&["reason"]).remove("reason").flatten(),
        }),
        hidden: Vec::new(),
        back: "/security/holds".to_owned(),
    }
}

/// POST: releases one.
pub async fn release(staff: Staff<Security>, id: web::Path<HoldId>, mut form: Form) -> Answer {
    let id = *id;
    let Some(reason) = form.parse("reason", "Reason", Reason::parse) else {
        return show_again(&staff, &hold_page(&staff, id, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done =
        staff.app.act_urgent("hold.release", move |act| acts::release(act, &house, by, id, &reason)).await;
    let said = match done {
        Ok(_) => "Released.".to_owned(),
        Err(HoldError::Fault(fault)) => return Err(fault.into()),
        Err(refusal) => refusal.to_string(),
    };
    Ok(see_other(&staff, &path(id), &said))
}
