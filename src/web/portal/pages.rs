//! `/reports/<slug>/pages/<n>`: one page of the recipient's own copy, painted by the server, with its words.
//!
//! Everything works by links and one small form; script only turns pages with the arrow keys. The picture is painted
//! for the page that shows it, so that a queue or a limit is said in words and not as a broken picture.

use crate::app::Template;
use crate::fault::Refusal as _;
use crate::release::pages::{PageCopy, Wanted};
use crate::release::{Asker, Refused};
use crate::text::Slug;
use crate::watermark::render::child::PageSize;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, see_other, show};
use crate::web::portal::room;
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

/// Which size is wanted, and which page by the small form.
#[derive(Deserialize)]
pub struct Asked {
    size: Option<String>,
    page: Option<String>,
}

/// The page.
#[derive(Serialize)]
struct PageView {
    shell: Shell,
    report: ReportWords,
    number: u32,
    pages: u32,
    picture: String,
    size: &'static str,
    sizes: Vec<SizeLink>,
    previous: Option<String>,
    next: Option<String>,
    turn: String,
    paragraphs: Vec<String>,
    copy_id: String,
    pictures_only: bool,
}

impl Page for PageView {
    const TEMPLATE: Template = Template::PortalPage;
}

/// The report.
#[derive(Serialize)]
struct ReportWords {
    title: String,
    href: String,
}

/// A size to choose.
#[derive(Serialize)]
struct SizeLink {
    href: String,
    label: &'static str,
    current: bool,
}

/// The name of a size in addresses, and for people.
pub(crate) const fn named(size: PageSize) -> (&'static str, &'static str) {
    match size {
        PageSize::Column => ("column", "Fit"),
        PageSize::Large => ("large", "Larger"),
        PageSize::Huge => ("huge", "Largest"),
    }
}

/// The size of this name; the smallest without one.
pub(crate) fn size_of(name: Option<&str>) -> PageSize {
    let known = PageSize::ALL.into_iter().find(|size| Some(named(*size).0) == name);
    known.unwrap_or(PageSize::Column)
}

/// GET: goes to the page that was typed.
pub async fn turn(prospect: Prospect, slug: Path<Slug>, asked: Query<Asked>) -> Answer {
    let (version, _) = room::require_grant(&prospect, slug.into_inner()).await?;
    let pages = version.file.as_ref().map_or(1, |file| file.pages);
    let typed = asked.page.as_deref().and_then(|page| page.trim().parse::<u32>().ok());
    let (page, said) = match typed {
        Some(page) if (1..=pages).contains(&page) => (page, String::new()),
        _ => (1, format!("This report has the pages 1 to {pages}.")),
    };
    let size = named(size_of(asked.size.as_deref())).0;
    Ok(see_other(&prospect, &format!("/reports/{}/pages/{page}?size={size}", version.report.slug), &said))
}

/// GET: one page, with its picture and words.
pub async fn open_page(prospect: Prospect, place: Path<(Slug, u32)>, asked: Query<Asked>) -> Answer {
    let (slug, number) = place.into_inner();
    let (version, grant) = room::require_grant(&prospect, slug).await?;
    let wanted = wanted(number, version.file.as_ref().map_or(0, |file| file.pages), &asked)?;
    let copy = match admit(&prospect, grant.id, wanted).await {
        Ok(copy) => copy,
        Err(Refused::Missing(steps)) => return Ok(see_other(&prospect, room::where_to(&steps), "")),
        Err(refused) => return Err(refusal(&refused, wanted, version.report.slug.as_str())),
    };
    let base = format!("/reports/{}/pages", version.report.slug);
    let size = named(wanted.size).0;
    let to = |page: u32| format!("{base}/{page}?size={size}");
    let page = PageView {
        shell: prospect.shell(Desk::Portal, format!("Page {number}: {}", version.card.title)),
        report: ReportWords {
            title: version.card.title.to_string(),
            href: format!("/reports/{}", version.report.slug),
        },
        number,
        pages: copy.pages(),
        picture: format!("{base}/{number}/picture?size={size}"),
        size,
        sizes: PageSize::ALL.into_iter().map(|one| size_link(&base, number, one, wanted.size)).collect(),
        previous: (number > 1).then(|| to(number - 1)),
        next: (number < copy.pages()).then(|| to(number + 1)),
        turn: base.clone(),
        paragraphs: paragraphs(copy.words()),
        copy_id: grant.copy.to_string(),
        pictures_only: version.file.as_ref().is_some_and(|file| file.tier == crate::reports::Tier::T3),
    };
    show(&prospect, &page)
}

/// GET: the picture of a page.
pub async fn picture(prospect: Prospect, place: Path<(Slug, u32)>, asked: Query<Asked>) -> Answer {
    let (slug, number) = place.into_inner();
    let (version, grant) = room::require_grant(&prospect, slug).await?;
    let wanted = wanted(number, version.file.as_ref().map_or(0, |file| file.pages), &asked)?;
    match admit(&prospect, grant.id, wanted).await {
        Ok(copy) => Ok(png(&copy)),
        Err(Refused::Missing(steps)) => Ok(see_other(&prospect, room::where_to(&steps), "")),
        Err(refused) => Err(refusal(&refused, wanted, version.report.slug.as_str())),
    }
}

/// A picture as an answer that nobody keeps.
pub(crate) fn png(copy: &PageCopy) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/png"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-robots-tag", "noindex"))
        .body(copy.png().to_vec())
}

/// The page that is wanted, when there is one of this number.
fn wanted(number: u32, pages: u32, asked: &Asked) -> Result<Wanted, Problem> {
    if (1..=pages).contains(&number) {
        Ok(Wanted { page: number, size: size_of(asked.size.as_deref()) })
    } else {
        Err(Problem::not_found())
    }
}

/// Admits to the page.
async fn admit(prospect: &Prospect, grant: crate::ids::GrantId, wanted: Wanted) -> Result<PageCopy, Refused> {
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    prospect.app.gate().admit_page(asker, prospect.session.id, grant, wanted).await
}

/// A refusal with the way on.
fn refusal(refused: &Refused, wanted: Wanted, slug: &str) -> Problem {
    match refused {
        Refused::Busy | Refused::TooFast => Problem::new(refused.kind(), refused.to_string()).action(
            format!("/reports/{slug}/pages/{}?size={}", wanted.page, named(wanted.size).0),
            "Try this page again",
        ),
        other => room::refusal(other),
    }
}

/// The link to a size.
fn size_link(base: &str, number: u32, size: PageSize, current: PageSize) -> SizeLink {
    let (name, label) = named(size);
    SizeLink { href: format!("{base}/{number}?size={name}"), label, current: size == current }
}

/// The words of a page, parted where it leaves room.
pub(crate) fn paragraphs(words: &str) -> Vec<String> {
    words.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
