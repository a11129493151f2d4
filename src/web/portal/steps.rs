//! Where a request stands: what is done, what is next, who is waited for.

use crate::accounts;
use crate::app::Template;
use crate::clock::Micros;
use crate::config::is_free_mail;
use crate::fault::Fault;
use crate::grants::{Grant, State as GrantState, store as grants};
use crate::ids::RequestId;
use crate::nda::store as ndas;
use crate::reports::store as reports;
use crate::requests::{Request, State, store as requests};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, Tone, When, show};
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct StepsPage {
    shell: Shell,
    request: RequestWords,
    steps: Vec<Step>,
    next: Option<Next>,
    decision: Option<Notice>,
}

impl Page for StepsPage {
    const TEMPLATE: Template = Template::PortalSteps;
}

/// The request.
#[derive(Serialize)]
struct RequestWords {
    reference: String,
    items: Vec<String>,
    email: String,
    organisation: String,
    asked_at: When,
}

/// A step, as `partials/steps` wants it.
#[derive(Serialize)]
struct Step {
    label: &'static str,
    state: &'static str,
    detail: Option<String>,
    since: Option<When>,
    waits_for: Option<String>,
    action: Option<()>,
}

/// The one thing this person can do now.
#[derive(Serialize)]
pub struct Next {
    /// What.
    pub title: String,
    /// Why.
    pub text: String,
    /// Where.
    pub href: String,
    /// The button.
    pub action: &'static str,
}

/// What a decision means.
#[derive(Serialize)]
struct Notice {
    tone: Tone,
    title: &'static str,
    text: String,
}

/// What happens to a request that waits.
const DECIDES: &str = "A person decides; you are mailed when it is done.";
/// The same for an address that anybody can have.
const FREE_MAIL: &str = "A person decides; you are mailed when it is done. Yours is a free-mail address, which anybody can \
                         have: they will look with more care, and may ask you for a work address.";

/// What the page is made from.
struct Known {
    request: Request,
    items: Vec<(String, Slug)>,
    accepted_at: Option<Micros>,
    text_in_force: bool,
    grants: Vec<Grant>,
    contact: Option<String>,
    /// The address is of a free-mail provider.
    free_mail: bool,
}

/// Reads everything about a request of this person; another's is not there.
async fn read(prospect: &Prospect, id: RequestId) -> Result<Known, Problem> {
    let (keyring, person) = (Arc::clone(&prospect.app.keyring), prospect.person.id);
    let free_mail = is_free_mail(&prospect.person.email.domain());
    let known = prospect.app.read(move |db| {
        let request = requests::require(db, &keyring, id)?;
        if request.person != person {
            return Ok::<_, Fault>(None);
        }
        let mut items = Vec::new();
        for item in &request.items {
            let version = reports::require(db, *item)?;
            items.push((version.card.title.to_string(), version.report.slug));
        }
        let text = ndas::find_in_force(db)?;
        let accepted = match &text {
            Some(text) => ndas::find_acceptance(db, &keyring, person, text.id)?,
            None => None,
        };
        let all = grants::list_by_person(db, &keyring, person)?;
        Ok(Some(Known {
            items,
            accepted_at: accepted.map(|acceptance| acceptance.accepted_at),
            text_in_force: text.is_some(),
            grants: all.into_iter().filter(|grant| grant.request == Some(id)).collect(),
            contact: accounts::store::find_company(db)?.map(|company| company.contact.to_string()),
            free_mail,
            request,
        }))
    });
    known.await?.ok_or_else(Problem::not_found)
}

/// Shows where the request stands.
pub async fn show_steps(prospect: Prospect, id: Path<RequestId>) -> Answer {
    let known = read(&prospect, *id).await?;
    let now = prospect.app.clock.now();
    let page = StepsPage {
        shell: prospect.shell(Desk::Portal, "Your request"),
        request: RequestWords {
            reference: known.request.reference(),
            items: known.items.iter().map(|(title, _)| title.clone()).collect(),
            email: prospect.person.email.to_string(),
            organisation: known.request.organisation().to_owned(),
            asked_at: known.request.created_at.into(),
        },
        steps: steps(&known, &prospect.company, now),
        next: next(&known, now),
        decision: decision(&known, now),
    };
    show(&prospect, &page)
}

