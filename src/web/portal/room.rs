//! The report room: facts, exceptions in context, and the way to one's own copy. Reading it is recorded first.

mod authenticity;
mod changes;
mod cover;
mod facts;
pub mod filter;
mod held;
mod own;
pub mod print;
mod timeline;

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::{Kind, Refusal as _};
use crate::grants::Grant;
use crate::release::room::{InContext, Room};
use crate::release::{Asker, Deny, Refused, Step};
use crate::reports::State;
use crate::text::Slug;
use crate::web::Answer;
use crate::web::card::opinion as card_opinion;
use crate::web::exception::{Around, ExceptionView};
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, Status, Tone, see_other, show};
use crate::web::partials::Fact;
use crate::web::portal::subscriptions::{self, SubscriptionView};
use crate::web::problem::Problem;
use crate::web::signatures::SignaturesView;
use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use changes::Changes;
use cover::CoverView;
use filter::{Asked, FilterView};
pub(super) use held::require_grant;
use own::{AccessWords, CopyWords, LetterWords};
use serde::Serialize;
use timeline::Timeline;

/// The page.
#[derive(Serialize)]
struct RoomPage {
    shell: Shell,
    report: ReportWords,
    notice: Option<Notice>,
    renew: Option<String>,
    opinion: OpinionWords,
    facts: Vec<Fact>,
    lists: Vec<List>,
    authenticity: Authenticity,
    timeline: Timeline,
    changes: Changes,
    cover: Option<CoverView>,
    filter: Option<FilterView>,
    show_all: Option<String>,
    exceptions: Vec<ExceptionView>,
    print_href: String,
    bridge_letter: Option<LetterWords>,
    letters: SubscriptionView,
    copy: CopyWords,
    access: AccessWords,
}

impl Page for RoomPage {
    const TEMPLATE: Template = Template::PortalRoom;
}

/// The report.
#[derive(Serialize)]
struct ReportWords {
    title: String,
    framework: &'static str,
    version: u32,
    company: String,
    auditor: String,
    summary: String,
}

/// What a reader must know first.
#[derive(Serialize)]
struct Notice {
    tone: Tone,
    text: String,
}

/// The opinion, and what it means.
#[derive(Serialize)]
struct OpinionWords {
    tone: Tone,
    words: String,
    plain: String,
    company: Option<String>,
}

/// A fact that is a list.
#[derive(Serialize)]
struct List {
    term: &'static str,
    note: Option<&'static str>,
    /// Where the list is fetched as a text; its lines are shown with boxes to tick.
    take_away: Option<String>,
    lines: Vec<String>,
}

/// Whether the file is the auditor's.
#[derive(Serialize)]
struct Authenticity {
    state: Status,
    text: String,
    sha256: String,
    signatures: Option<SignaturesView>,
}

/// Where a missing step is done.
pub(super) fn where_to(steps: &[Step]) -> &'static str {
    match steps.first() {
        Some(Step::ConfirmAddress) => "/sign-in",
        Some(Step::AcceptNda) => "/nda",
        Some(Step::Approval) | None => "/access",
    }
}

/// A reader inside the room.
struct Inside {
    grant: Grant,
    room: Room,
    entry: u64,
    now: Micros,
}

/// Lets a reader in, once the entry is durable; whoever lacks a step is sent where it is done.
async fn enter(prospect: &Prospect, slug: Slug) -> Result<Result<Inside, HttpResponse>, Problem> {
    let (_, grant) = require_grant(prospect, slug).await?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let gate = prospect.app.gate();
    let admission = match gate.admit_room(asker, grant.id).await {
        Ok(admission) => admission,
        Err(Refused::Missing(steps)) => return Ok(Err(see_other(prospect, where_to(&steps), ""))),
        Err(refused) => return Err(refusal(&refused)),
    };
    let (entry, now) = (admission.entry(), prospect.app.clock.now());
    let room = prospect.app.work(move || admission.open_room(&gate, now)).await??;
    Ok(Ok(Inside { grant, room, entry, now }))
}

