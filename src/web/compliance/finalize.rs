//! `.../finalize`: asks, and then fixes a report for ever.

use super::reports::counted;
use super::way::{missing, unanswered};
use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::grants::acts::finalize as finalize_report;
use crate::reports::acts::FinalizeError;
use crate::reports::review::Review;
use crate::reports::{NotADraft, Tier};
use crate::text::hex;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show};
use crate::web::partials::{Fact, Question};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct FinalizePage {
    shell: Shell,
    report: Back,
    facts: Vec<Fact>,
    question: Question,
}

impl Page for FinalizePage {
    const TEMPLATE: Template = Template::ComplianceFinalize;
}

/// GET: what will be fixed, and the question.
pub async fn ask(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    if desk.version.clone().into_draft().is_err() {
        return Err(Problem::from(NotADraft).action(desk.href(), "Back to the report"));
    }
    let missing = missing(&desk);
    if !missing.is_empty() {
        return Err(
            Problem::from(FinalizeError::Incomplete(missing)).action(desk.href(), "Back to the report")
        );
    }
    if let Some(open) = desk.review.as_ref().map(Review::open).filter(|open| *open > 0) {
        let refusal = Problem::from(FinalizeError::CorrectionsOpen(open));
        return Err(refusal.action(format!("{}/review", desk.href()), "Answer the corrections"));
    }
    let page = FinalizePage {
        shell: staff.shell(Desk::Compliance, "Finalize"),
        report: desk.back(),
        facts: fixed(&desk),
        question: question(&desk),
    };
    show(&staff, &page)
}

/// What will be fixed.
fn fixed(desk: &OnDesk) -> Vec<Fact> {
    let card = &desk.version.card;
    let exceptions = u32::try_from(desk.exceptions.len()).unwrap_or(u32::MAX);
    let entered =
        if exceptions == 0 { "none: readers are told so".to_owned() } else { exceptions.to_string() };
    let mut facts = vec![
        Fact::new("Title", card.title.as_str()),
        Fact::new("Auditor", card.auditor.as_str()),
        Fact::new("Period", card.period.words()),
        Fact::new("Opinion", card.opinion.words()),
        Fact::new("Exceptions", entered),
    ];
    if let Some(file) = &desk.version.file {
        let pages = counted(file.pages, "page");
        let pages = if file.tier == Tier::T3 { format!("{pages}, published as pictures") } else { pages };
        facts.push(Fact::new("File", pages));
        facts.push(Fact::hash("SHA-256 of the issued file", hex(&file.source_sha256)));
    }
    facts
}

/// The question.
fn question(desk: &OnDesk) -> Question {
    let mut effects = vec![
        "Facts, file, exceptions and responses of this version are fixed. Their digests stand in the log."
            .to_owned(),
        "The report is offered on the trust page, and people can ask for it.".to_owned(),
        "Remediation is told beside it from then on, dated and with names.".to_owned(),
    ];
    if let Some(file) = desk.version.file.as_ref().filter(|file| file.tier == Tier::T3) {
        effects.extend(file.warnings.iter().cloned());
    }
    let unanswered = unanswered(desk);
    if unanswered > 0 {
        let many = counted(unanswered, "exception");
        effects
            .push(format!("{many} without a response: this cannot be added any more, and readers see it."));
    }
    if desk.review.is_none() {
        effects.push("No review was opened here: nobody was asked for corrections in this place.".to_owned());
    }
    Question {
        title: format!("Finalize {}?", desk.version.card.title),
        effects,
        action: format!("{}/finalize", desk.href()),
        verb: "Finalize for ever",
        danger: false,
        reason: None,
        hidden: Vec::new(),
        back: desk.href(),
    }
}

/// POST: finalizes.
pub async fn finalize(staff: Staff<Compliance>, slug: web::Path<String>, _form: Form) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    staff.app.act("report.finalize", move |act| finalize_report(act, &house, by, id)).await?;
    Ok(see_other(&staff, &desk.href(), "The report is finalized and offered on the trust page."))
}
