//! `.../review`: who asked for which correction of a draft, until when, and how it was answered.

use super::correction::{CorrectionView, Names, correction_view, names_in};
use super::{OnDesk, on_desk};
use crate::app::Template;
use crate::ids::{ExceptionId, PersonId};
use crate::reports::acts::review::{ReviewError, ask_correction, open_review};
use crate::reports::memos::About;
use crate::reports::review::{BUSINESS_DAYS, Correction, plus_business_days};
use crate::reports::{NotADraft, State};
use crate::text::{Day, Line, Paragraphs};
use crate::web::Answer;
use crate::web::compliance::reports::counted;
use crate::web::form::{Form, Line as Problems};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{
    Action, Desk, Page, Shell, Status, Tone, When, see_other, show as show_page, show_again,
};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields of both forms.
const TEXTS: &[&str] = &["due", "asked_by", "asked_on", "text"];

/// The page.
#[derive(Serialize)]
struct ReviewPage {
    shell: Shell,
    back: Action,
    action: String,
    title: String,
    review: Option<ReviewView>,
    opened: Vec<OpenedView>,
    corrections: Vec<CorrectionView>,
    draft: bool,
    form: ReviewForm,
}

impl Page for ReviewPage {
    const TEMPLATE: Template = Template::ComplianceReview;
}

/// Where the review stands, for the report's page and this one.
#[derive(Serialize)]
pub struct ReviewView {
    href: String,
    action: &'static str,
    state: Status,
    text: String,
    late: Option<String>,
}

/// A time it was opened, or its end was moved.
#[derive(Serialize)]
struct OpenedView {
    at: When,
    by: String,
    due: String,
}

/// Both forms.
#[derive(Serialize)]
struct ReviewForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    exception_options: Vec<Choice>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Problems>,
}

/// Where the review of a report stands; nothing for a report that was finalized without one.
pub fn review_view(desk: &OnDesk, today: Day) -> Option<ReviewView> {
    let is_draft = desk.version.state == State::Draft;
    let href = format!("{}/review", desk.href());
    let Some(review) = &desk.review else {
        return is_draft.then(|| ReviewView {
            href,
            action: "Open the review",
            state: Status::new(Tone::Quiet, "Not opened"),
            text: "Before a report is fixed, auditor and management read it once more; five to seven business days \
                   are usual."
                .to_owned(),
            late: None,
        });
    };
    let (all, open) = (review.corrections.len(), review.open());
    let late = (is_draft && review.is_overdue(today)).then(|| match open {
        0 => format!(
            "The review ended on {}, and nothing is open: the report can be finalized.",
            review.due.words()
        ),
        open => format!("{} overdue since {}.", corrections(open), review.due.words()),
    });
    let state = match open {
        0 => Status::new(Tone::Ok, "Nothing open"),
        open if late.is_some() => Status::new(Tone::Danger, format!("{open} open, overdue")),
        open => Status::new(Tone::Warn, format!("{open} open")),
    };
    let text = match all {
        0 => format!("Until {}. Nobody has asked for a correction so far.", review.due.words()),
        _ => {
            format!("Until {}. {} asked for, {} answered.", review.due.words(), corrections(all), all - open)
        }
    };
    Some(ReviewView { href, action: "The corrections", state, text, late })
}

/// `1 correction`, `2 corrections`.
fn corrections(many: usize) -> String {
    counted(u32::try_from(many).unwrap_or(u32::MAX), "correction")
}

