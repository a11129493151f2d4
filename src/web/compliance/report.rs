//! `/compliance/reports/<slug>`: one report on its way to finalized, and beside it afterwards.

use super::reports::{counted, stage_status};
use super::review::{ReviewView, review_view};
use super::upload_form::{Refused, UploadForm};
use super::way::{Finalize, finalize, steps};
use super::{OnDesk, on_desk, preparing, upload};
use crate::app::Template;
use crate::exceptions::Content;
use crate::fault::Fault;
use crate::remediation::weighed::Weighed;
use crate::reports::preparing::Standing;
use crate::reports::{File, State};
use crate::text::{Day, hex};
use crate::web::Answer;
use crate::web::exception::{class_status, priority_status, standing_status};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, Status, Tone, show as show_page};
use crate::web::partials::{Fact, Step};
use crate::web::report::{OpinionView, held_facts, opinion, public_facts, size_in_words};
use crate::web::signatures::{SignaturesView, signatures_of};
use crate::web::years::years_status;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub struct ReportPage {
    shell: Shell,
    href: String,
    report: Head,
    note: Option<String>,
    opinion: OpinionView,
    steps: Vec<Step>,
    facts: Vec<Fact>,
    held: Vec<Fact>,
    facts_href: Option<String>,
    file: Option<FileView>,
    signatures: Option<SignaturesView>,
    preparing: Option<Preparing>,
    upload: Option<UploadForm>,
    exceptions: Vec<Row>,
    add_href: Option<String>,
    finalize: Finalize,
    review: Option<ReviewView>,
    withdraw: Option<String>,
    recall: Option<String>,
    begin_version: Option<String>,
}

impl Page for ReportPage {
    const TEMPLATE: Template = Template::ComplianceReport;
}

/// What stands above everything.
#[derive(Serialize)]
struct Head {
    title: String,
    framework: &'static str,
    state: Status,
    number: u32,
    #[serde(rename = "final")]
    is_final: bool,
}

/// The file and the verdict on it.
#[derive(Serialize)]
struct FileView {
    size: String,
    pages: String,
    sha256: String,
    verdict: Verdict,
    href: String,
}

/// How well the file can be marked.
#[derive(Clone, Serialize)]
pub struct Verdict {
    tone: Tone,
    words: &'static str,
    text: String,
}

/// An upload that is being prepared.
#[derive(Serialize)]
struct Preparing {
    words: String,
    href: String,
}

/// One exception.
#[derive(Serialize)]
struct Row {
    reference: String,
    title: String,
    class: Status,
    years: Option<Status>,
    criterion: String,
    response: Status,
    priority: Status,
    remediation: Status,
    priority_href: String,
    edit_href: Option<String>,
    remediation_href: Option<String>,
}

/// GET: the report.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let standing = preparing::standing(&staff.app, desk.version.id).await?;
    let refused = standing.as_ref().and_then(Refused::of);
    show_page(&staff, &ReportPage::new(&staff, &desk, (standing, refused), signed(&staff, &desk).await?))
}

/// The digital signatures of its file.
pub async fn signed(staff: &Staff<Compliance>, desk: &OnDesk) -> Result<Option<SignaturesView>, Fault> {
    signatures_of(&staff.app, &desk.version).await
}

/// The verdict on a file that was taken in.
pub fn verdict(file: &File) -> Verdict {
    let (tone, text) = if file.warnings.is_empty() {
        (Tone::Ok, "Nothing had to be taken out of it.".to_owned())
    } else {
        (
            Tone::Warn,
            format!("There is something to know about it: {}.", counted(count(&file.warnings), "remark")),
        )
    };
    Verdict { tone, words: "Prepared: every page has its place for the mark", text }
}

/// How many.
pub fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

