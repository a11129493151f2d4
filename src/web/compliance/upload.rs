//! `.../upload`: a PDF on its way in, and how far its preparation is.
//!
//! Once the file is whole, preparing, sealing and the act go on by themselves: whoever closes the page loses nothing.
//! The page asks again until it is done, and then goes on to what was done with the file. What ended badly stays said
//! until the next upload.

use super::preparing::{self, record_refusal};
use super::receive::{Received, receive};
use super::report::{self, ReportPage};
use super::upload_form::{Refused, UploadForm};
use super::{Back, OnDesk, href_of, on_desk, slug_of};
use crate::app::Template;
use crate::reports::preparing::{Busy, Standing};
use crate::reports::{NotADraft, Version, store};
use crate::watermark::{Progress, Stage};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::partials::{self, Step};
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web;
use serde::Serialize;

/// How often the page asks again, in seconds: by a header, so that it works without script.
const REFRESH_SECS: &str = "1";

/// The page.
#[derive(Serialize)]
struct UploadPage {
    shell: Shell,
    report: Back,
    running: Option<Running>,
    refused: Option<String>,
    upload: Option<UploadForm>,
}

impl Page for UploadPage {
    const TEMPLATE: Template = Template::ComplianceUpload;
}

/// A preparation under way.
#[derive(Serialize)]
struct Running {
    words: String,
    percent: usize,
    steps: Vec<Step>,
}

/// GET: how far the preparation is, why it ended badly, or on to what was done with the file.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let version = newest(&staff, &slug).await?;
    let back = href_of(&version);
    let standing = preparing::standing(&staff.app, version.id).await?;
    let (Some(standing), true) = (standing, version.clone().into_draft().is_ok()) else {
        // Read anew: it may have ended since the version was read.
        let has_file = newest(&staff, &slug).await?.file.is_some();
        let goes_to = if has_file { format!("{back}/file") } else { back };
        return Ok(see_other(&staff, &goes_to, ""));
    };
    let running = match &standing {
        Standing::Running(progress) => Some(running(*progress)),
        _ => None,
    };
    let title = if running.is_some() { "Preparing the file" } else { "The file was not taken" };
    let runs = running.is_some();
    let refused = Refused::of(&standing);
    let page = UploadPage {
        shell: staff.shell(Desk::Compliance, title),
        report: Back { title: version.card.title.to_string(), href: back },
        running,
        refused: refused.as_ref().map(|refused| refused.words.clone()),
        upload: refused.map(|refused| UploadForm::below_notice(&staff.app, &version, refused)),
    };
    let mut answer = show_page(&staff, &page)?;
    if runs {
        let every = HeaderValue::from_static(REFRESH_SECS);
        answer.headers_mut().insert(HeaderName::from_static("refresh"), every);
    }
    Ok(answer)
}

/// POST: takes the file, and begins to prepare it.
pub async fn take(staff: Staff<Compliance>, slug: web::Path<String>, body: Multipart) -> Answer {
    let version = newest(&staff, &slug).await?;
    let back = href_of(&version);
    let here = format!("{back}/upload");
    if version.clone().into_draft().is_err() {
        return Err(Problem::from(NotADraft).action(back, "Back to the report"));
    }
    if let Some(Standing::Running(_)) = preparing::standing(&staff.app, version.id).await? {
        return Err(Problem::from(Busy).action(here, "See how far it is"));
    }
    let refused = match receive(&staff.app, body).await? {
        Received::Whole(upload) => {
            let begun = preparing::begin(&staff.app, version, staff.person.id, upload).await;
            begun.map_err(|error| Problem::from(error).action(here.as_str(), "See how far it is"))?;
            return Ok(see_other(&staff, &here, ""));
        }
        Received::Nothing => Refused::new("Please choose the PDF first."),
        Received::TooLarge(refusal) => {
            record_refusal(&staff.app, staff.person.id, version.id, "too_large").await?;
            Refused::new(refusal)
        }
    };
    let desk: OnDesk = on_desk(&staff, &slug).await?;
    let signed = report::signed(&staff, &desk).await?;
    show_again(&staff, &ReportPage::new(&staff, &desk, (None, Some(refused)), signed))
}

/// The newest version of the report with this slug.
async fn newest(staff: &Staff<Compliance>, slug: &str) -> Result<Version, Problem> {
    let slug = slug_of(slug)?;
    Ok(staff.app.read(move |db| store::require_by_slug(db, &slug)).await?)
}

/// How far a preparation is, in a few words.
pub fn words(progress: Progress) -> String {
    let Progress { stage, done, of } = progress;
    match stage {
        Stage::Opening => "Opening the file".to_owned(),
        Stage::Checking => "Preparing: reading it with a second program".to_owned(),
        Stage::Writing => "Preparing: writing the pages anew".to_owned(),
        Stage::Rendering if done < of => format!("Preparing: page {} of {of}", done + 1),
        Stage::Rendering => "Preparing: sealing the file".to_owned(),
    }
}

/// A preparation as the page shows it: what each gate has said so far.
fn running(progress: Progress) -> Running {
    let Progress { stage, done, of } = progress;
    let pages = format!("{done} of {of} pages");
    let painted = stage == Stage::Rendering && done >= of;
    let place = match stage {
        Stage::Opening => 0,
        Stage::Writing => 1,
        Stage::Checking => 2,
        Stage::Rendering if painted => 4,
        Stage::Rendering => 3,
    };
    let details = [
        ("Open the file", "It can be read.".to_owned()),
        ("Write every page anew, without active content, with its place for the mark", pages.clone()),
        ("Read it with a second program", "It finds the same pages, as large as before.".to_owned()),
        (
            "Paint every page as before, without a mark, and with one",
            format!("{pages}: the mark is seen on each."),
        ),
        ("Seal it", String::new()),
    ];
    let steps = details.into_iter().enumerate().map(|(at, (label, said))| {
        let state = match at.cmp(&place) {
            std::cmp::Ordering::Less => partials::Progress::Done,
            std::cmp::Ordering::Equal => partials::Progress::Running,
            std::cmp::Ordering::Greater => partials::Progress::Waiting,
        };
        let step = Step::new(label, state);
        // The pages that were counted before are all of them by now.
        let is_count =
            at == place && matches!(stage, Stage::Writing | Stage::Rendering) && of > 0 && !painted;
        let is_verdict = at < place && at != 1;
        if is_count || is_verdict { step.detail(said) } else { step }
    });
    Running { words: words(progress), percent: percent(progress), steps: steps.collect() }
}

/// How much of the work is done: painting takes most of it.
fn percent(Progress { stage, done, of }: Progress) -> usize {
    let (from, to) = match stage {
        Stage::Opening => return 2,
        Stage::Writing => (5, 30),
        Stage::Checking => return 30,
        Stage::Rendering => (35, 98),
    };
    from + ((to - from) * done.min(of)).checked_div(of).unwrap_or(0)
}