/// Opens the room.
pub async fn open(prospect: Prospect, slug: Path<Slug>, asked: Query<Asked>) -> Answer {
    match enter(&prospect, slug.into_inner()).await? {
        Ok(inside) => {
            let (grant, slug) = (inside.grant.id, inside.room.version.report.slug.clone());
            let letters = prospect.app.read(move |db| subscriptions::view(db, grant, &slug)).await?;
            show(&prospect, &page(&prospect, &inside, &asked, letters))
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// A refusal with the way to ask again.
pub(super) fn refusal(refused: &Refused) -> Problem {
    let problem = Problem::new(refused.kind(), refused.to_string());
    if refused.kind() == Kind::Gone && !matches!(refused, Refused::Denied(Deny::Recalled)) {
        problem.action("/request", "Request it again")
    } else {
        problem.action("/access", "My access")
    }
}

/// The page.
fn page(prospect: &Prospect, inside: &Inside, asked: &Asked, letters: SubscriptionView) -> RoomPage {
    let Inside { grant, room, now, .. } = inside;
    let href = format!("/reports/{}", room.version.report.slug);
    // Where there is only reading, nothing is taken away.
    let takes_away = grant.downloads_allowed > 0;
    RoomPage {
        shell: prospect.shell(Desk::Portal, room.version.card.title.to_string()),
        report: report_words(prospect, room),
        notice: notice(room),
        renew: matches!(room.version.state, State::Superseded(_)).then(|| format!("{href}/renew")),
        opinion: opinion_words(room),
        facts: facts::facts(room),
        lists: facts::lists(room),
        authenticity: authenticity::authenticity(room),
        timeline: timeline::timeline(room, *now),
        changes: changes::changes(room),
        cover: cover::view(room),
        filter: filter::view(&href, asked, &room.exceptions),
        show_all: asked.reset(&href),
        exceptions: exceptions(room, room.exceptions.iter().filter(|one| asked.shows(one)), prospect)
            .into_iter()
            .map(|view| if takes_away { view.taken_from(&href) } else { view })
            .collect(),
        print_href: format!("{href}/print"),
        bridge_letter: own::bridge_letter(grant, room, &href),
        letters,
        copy: own::copy(grant, room),
        access: own::access(grant),
    }
}

/// The report.
fn report_words(prospect: &Prospect, room: &Room) -> ReportWords {
    let card = &room.version.card;
    ReportWords {
        title: card.title.to_string(),
        framework: card.framework.words(),
        version: room.version.number,
        company: prospect.company.clone(),
        auditor: card.auditor.to_string(),
        summary: card.summary.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

/// What a reader must know first.
fn notice(room: &Room) -> Option<Notice> {
    let note = room.version.card.note.as_ref()?;
    Some(Notice { tone: Tone::Info, text: note.to_string() })
}

/// The opinion, and what it means.
fn opinion_words(room: &Room) -> OpinionWords {
    let card = &room.version.card;
    let Status { tone, words } = card_opinion(card.opinion);
    let company = card.explanation.as_ref().map(ToString::to_string);
    OpinionWords { tone, words, plain: card.opinion_in_words(), company }
}

/// Exceptions in context.
fn exceptions<'a>(
    room: &Room,
    shown: impl Iterator<Item = &'a InContext>,
    prospect: &Prospect,
) -> Vec<ExceptionView> {
    let around = Around {
        auditor: room.version.card.auditor.as_str(),
        company: &prospect.company,
        names: &room.names,
        criteria: &prospect.app.criteria,
    };
    let view = |one: &InContext| {
        ExceptionView::new(&one.exception, &one.updates, &one.standing, around)
            .recurring(&one.earlier)
            .shown_by(&one.evidence)
            .pressing(one.priority)
            .changed(changes::since_issue(one), room.last_visit)
    };
    shown.map(view).collect()
}
