//! `.../exceptions/<id>/remediation`: what happened since, told beside a finalized report.

use super::{OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::Exception;
use crate::fault::Fault;
use crate::ids::ExceptionId;
use crate::remediation::acts::{UpdateError, update};
use crate::remediation::{Note, Status, standing};
use crate::reports::State;
use crate::text::{Day, Line, Paragraphs};
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
const TEXTS: &[&str] = &["happened_on", "owner", "planned", "text"];

/// The page.
#[derive(Serialize)]
struct RemediationPage {
    shell: Shell,
    back: Action,
    action: String,
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
    if !matches!(desk.version.state, State::Finalized(_)) {
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
    let auditor = desk.version.card.auditor.as_str();
    let around = Around { auditor, company: &staff.company, names: &names };
    Ok(RemediationPage {
        shell: staff.shell(Desk::Compliance, format!("Remediation of {}", exception.content.reference)),
        back: Action { href: desk.href(), label: "The report" },
        action: format!("{}/exceptions/{}/remediation", desk.href(), exception.id),
        exception: ExceptionView::new(exception, &updates, &standing, around),
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
    let form = Form::with(&[("status", status.as_str()), ("happened_on", &today)]);
    show_page(&staff, &page(&staff, &beside, &form).await?)
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
        Err(error @ UpdateError::NotYet) => {
            form.refuse("happened_on", error.to_string());
            show_again(&staff, &page(&staff, &beside, &form).await?)
        }
        Err(error @ (UpdateError::NotFinalized | UpdateError::Fault(_))) => Err(error.into()),
    }
}

/// Reads the form.
fn parse(form: &mut Form) -> Option<(Status, Note)> {
    let status = form.choose("status", "Status from then on", Status::parse);
    let happened_on = form.parse("happened_on", "When it happened", Day::parse);
    let text = form.parse("text", "What has changed", Paragraphs::parse);
    let owner = form.parse_optional("owner", "Owner", Line::parse);
    let planned = form.parse_optional("planned", "New target date", Day::parse);
    Some((status?, Note { happened_on: happened_on?, text: text?, owner: owner?, planned: planned? }))
}
