//! The compliance desk: the company, the NDA, reports from draft to finalized, and remediation beside them.
//!
//! Staff of this desk open what is sealed under a version's key in order to write it. They get no file: the prepared
//! body leaves only as a marked copy, through the gate.

mod board;
mod bridge_letter;
mod companion;
mod checklist;
mod company;
mod correction;
mod cover_note;
mod evidence;
mod exception_edit;
mod exchange;
mod exception_form;
mod facts_form;
mod facts_lines;
mod finalize;
mod nda;
mod overview;
mod periods;
mod preparing;
mod preview;
mod priority;
mod public;
mod reading;
mod ready;
mod receive;
mod remediation;
mod report;
mod report_facts;
mod reports;
mod review;
mod upload;
mod upload_form;
mod upload_result;
mod version;
mod way;
mod withdraw;

use super::form::FormLimit;
use super::guard::{Staff, desk::Compliance};
use super::problem::Problem;
use crate::db::{Db, data_keys};
use crate::exceptions::{self, Exception};
use crate::fault::{Fault, Kind};
use crate::ids::ExceptionId;
use crate::remediation::Update;
use crate::remediation::evidence::{Evidence, list as list_evidence};
use crate::remediation::weighed::{Weighed, weigh_with};
use crate::reports::review::{Review, Stage};
use crate::reports::{Facts, Period, Version, store};
use crate::seal::{DataKey, Keyring};
use crate::text::{Day, Slug};
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The routes of this face.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/compliance", web::get().to(overview::show))
        .route("/compliance/company", web::get().to(company::show))
        .route("/compliance/company", web::post().to(company::save))
        .route("/compliance/company/public", web::get().to(public::show))
        .route("/compliance/company/public", web::post().to(public::save))
        .route("/compliance/nda", web::get().to(nda::show))
        .route("/compliance/nda", web::post().to(nda::ask))
        .route("/compliance/nda/publish", web::post().to(nda::publish))
        .route("/compliance/nda/{number}", web::get().to(nda::version))
        .route("/compliance/nda/{number}/text", web::get().to(nda::text))
        .route("/compliance/remediation", web::get().to(board::show))
        .route("/compliance/reports", web::get().to(reports::list))
        .route("/compliance/reports/new", web::get().to(report_facts::begin))
        .route("/compliance/reports/new", web::post().to(report_facts::create))
        .route("/compliance/reports/{slug}", web::get().to(report::show))
        .route("/compliance/reports/{slug}/facts", web::get().to(report_facts::show))
        .route("/compliance/reports/{slug}/facts", web::post().to(report_facts::save))
        .route("/compliance/reports/{slug}/upload", web::get().to(upload::show))
        .route("/compliance/reports/{slug}/upload", web::post().to(upload::take))
        .route("/compliance/reports/{slug}/file", web::get().to(upload_result::show))
        .route("/compliance/reports/{slug}/preview/{page}", web::get().to(preview::show))
        .route("/compliance/reports/{slug}/preview/{page}/picture", web::get().to(preview::picture))
        .route("/compliance/reports/{slug}/exceptions/new", web::get().to(exception_edit::begin))
        .route("/compliance/reports/{slug}/exceptions/new", web::post().to(exception_edit::record))
        .route("/compliance/reports/{slug}/exceptions/{id}", web::get().to(exception_edit::show))
        .route("/compliance/reports/{slug}/exceptions/{id}", web::post().to(exception_edit::save))
        .route("/compliance/reports/{slug}/exceptions/{id}/remove", web::post().to(exception_edit::remove))
        .route("/compliance/reports/{slug}/exceptions/{id}/remediation", web::get().to(remediation::show))
        .route("/compliance/reports/{slug}/exceptions/{id}/remediation", web::post().to(remediation::add))
        .route("/compliance/reports/{slug}/exceptions/{id}/priority", web::get().to(priority::show))
        .route("/compliance/reports/{slug}/exceptions/{id}/priority", web::post().to(priority::decide))
        .route("/compliance/reports/{slug}/exceptions/{id}/accept-risk", web::post().to(priority::accept))
        .route("/compliance/reports/{slug}/bridge-letter", web::get().to(bridge_letter::show))
        .route("/compliance/reports/{slug}/bridge-letter", web::post().to(bridge_letter::save))
        .route("/compliance/reports/{slug}/cover-note", web::get().to(cover_note::show))
        .route("/compliance/reports/{slug}/cover-note", web::post().to(cover_note::save))
        .service(
            web::resource("/compliance/reports/{slug}/import")
                .app_data(FormLimit(exchange::LIMIT_BYTES))
                .route(web::get().to(exchange::ask))
                .route(web::post().to(exchange::take)),
        )
        .route("/compliance/reports/{slug}/export/{format}", web::get().to(exchange::export))
        .route("/compliance/reports/{slug}/finalize", web::get().to(finalize::ask))
        .route("/compliance/reports/{slug}/finalize", web::post().to(finalize::finalize))
        .route("/compliance/reports/{slug}/review", web::get().to(review::show))
        .route("/compliance/reports/{slug}/review", web::post().to(review::open))
        .route("/compliance/reports/{slug}/review/corrections", web::post().to(review::ask))
        .route("/compliance/reports/{slug}/review/corrections/{id}", web::get().to(correction::show))
        .route("/compliance/reports/{slug}/review/corrections/{id}", web::post().to(correction::settle))
        .configure(beside_routes)
        .route("/compliance/reports/{slug}/version", web::post().to(version::begin))
        .route("/compliance/reports/{slug}/withdraw", web::get().to(withdraw::ask))
        .route("/compliance/reports/{slug}/withdraw", web::post().to(withdraw::withdraw));
}

