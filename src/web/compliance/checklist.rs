//! `.../checklist`: the thirty days after a report has arrived, and whether it can be shared.

use super::ready::{Around, Check, checks, verdict};
use super::{OnDesk, on_desk};
use crate::accounts::store::find_company;
use crate::app::Template;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::identity::store::require_person;
use crate::ids::PersonId;
use crate::nda::store as ndas;
use crate::reports::acts::checklist::{ChecklistError, begin_checklist, mark_checklist};
use crate::reports::checklist::{Begun, Checklist, Item, Mark, Row};
use crate::reports::cover_note;
use crate::text::{Day, Line};
use crate::web::Answer;
use crate::web::form::{Form, Line as Problems};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{
    Action, Desk, Page, Shell, Status, Tone, When, see_other, show as show_page, show_again,
};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct ChecklistPage {
    shell: Shell,
    back: Action,
    action: String,
    title: String,
    begun: Option<BegunView>,
    weeks: Vec<Week>,
    verdict: Status,
    checks: Vec<Check>,
    arrived: String,
    error: Option<String>,
    problems: Vec<Problems>,
}

impl Page for ChecklistPage {
    const TEMPLATE: Template = Template::ComplianceChecklist;
}

/// How far it has come.
#[derive(Serialize)]
struct BegunView {
    arrived: String,
    percent: usize,
    done: String,
    overdue: Option<String>,
}

/// A week.
#[derive(Serialize)]
struct Week {
    number: i64,
    items: Vec<ItemView>,
}

/// One thing to do.
#[derive(Serialize)]
struct ItemView {
    words: &'static str,
    due: String,
    state: Status,
    by: Option<String>,
    at: Option<When>,
    action: String,
    field: String,
    owner: String,
    error: Option<String>,
}

/// The report with its checklist and what stands around it.
struct Case {
    desk: OnDesk,
    checklist: Option<Checklist>,
    around: Around,
    names: BTreeMap<PersonId, String>,
}

/// Reads the case.
async fn read(staff: &Staff<Compliance>, slug: &str) -> Result<Case, Problem> {
    let desk = on_desk(staff, slug).await?;
    let (keyring, version) = (Arc::clone(&staff.app.keyring), desk.version.clone());
    let read = staff.app.read(move |db| {
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        let checklist = Checklist::find(db, &key, version.id)?;
        let around = Around {
            company: find_company(db)?.is_some(),
            nda: ndas::find_in_force(db)?.is_some(),
            cover_note: !cover_note::list(db, &key, version.id)?.is_empty(),
        };
        let mut names = BTreeMap::new();
        for (_, by) in checklist.iter().flat_map(|list| &list.rows).filter_map(|row| row.done) {
            names.insert(by, require_person(db, &keyring, by)?.shown_as().to_owned());
        }
        Ok::<_, Fault>((checklist, around, names))
    });
    let (checklist, around, names) = read.await?;
    Ok(Case { desk, checklist, around, names })
}

/// The field that holds the owner of an item: one page has all of them, and each has a name of its own.
fn field(item: Item) -> String {
    format!("owner_{item}")
}

/// One item as the page shows it.
fn item_view(case: &Case, row: &Row, today: Day, form: &Form) -> ItemView {
    let name = field(row.item);
    let typed = form.text(&name);
    let state = match row.done {
        Some(_) => Status::new(Tone::Ok, "Done"),
        None if row.is_overdue(today) => Status::new(Tone::Danger, "Overdue"),
        None => Status::new(Tone::Quiet, "To do"),
    };
    let stored = row.owner.as_ref().map(ToString::to_string).unwrap_or_default();
    ItemView {
        words: row.item.words(),
        due: row.due.words(),
        state,
        by: row.done.map(|(_, by)| case.names.get(&by).cloned().unwrap_or_default()),
        at: row.done.map(|(at, _)| at.into()),
        action: format!("{}/checklist/{}", case.desk.href(), row.item),
        owner: if typed.is_empty() { stored } else { typed.to_owned() },
        error: form.problems().iter().find(|line| line.field == name).map(|line| line.text.clone()),
        field: name,
    }
}

