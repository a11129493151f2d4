//! `/reports/<slug>/print`: the room as one document to file, with who printed it, when, and the log's checkpoint.
//!
//! Opening it is a view like any other: its entry comes first.

use super::cover::{self, CoverView};
use super::timeline::{Timeline, timeline};
use super::{
    Authenticity, Inside, Notice, OpinionWords, ReportWords, authenticity, enter, exceptions, facts, notice,
    opinion_words, report_words,
};
use crate::app::Template;
use crate::text::Slug;
use crate::web::Answer;
use crate::web::exception::ExceptionView;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, When, show as show_page};
use crate::web::partials::Fact;
use actix_web::web::Path;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct PrintPage {
    shell: Shell,
    back: String,
    report: ReportWords,
    notice: Option<Notice>,
    opinion: OpinionWords,
    facts: Vec<Fact>,
    lists: Vec<super::List>,
    authenticity: Authenticity,
    timeline: Timeline,
    cover: Option<CoverView>,
    exceptions: Vec<ExceptionView>,
    printed: Printed,
}

impl Page for PrintPage {
    const TEMPLATE: Template = Template::PortalRoomPrint;
}

/// Who printed it, when, and how to prove it.
#[derive(Serialize)]
struct Printed {
    at: When,
    by: String,
    email: String,
    company: String,
    copy: String,
    entry: u64,
    checkpoint: String,
}

/// GET: the document, once its entry is durable.
pub async fn open(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let Inside { grant, room, entry, now } = match enter(&prospect, slug.into_inner()).await? {
        Ok(inside) => inside,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let page = PrintPage {
        shell: prospect.shell(Desk::Portal, format!("{}, to file", room.version.card.title)),
        back: format!("/reports/{}", room.version.report.slug),
        report: report_words(&prospect, &room),
        notice: notice(&room),
        opinion: opinion_words(&room),
        facts: facts::facts(&room),
        lists: facts::lists(&room),
        authenticity: authenticity::authenticity(&room),
        timeline: timeline(&room, now),
        cover: cover::view(&room),
        exceptions: exceptions(&room, room.exceptions.iter(), &prospect)
            .into_iter()
            .map(ExceptionView::unfold)
            .collect(),
        printed: Printed {
            at: now.into(),
            by: prospect.person.shown_as().to_owned(),
            email: prospect.person.email.to_string(),
            company: grant.recipient().company.to_owned(),
            copy: grant.copy.to_string(),
            entry,
            checkpoint: prospect.app.writer.checkpoint(),
        },
    };
    show_page(&prospect, &page)
}
