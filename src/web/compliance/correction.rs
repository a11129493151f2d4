//! `.../review/corrections/<id>`: a correction of a draft is accepted or declined, with what was changed or why not.

use super::OnDesk;
use super::review::draft;
use crate::app::Template;
use crate::fault::Fault;
use crate::identity::store::name_of;
use crate::ids::{MemoId, PersonId};
use crate::reports::State;
use crate::reports::acts::review::settle_correction;
use crate::reports::review::{Asked, Review, Settled, Verdict};
use crate::text::Paragraphs;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{
    Action, Desk, Page, Shell, Status, Tone, When, see_other, show as show_page, show_again,
};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct CorrectionPage {
    shell: Shell,
    back: Action,
    action: String,
    mend: Action,
    correction: CorrectionView,
    verdict_options: Vec<Choice>,
    verdict_error: Option<String>,
    words: String,
    words_error: Option<String>,
    problems: Vec<Line>,
}

impl Page for CorrectionPage {
    const TEMPLATE: Template = Template::ComplianceCorrection;
}

/// One correction.
#[derive(Serialize)]
pub struct CorrectionView {
    /// Which exception it is about.
    about: Option<String>,
    text: String,
    asked_by: String,
    asked_on: String,
    entered_by: String,
    entered_at: When,
    state: Status,
    settled: Option<SettledView>,
    href: Option<String>,
}

/// The answer.
#[derive(Serialize)]
struct SettledView {
    words: String,
    by: String,
    at: When,
}

/// The names of whoever wrote in a review.
pub type Names = BTreeMap<PersonId, String>;

/// Reads the names of whoever wrote in the review of this report.
pub async fn names_in(staff: &Staff<Compliance>, review: &Review) -> Result<Names, Problem> {
    let opened = review.opened.iter().map(|memo| memo.by);
    let asked = review.corrections.iter().map(|asked| asked.correction.by);
    let settled = review.corrections.iter().filter_map(|asked| asked.settled.as_ref().map(|memo| memo.by));
    let people: Vec<PersonId> = opened.chain(asked).chain(settled).collect();
    let keyring = Arc::clone(&staff.app.keyring);
    let read = staff.app.read(move |db| {
        let mut names = Names::new();
        for id in people {
            names.insert(id, name_of(db, &keyring, id)?);
        }
        Ok::<_, Fault>(names)
    });
    Ok(read.await?)
}

/// A correction as pages show it.
pub fn correction_view(desk: &OnDesk, names: &Names, asked: &Asked) -> CorrectionView {
    let Asked { correction, settled } = asked;
    let name = |by: &PersonId| names.get(by).cloned().unwrap_or_default();
    let exception = desk.exceptions.iter().find(|one| Some(one.id) == correction.about.exception);
    let state = match settled.as_ref().map(|memo| memo.words.verdict) {
        None => Status::new(Tone::Warn, "Open"),
        Some(verdict @ Verdict::Accepted) => Status::new(Tone::Ok, verdict.words()),
        Some(verdict @ Verdict::Declined) => Status::new(Tone::Quiet, verdict.words()),
    };
    let answerable = settled.is_none() && desk.version.state == State::Draft;
    CorrectionView {
        about: exception.map(|one| format!("{}: {}", one.content.reference, one.content.title)),
        text: correction.words.text.to_string(),
        asked_by: correction.words.asked_by.to_string(),
        asked_on: correction.words.asked_on.words(),
        entered_by: name(&correction.by),
        entered_at: correction.at.into(),
        state,
        settled: settled.as_ref().map(|memo| SettledView {
            words: memo.words.words.to_string(),
            by: name(&memo.by),
            at: memo.at.into(),
        }),
        href: answerable.then(|| format!("{}/review/corrections/{}", desk.href(), correction.id)),
    }
}

/// The correction with this id in the review of this draft.
fn find(desk: &OnDesk, id: MemoId) -> Result<&Asked, Problem> {
    desk.review.as_ref().and_then(|review| review.correction(id)).ok_or_else(Problem::not_found)
}

/// The page with what was typed.
async fn page(
    staff: &Staff<Compliance>,
    desk: &OnDesk,
    asked: &Asked,
    form: &Form,
) -> Result<CorrectionPage, Problem> {
    let names = match &desk.review {
        Some(review) => names_in(staff, review).await?,
        None => return Err(Problem::not_found()),
    };
    let option = |verdict: &Verdict| {
        Choice::new(verdict.as_str(), verdict.words())
            .detail(match verdict {
                Verdict::Accepted => "The draft was changed: say what it says now.",
                Verdict::Declined => "The draft stays as it is: say why.",
            })
            .chosen_in(&[form.text("verdict")])
    };
    let mend = match asked.correction.about.exception {
        Some(exception) => (format!("{}/exceptions/{exception}", desk.href()), "Change the exception first"),
        None => (format!("{}/facts", desk.href()), "Change the facts first"),
    };
    let mut errors = form.errors(&["verdict", "words"]);
    Ok(CorrectionPage {
        shell: staff.shell(Desk::Compliance, "Answer a correction"),
        back: Action { href: format!("{}/review", desk.href()), label: "The review" },
        action: format!("{}/review/corrections/{}", desk.href(), asked.correction.id),
        mend: Action { href: mend.0, label: mend.1 },
        correction: correction_view(desk, &names, asked),
        verdict_options: Verdict::ALL.iter().map(option).collect(),
        verdict_error: errors.remove("verdict").flatten(),
        words: form.text("words").to_owned(),
        words_error: errors.remove("words").flatten(),
        problems: form.problems().to_vec(),
    })
}

/// GET: the correction and the form.
pub async fn show(staff: Staff<Compliance>, path: web::Path<(String, MemoId)>) -> Answer {
    let (slug, id) = path.into_inner();
    let desk = draft(&staff, &slug).await?;
    let asked = find(&desk, id)?;
    show_page(&staff, &page(&staff, &desk, asked, &Form::default()).await?)
}

/// POST: answers it, once and for all.
pub async fn settle(staff: Staff<Compliance>, path: web::Path<(String, MemoId)>, mut form: Form) -> Answer {
    let (slug, id) = path.into_inner();
    let desk = draft(&staff, &slug).await?;
    let asked = find(&desk, id)?;
    let verdict = form.choose("verdict", "The answer", Verdict::parse);
    let words = form.parse("words", "What was changed, or why not,", Paragraphs::parse);
    let (Some(verdict), Some(words)) = (verdict, words) else {
        return show_again(&staff, &page(&staff, &desk, asked, &form).await?);
    };
    let (house, by, version) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    let settled = Settled { correction: id, verdict, words };
    staff
        .app
        .act("report.correction_settle", move |act| settle_correction(act, &house, by, version, &settled))
        .await?;
    let said = format!("The correction is {}.", verdict.words().to_lowercase());
    Ok(see_other(&staff, &format!("{}/review", desk.href()), &said))
}
