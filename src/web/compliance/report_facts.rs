//! `/compliance/reports/new` and `.../facts`: a report's facts.

use super::facts_form::{FactsForm, parse, typed};
use super::{OnDesk, on_desk};
use crate::app::Template;
use crate::reports::NotADraft;
use crate::reports::acts::{CreateError, NewReport, change_facts, create as create_report};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Action, Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct FactsPage {
    shell: Shell,
    back: Action,
    title: String,
    action: String,
    slug: bool,
    form: FactsForm,
}

impl Page for FactsPage {
    const TEMPLATE: Template = Template::ComplianceReportFacts;
}

/// The page for a new report.
fn new_page(staff: &Staff<Compliance>, form: &Form) -> FactsPage {
    FactsPage {
        shell: staff.shell(Desk::Compliance, "Add a report"),
        back: Action { href: "/compliance/reports".to_owned(), label: "Reports" },
        title: "Add a report".to_owned(),
        action: "/compliance/reports/new".to_owned(),
        slug: true,
        form: form.into(),
    }
}

/// The page for a draft.
fn draft_page(staff: &Staff<Compliance>, desk: &OnDesk, form: &Form) -> FactsPage {
    let title = format!("Facts of {}", desk.version.card.title);
    FactsPage {
        shell: staff.shell(Desk::Compliance, title.clone()),
        back: Action { href: desk.href(), label: "The report" },
        action: format!("{}/facts", desk.href()),
        title,
        slug: false,
        form: form.into(),
    }
}

/// GET: an empty form.
pub async fn begin(staff: Staff<Compliance>) -> Answer {
    show_page(&staff, &new_page(&staff, &Form::default()))
}

/// POST: creates the report.
pub async fn create(staff: Staff<Compliance>, mut form: Form) -> Answer {
    let slug = form.parse("slug", "Address", Slug::parse);
    let slug = slug.filter(|slug| slug.as_str() != "new");
    if slug.is_none() && form.is_clean() {
        form.refuse("slug", "This word is taken by the house itself. Please choose another address.");
    }
    let (Some(slug), Some((card, facts))) = (slug, parse(&mut form)) else {
        return show_again(&staff, &new_page(&staff, &form));
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let to = format!("/compliance/reports/{slug}");
    let new = NewReport { slug, card, facts };
    match staff.app.act("report.create", move |act| create_report(act, &house, by, new)).await {
        Ok(_) => Ok(see_other(&staff, &to, "The report is on the desk as a draft. Next: its file.")),
        Err(taken @ CreateError::SlugTaken) => {
            form.refuse("slug", taken.to_string());
            show_again(&staff, &new_page(&staff, &form))
        }
        Err(CreateError::Fault(fault)) => Err(fault.into()),
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

/// GET: what is stored.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let form = typed(&desk.version.card, &desk.facts);
    show_page(&staff, &draft_page(&staff, &desk, &form))
}

/// POST: changes it.
pub async fn save(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = draft(&staff, &slug).await?;
    let Some((card, facts)) = parse(&mut form) else {
        return show_again(&staff, &draft_page(&staff, &desk, &form));
    };
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    staff.app.act("report.facts", move |act| change_facts(act, &house, by, id, (&card, &facts))).await?;
    Ok(see_other(&staff, &desk.href(), "The facts are saved."))
}
