//! `/sales/requests/<id>`: everything to decide on one screen, and the decision.

use super::case::{self, Case, NdaSide};
use super::checks::{Check, checks};
use super::seen::{Seen, seen};
use super::{queue, terms};
use crate::app::Template;
use crate::fault::{Fault, Kind};
use crate::grants::acts::{self as grants, GrantError};
use crate::ids::RequestId;
use crate::requests::State;
use crate::requests::acts::{self as requests, DenyError};
use crate::text::Reason;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Sales};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show as show_page, show_again};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was typed, or what was refused, by the fields' names.
type Fields<T> = BTreeMap<&'static str, T>;

/// The page.
#[derive(Serialize)]
struct RequestPage {
    shell: Shell,
    request: Asking,
    checks: Vec<Check>,
    reports: Vec<Seen>,
    nda: NdaWords,
    history: Vec<Past>,
    decided: Option<Decided>,
    blockers: Vec<String>,
    approve: Approve,
    deny: Deny,
}

impl Page for RequestPage {
    const TEMPLATE: Template = Template::SalesRequest;
}

/// Who asks, and how.
#[derive(Serialize)]
struct Asking {
    reference: String,
    person: String,
    email: String,
    organisation: String,
    relation: &'static str,
    reason: Option<String>,
    network: String,
    asked_at: When,
    confirmed_at: Option<When>,
    state: Status,
}

/// Their side of the NDA.
#[derive(Serialize)]
struct NdaWords {
    state: Status,
    text: String,
}

/// Something that was before.
#[derive(Serialize)]
struct Past {
    at: When,
    what: String,
}

/// How it was decided.
#[derive(Serialize)]
struct Decided {
    tone: Tone,
    title: String,
    at: Option<When>,
    reason: Option<String>,
    grants: Vec<Granted>,
}

/// A grant that came of it.
#[derive(Serialize)]
struct Granted {
    href: String,
    text: String,
}

/// The form that approves.
#[derive(Serialize)]
struct Approve {
    action: String,
    #[serde(flatten)]
    typed: Fields<String>,
    reason_required: bool,
    deliveries: Vec<Choice>,
    hints: terms::Hints,
    errors: Fields<Option<String>>,
    problems: Vec<Line>,
}

/// The form that denies.
#[derive(Serialize)]
struct Deny {
    action: String,
    #[serde(flatten)]
    typed: Fields<String>,
    errors: Fields<Option<String>>,
    problems: Vec<Line>,
}

/// GET: the case.
pub async fn show(staff: Staff<Sales>, id: web::Path<RequestId>) -> Answer {
    show_page(&staff, &page(&staff, *id, &terms::usual(), &Form::default()).await?)
}

