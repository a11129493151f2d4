//! `.../import` and `.../export/<format>`: exceptions from and to a table or OSCAL assessment results.
//!
//! What is imported is read whole first, each row by the rules of the exception's own form; one wrong cell and nothing
//! is imported. What is exported is sealed at rest, so that its entry comes first.

use super::exception_form::{FIELDS, typed};
use super::reading::{Reading, already_there, read};
use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::acts::RecordError;
use crate::exceptions::acts::exchange::{export as record_export, import};
use crate::exceptions::{Content, oscal};
use crate::reports::{NotADraft, Period};
use crate::text::csv;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::problem::Problem;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use uuid::Uuid;

/// The largest form: a report's exceptions with all their words, as a browser encodes them.
pub const LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// The page.
#[derive(Serialize)]
struct ImportPage {
    shell: Shell,
    report: Back,
    action: String,
    template: String,
    text: String,
    errors: Vec<String>,
    preview: Vec<Preview>,
}

impl Page for ImportPage {
    const TEMPLATE: Template = Template::ComplianceImport;
}

/// An exception as it would be entered.
#[derive(Serialize)]
struct Preview {
    reference: String,
    title: String,
    criterion: String,
    class: &'static str,
    response: &'static str,
}

/// The draft with this slug.
async fn draft(staff: &Staff<Compliance>, slug: &str) -> Result<OnDesk, Problem> {
    let desk = on_desk(staff, slug).await?;
    if desk.version.clone().into_draft().is_err() {
        return Err(Problem::from(NotADraft).action(desk.href(), "Back to the report"));
    }
    Ok(desk)
}

/// The page with what was pasted and what came of it.
fn page(staff: &Staff<Compliance>, desk: &OnDesk, text: &str, reading: Reading) -> ImportPage {
    let preview = |content: &Content| Preview {
        reference: content.reference.to_string(),
        title: content.title.to_string(),
        criterion: content.criterion.to_string(),
        class: content.class.words(),
        response: if content.response.is_some() { "written" } else { "missing" },
    };
    let (rows, errors) = match reading {
        Ok(rows) => (rows, Vec::new()),
        Err(errors) => (Vec::new(), errors),
    };
    ImportPage {
        shell: staff.shell(Desk::Compliance, "Import exceptions"),
        report: desk.back(),
        action: format!("{}/import", desk.href()),
        template: FIELDS.join(","),
        text: text.to_owned(),
        errors,
        preview: rows.iter().map(|row| preview(&row.content)).collect(),
    }
}

/// GET: where the text is pasted.
pub async fn ask(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = draft(&staff, &slug).await?;
    show_page(&staff, &page(&staff, &desk, "", Ok(Vec::new())))
}

/// POST: shows what would be entered; with `sure`, enters all of it or nothing.
pub async fn take(staff: Staff<Compliance>, slug: web::Path<String>, form: Form) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let text = form.text("text").to_owned();
    let known: Vec<_> = desk.exceptions.iter().map(|one| one.content.reference.clone()).collect();
    let contents = match read(&text).and_then(|read| already_there(read, &known)) {
        Ok(rows) if form.is_ticked("sure") => rows.into_iter().map(|row| row.content).collect::<Vec<_>>(),
        Ok(rows) => return show_page(&staff, &page(&staff, &desk, &text, Ok(rows))),
        Err(errors) => return show_again(&staff, &page(&staff, &desk, &text, Err(errors))),
    };
    let (house, by, id, many) = (staff.app.house.clone(), staff.person.id, desk.version.id, contents.len());
    match staff.app.act("exception.import", move |act| import(act, &house, by, id, &contents)).await {
        Ok(_) => Ok(see_other(&staff, &desk.href(), &format!("{many} exceptions are entered."))),
        Err(error @ RecordError::ReferenceTaken(_)) => {
            let errors = vec![format!("{error} Nothing was imported.")];
            show_again(&staff, &page(&staff, &desk, &text, Err(errors)))
        }
        Err(error @ (RecordError::Link(_) | RecordError::NotADraft(_) | RecordError::Fault(_))) => {
            Err(error.into())
        }
    }
}

/// The fields of an exception, in the order of the columns.
fn row(content: &Content) -> Vec<String> {
    let form = typed(content);
    let cell =
        |name: &&str| if *name == "tests" { form.all("tests").join(";") } else { form.text(name).to_owned() };
    FIELDS.iter().map(cell).collect()
}

/// GET: the exceptions as a file, once its entry is durable.
pub async fn export(staff: Staff<Compliance>, path: web::Path<(String, String)>) -> Answer {
    let (slug, format) = path.into_inner();
    let desk = on_desk(&staff, &slug).await?;
    let (kind, text) = match format.as_str() {
        "csv" => ("text/csv; charset=utf-8", as_csv(&desk)),
        "json" => ("application/json", as_oscal(&desk, &staff.app.clock.now().rfc3339())),
        _ => return Err(Problem::not_found()),
    };
    let (by, id) = (staff.person.id, desk.version.id);
    let name = format!("{slug}-exceptions.{format}");
    staff.app.act("exception.export", move |act| record_export(act, by, id, &format)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(text))
}

/// The exceptions as a table.
fn as_csv(desk: &OnDesk) -> String {
    let mut rows = vec![FIELDS.map(str::to_owned).to_vec()];
    rows.extend(desk.exceptions.iter().map(|exception| row(&exception.content)));
    csv::write(&rows)
}

/// The exceptions as a document.
fn as_oscal(desk: &OnDesk, at: &str) -> String {
    let fields = |content: &Content| {
        FIELDS
            .iter()
            .map(ToString::to_string)
            .zip(row(content))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    };
    let all: Vec<(Uuid, oscal::Fields)> = desk
        .exceptions
        .iter()
        .map(|one| (Uuid::from_bytes(*one.id.as_bytes()), fields(&one.content)))
        .collect();
    let (start, end) = match desk.version.card.period {
        Period::Between { start, end } => (start, end),
        Period::On { day } => (day, day),
    };
    let (start, end) = (start.start().rfc3339(), end.start().rfc3339());
    let (title, about) = (desk.version.card.title.as_str(), Uuid::from_bytes(*desk.version.id.as_bytes()));
    oscal::write(oscal::Head { title, about, at, start: &start, end: &end }, &all)
}
