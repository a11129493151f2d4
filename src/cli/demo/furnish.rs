//! Furnishing: company, staff, NDA and reports by the desks' own acts, then the visitors by the portal.

use super::content::{DemoCorrection, DemoException, DemoReport, Furniture, Progress, Staff};
use super::visit::Guest;
use super::{beside, forgotten, kept};
use crate::accounts::acts::change_company;
use crate::app::App;
use crate::exceptions::acts::priority::prioritise;
use crate::exceptions::acts::{finalize, record};
use crate::fault::Fault;
use crate::grants::Terms;
use crate::grants::acts::approve;
use crate::identity::Role;
use crate::identity::acts::staff::{NewStaff, add_staff};
use crate::ids::{ExceptionId, PersonId, VersionId};
use crate::ledger::Actor;
use crate::nda::acts::publish;
use crate::remediation::Status;
use crate::remediation::acts::update;
use crate::reports::acts::review::{ask_correction, open_review, settle_correction};
use crate::reports::acts::{NewReport, attach_upload, create};
use crate::reports::memos::About;
use crate::reports::review::{BUSINESS_DAYS, Settled, plus_business_days};
use crate::reports::store as reports;
use crate::reports::upload::{Shelf, take_in};
use crate::text::{Day, Line, Slug};
use std::collections::BTreeMap;
use std::error::Error;

/// Days and downloads of the grant of the visitor who has come all the way.
const TERMS: (i64, i64) = (30, 3);

/// Furnishes an empty house.
pub(super) async fn furnish(app: &App) -> Result<(), Fault> {
    let furniture = Furniture::read()?;
    let mut desks = BTreeMap::new();
    // Whoever comes second to a desk verifies what the first one did.
    let mut seconds = BTreeMap::new();
    for person in &furniture.staff {
        let seated = seat(app, person).await?;
        let at_desk = if desks.contains_key(&person.role) { &mut seconds } else { &mut desks };
        at_desk.insert(person.role, seated);
    }
    let verifier = seconds.get(&Role::Compliance).copied();
    let verifier = verifier.ok_or(Fault::bare("the demo has nobody who verifies"))?;
    let desk = |role: Role| desks.get(&role).copied().ok_or(Fault::bare("the demo has nobody at a desk"));
    let (compliance, sales) = (desk(Role::Compliance)?, desk(Role::Sales)?);
    let security = desk(Role::Security)?;
    let company = furniture.company.clone();
    app.act("company.change", move |act| change_company(act, compliance, &company)).await?;
    let (house, text) = (app.house.clone(), furniture.nda.clone());
    app.act("nda.publish", move |act| publish(act, &house, compliance, text)).await?;
    let mut known = Known::new();
    for report in furniture.reports {
        shelve(app, (compliance, verifier), report, &mut known).await?;
    }
    beside::tell(app, compliance).await?;
    kept::keep(app, compliance, |slug, line| known.get(&(slug.clone(), line.clone())).copied()).await?;
    for visitor in &furniture.visitors {
        let mut guest = Guest::enter(app, visitor);
        let request = guest.asks().await?;
        guest.confirms().await?;
        if visitor.state == Progress::Finished {
            guest.accepts().await?;
            let house = app.house.clone();
            let terms = (Terms::new(TERMS.0, TERMS.1), None);
            app.act("request.approve", move |act| approve(act, &house, sales, request, terms))
                .await
                .map_err(|error| Fault::new("the demo's approval", error))?;
            guest.reads_and_downloads().await?;
        }
        if let Some(wished) = visitor.wish {
            guest.asks_to_be_forgotten().await?;
            let person = guest.person().await?;
            forgotten::answer(app, security, person, wished).await?;
        }
    }
    Ok(())
}

/// Gives a person a desk.
async fn seat(app: &App, person: &Staff) -> Result<PersonId, Fault> {
    let (house, name, email, role) =
        (app.house.clone(), person.name.clone(), person.email.clone(), person.role);
    let new = NewStaff { email, name, role };
    app.act("staff.add", move |act| add_staff(act, &house, Actor::Operator, &new))
        .await
        .map(|done| done.value)
        .map_err(|error| Fault::new("the demo's staff", error))
}

/// Exceptions by report and reference, so that later ones can be linked to them.
type Known = BTreeMap<(Slug, Line), ExceptionId>;

