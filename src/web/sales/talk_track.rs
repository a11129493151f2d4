//! `/sales/reports/<slug>/talk-track`: exceptions, responses and status on one page to print, so that nobody is caught
//! off guard. It shows what is sealed, so that its entry comes first.

use crate::app::Template;
use crate::fault::{Fault, Kind};
use crate::remediation::acts::open_talk_track;
use crate::remediation::weighed::{Weighed, weigh};
use crate::reports::store;
use crate::text::{Day, Slug};
use crate::web::Answer;
use crate::web::exception::{Around, ExceptionView, Names, names_of, standing_status};
use crate::web::guard::{Staff, desk::Sales};
use crate::web::page::{Desk, Page, Shell, Status, When, show as show_page};
use crate::web::report::{OpinionView, opinion};
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct TalkTrackPage {
    shell: Shell,
    title: String,
    period: String,
    auditor: String,
    as_of: When,
    opinion: OpinionView,
    rows: Vec<Row>,
    exceptions: Vec<ExceptionView>,
}

impl Page for TalkTrackPage {
    const TEMPLATE: Template = Template::SalesTalkTrack;
}

/// One exception in a line.
#[derive(Serialize)]
struct Row {
    reference: String,
    title: String,
    priority: &'static str,
    state: Status,
    target: Option<String>,
}

/// One exception in a line.
fn row(one: &Weighed) -> Row {
    let content = &one.exception.content;
    Row {
        reference: content.reference.to_string(),
        title: content.title.to_string(),
        priority: one.priority().words(),
        state: standing_status(&one.standing),
        target: one.standing.planned.map(Day::words),
    }
}

/// GET: the page, once its entry is durable.
pub async fn show(staff: Staff<Sales>, slug: web::Path<String>) -> Answer {
    let slug = Slug::parse(&slug).map_err(|_| Fault::bare("no such report").with_kind(Kind::NotFound))?;
    let version = staff.app.read(move |db| store::require_offered_by_slug(db, &slug)).await?;
    let (by, id) = (staff.person.id, version.id);
    staff.app.act("report.talk_track", move |act| open_talk_track(act, by, id)).await?;
    let now = staff.app.clock.now();
    let (keyring, read) = (Arc::clone(&staff.app.keyring), version.clone());
    let (all, names) = staff
        .app
        .read(move |db| {
            let all = weigh(db, &keyring, &read, Day::of(now))?;
            let mut names = Names::new();
            for one in &all {
                names.extend(names_of(db, &keyring, &one.updates)?);
            }
            Ok::<_, Fault>((all, names))
        })
        .await?;
    let card = &version.card;
    let around = Around {
        auditor: card.auditor.as_str(),
        company: &staff.company,
        names: &names,
        criteria: &staff.app.criteria,
    };
    let page = TalkTrackPage {
        shell: staff.shell(Desk::Sales, format!("Talk track: {}", card.title)),
        title: card.title.to_string(),
        period: card.period.words(),
        auditor: card.auditor.to_string(),
        as_of: now.into(),
        opinion: opinion(card),
        rows: all.iter().map(row).collect(),
        exceptions: all
            .iter()
            .map(|one| ExceptionView::new(&one.exception, &one.updates, &one.standing, around))
            .collect(),
    };
    show_page(&staff, &page)
}
