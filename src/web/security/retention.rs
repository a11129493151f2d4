//! `/security/retention`: what goes by itself. The page is the dry run: exactly what would go today and what holds keep;
//! the rules act only once somebody has switched them on here.

use crate::app::Template;
use crate::config::Retention;
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::PersonId;
use crate::ledger::EventKind;
use crate::ledger::store::{self as log, Filter};
use crate::retention::{AT_ONCE, Candidate, Plan, Rule, acts, store};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show as show_page};
use crate::web::partials::{Hidden, Question};
use serde::Serialize;
use std::sync::Arc;

/// Examples shown of what a rule would take.
const EXAMPLES: usize = 20;
/// Sweeps shown.
const SWEEPS: u16 = 10;

/// The page.
#[derive(Serialize)]
struct RetentionPage {
    shell: Shell,
    state: Status,
    since: Option<When>,
    by: Option<String>,
    rules: Vec<RuleRow>,
    sweeps: Vec<SweepRow>,
    question: Question,
}

impl Page for RetentionPage {
    const TEMPLATE: Template = Template::SecurityRetention;
}

/// A rule and what it would do.
#[derive(Serialize)]
struct RuleRow {
    words: String,
    goes: String,
    kept: String,
    examples: Vec<Example>,
    held: Vec<Held>,
    more: bool,
}

/// Something that would go.
#[derive(Serialize)]
struct Example {
    number: String,
    at: When,
    href: Option<String>,
}

/// Something that a hold keeps.
#[derive(Serialize)]
struct Held {
    number: String,
    hold: String,
}

/// A sweep that was done.
#[derive(Serialize)]
struct SweepRow {
    index: u64,
    href: String,
    at: When,
    text: String,
}

/// GET: the dry run.
pub async fn show(staff: Staff<Security>) -> Answer {
    let (keyring, vault) = (Arc::clone(&staff.app.keyring), Arc::clone(&staff.app.vault));
    let (settings, now) = (staff.app.config.retention, staff.app.clock.now());
    let read = staff.app.read(move |db| {
        let plans = Rule::ALL.iter().map(|rule| store::plan(db, (&keyring, &vault), &settings, *rule, now));
        let plans = plans.collect::<Result<Vec<Plan>, Fault>>()?;
        let switch = store::find_switch(db)?;
        let by = switch.map(|(_, _, by)| people::name_of(db, &keyring, by)).transpose()?;
        let filter = Filter { kind: Some(EventKind::RetentionSwept), ..Filter::default() };
        Ok::<_, Fault>((plans, switch, by, log::list(db, &filter, SWEEPS)?))
    });
    let (plans, switch, by, sweeps) = read.await?;
    let is_on = switch.is_some_and(|(_, is_on, _)| is_on);
    let page = RetentionPage {
        shell: staff.shell(Desk::Security, "Retention"),
        state: if is_on {
            Status::new(Tone::Ok, "On")
        } else {
            Status::new(Tone::Quiet, "Off: nothing goes by itself but evidence whose end was promised")
        },
        since: switch.map(|(at, ..)| at.into()),
        by,
        question: question(is_on, &plans),
        rules: plans.iter().map(|plan| rule_row(plan, &settings)).collect(),
        sweeps: sweeps.into_iter().map(|entry| sweep_row(&entry)).collect(),
    };
    show_page(&staff, &page)
}

/// POST: switches the rules on or off.
pub async fn switch(staff: Staff<Security>, form: Form) -> Answer {
    let (by, is_on) = (staff.person.id, form.text("on") == "yes");
    staff.app.act("retention.switch", move |act| acts::switch(act, by, is_on)).await?;
    let said = if is_on {
        "Switched on. The rules act within the hour."
    } else {
        "Switched off. Nothing goes by itself but evidence whose end was promised."
    };
    Ok(see_other(&staff, "/security/retention", said))
}

/// How many things, in words.
fn counted(count: usize, more: bool) -> String {
    match (count, more) {
        (count, true) if count >= AT_ONCE => format!("{AT_ONCE} or more"),
        (0, _) => "nothing".to_owned(),
        (count, _) => count.to_string(),
    }
}

/// A short number of something: the end of its id.
fn number(id: [u8; 16]) -> String {
    let id = PersonId::from_bytes(id).to_string();
    id.get(id.len().saturating_sub(8)..).unwrap_or_default().to_owned()
}

/// A rule in words.
fn rule_row(plan: &Plan, settings: &Retention) -> RuleRow {
    let example = |candidate: &Candidate| Example {
        number: number(candidate.id),
        at: candidate.at.into(),
        href: candidate.person.map(super::people::path),
    };
    RuleRow {
        words: plan.rule.words(settings),
        goes: counted(plan.goes.len(), plan.more),
        kept: counted(plan.kept, false),
        examples: plan.goes.iter().take(EXAMPLES).map(example).collect(),
        held: plan
            .held
            .iter()
            .map(|(candidate, hold)| Held { number: number(candidate.id), hold: hold.clone() })
            .collect(),
        more: plan.goes.len() > EXAMPLES,
    }
}

/// A sweep in words.
fn sweep_row(entry: &log::Entry) -> SweepRow {
    let fact = |name: &str| entry.leaf.facts.get(name).map(ToString::to_string).unwrap_or_default();
    SweepRow {
        index: entry.index,
        href: format!("/security/entries/{}", entry.index),
        at: entry.leaf.at.into(),
        text: format!("{}: {} went, {} kept by holds", fact("rule"), fact("swept"), fact("kept_by_holds")),
    }
}

/// What is asked before the rules act, or stop.
fn question(is_on: bool, plans: &[Plan]) -> Question {
    let due: usize = plans.iter().map(|plan| plan.goes.len()).sum();
    let effects = if is_on {
        vec![
            "Nothing goes by itself any more, until somebody switches the rules on again.".to_owned(),
            "Evidence of an NDA goes all the same on the day that was told to the person who was erased."
                .to_owned(),
        ]
    } else {
        vec![
            format!("What is listed above goes within the hour: {}.", counted(due, false)),
            "From then on what becomes due goes by itself. It cannot be brought back.".to_owned(),
            "What an active hold names stays. Each sweep leaves an entry with its rule and number."
                .to_owned(),
        ]
    };
    Question {
        title: if is_on { "Switch the rules off?" } else { "Switch the rules on?" }.to_owned(),
        effects,
        action: "/security/retention".to_owned(),
        verb: if is_on { "Switch off" } else { "Switch on" },
        danger: !is_on,
        reason: None,
        hidden: vec![Hidden { name: "on", content: if is_on { "no" } else { "yes" }.to_owned() }],
        back: "/security/retention".to_owned(),
    }
}
