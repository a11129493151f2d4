//! `.../exceptions/<id>/remediation`: what happened since, told beside a finalized report.

use super::{OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::Exception;
use crate::fault::Fault;
use crate::ids::ExceptionId;
use crate::remediation::acts::UpdateError;
use crate::remediation::evidence::Evidence;
use crate::remediation::{Note, PlanStep, Standing, Status, standing};
use crate::reports::State;
use crate::subscriptions::acts::update;
use crate::text::{Day, EmailAddress, Line, Paragraphs};
use crate::web::Answer;
use crate::web::exception::{Around, ExceptionView, names_of};
use crate::web::form::{Form, Line as FormLine};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Action, Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form's fields with a text.
const TEXTS: &[&str] =
    &["happened_on", "owner", "owner_email", "planned", "text", "steps", "evidence", "prevented_by"];

/// The page.
#[derive(Serialize)]
struct RemediationPage {
    shell: Shell,
    back: Action,
    action: String,
    evidence_href: String,
    evidence_count: usize,
    exception: ExceptionView,
    form: UpdateForm,
}

impl Page for RemediationPage {
    const TEMPLATE: Template = Template::ComplianceRemediation;
}

/// The form as the template wants it.
#[derive(Serialize)]
struct UpdateForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    status_options: Vec<Choice>,
    show_evidence: bool,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<FormLine>,
}

impl From<&Form> for UpdateForm {
    fn from(form: &Form) -> Self {
        let mut errors = form.errors(TEXTS);
        errors.extend(form.errors(&["status"]));
        let status =
            |status: &Status| Choice::new(status.as_str(), status.words()).chosen_in(&[form.text("status")]);
        Self {
            values: form.values(TEXTS),
            status_options: Status::ALL.iter().map(status).collect(),
            show_evidence: form.is_ticked("show_evidence"),
            errors,
            problems: form.problems().to_vec(),
        }
    }
}

/// The report with this slug, finalized, and one of its exceptions.
async fn beside(
    staff: &Staff<Compliance>,
    slug: &str,
    id: ExceptionId,
) -> Result<(OnDesk, Exception), Problem> {
    let desk = on_desk(staff, slug).await?;
    let exception = desk.exceptions.iter().find(|exception| exception.id == id).cloned();
    let exception = exception.ok_or_else(Problem::not_found)?;
    if !matches!(desk.version.state, State::Finalized(_) | State::Superseded(_)) {
        return Err(Problem::from(UpdateError::NotFinalized).action(desk.href(), "Back to the report"));
    }
    Ok((desk, exception))
}

/// The page with what was typed.
async fn page(
    staff: &Staff<Compliance>,
    (desk, exception): &(OnDesk, Exception),
    form: &Form,
) -> Result<RemediationPage, Fault> {
    let updates = desk.updates_of(exception);
    let (keyring, told) = (Arc::clone(&staff.app.keyring), updates.clone());
    let names = staff.app.read(move |db| names_of(db, &keyring, &told)).await?;
    let today = Day::of(staff.app.clock.now());
    let standing = standing(exception.content.response.as_ref(), &updates, today);
    let files: Vec<Evidence> =
        desk.evidence.iter().filter(|one| one.file.about.exception == Some(exception.id)).cloned().collect();
    let auditor = desk.version.card.auditor.as_str();
    let around = Around { auditor, company: &staff.company, names: &names, criteria: &staff.app.criteria };
    Ok(RemediationPage {
        shell: staff.shell(Desk::Compliance, format!("Remediation of {}", exception.content.reference)),
        back: Action { href: desk.href(), label: "The report" },
        action: format!("{}/exceptions/{}/remediation", desk.href(), exception.id),
        evidence_href: format!("{}/exceptions/{}/evidence", desk.href(), exception.id),
        evidence_count: files.len(),
        exception: ExceptionView::new(exception, &updates, &standing, around)
            .recurring(desk.years_of(exception.id))
            .shown_by(&files),
        form: form.into(),
    })
}

