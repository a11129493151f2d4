//! `.../preview/<n>`: a page of the prepared file as a recipient will see it, marked with the name of who looks.
//!
//! The file itself does not leave: the picture is painted from a copy that is marked as a preview, and every view is an
//! entry first, as it is for recipients.

use super::{Back, on_desk};
use crate::app::Template;
use crate::fault::Refusal as _;
use crate::release::pages::{PageCopy, Previewer, Wanted};
use crate::release::{Asker, Refused};
use crate::watermark::SampleText;
use crate::watermark::render::child::PageSize;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, show as show_page};
use crate::web::portal::pages::png;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct PreviewPage {
    shell: Shell,
    report: Back,
    number: u32,
    pages: u32,
    picture: String,
    previous: Option<String>,
    next: Option<String>,
    warnings: Vec<String>,
}

impl Page for PreviewPage {
    const TEMPLATE: Template = Template::CompliancePreview;
}

/// GET: a page with its picture.
pub async fn show(staff: Staff<Compliance>, place: web::Path<(String, u32)>) -> Answer {
    let (slug, number) = place.into_inner();
    let desk = on_desk(&staff, &slug).await?;
    let file = desk.version.file.as_ref().ok_or_else(Problem::not_found)?;
    let base = format!("{}/preview", desk.href());
    let copy = painted(&staff, desk.version.id, number, file.pages, &base).await?;
    let page = PreviewPage {
        shell: staff.shell(Desk::Compliance, format!("Preview, page {number}")),
        report: desk.back(),
        number,
        pages: copy.pages(),
        picture: format!("{base}/{number}/picture"),
        previous: (number > 1).then(|| format!("{base}/{}", number - 1)),
        next: (number < copy.pages()).then(|| format!("{base}/{}", number + 1)),
        warnings: file.warnings.clone(),
    };
    show_page(&staff, &page)
}

/// GET: the picture.
pub async fn picture(staff: Staff<Compliance>, place: web::Path<(String, u32)>) -> Answer {
    let (slug, number) = place.into_inner();
    let desk = on_desk(&staff, &slug).await?;
    let file = desk.version.file.as_ref().ok_or_else(Problem::not_found)?;
    let base = format!("{}/preview", desk.href());
    Ok(png(&painted(&staff, desk.version.id, number, file.pages, &base).await?))
}

/// The page, painted with the name of who looks.
async fn painted(
    staff: &Staff<Compliance>,
    version: crate::ids::VersionId,
    number: u32,
    pages: u32,
    base: &str,
) -> Result<PageCopy, Problem> {
    if !(1..=pages).contains(&number) {
        return Err(Problem::not_found());
    }
    let previewer = Previewer {
        asker: Asker::of(&staff.session, staff.origin.clone()),
        text: SampleText {
            name: staff.person.shown_as().to_owned(),
            email: staff.person.email.to_string(),
            company: staff.company.clone(),
        },
    };
    let wanted = Wanted { page: number, size: PageSize::Column };
    let opened = staff.app.gate().preview_page(previewer, staff.session.id, version, wanted).await;
    opened.map_err(|refused: Refused| {
        Problem::new(refused.kind(), refused.to_string())
            .action(format!("{base}/{number}"), "Try this page again")
    })
}