/// What is kept beside a report: evidence, and the checklist after it has arrived.
fn beside_routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/compliance/reports/{slug}/exceptions/{id}/evidence", web::get().to(evidence::show))
        .route("/compliance/reports/{slug}/exceptions/{id}/evidence", web::post().to(evidence::keep))
        .route("/compliance/reports/{slug}/exceptions/{id}/evidence/{file}", web::get().to(evidence::open))
        .route(
            "/compliance/reports/{slug}/exceptions/{id}/evidence/{file}/choice",
            web::post().to(evidence::shown::choose),
        )
        .route("/compliance/reports/{slug}/checklist", web::get().to(checklist::show))
        .route("/compliance/reports/{slug}/checklist", web::post().to(checklist::begin))
        .route("/compliance/reports/{slug}/checklist/{item}", web::post().to(checklist::mark));
}

/// A report as this desk works on it: everything opened.
struct OnDesk {
    version: Version,
    facts: Facts,
    exceptions: Vec<Exception>,
    updates: Vec<Update>,
    /// The exceptions again, with all that decides how much they press.
    weighed: Vec<Weighed>,
    /// The earlier periods whose reports had an exception too, the newest first; only for those that repeat one.
    years: BTreeMap<ExceptionId, Vec<Period>>,
    /// The files beside its exceptions.
    evidence: Vec<Evidence>,
    /// The review of the draft, if it was opened.
    review: Option<Review>,
    /// What the report before had, when it is here.
    earlier: Option<(Version, Vec<Exception>)>,
}

impl OnDesk {
    /// Opens the newest version of the report with this slug.
    fn open(db: &mut Db, keyring: &Keyring, slug: &Slug, today: Day) -> Result<Self, Fault> {
        let version = store::require_by_slug(db, slug)?;
        Self::of(db, keyring, version, today)
    }
    /// Opens this version.
    fn of(db: &mut Db, keyring: &Keyring, version: Version, today: Day) -> Result<Self, Fault> {
        let key: DataKey = data_keys::open_for(db, keyring, version.key_owner())?;
        let facts = version.open_facts(&key)?;
        let weighed = weigh_with(db, &key, &version, today)?;
        let exceptions: Vec<Exception> = weighed.iter().map(|one| one.exception.clone()).collect();
        let updates = weighed.iter().flat_map(|one| one.updates.clone()).collect();
        let earlier = match &version.card.predecessor {
            Some(slug) => exceptions::history::of_report(db, keyring, slug)?,
            None => None,
        };
        let review = Review::find(db, &key, version.id)?;
        let evidence = list_evidence(db, &key, version.id)?;
        let mut years = BTreeMap::new();
        for one in weighed.iter().filter(|one| one.exception.content.repeats.is_some()) {
            years.insert(one.exception.id, exceptions::history::periods(db, keyring, &one.exception)?);
        }
        Ok(Self { version, facts, exceptions, updates, weighed, years, evidence, review, earlier })
    }
    /// The updates of one exception, oldest first.
    fn updates_of(&self, exception: &Exception) -> Vec<Update> {
        self.updates.iter().filter(|update| update.exception == exception.id).cloned().collect()
    }
    /// The earlier periods whose reports had this exception too, the newest first.
    fn years_of(&self, exception: ExceptionId) -> &[Period] {
        self.years.get(&exception).map_or(&[], Vec::as_slice)
    }
    /// How far it has come.
    fn stage(&self) -> Stage {
        Stage::of(self.version.state, self.exceptions.len(), self.review.as_ref())
    }
    /// The exceptions of the report before, to pick the one that is repeated.
    fn earlier_choices(&self) -> Vec<exception_form::Earlier> {
        let choice = |one: &Exception| {
            (one.id.to_string(), format!("{}: {}", one.content.reference, one.content.title))
        };
        self.earlier.iter().flat_map(|(_, exceptions)| exceptions).map(choice).collect()
    }
    /// Where this report lies on the desk.
    fn href(&self) -> String {
        href_of(&self.version)
    }
    /// The report's name and address, for pages below it.
    fn back(&self) -> Back {
        Back { title: self.version.card.title.to_string(), href: self.href() }
    }
}

/// Where a report lies on the desk.
fn href_of(version: &Version) -> String {
    format!("/compliance/reports/{}", version.report.slug)
}

/// The report a page belongs to.
#[derive(Clone, Debug, Serialize)]
struct Back {
    title: String,
    href: String,
}

/// Reads a slug out of an address; what is none names no report.
fn slug_of(text: &str) -> Result<Slug, Fault> {
    Slug::parse(text).map_err(|_| Fault::bare("no such report").with_kind(Kind::NotFound))
}

/// The report with this slug, opened.
async fn on_desk(staff: &Staff<Compliance>, slug: &str) -> Result<OnDesk, Problem> {
    let (keyring, slug) = (Arc::clone(&staff.app.keyring), slug_of(slug)?);
    let today = Day::of(staff.app.clock.now());
    Ok(staff.app.read(move |db| OnDesk::open(db, &keyring, &slug, today)).await?)
}