/// GET: what readers see now, and the form.
pub async fn show(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>) -> Answer {
    let (slug, id) = path.into_inner();
    let beside = beside(&staff, &slug, id).await?;
    let (desk, exception) = &beside;
    let status = desk.updates_of(exception).last().map_or(Status::Planned, |last| last.status);
    let today = Day::of(staff.app.clock.now()).to_string();
    let now = standing(
        exception.content.response.as_ref(),
        &desk.updates_of(exception),
        Day::of(staff.app.clock.now()),
    );
    let form =
        Form::with(&[("status", status.as_str()), ("happened_on", &today), ("steps", &steps_typed(&now))]);
    show_page(&staff, &page(&staff, &beside, &form).await?)
}

/// The steps that hold, as they would be typed.
fn steps_typed(standing: &Standing) -> String {
    let line = |step: &PlanStep| if step.done { format!("x {}", step.text) } else { step.text.to_string() };
    standing.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// POST: adds the update.
pub async fn add(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>, mut form: Form) -> Answer {
    let (slug, id) = path.into_inner();
    let beside = beside(&staff, &slug, id).await?;
    let Some((status, note)) = parse(&mut form) else {
        return show_again(&staff, &page(&staff, &beside, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    match staff.app.act("remediation.update", move |act| update(act, &house, by, id, (status, &note))).await {
        Ok(_) => {
            let said = format!("The update of {} is published.", beside.1.content.reference);
            Ok(see_other(&staff, &beside.0.href(), &said))
        }
        Err(error) => {
            let Some(field) = field_of(&error) else { return Err(error.into()) };
            form.refuse(field, error.to_string());
            show_again(&staff, &page(&staff, &beside, &form).await?)
        }
    }
}

/// The field a refusal is about; what is about none becomes a page of its own.
const fn field_of(error: &UpdateError) -> Option<&'static str> {
    match error {
        UpdateError::NotYet => Some("happened_on"),
        UpdateError::NoRecurrenceTest => Some("prevented_by"),
        UpdateError::NotImplemented | UpdateError::OwnWork => Some("status"),
        UpdateError::NotFinalized | UpdateError::Fault(_) => None,
    }
}

/// Reads the form.
fn parse(form: &mut Form) -> Option<(Status, Note)> {
    let status = form.choose("status", "Status from then on", Status::parse);
    let happened_on = form.parse("happened_on", "When it happened", Day::parse);
    let text = form.parse("text", "What has changed", Paragraphs::parse);
    let owner = form.parse_optional("owner", "Owner", Line::parse);
    let planned = form.parse_optional("planned", "New target date", Day::parse);
    let owner_email = form.parse_optional("owner_email", "The owner's address", EmailAddress::parse);
    let prevented_by = form.parse_optional("prevented_by", "The recurrence test", Paragraphs::parse);
    let evidence = form.parse_optional("evidence", "The evidence", Paragraphs::parse);
    let steps = parse_steps(form);
    Some((
        status?,
        Note {
            owner: owner?,
            planned: planned?,
            owner_email: owner_email?,
            steps: steps?,
            evidence: evidence?,
            show_evidence: form.is_ticked("show_evidence"),
            prevented_by: prevented_by?,
            ..Note::new(happened_on?, text?)
        },
    ))
}

/// Reads the steps of the plan: one on each line, begun with `x ` when it is done.
fn parse_steps(form: &mut Form) -> Option<Vec<PlanStep>> {
    let text = form.text("steps").to_owned();
    let step = |line: &str| {
        let (done, words) = match line.trim().strip_prefix("x ") {
            Some(words) => (true, words),
            None => (false, line),
        };
        Line::parse(words).map(|text| PlanStep { text, done })
    };
    let steps: Result<Vec<PlanStep>, _> =
        text.lines().filter(|line| !line.trim().is_empty()).map(step).collect();
    match steps {
        Ok(steps) => Some(steps),
        Err(error) => {
            form.refuse("steps", format!("A step of the plan {error}."));
            None
        }
    }
}