/// POST: approves. The second click shows what the first one decided.
pub async fn approve(staff: Staff<Sales>, id: web::Path<RequestId>, mut form: Form) -> Answer {
    let id = *id;
    let Some(given) = terms::parse(&mut form) else {
        return show_again(&staff, &page(&staff, id, &form, &Form::default()).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let done = staff.app.act("request.approve", move |act| grants::approve(act, &house, by, id, given)).await;
    match done {
        Ok(_) => Ok(see_other(&staff, &path(id), "Approved. The requester is told by letter.")),
        Err(GrantError::AlreadyDecided) => Ok(see_other(&staff, &path(id), DECIDED)),
        Err(GrantError::FreeMailNeedsReason) => {
            form.refuse("reason", GrantError::FreeMailNeedsReason.to_string());
            show_again(&staff, &page(&staff, id, &form, &Form::default()).await?)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// POST: denies, with a reason that the requester is told.
pub async fn deny(staff: Staff<Sales>, id: web::Path<RequestId>, mut form: Form) -> Answer {
    let id = *id;
    let Some(reason) = form.parse("deny_reason", "The reason", Reason::parse) else {
        return show_again(&staff, &page(&staff, id, &terms::usual(), &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    match staff.app.act("request.deny", move |act| requests::deny(act, &house, by, id, reason)).await {
        Ok(_) => Ok(see_other(&staff, &path(id), "Denied. The requester is told by letter.")),
        Err(DenyError::AlreadyDecided) => Ok(see_other(&staff, &path(id), DECIDED)),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Said to whoever comes second.
const DECIDED: &str = "This request had been decided already; your click changed nothing.";

/// The address of a request's page.
fn path(id: RequestId) -> String {
    format!("/sales/requests/{id}")
}

/// The page with both forms as they stand.
async fn page(
    staff: &Staff<Sales>,
    id: RequestId,
    approve: &Form,
    deny: &Form,
) -> Result<RequestPage, Problem> {
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let case = staff.app.read::<_, Fault, _>(move |db| case::read(db, &house, by, id)).await;
    let case = case.map_err(|fault| match fault.kind() {
        Kind::Gone => erased(),
        _ => fault.into(),
    })?;
    let title = format!("Request of {}", case.person.shown_as());
    Ok(RequestPage {
        shell: staff.shell(Desk::Sales, title),
        checks: checks(&case.person, &case.standing, &case.details.company, &staff.person),
        reports: case.reports.iter().map(seen).collect(),
        nda: nda(&case.nda),
        history: case
            .history
            .iter()
            .map(|(at, what)| Past { at: (*at).into(), what: what.clone() })
            .collect(),
        decided: decided(&case),
        approve: Approve {
            action: format!("{}/approve", path(id)),
            typed: approve.values(&["days", "downloads", "reason"]),
            reason_required: case.needs_reason,
            deliveries: terms::deliveries(approve),
            hints: terms::Hints::new(),
            errors: approve.errors(&["days", "delivery", "downloads", "reason"]),
            problems: approve.problems().to_vec(),
        },
        deny: Deny {
            action: format!("{}/deny", path(id)),
            typed: deny.values(&["deny_reason"]),
            errors: deny.errors(&["deny_reason"]),
            problems: deny.problems().to_vec(),
        },
        request: asking(&case),
        blockers: case.obstacles,
    })
}

/// The request of somebody who was erased: nothing of it is left to be shown.
fn erased() -> Problem {
    let what = "Whoever made this request was erased, and what they wrote with it. The log keeps that it was made and decided.";
    Problem::new(Kind::Gone, what)
        .todo("There is nothing left to be done about it.")
        .action("/sales", "To the requests")
}

/// Who asks, in words.
fn asking(case: &Case) -> Asking {
    let request = &case.request;
    Asking {
        reference: request.reference(),
        person: case.person.shown_as().to_owned(),
        email: case.person.email.to_string(),
        organisation: case.details.company.to_string(),
        relation: request.relation.words(),
        reason: case.details.reason.as_ref().map(ToString::to_string),
        network: case.details.address.clone(),
        asked_at: request.created_at.into(),
        confirmed_at: request.confirmed_at.map(When::from),
        state: queue::state(request.state),
    }
}

/// Where the person stands with the NDA.
fn nda(side: &NdaSide) -> NdaWords {
    let Some(in_force) = &side.in_force else {
        let text = "No NDA text is in force. Compliance has to publish one.".to_owned();
        return NdaWords { state: Status::new(Tone::Danger, "None in force"), text };
    };
    let Some((accepted, number)) = &side.accepted else {
        let text = format!("Nothing opens before they accept version {}.", in_force.number);
        return NdaWords { state: Status::new(Tone::Quiet, "Not accepted yet"), text };
    };
    let how = format!(
        "Version {number}, {}, by {} ({}).",
        accepted.accepted_at.words(),
        accepted.evidence.name,
        accepted.evidence.title
    );
    if accepted.nda == in_force.id {
        return NdaWords { state: Status::new(Tone::Ok, "Accepted"), text: how };
    }
    let text = format!(
        "{how} Version {} is in force now and has to be accepted before anything opens.",
        in_force.number
    );
    NdaWords { state: Status::new(Tone::Warn, "Earlier version accepted"), text }
}

/// How it was decided, when it was.
fn decided(case: &Case) -> Option<Decided> {
    let (tone, what) = match case.request.state {
        State::Unconfirmed | State::Waiting => return None,
        State::Approved => (Tone::Ok, "Approved"),
        State::Denied => (Tone::Warn, "Denied"),
    };
    let by = case.decider.as_deref().unwrap_or("nobody");
    let granted = |(grant, title): &(crate::grants::Grant, String)| Granted {
        href: format!("/sales/grants/{}", grant.id),
        text: format!("{title}, until {}", grant.expires_at.date_words()),
    };
    Some(Decided {
        tone,
        title: format!("{what} by {by}"),
        at: case.request.decided_at.map(When::from),
        reason: case.request.decision.as_ref().map(ToString::to_string),
        grants: case.grants.iter().map(granted).collect(),
    })
}
