//! `.../import` and `.../export/<format>`: exceptions from and to a table or OSCAL assessment results.
//!
//! What is imported is read whole first, each row by the rules of the exception's own form; one wrong cell and nothing
//! is imported. What is exported is sealed at rest, so that its entry comes first.

use super::exception_form::{parse, typed};
use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::acts::RecordError;
use crate::exceptions::acts::exchange::{export as record_export, import};
use crate::exceptions::{Content, csv, oscal};
use crate::reports::{NotADraft, Period};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::problem::Problem;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;

/// The columns of the table: the fields of the exception's form.
const COLUMNS: [&str; 26] = [
    "reference",
    "title",
    "criterion",
    "class",
    "severity",
    "customer_data",
    "control",
    "tests",
    "test_words",
    "sample_size",
    "population",
    "deviations",
    "sample_unit",
    "finding",
    "pages",
    "nature",
    "impact",
    "compensating",
    "recommendation",
    "evaluation",
    "acknowledgement",
    "root_cause",
    "completed",
    "in_progress",
    "planned_date",
    "disagreement",
];

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

/// What was read: the exceptions, or everything that is wrong.
type Reading = Result<Vec<Content>, Vec<String>>;

/// Reads a text of either format.
fn read(text: &str) -> Reading {
    if text.trim_start().starts_with('{') { read_oscal(text) } else { read_csv(text) }
}

/// Reads a table.
fn read_csv(text: &str) -> Reading {
    let rows = csv::read(text).map_err(|error| vec![format!("The table cannot be read: {error}.")])?;
    let Some(((_, head), rows)) = rows.split_first() else {
        return Err(vec!["There is nothing in it. The first line names the columns.".to_owned()]);
    };
    let head: Vec<&str> = head.iter().map(|name| name.trim()).collect();
    let unknown: Vec<String> = head
        .iter()
        .filter(|name| !COLUMNS.contains(name))
        .map(|name| format!("Line 1: there is no column {name:?}. The template has all that are known."))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let fields = rows.iter().map(|(line, cells)| {
        let named = head.iter().zip(cells).map(|(name, cell)| (*name, csv::unguarded(cell)));
        let extra = cells.get(head.len()..).is_some_and(|rest| rest.iter().any(|cell| !cell.is_empty()));
        (format!("Line {line}"), named.collect::<Vec<_>>(), extra)
    });
    gather(fields)
}

/// Reads a document.
fn read_oscal(text: &str) -> Reading {
    let found = oscal::read(text).map_err(|error| vec![format!("The document cannot be read: {error}.")])?;
    gather(found.iter().enumerate().map(|(number, fields)| {
        let named = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        (format!("Finding {}", number + 1), named.collect(), false)
    }))
}

/// Reads each row by the rules of the exception's form.
fn gather<'a>(rows: impl Iterator<Item = (String, Vec<(&'a str, &'a str)>, bool)>) -> Reading {
    let (mut contents, mut errors) = (Vec::new(), Vec::new());
    for (place, fields, extra) in rows {
        if extra {
            errors.push(format!("{place}: there are more cells than columns."));
        }
        let mut values: Vec<(&str, &str)> =
            fields.iter().copied().filter(|(name, _)| *name != "tests").collect();
        let tests = fields.iter().filter(|(name, _)| *name == "tests");
        let tests = tests.flat_map(|(_, text)| text.split(';')).map(str::trim);
        values.extend(tests.filter(|test| !test.is_empty()).map(|test| ("tests", test)));
        let mut form = Form::with(&values);
        contents.extend(parse(&mut form));
        errors.extend(form.problems().iter().map(|problem| format!("{place}: {}", problem.text)));
    }
    if contents.is_empty() && errors.is_empty() {
        errors.push("There is no exception in it.".to_owned());
    }
    if errors.is_empty() { Ok(contents) } else { Err(errors) }
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
    let (contents, errors) = match reading {
        Ok(contents) => (contents, Vec::new()),
        Err(errors) => (Vec::new(), errors),
    };
    ImportPage {
        shell: staff.shell(Desk::Compliance, "Import exceptions"),
        report: desk.back(),
        action: format!("{}/import", desk.href()),
        template: COLUMNS.join(","),
        text: text.to_owned(),
        errors,
        preview: contents.iter().map(preview).collect(),
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
    let contents = match read(&text) {
        Ok(contents) if form.is_ticked("sure") => contents,
        Ok(contents) => return show_page(&staff, &page(&staff, &desk, &text, Ok(contents))),
        Err(errors) => return show_again(&staff, &page(&staff, &desk, &text, Err(errors))),
    };
    let (house, by, id, many) = (staff.app.house.clone(), staff.person.id, desk.version.id, contents.len());
    match staff.app.act("exception.import", move |act| import(act, &house, by, id, &contents)).await {
        Ok(_) => Ok(see_other(&staff, &desk.href(), &format!("{many} exceptions are entered."))),
        Err(error @ RecordError::ReferenceTaken(_)) => {
            let errors = vec![format!("{error} Nothing was imported.")];
            show_again(&staff, &page(&staff, &desk, &text, Err(errors)))
        }
        Err(error @ (RecordError::NotADraft(_) | RecordError::Fault(_))) => Err(error.into()),
    }
}

/// The fields of an exception, in the order of the columns.
fn row(content: &Content) -> Vec<String> {
    let form = typed(content);
    let cell =
        |name: &&str| if *name == "tests" { form.all("tests").join(";") } else { form.text(name).to_owned() };
    COLUMNS.iter().map(cell).collect()
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
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(desk.exceptions.iter().map(|exception| row(&exception.content)));
    csv::write(&rows)
}

/// The exceptions as a document.
fn as_oscal(desk: &OnDesk, at: &str) -> String {
    let fields = |content: &Content| {
        COLUMNS
            .iter()
            .map(ToString::to_string)
            .zip(row(content))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    };
    let all: Vec<(String, oscal::Fields)> =
        desk.exceptions.iter().map(|one| (one.id.to_string(), fields(&one.content))).collect();
    let start = match desk.version.card.period {
        Period::Between { start, .. } => start,
        Period::On { day } => day,
    };
    let (uuid, start) = (desk.version.id.to_string(), start.start().rfc3339());
    oscal::write(
        oscal::Head { title: desk.version.card.title.as_str(), uuid: &uuid, at, start: &start },
        &all,
    )
}
