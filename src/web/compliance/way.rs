//! A report's way to finalized: the steps, the one next action, and what stands in the way.

use super::OnDesk;
use super::report::count;
use super::reports::counted;
use crate::reports::review::Review;
use crate::reports::{Missing, State};
use crate::web::partials::{Progress, Step, in_order};
use serde::Serialize;

/// What finalizing needs.
#[derive(Serialize)]
pub struct Finalize {
    pub(super) href: Option<String>,
    missing: Vec<String>,
    text: String,
}

/// What a draft lacks; nothing once it is finalized.
pub fn missing(desk: &OnDesk) -> Vec<Missing> {
    desk.version.clone().into_draft().map(|draft| draft.missing(&desk.facts)).unwrap_or_default()
}

/// The way to finalized.
pub fn steps(desk: &OnDesk) -> Vec<Step> {
    let href = desk.href();
    let lacking = missing(desk);
    let is_draft = desk.version.state == State::Draft;
    let step = |label: &str| Step::new(label, Progress::Waiting);
    let unanswered = unanswered(desk);
    let finalized = desk.version.state.finalized();
    let mut last = step("Finalize").action(format!("{href}/finalize"), "Finalize");
    if let Some(by) = finalized {
        last = last.since(by.at);
    }
    let entered = match count(&desk.exceptions) {
        0 => "None so far. If the auditor reported none, go on.".to_owned(),
        many => format!("{} entered.", counted(many, "exception")),
    };
    let answered = match unanswered {
        0 => "Every exception has one.".to_owned(),
        many => format!("{} without a response; readers see that.", counted(many, "exception")),
    };
    in_order([
        (
            step("State the facts").action(format!("{href}/facts"), "Go to the facts"),
            lacking.iter().all(|missing| *missing == Missing::File),
        ),
        (
            step("Upload the file").action(format!("{href}#file"), "Choose the file"),
            desk.version.file.is_some(),
        ),
        (
            step("Enter the exceptions")
                .detail(entered)
                .action(format!("{href}/exceptions/new"), "Add an exception"),
            !desk.exceptions.is_empty() || !is_draft || desk.review.is_some(),
        ),
        (
            step("Write the responses")
                .detail(answered)
                .action(format!("{href}#exceptions"), "Go to the exceptions"),
            unanswered == 0 || !is_draft,
        ),
        (review_step(desk), !is_draft || desk.review.as_ref().is_some_and(|review| review.open() == 0)),
        (last, finalized.is_some()),
    ])
}

/// The step of the review: it is open to whoever wants it, and it is done when nothing waits for an answer.
fn review_step(desk: &OnDesk) -> Step {
    let step = Step::new("Review the draft", Progress::Waiting);
    let href = format!("{}/review", desk.href());
    let Some(review) = &desk.review else {
        if desk.version.state != State::Draft {
            return step.detail("None was opened here.");
        }
        return step
            .detail("Auditor and management read it once more and ask for corrections of facts.")
            .action(href, "Open the review");
    };
    match count_usize(review.open()) {
        0 => step.detail(format!("No correction is open. Until {}.", review.due.words())),
        open => step
            .detail(format!("{} open, until {}.", counted(open, "correction"), review.due.words()))
            .action(href, "Answer the corrections"),
    }
}

/// A number as pages count.
fn count_usize(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How many exceptions have no response.
pub fn unanswered(desk: &OnDesk) -> u32 {
    let without = desk.exceptions.iter().filter(|exception| exception.content.response.is_none());
    u32::try_from(without.count()).unwrap_or(u32::MAX)
}

/// What stands in the way of finalizing, or the way to it.
pub fn finalize(desk: &OnDesk) -> Finalize {
    let mut missing: Vec<String> = missing(desk).iter().map(ToString::to_string).collect();
    if let Some(open) = desk.review.as_ref().map(Review::open).filter(|open| *open > 0) {
        let open = counted(count_usize(open), "correction");
        missing.push(format!("Accept or decline {open} asked for in the review."));
    }
    let ready = missing.is_empty() && desk.version.state == State::Draft;
    let text = if ready {
        "Facts, file, exceptions and responses will be fixed for ever, and the report is offered on the trust page."
    } else {
        "Before this report can be finalized:"
    };
    Finalize { href: ready.then(|| format!("{}/finalize", desk.href())), missing, text: text.to_owned() }
}
