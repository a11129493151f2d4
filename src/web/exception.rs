//! An exception in context, as `partials/exception` shows it: to recipients, and to compliance as a preview.

use crate::exceptions::{Content, Response};
use crate::release::room::InContext;
use crate::remediation::{Standing, Status as Progress, Update};
use crate::reports::Card;
use crate::web::page::{Status, Tone, When};
use serde::Serialize;

/// An exception with everything beside it.
#[derive(Serialize)]
pub struct ExceptionWords {
    reference: String,
    title: String,
    class_words: &'static str,
    class_meaning: &'static str,
    state: Status,
    criterion: String,
    control: String,
    test: String,
    test_words: Option<String>,
    sample: Option<String>,
    nature: Option<String>,
    impact: Option<String>,
    compensating: Option<String>,
    auditor_words: String,
    recommendation: Option<String>,
    evaluation: Option<String>,
    auditor: String,
    page: Option<String>,
    company: String,
    response: Option<ResponseWords>,
    remediation: Option<RemediationWords>,
}

/// The company's words: four parts, or why it disagrees.
#[derive(Serialize)]
struct ResponseWords {
    disagreement: Option<String>,
    acknowledgement: Option<String>,
    root_cause: Option<String>,
    completed: Option<String>,
    in_progress: Option<String>,
    planned: Option<String>,
}

/// Where the mending stands.
#[derive(Serialize)]
struct RemediationWords {
    state: Status,
    as_of: When,
    target: Option<String>,
    owner: Option<String>,
    latest: String,
    history: Vec<Moment>,
}

/// A dated update.
#[derive(Serialize)]
struct Moment {
    day: String,
    written: When,
    state_words: &'static str,
    text: String,
}

/// An exception in words.
pub fn words(one: &InContext, card: &Card, company: &str) -> ExceptionWords {
    let content = &one.exception.content;
    let text = |part: &Option<crate::text::Paragraphs>| part.as_ref().map(ToString::to_string);
    ExceptionWords {
        reference: content.reference.to_string(),
        title: content.title.to_string(),
        class_words: content.class.words(),
        class_meaning: content.class.meaning(),
        state: state(&one.standing),
        criterion: content.criterion.to_string(),
        control: content.control.to_string(),
        test: content.tests_in_words(),
        test_words: text(&content.test_words),
        sample: content.sample.as_ref().map(crate::exceptions::Sample::words),
        nature: text(&content.nature),
        impact: text(&content.impact),
        compensating: text(&content.compensating),
        auditor_words: content.finding.to_string(),
        recommendation: text(&content.recommendation),
        evaluation: text(&content.evaluation),
        auditor: card.auditor.to_string(),
        page: content.pages.as_ref().map(|pages| format!("pages {pages}")),
        company: company.to_owned(),
        response: response(content),
        remediation: remediation(one),
    }
}

/// The state as a label.
pub fn state(standing: &Standing) -> Status {
    let tone = match (standing.overdue, standing.status) {
        (true, _) => Tone::Danger,
        (false, Some(Progress::Verified)) => Tone::Ok,
        (false, Some(Progress::Implemented)) => Tone::Info,
        (false, Some(Progress::InProgress | Progress::Planned)) => Tone::Warn,
        (false, None) => Tone::Quiet,
    };
    Status::new(tone, standing.words())
}

/// The company's response.
fn response(content: &Content) -> Option<ResponseWords> {
    let text = |part: &Option<crate::text::Paragraphs>| part.as_ref().map(ToString::to_string);
    Some(match content.response.as_ref()? {
        Response::Answered(answer) => ResponseWords {
            disagreement: None,
            acknowledgement: Some(answer.acknowledgement.to_string()),
            root_cause: text(&answer.root_cause),
            completed: text(&answer.completed),
            in_progress: text(&answer.in_progress),
            planned: answer.planned_date.map(crate::text::Day::words),
        },
        Response::Disagreed(words) => ResponseWords {
            disagreement: Some(words.to_string()),
            acknowledgement: None,
            root_cause: None,
            completed: None,
            in_progress: None,
            planned: None,
        },
    })
}

/// The mending, newest update first.
fn remediation(one: &InContext) -> Option<RemediationWords> {
    let newest = one.updates.last()?;
    let moment = |update: &Update| Moment {
        day: update.note.happened_on.words(),
        written: update.at.into(),
        state_words: update.status.words(),
        text: update.note.text.to_string(),
    };
    Some(RemediationWords {
        state: state(&one.standing),
        as_of: newest.note.happened_on.start().into(),
        target: one.standing.planned.map(crate::text::Day::words),
        owner: one.standing.owner.as_ref().map(ToString::to_string),
        latest: newest.note.text.to_string(),
        history: one.updates.iter().rev().map(moment).collect(),
    })
}