/// The page with the forms as they stand.
async fn page(staff: &Staff<Compliance>, desk: &OnDesk, form: &Form) -> Result<ReviewPage, Problem> {
    let names = match &desk.review {
        Some(review) => names_in(staff, review).await?,
        None => Names::new(),
    };
    let name = |by: &PersonId| names.get(by).cloned().unwrap_or_default();
    let review = desk.review.iter();
    let opened = review.clone().flat_map(|review| review.opened.iter().rev());
    let exception = |one: &crate::exceptions::Exception| {
        let words = format!("{}: {}", one.content.reference, one.content.title);
        Choice::new(one.id.to_string(), words).chosen_in(&[form.text("exception")])
    };
    let mut errors = form.errors(TEXTS);
    errors.extend(form.errors(&["exception"]));
    Ok(ReviewPage {
        shell: staff.shell(Desk::Compliance, "Review"),
        back: Action { href: desk.href(), label: "The report" },
        action: format!("{}/review", desk.href()),
        title: desk.version.card.title.to_string(),
        corrections: review
            .flat_map(|review| &review.corrections)
            .map(|asked| correction_view(desk, &names, asked))
            .collect(),
        opened: opened
            .map(|memo| OpenedView { at: memo.at.into(), by: name(&memo.by), due: memo.words.due.words() })
            .collect(),
        review: desk.review.as_ref().and_then(|_| review_view(desk, Day::of(staff.app.clock.now()))),
        draft: desk.version.state == State::Draft,
        form: ReviewForm {
            values: form.values(TEXTS),
            exception_options: [Choice::new("", "The report as a whole")]
                .into_iter()
                .chain(desk.exceptions.iter().map(exception))
                .collect(),
            errors,
            problems: form.problems().to_vec(),
        },
    })
}

/// GET: what was asked for, and the forms.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let today = Day::of(staff.app.clock.now());
    let due = match &desk.review {
        Some(review) => review.due,
        None => plus_business_days(today, BUSINESS_DAYS),
    };
    let form = Form::with(&[("due", &due.to_string()), ("asked_on", &today.to_string())]);
    show_page(&staff, &page(&staff, &desk, &form).await?)
}

/// The draft with this slug.
pub async fn draft(staff: &Staff<Compliance>, slug: &str) -> Result<OnDesk, Problem> {
    let desk = on_desk(staff, slug).await?;
    if desk.version.state != State::Draft {
        return Err(Problem::from(NotADraft).action(desk.href(), "Back to the report"));
    }
    Ok(desk)
}

/// POST: opens the review, or moves its end.
pub async fn open(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let Some(due) = form.parse("due", "The last day", Day::parse) else {
        return show_again(&staff, &page(&staff, &desk, &form).await?);
    };
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    match staff.app.act("report.review", move |act| open_review(act, &house, by, id, due)).await {
        Ok(_) => {
            let said = format!("The review is open until {}.", due.words());
            Ok(see_other(&staff, &format!("{}/review", desk.href()), &said))
        }
        Err(error @ ReviewError::DueOver) => {
            form.refuse("due", error.to_string());
            show_again(&staff, &page(&staff, &desk, &form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads a correction and the exception it is about.
fn parse(form: &mut Form, desk: &OnDesk) -> Option<(Option<ExceptionId>, Correction)> {
    let asked_by = form.parse("asked_by", "Who asked", Line::parse);
    let asked_on = form.parse("asked_on", "When they asked", Day::parse);
    let text = form.parse("text", "What is wrong", Paragraphs::parse);
    let known = |word: &str| {
        let id = desk.exceptions.iter().map(|one| one.id).find(|id| id.to_string() == word);
        id.ok_or(crate::text::TextError::NotAChoice)
    };
    let exception = form.parse_optional("exception", "What it is about", known);
    Some((exception?, Correction { asked_by: asked_by?, asked_on: asked_on?, text: text? }))
}

/// POST: enters a correction.
pub async fn ask(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let Some((exception, correction)) = parse(&mut form, &desk) else {
        return show_again(&staff, &page(&staff, &desk, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let about = About { version: desk.version.id, exception };
    let done =
        staff.app.act("report.correction", move |act| ask_correction(act, &house, by, about, &correction));
    match done.await {
        Ok(_) => Ok(see_other(&staff, &format!("{}/review", desk.href()), "The correction is entered.")),
        Err(error @ ReviewError::NotYet) => {
            form.refuse("asked_on", error.to_string());
            show_again(&staff, &page(&staff, &desk, &form).await?)
        }
        Err(error) => Err(error.into()),
    }
}