impl ReportPage {
    /// The page; `standing` says how far an upload is, `refused` why a file was not taken.
    pub fn new(
        staff: &Staff<Compliance>,
        desk: &OnDesk,
        (standing, refused): (Option<Standing>, Option<Refused>),
        signatures: Option<SignaturesView>,
    ) -> Self {
        let OnDesk { version, facts, .. } = desk;
        let is_draft = version.state == State::Draft;
        let is_offered = matches!(version.state, State::Finalized(_));
        let in_draft = |path: &str| is_draft.then(|| format!("{}/{path}", desk.href()));
        let preparing = match standing {
            Some(Standing::Running(progress)) if is_draft => {
                Some(Preparing { words: upload::words(progress), href: format!("{}/upload", desk.href()) })
            }
            _ => None,
        };
        let takes_file = is_draft && preparing.is_none();
        Self {
            shell: staff.shell(Desk::Compliance, version.card.title.as_str()),
            href: desk.href(),
            report: Head {
                title: version.card.title.to_string(),
                framework: version.card.framework.words(),
                state: stage_status(desk.stage()),
                number: version.number,
                is_final: !is_draft,
            },
            note: version.card.note.as_ref().map(ToString::to_string),
            opinion: opinion(&version.card),
            steps: steps(desk),
            facts: public_facts(&version.card),
            held: held_facts(facts),
            facts_href: in_draft("facts"),
            file: version.file.as_ref().map(|file| file_view(file, desk)),
            signatures,
            preparing,
            upload: takes_file.then(|| UploadForm::new(&staff.app, version, refused)),
            exceptions: desk.weighed.iter().map(|one| row(staff, desk, one)).collect(),
            add_href: in_draft("exceptions/new"),
            finalize: finalize(desk),
            review: review_view(desk, Day::of(staff.app.clock.now())),
            begin_version: is_offered.then(|| format!("{}/version", desk.href())),
            withdraw: is_offered.then(|| format!("{}/withdraw", desk.href())),
            recall: desk.version.state.finalized().map(|_| format!("/security/recall/{}", desk.version.id)),
        }
    }
}

/// The file as the page shows it.
fn file_view(file: &File, desk: &OnDesk) -> FileView {
    FileView {
        size: size_in_words(file.original.size_bytes),
        pages: counted(file.pages, "page"),
        sha256: hex(&file.source_sha256),
        verdict: verdict(file),
        href: format!("{}/file", desk.href()),
    }
}

/// One exception's row.
fn row(staff: &Staff<Compliance>, desk: &OnDesk, one: &Weighed) -> Row {
    let (exception, content) = (&one.exception, &one.exception.content);
    let is_draft = desk.version.state == State::Draft;
    let is_told = matches!(desk.version.state, State::Finalized(_) | State::Superseded(_));
    let href = format!("{}/exceptions/{}", desk.href(), exception.id);
    Row {
        reference: content.reference.to_string(),
        title: content.title.to_string(),
        class: class_status(content.class),
        years: years_status(desk.years_of(exception.id).len()),
        criterion: content.criterion.to_string(),
        response: response_status(staff, content),
        priority: if one.blocks() {
            Status::new(Tone::Danger, format!("{}, no plan", one.priority().words()))
        } else {
            priority_status(one.priority())
        },
        priority_href: format!("{href}/priority"),
        remediation: standing_status(&one.standing),
        remediation_href: is_told.then(|| format!("{href}/remediation")),
        edit_href: is_draft.then_some(href),
    }
}

/// Whether there is a response, and how many remarks careful readers would make.
fn response_status(staff: &Staff<Compliance>, content: &Content) -> Status {
    match content.response.as_ref().map(|response| staff.app.checker.check(response).len()) {
        None => Status::new(Tone::Warn, "Missing"),
        Some(0) => Status::new(Tone::Ok, "Written"),
        Some(1) => Status::new(Tone::Info, "Written, 1 remark"),
        Some(remarks) => Status::new(Tone::Info, format!("Written, {remarks} remarks")),
    }
}
