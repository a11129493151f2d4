//! `.../exceptions/<id>/priority`: how much an exception presses, decided with a reason; and the accepted risk.

use super::{OnDesk, on_desk};
use crate::app::Template;
use crate::exceptions::acts::priority::{accept_risk, prioritise};
use crate::exceptions::priority::{Decided, Priority, RiskAccepted};
use crate::fault::Fault;
use crate::identity::store::name_of;
use crate::ids::{ExceptionId, PersonId};
use crate::remediation::weighed::{Weighed, weigh};
use crate::text::{Day, JobTitle, Paragraphs, PersonName, Reason};
use crate::web::Answer;
use crate::web::exception::priority_status;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Action, Desk, Page, Shell, Status, When, see_other, show as show_page, show_again};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fields of both forms.
const TEXTS: &[&str] = &["due", "reason", "executive", "executive_title", "statement"];

/// The page.
#[derive(Serialize)]
struct PriorityPage {
    shell: Shell,
    back: Action,
    action: String,
    title: String,
    state: Status,
    meaning: &'static str,
    proposed: Status,
    because: Vec<&'static str>,
    blocks: bool,
    history: Vec<Past>,
    form: PriorityForm,
}

impl Page for PriorityPage {
    const TEMPLATE: Template = Template::CompliancePriority;
}

/// Something that was decided.
#[derive(Serialize)]
struct Past {
    at: When,
    by: String,
    what: String,
    why: String,
}

/// Both forms.
#[derive(Serialize)]
struct PriorityForm {
    #[serde(flatten)]
    values: BTreeMap<&'static str, String>,
    priority_options: Vec<Choice>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// The exception with all that decides, and the names of who decided.
struct Case {
    desk: OnDesk,
    one: Weighed,
    names: BTreeMap<PersonId, String>,
}

/// Reads the case.
async fn read(staff: &Staff<Compliance>, slug: &str, id: ExceptionId) -> Result<Case, Problem> {
    let desk = on_desk(staff, slug).await?;
    let (keyring, version) = (Arc::clone(&staff.app.keyring), desk.version.clone());
    let today = Day::of(staff.app.clock.now());
    let read = staff.app.read(move |db| {
        let one = weigh(db, &keyring, &version, today)?.into_iter().find(|one| one.exception.id == id);
        let mut names = BTreeMap::new();
        if let Some(one) = &one {
            let writers = one.decided.iter().map(|memo| memo.by);
            for by in writers.chain(one.accepted.iter().map(|memo| memo.by)) {
                names.insert(by, name_of(db, &keyring, by)?);
            }
        }
        Ok::<_, Fault>((one, names))
    });
    let (one, names) = read.await?;
    Ok(Case { desk, one: one.ok_or_else(Problem::not_found)?, names })
}

/// The page with the forms as they stand.
fn page(staff: &Staff<Compliance>, case: &Case, form: &Form) -> PriorityPage {
    let Case { desk, one, .. } = case;
    let content = &one.exception.content;
    let option = |priority: &Priority| {
        Choice::new(priority.as_str(), priority.words())
            .detail(priority.meaning())
            .chosen_in(&[form.text("priority")])
    };
    let mut errors = form.errors(TEXTS);
    errors.extend(form.errors(&["priority"]));
    PriorityPage {
        shell: staff.shell(Desk::Compliance, format!("Priority of {}", content.reference)),
        back: Action { href: desk.href(), label: "The report" },
        action: format!("{}/exceptions/{}", desk.href(), one.exception.id),
        title: format!("{}: {}", content.reference, content.title),
        state: priority_status(one.priority()),
        meaning: one.priority().meaning(),
        proposed: priority_status(one.proposal.priority),
        because: one.proposal.because.clone(),
        blocks: one.blocks(),
        history: history(case),
        form: PriorityForm {
            values: form.values(TEXTS),
            priority_options: Priority::ALL.iter().map(option).collect(),
            errors,
            problems: form.problems().to_vec(),
        },
    }
}

/// What was decided so far, the newest first.
fn history(case: &Case) -> Vec<Past> {
    let name = |by: &PersonId| case.names.get(by).cloned().unwrap_or_default();
    let decided = case.one.decided.iter().map(|memo| {
        let what = format!("{}, due {}", memo.words.priority.words(), memo.words.due.words());
        (memo.at, Past { at: memo.at.into(), by: name(&memo.by), what, why: memo.words.reason.to_string() })
    });
    let accepted = case.one.accepted.iter().map(|memo| {
        let what = format!("Risk accepted by {}, {}", memo.words.executive, memo.words.title);
        (
            memo.at,
            Past { at: memo.at.into(), by: name(&memo.by), what, why: memo.words.statement.to_string() },
        )
    });
    let mut all: Vec<_> = decided.chain(accepted).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all.into_iter().map(|(_, past)| past).collect()
}

/// GET: the proposal, what was decided, and the forms.
pub async fn show(staff: Staff<Compliance>, path: web::Path<(String, ExceptionId)>) -> Answer {
    let (slug, id) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    let priority = case.one.priority();
    let today = Day::of(staff.app.clock.now());
    let due = case.one.decided.last().map(|memo| memo.words.due);
    let due = due.unwrap_or_else(|| priority.due(today, case.desk.version.card.period.end())).to_string();
    let form = Form::with(&[("priority", priority.as_str()), ("due", &due)]);
    show_page(&staff, &page(&staff, &case, &form))
}

/// POST: decides.
pub async fn decide(
    staff: Staff<Compliance>,
    path: web::Path<(String, ExceptionId)>,
    mut form: Form,
) -> Answer {
    let (slug, id) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    let priority = form.choose("priority", "Priority", Priority::parse);
    let due = form.parse("due", "Due", Day::parse);
    let reason = form.parse("reason", "The reason", Reason::parse);
    let (Some(priority), Some(due), Some(reason)) = (priority, due, reason) else {
        return show_again(&staff, &page(&staff, &case, &form));
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let decided = Decided { priority, reason, due };
    staff.app.act("exception.prioritise", move |act| prioritise(act, &house, by, id, &decided)).await?;
    let said = format!("{} is {} now.", case.one.exception.content.reference, priority.words());
    Ok(see_other(&staff, &case.desk.href(), &said))
}

/// POST: records that an executive accepts the risk.
pub async fn accept(
    staff: Staff<Compliance>,
    path: web::Path<(String, ExceptionId)>,
    mut form: Form,
) -> Answer {
    let (slug, id) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    let executive = form.parse("executive", "The executive's name", PersonName::parse);
    let title = form.parse("executive_title", "The executive's title", JobTitle::parse);
    let statement = form.parse("statement", "The statement", Paragraphs::parse);
    let (Some(executive), Some(title), Some(statement)) = (executive, title, statement) else {
        return show_again(&staff, &page(&staff, &case, &form));
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let accepted = RiskAccepted { executive, title, statement };
    staff.app.act("exception.accept_risk", move |act| accept_risk(act, &house, by, id, &accepted)).await?;
    let said = format!("The risk of {} is accepted in writing.", case.one.exception.content.reference);
    Ok(see_other(&staff, &case.desk.href(), &said))
}
