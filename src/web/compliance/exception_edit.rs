//! `.../exceptions/new` and `.../exceptions/<id>`: an exception of a draft is recorded, changed, removed.

use super::exception_form::{ExceptionForm, parse, typed};
use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::acts::{RecordError, change, record as record_exception, remove as remove_exception};
use crate::exceptions::checker::Remark;
use crate::exceptions::history::LinkError;
use crate::exceptions::{Content, Exception};
use crate::ids::ExceptionId;
use crate::reports::NotADraft;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::partials::Question;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct EditPage {
    shell: Shell,
    report: Back,
    heading: String,
    action: String,
    remove: Option<Question>,
    advice: Vec<Advice>,
    checked: bool,
    form: ExceptionForm,
}

impl Page for EditPage {
    const TEMPLATE: Template = Template::ComplianceExceptionEdit;
}

/// A remark of the response checker.
#[derive(Serialize)]
struct Advice {
    title: String,
    part: &'static str,
    field: &'static str,
    sentence: String,
    why: String,
    mend: String,
}

impl From<Remark> for Advice {
    fn from(Remark { title, part, sentence, why, mend, .. }: Remark) -> Self {
        Self { title, part: part.words(), field: part.field(), sentence, why, mend }
    }
}

/// What careful readers would cite in a response.
fn advice(staff: &Staff<Compliance>, content: &Content) -> Vec<Advice> {
    let remarks = content.response.as_ref().map(|response| staff.app.checker.check(response));
    remarks.unwrap_or_default().into_iter().map(Advice::from).collect()
}

/// The page for a new exception.
fn new_page(staff: &Staff<Compliance>, desk: &OnDesk, form: &Form) -> EditPage {
    EditPage {
        shell: staff.shell(Desk::Compliance, "Add an exception"),
        report: desk.back(),
        heading: "Add an exception".to_owned(),
        action: format!("{}/exceptions/new", desk.href()),
        remove: None,
        advice: Vec::new(),
        checked: false,
        form: ExceptionForm::new(form, &staff.app.criteria, &desk.earlier_choices()),
    }
}

/// The page for one that is there.
fn edit_page(staff: &Staff<Compliance>, desk: &OnDesk, exception: &Exception, form: &Form) -> EditPage {
    let heading = format!("Exception {}", exception.content.reference);
    let action = format!("{}/exceptions/{}", desk.href(), exception.id);
    EditPage {
        shell: staff.shell(Desk::Compliance, heading.clone()),
        report: desk.back(),
        remove: Some(Question {
            title: format!("Remove {}?", exception.content.reference),
            effects: vec![
                "The exception and its response are removed from this draft.".to_owned(),
                "Readers of the report will not see it beside the auditor's text, where it still stands."
                    .to_owned(),
            ],
            action: format!("{action}/remove"),
            verb: "Remove the exception",
            danger: true,
            reason: None,
            hidden: Vec::new(),
            back: desk.href(),
        }),
        advice: advice(staff, &exception.content),
        checked: exception.content.response.is_some(),
        heading,
        action,
        form: ExceptionForm::new(form, &staff.app.criteria, &desk.earlier_choices()),
    }
}

/// The draft with this slug; a finalized one is refused before anything is typed.
async fn draft(staff: &Staff<Compliance>, slug: &str) -> Result<OnDesk, Problem> {
    let desk = on_desk(staff, slug).await?;
    if desk.version.clone().into_draft().is_err() {
        return Err(Problem::from(NotADraft).action(desk.href(), "Back to the report"));
    }
    Ok(desk)
}

/// One of its exceptions.
fn find(desk: &OnDesk, id: ExceptionId) -> Option<&Exception> {
    desk.exceptions.iter().find(|exception| exception.id == id)
}

/// GET: an empty form.
pub async fn begin(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = draft(&staff, &slug).await?;
    show_page(&staff, &new_page(&staff, &desk, &Form::default()))
}

/// POST: records the exception.
pub async fn record(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let Some(content) = parse(&mut form) else { return show_again(&staff, &new_page(&staff, &desk, &form)) };
    let said = format!("Exception {} is entered.", content.reference);
    let advised = !advice(&staff, &content).is_empty();
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    let done =
        staff.app.act("exception.record", move |act| record_exception(act, &house, by, id, &content)).await;
    match done {
        Ok(done) => Ok(see_other(&staff, &onward(&desk, done.value, advised), &said)),
        Err(error) => {
            refuse(&mut form, error)?;
            show_again(&staff, &new_page(&staff, &desk, &form))
        }
    }
}

/// GET: what is stored.
pub async fn show(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>) -> Answer {
    let (slug, id) = path.into_inner();
    let desk = draft(&staff, &slug).await?;
    let exception = find(&desk, id).ok_or_else(Problem::not_found)?;
    show_page(&staff, &edit_page(&staff, &desk, exception, &typed(&exception.content)))
}

/// POST: changes it.
pub async fn save(
    staff: Staff<Compliance>,
    path: web::Path<(String, ExceptionId)>,
    mut form: Form,
) -> Answer {
    let (slug, id) = path.into_inner();
    let desk = draft(&staff, &slug).await?;
    let exception = find(&desk, id).ok_or_else(Problem::not_found)?;
    let Some(content) = parse(&mut form) else {
        return show_again(&staff, &edit_page(&staff, &desk, exception, &form));
    };
    let said = format!("Exception {} is saved.", content.reference);
    let advised = !advice(&staff, &content).is_empty();
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    match staff.app.act("exception.change", move |act| change(act, &house, by, id, &content)).await {
        Ok(_) => Ok(see_other(&staff, &onward(&desk, id, advised), &said)),
        Err(error) => {
            refuse(&mut form, error)?;
            show_again(&staff, &edit_page(&staff, &desk, exception, &form))
        }
    }
}

/// POST: removes it.
pub async fn remove(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>, _form: Form) -> Answer {
    let (slug, id) = path.into_inner();
    let desk = draft(&staff, &slug).await?;
    let said = format!(
        "Exception {} is removed.",
        find(&desk, id).ok_or_else(Problem::not_found)?.content.reference
    );
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    staff.app.act("exception.remove", move |act| remove_exception(act, &house, by, id)).await?;
    Ok(see_other(&staff, &desk.href(), &said))
}

/// Where it goes on after saving: back to the editor when there is advice to read, else to the report.
fn onward(desk: &OnDesk, id: ExceptionId, advised: bool) -> String {
    if advised { format!("{}/exceptions/{id}#advice", desk.href()) } else { desk.href() }
}

/// Puts a refusal beside its field; what belongs to no field is a page of its own.
fn refuse(form: &mut Form, error: RecordError) -> Result<(), RecordError> {
    match error {
        RecordError::ReferenceTaken(_) => {
            form.refuse("reference", error.to_string());
            Ok(())
        }
        RecordError::Link(LinkError::Fault(_)) | RecordError::NotADraft(_) | RecordError::Fault(_) => {
            Err(error)
        }
        RecordError::Link(_) => {
            form.refuse("repeats", error.to_string());
            Ok(())
        }
    }
}
