//! The report room: facts, exceptions in context, and the way to one's own copy. Reading it is recorded first.

mod facts;
mod held;

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::{Fault, Kind, Refusal as _};
use crate::grants::Grant;
use crate::release::room::{InContext, Room};
use crate::release::{Asker, Refused, Step};
use crate::reports::{Period, State, Version};
use crate::requests::store as requests;
use crate::text::{Slug, hex};
use crate::web::Answer;
use crate::web::exception::{Around, ExceptionView};
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show};
use crate::web::partials::Fact;
use crate::web::portal::trust;
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::sync::Arc;

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
    moments: Vec<Moment>,
    exceptions: Vec<ExceptionView>,
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
    lines: Vec<String>,
}

/// Whether the file is the auditor's.
#[derive(Serialize)]
struct Authenticity {
    state: Status,
    text: &'static str,
    sha256: String,
}

/// A moment of the timeline.
#[derive(Serialize)]
struct Moment {
    when: String,
    what: String,
    note: Option<String>,
    kind: &'static str,
}

/// The recipient's copy.
#[derive(Serialize)]
struct CopyWords {
    read_href: String,
    action: String,
    allowed: bool,
    refusal: Option<String>,
    left: String,
    size: String,
    id: Option<String>,
}

/// The recipient's access.
#[derive(Serialize)]
struct AccessWords {
    since: When,
    until: When,
}

/// Where a missing step is done.
pub(super) fn where_to(steps: &[Step]) -> &'static str {
    match steps.first() {
        Some(Step::ConfirmAddress) => "/sign-in",
        Some(Step::AcceptNda) => "/nda",
        Some(Step::Approval) | None => "/access",
    }
}

/// The person's grant to a report; without one, the way to get it.
pub(super) async fn require_grant(prospect: &Prospect, slug: Slug) -> Result<(Version, Grant), Problem> {
    let (keyring, person, now) =
        (Arc::clone(&prospect.app.keyring), prospect.person.id, prospect.app.clock.now());
    let found = prospect.app.read(move |db| {
        let (version, grant) = held::held_or_offered(db, &keyring, (person, now), &slug)?;
        let waiting = requests::find_waiting_like(db, person, version.id)?;
        Ok::<_, Fault>((version, grant, waiting))
    });
    let (version, grant, waiting) = found.await?;
    let slug = &version.report.slug;
    match (grant, waiting) {
        (Some(grant), _) => Ok((version, grant)),
        (None, Some(request)) => {
            Err(Problem::forbidden("Your request for this report waits for a decision.")
                .todo("You are mailed when it is decided.")
                .action(format!("/requests/{request}"), "See where it stands"))
        }
        (None, None) => Err(Problem::forbidden("This report has not been shared with you yet.")
            .todo("Ask for it; a person decides.")
            .action(format!("/request?item={slug}"), "Request this report")),
    }
}

/// Opens the room, once its entry is durable.
pub async fn open(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let (_, grant) = require_grant(&prospect, slug.into_inner()).await?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let gate = prospect.app.gate();
    let admission = match gate.admit_room(asker, grant.id).await {
        Ok(admission) => admission,
        Err(Refused::Missing(steps)) => return Ok(see_other(&prospect, where_to(&steps), "")),
        Err(refused) => return Err(refusal(&refused)),
    };
    let now = prospect.app.clock.now();
    let room = prospect.app.work(move || admission.open_room(&gate, now)).await??;
    show(&prospect, &page(&prospect, &grant, &room, now))
}

/// A refusal with the way to ask again.
pub(super) fn refusal(refused: &Refused) -> Problem {
    let problem = Problem::new(refused.kind(), refused.to_string());
    if refused.kind() == Kind::Gone {
        problem.action("/request", "Request it again")
    } else {
        problem.action("/access", "My access")
    }
}

