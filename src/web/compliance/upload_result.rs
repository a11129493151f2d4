//! `.../file`: what was done with a report's file.

use super::report::{Verdict, verdict};
use super::reports::counted;
use super::{Back, on_desk};
use crate::app::Template;
use crate::reports::Tier;
use crate::text::hex;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, show as show_page};
use crate::web::partials::Fact;
use crate::web::problem::Problem;
use crate::web::report::size_in_words;
use crate::web::signatures::{SignaturesView, signatures_of};
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct FilePage {
    shell: Shell,
    report: Back,
    verdict: Verdict,
    facts: Vec<Fact>,
    sha256: String,
    warnings: Vec<String>,
    signatures: Option<SignaturesView>,
    preview: String,
}

impl Page for FilePage {
    const TEMPLATE: Template = Template::ComplianceUploadResult;
}

/// What a tier means.
const fn tier_in_words(tier: Tier) -> &'static str {
    match tier {
        Tier::T1 => "a visible mark on every page, and hidden ones in its text",
        Tier::T2 => "a visible mark on every page",
        Tier::T3 => "pages as pictures, with a visible mark on each",
    }
}

/// GET: the verdict.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let file = desk.version.file.as_ref().ok_or_else(Problem::not_found)?;
    let page = FilePage {
        shell: staff.shell(Desk::Compliance, "The file"),
        report: desk.back(),
        verdict: verdict(file),
        facts: vec![
            Fact::new("Pages", counted(file.pages, "page")),
            Fact::new("As uploaded", size_in_words(file.original.size_bytes)),
            Fact::new("Prepared", size_in_words(file.body.size_bytes)),
            Fact::new("Each reader's copy carries", tier_in_words(file.tier)),
        ],
        sha256: hex(&file.source_sha256),
        warnings: file.warnings.clone(),
        signatures: signatures_of(&staff.app, &desk.version).await?,
        preview: format!("{}/preview/1", desk.href()),
    };
    show_page(&staff, &page)
}
