//! `/compliance/remediation`: every exception of every finalized report, and where its mending stands; today, or as it
//! was told on an earlier day.

use super::priority::priority_status;
use super::{OnDesk, href_of};
use crate::app::Template;
use crate::fault::Fault;
use crate::remediation::weighed::Weighed;
use crate::remediation::{Standing, Status as Mending, Update, standing};
use crate::reports::{State, store};
use crate::text::Day;
use crate::web::Answer;
use crate::web::exception::standing_status;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, Status, show as show_page};
use crate::web::partials::Choice;
use crate::web::years::years_status;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    /// Which rows: `open` unless said otherwise.
    #[serde(default)]
    show: String,
    /// As told on this day.
    #[serde(default)]
    day: String,
}

/// The page.
#[derive(Serialize)]
struct BoardPage {
    shell: Shell,
    day: String,
    day_words: Option<String>,
    show_options: Vec<Choice>,
    error: Option<String>,
    counts: String,
    rows: Vec<Row>,
}

impl Page for BoardPage {
    const TEMPLATE: Template = Template::ComplianceBoard;
}

/// One exception.
#[derive(Serialize)]
struct Row {
    report: String,
    report_href: String,
    exception: String,
    href: String,
    priority: Status,
    years: Option<Status>,
    state: Status,
    owner: Option<String>,
    target: Option<String>,
    steps: Option<String>,
    latest: Option<String>,
}

/// Whether a row belongs to what is shown.
fn is_shown(show: &str, standing: &Standing) -> bool {
    let done = standing.status.is_some_and(Mending::is_done);
    match show {
        "all" => true,
        "done" => done,
        "overdue" => standing.overdue,
        "unverified" => standing.status != Some(Mending::Verified),
        "verify" => standing.status == Some(Mending::Implemented),
        _ => !done,
    }
}

/// One exception as it stood on `day`, after what had been written until then.
fn row(desk: &OnDesk, one: &Weighed, day: Day) -> (Standing, Row) {
    let content = &one.exception.content;
    let end = day.plus_days(1).start();
    let told: Vec<Update> = one.updates.iter().filter(|update| update.at < end).cloned().collect();
    let standing = standing(content.response.as_ref(), &told, day);
    let done = standing.steps.iter().filter(|step| step.done).count();
    let steps = (!standing.steps.is_empty()).then(|| format!("{done} of {} steps", standing.steps.len()));
    let row = Row {
        report: desk.version.card.title.to_string(),
        report_href: href_of(&desk.version),
        exception: format!("{}: {}", content.reference, content.title),
        href: format!("{}/exceptions/{}/remediation", desk.href(), one.exception.id),
        priority: priority_status(one.priority()),
        years: years_status(desk.years_of(one.exception.id).len()),
        state: standing_status(&standing),
        owner: standing.owner.as_ref().map(ToString::to_string),
        target: standing.planned.map(Day::words),
        steps,
        latest: told.last().map(|update| update.note.text.to_string()),
    };
    (standing, row)
}

/// GET: the board.
pub async fn show(staff: Staff<Compliance>, asked: Query<Asked>) -> Answer {
    let today = Day::of(staff.app.clock.now());
    let parsed = if asked.day.trim().is_empty() { Ok(today) } else { Day::parse(&asked.day) };
    let error = parsed.err().map(|error| format!("The day {error}."));
    let day = parsed.unwrap_or(today);
    let keyring = Arc::clone(&staff.app.keyring);
    let read = staff.app.read(move |db| {
        let versions = store::list(db)?.into_iter();
        let told = versions.filter(|one| matches!(one.state, State::Finalized(_) | State::Superseded(_)));
        told.map(|version| OnDesk::of(db, &keyring, version, today)).collect::<Result<Vec<_>, Fault>>()
    });
    let desks: Vec<OnDesk> = read.await?;
    let all: Vec<(Standing, Row)> =
        desks.iter().flat_map(|desk| desk.weighed.iter().map(|one| row(desk, one, day))).collect();
    let open = all.iter().filter(|(standing, _)| is_shown("open", standing)).count();
    let overdue = all.iter().filter(|(standing, _)| standing.overdue).count();
    let option = |(id, words): (&str, &str)| Choice::new(id, words).chosen_in(&[asked.show.as_str()]);
    let options = [
        ("open", "Not mended yet"),
        ("overdue", "Overdue"),
        ("verify", "Implemented, to be verified"),
        ("unverified", "Not verified"),
        ("done", "Mended"),
        ("all", "All"),
    ];
    let page = BoardPage {
        shell: staff.shell(Desk::Compliance, "Remediation"),
        day: if day == today { String::new() } else { day.to_string() },
        day_words: (day != today).then(|| day.words()),
        show_options: options.into_iter().map(option).collect(),
        error,
        counts: format!("{} exceptions, {open} not mended yet, {overdue} overdue", all.len()),
        rows: all
            .into_iter()
            .filter(|(standing, _)| is_shown(&asked.show, standing))
            .map(|(_, row)| row)
            .collect(),
    };
    show_page(&staff, &page)
}