/// The page.
fn page(prospect: &Prospect, grant: &Grant, room: &Room, now: Micros) -> RoomPage {
    let card = &room.version.card;
    let opinion = trust::opinion(card.opinion);
    RoomPage {
        shell: prospect.shell(Desk::Portal, card.title.to_string()),
        report: ReportWords {
            title: card.title.to_string(),
            framework: card.framework.words(),
            version: room.version.number,
            company: prospect.company.clone(),
            auditor: card.auditor.to_string(),
            summary: card.summary.as_ref().map(ToString::to_string).unwrap_or_default(),
        },
        notice: card.note.as_ref().map(|note| Notice { tone: Tone::Info, text: note.to_string() }),
        renew: matches!(room.version.state, State::Superseded(_))
            .then(|| format!("/reports/{}/renew", room.version.report.slug)),
        opinion: OpinionWords {
            tone: opinion.tone,
            words: opinion.words,
            plain: card.opinion_in_words(),
            company: card.explanation.as_ref().map(ToString::to_string),
        },
        facts: facts::facts(room),
        lists: facts::lists(room),
        authenticity: authenticity(room),
        moments: moments(room, now),
        exceptions: exceptions(room, prospect),
        copy: copy(grant, room),
        access: AccessWords { since: grant.granted_at.into(), until: grant.expires_at.into() },
    }
}

/// The exceptions in context.
fn exceptions(room: &Room, prospect: &Prospect) -> Vec<ExceptionView> {
    let around = Around {
        auditor: room.version.card.auditor.as_str(),
        company: &prospect.company,
        names: &room.names,
        criteria: &prospect.app.criteria,
    };
    let view = |one: &InContext| {
        ExceptionView::new(&one.exception, &one.updates, &one.standing, around).recurring(&one.earlier)
    };
    room.exceptions.iter().map(view).collect()
}

/// Whether the file is the auditor's: here only its digest can be shown.
fn authenticity(room: &Room) -> Authenticity {
    Authenticity {
        state: Status::new(Tone::Quiet, "Not confirmed by the auditor"),
        text: "Ask the auditor whether this is the digest of the file they issued. Your copy has another one, since it carries your name.",
        sha256: room.version.file.as_ref().map(|file| hex(&file.source_sha256)).unwrap_or_default(),
    }
}

/// From the observation period to today.
fn moments(room: &Room, now: Micros) -> Vec<Moment> {
    let card = &room.version.card;
    let moment = |when: String, what: &str, kind| Moment { when, what: what.to_owned(), note: None, kind };
    let mut all = match card.period {
        Period::Between { start, end } => vec![
            moment(start.words(), "Observation period begins", "span"),
            moment(end.words(), "Observation period ends", "past"),
        ],
        Period::On { day } => vec![moment(day.words(), "As of this day", "past")],
    };
    all.extend(card.report_date.map(|day| moment(day.words(), "Report signed", "past")));
    all.extend(
        room.version
            .state
            .finalized()
            .map(|by| moment(by.at.date_words(), "Published here, unchanged since", "past")),
    );
    let done = room
        .exceptions
        .iter()
        .filter(|one| one.standing.status.is_some_and(crate::remediation::Status::is_done))
        .count();
    let total = room.exceptions.len();
    let today = (total > 0).then(|| format!("{done} of {total} exceptions remediated"));
    all.push(Moment { when: now.date_words(), what: "Today".to_owned(), note: today, kind: "now" });
    all.extend(card.next_expected.map(|day| moment(day.words(), "Next report expected", "ahead")));
    all
}

/// The recipient's copy: whether it can be fetched, and how often.
fn copy(grant: &Grant, room: &Room) -> CopyWords {
    let left = grant.downloads_left();
    let file = room.version.file.as_ref();
    let (pages, bytes) = file.map_or((0, 0), |file| (file.pages, file.body.size_bytes));
    let refusal = match (grant.downloads_allowed, left) {
        (0, _) => Some(
            "This report is shared with you for reading in the browser; it allows no download.".to_owned(),
        ),
        (_, 0) => Some("Every download of this grant has been used.".to_owned()),
        _ => None,
    };
    CopyWords {
        read_href: format!("/reports/{}/pages/1", room.version.report.slug),
        action: format!("/reports/{}/copy", room.version.report.slug),
        allowed: refusal.is_none(),
        refusal,
        left: format!("{left} of {} downloads left", grant.downloads_allowed),
        size: format!("{pages} pages, {}", crate::text::size_words(bytes)),
        id: Some(grant.copy.to_string()),
    }
}