/// The page with what was typed.
fn page(staff: &Staff<Compliance>, case: &Case, form: &Form) -> ChecklistPage {
    let today = Day::of(staff.app.clock.now());
    let checks = checks(&case.desk, case.around);
    let rows = case.checklist.as_ref().map_or(&[][..], |list| list.rows.as_slice());
    let week = |number: i64| Week {
        number,
        items: rows
            .iter()
            .filter(|row| row.item.week() == number)
            .map(|row| item_view(case, row, today, form))
            .collect(),
    };
    ChecklistPage {
        shell: staff.shell(Desk::Compliance, "30-day checklist"),
        back: Action { href: case.desk.href(), label: "The report" },
        action: format!("{}/checklist", case.desk.href()),
        title: case.desk.version.card.title.to_string(),
        begun: case.checklist.as_ref().map(|list| BegunView {
            arrived: list.arrived.words(),
            percent: list.percent(),
            done: format!("{} of {}", list.done(), list.rows.len()),
            overdue: Some(list.overdue(today)).filter(|many| *many > 0).map(|many| many.to_string()),
        }),
        weeks: if rows.is_empty() { Vec::new() } else { (1..=4).map(week).collect() },
        verdict: verdict(&checks),
        checks,
        arrived: form.text("arrived").to_owned(),
        error: form.errors(&["arrived"]).remove("arrived").flatten(),
        problems: form.problems().to_vec(),
    }
}

/// GET: the checklist and the verdict.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let case = read(&staff, &slug).await?;
    let arrived = case.checklist.as_ref().map_or_else(|| Day::of(staff.app.clock.now()), |list| list.arrived);
    show_page(&staff, &page(&staff, &case, &Form::with(&[("arrived", &arrived.to_string())])))
}

/// POST: says when the report arrived.
pub async fn begin(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let case = read(&staff, &slug).await?;
    let Some(arrived) = form.parse("arrived", "When the report arrived", Day::parse) else {
        return show_again(&staff, &page(&staff, &case, &form));
    };
    let (house, by, id, begun) =
        (staff.app.house.clone(), staff.person.id, case.desk.version.id, Begun { arrived });
    match staff.app.act("checklist.begin", move |act| begin_checklist(act, &house, by, id, &begun)).await {
        Ok(_) => {
            let said = format!("The thirty days count from {}.", arrived.words());
            Ok(see_other(&staff, &format!("{}/checklist", case.desk.href()), &said))
        }
        Err(error @ ChecklistError::NotYet) => {
            form.refuse("arrived", error.to_string());
            show_again(&staff, &page(&staff, &case, &form))
        }
        Err(error) => Err(error.into()),
    }
}

/// POST: marks an item.
pub async fn mark(staff: Staff<Compliance>, path: web::Path<(String, String)>, mut form: Form) -> Answer {
    let (slug, item) = path.into_inner();
    let item = Item::parse(&item).ok_or_else(Problem::not_found)?;
    let case = read(&staff, &slug).await?;
    let row = case.checklist.as_ref().and_then(|list| list.rows.iter().find(|row| row.item == item));
    let was_done = row.is_some_and(|row| row.done.is_some());
    let done = match form.text("done") {
        "yes" => true,
        "no" => false,
        _ => was_done,
    };
    let Some(owner) = form.parse_optional(&field(item), "Who does it", Line::parse) else {
        return show_again(&staff, &page(&staff, &case, &form));
    };
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, case.desk.version.id);
    let mark = Mark { item, owner, done };
    staff.app.act("checklist.mark", move |act| mark_checklist(act, &house, by, id, &mark)).await?;
    let said = match (was_done, done) {
        (false, true) => "Marked as done.",
        (true, false) => "Marked as not done.",
        _ => "Saved.",
    };
    Ok(see_other(&staff, &format!("{}/checklist", case.desk.href()), said))
}