/// What a refused act of the furnishing means: a defect of the demonstration's files.
fn failed<E: Error + Send + Sync + 'static>(what: &'static str) -> impl FnOnce(E) -> Fault {
    move |error| Fault::new(what, error)
}

/// Publishes a report: facts, file, exceptions; then what happened since. One with corrections stays in its review.
async fn shelve(
    app: &App,
    (by, verifier): (PersonId, PersonId),
    report: DemoReport,
    known: &mut Known,
) -> Result<(), Fault> {
    let (house, pdf) = (app.house.clone(), report.pdf);
    let (slug, before) = (report.slug.clone(), report.card.predecessor.clone());
    let new = NewReport { slug: report.slug, card: report.card, facts: report.facts };
    let version = app.act("report.create", move |act| create(act, &house, by, new)).await;
    let id = version.map_err(failed("the demo's report"))?.value.id;
    let place = app.clone();
    let file = app.work(move || upload(&place, id, pdf)).await??;
    let attached = app.act("report.upload", move |act| attach_upload(act, by, id, &file)).await;
    attached.map_err(failed("the demo's file"))?;
    let mut updates = Vec::new();
    for DemoException { mut content, since, decided, repeats } in report.exceptions {
        let named = before.clone().zip(repeats);
        content.repeats = named.and_then(|named| known.get(&named).copied());
        let (house, reference) = (app.house.clone(), content.reference.clone());
        let done = app.act("exception.record", move |act| record(act, &house, by, id, &content)).await;
        let exception = done.map_err(failed("the demo's exception"))?.value;
        known.insert((slug.clone(), reference), exception);
        if let Some(decided) = decided {
            let house = app.house.clone();
            app.act("exception.prioritise", move |act| prioritise(act, &house, by, exception, &decided))
                .await
                .map_err(failed("the demo's priority"))?;
        }
        updates.extend(since.into_iter().map(|(status, note)| (exception, status, note)));
    }
    if !report.corrections.is_empty() {
        return review(app, (by, id), &slug, report.corrections, known).await;
    }
    let house = app.house.clone();
    let fixed = app.act("report.finalize", move |act| finalize(act, &house, by, id)).await;
    fixed.map_err(failed("the demo's finalizing"))?;
    for (exception, status, note) in updates {
        let house = app.house.clone();
        let by = if status == Status::Verified { verifier } else { by };
        app.act("remediation.update", move |act| update(act, &house, by, exception, (status, &note)))
            .await
            .map_err(failed("the demo's remediation"))?;
    }
    Ok(())
}

/// Opens the review of a draft and enters its corrections with their answers.
async fn review(
    app: &App,
    (by, version): (PersonId, VersionId),
    slug: &Slug,
    corrections: Vec<DemoCorrection>,
    known: &Known,
) -> Result<(), Fault> {
    let due = plus_business_days(Day::of(app.clock.now()), BUSINESS_DAYS);
    let house = app.house.clone();
    let opened = app.act("report.review", move |act| open_review(act, &house, by, version, due)).await;
    opened.map_err(failed("the demo's review"))?;
    for DemoCorrection { correction, about, answer } in corrections {
        let exception = about.and_then(|reference| known.get(&(slug.clone(), reference)).copied());
        let (house, about) = (app.house.clone(), About { version, exception });
        let asked = app
            .act("report.correction", move |act| ask_correction(act, &house, by, about, &correction))
            .await
            .map_err(failed("the demo's correction"))?;
        let Some((verdict, words)) = answer else { continue };
        let (house, settled) = (app.house.clone(), Settled { correction: asked.value, verdict, words });
        app.act("report.correction_settle", move |act| settle_correction(act, &house, by, version, &settled))
            .await
            .map_err(failed("the demo's answer"))?;
    }
    Ok(())
}

/// Prepares a file in a child process and seals it. Blocking.
fn upload(app: &App, version: VersionId, pdf: &[u8]) -> Result<crate::reports::File, Fault> {
    let program = std::env::current_exe()?;
    let db = &mut *app.database.read()?;
    let version = reports::require(db, version)?;
    let key = crate::db::data_keys::open_for(db, &app.keyring, version.key_owner())?;
    let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version: &version };
    take_in(&shelf, &program, pdf)
        .map_err(|error| Fault::new("a report of the demo cannot be prepared", error))
}