/// A step without anything beside it.
const fn step(label: &'static str, state: &'static str) -> Step {
    Step { label, state, detail: None, since: None, waits_for: None, action: None }
}

/// The four steps.
fn steps(known: &Known, company: &str, now: Micros) -> Vec<Step> {
    let request = &known.request;
    let confirm =
        Step { since: request.confirmed_at.map(When::from), ..step("Confirm your address", "done") };
    let nda = match (known.accepted_at, known.text_in_force) {
        (Some(at), _) => Step { since: Some(at.into()), ..step("Accept the NDA", "done") },
        (None, true) if request.state == State::Denied => step("Accept the NDA", "waiting"),
        (None, true) => Step { waits_for: Some("you".to_owned()), ..step("Accept the NDA", "now") },
        (None, false) => Step {
            waits_for: Some(format!("{company} to publish an NDA text")),
            ..step("Accept the NDA", "blocked")
        },
    };
    let approval = match request.state {
        State::Approved => Step { since: request.decided_at.map(When::from), ..step("Approval", "done") },
        State::Denied => Step { since: request.decided_at.map(When::from), ..step("Approval", "blocked") },
        State::Unconfirmed | State::Waiting => Step {
            detail: Some(if known.free_mail { FREE_MAIL } else { DECIDES }.to_owned()),
            since: request.confirmed_at.map(When::from),
            waits_for: Some(format!("{company} to decide")),
            ..step("Approval", "waiting")
        },
    };
    let open = known.accepted_at.is_some()
        && known.grants.iter().any(|grant| grant.state(now) == GrantState::Active);
    let until = known.grants.iter().map(|grant| grant.expires_at).max();
    let read = Step {
        detail: until.map(|until| format!("Until {}.", until.words())),
        ..step("Read", if open { "now" } else { "waiting" })
    };
    vec![confirm, nda, approval, read]
}

/// The one thing this person can do now.
fn next(known: &Known, now: Micros) -> Option<Next> {
    if known.request.state == State::Denied {
        return None;
    }
    if known.accepted_at.is_none() {
        return known.text_in_force.then(|| Next {
            title: "Read and accept the NDA".to_owned(),
            text: "It takes two minutes, and need not wait for the approval.".to_owned(),
            href: "/nda".to_owned(),
            action: "Read the NDA",
        });
    }
    let active = |grant: &&Grant| grant.state(now) == GrantState::Active;
    let grant = known.grants.iter().find(active)?;
    let place = known.request.items.iter().position(|item| *item == grant.version)?;
    let (title, slug) = known.items.get(place)?;
    Some(Next {
        title: format!("Read {title}"),
        text: match grant.downloads_allowed {
            0 => "The exceptions in context, and every page in your browser.".to_owned(),
            _ => "The exceptions in context, and your own copy to download.".to_owned(),
        },
        href: format!("/reports/{slug}"),
        action: "Open the report room",
    })
}

/// What was decided, when it is a no or has ended.
fn decision(known: &Known, now: Micros) -> Option<Notice> {
    let whom = known.contact.clone().unwrap_or_else(|| "the company".to_owned());
    if known.request.state == State::Denied {
        let reason = known.request.decision.as_ref().map(ToString::to_string).unwrap_or_default();
        let text = format!("The reason given: {reason} You can answer to {whom}, or ask again.");
        return Some(Notice { tone: Tone::Warn, title: "Your request was not approved", text });
    }
    let states: Vec<GrantState> = known.grants.iter().map(|grant| grant.state(now)).collect();
    if states.is_empty() || states.contains(&GrantState::Active) {
        return None;
    }
    let revoked = states.contains(&GrantState::Revoked);
    let title = if revoked { "Your access was revoked" } else { "Your access has expired" };
    Some(Notice {
        tone: Tone::Warn,
        title,
        text: format!("You can ask {whom} why, or request the report again."),
    })
}
