//! What the compliance desk of the demonstration keeps beside its newest report: evidence, and the checklist.

use super::beside::on_shelf;
use crate::app::App;
use crate::fault::Fault;
use crate::ids::{ExceptionId, PersonId, VersionId};
use crate::remediation::acts::evidence::{choose_evidence, keep_evidence};
use crate::remediation::evidence::{self, Choice, File};
use crate::reports::acts::checklist::{begin_checklist, mark_checklist};
use crate::reports::checklist::{Begun, Item, Mark};
use crate::reports::companion::{self, Readied};
use crate::reports::store as reports;
use crate::text::{Day, Line, Paragraphs, Slug};
use crate::typeset::{Block, Sheet};
use crate::vault::ObjectRef;

/// The report.
const REPORT: &str = "soc2-type2-2026";
/// When it arrived.
const ARRIVED: &str = "2026-11-06";
/// The items that are marked: which, by whom, and whether it is done.
const MARKS: &[(Item, &str, bool)] = &[
    (Item::Read, "Tobias Reinholt", true),
    (Item::Facts, "Tobias Reinholt", true),
    (Item::Owners, "Tobias Reinholt", true),
    (Item::Causes, "Head of identity and access", true),
    (Item::Responses, "Tobias Reinholt", true),
    (Item::Priorities, "Head of security", false),
    (Item::TalkTrack, "Head of sales", false),
];
/// The files: of which exception, name, what it shows, whether holders are told of it, and what it says. A PDF is typeset
/// from its words, and holders take marked copies of it.
const FILES: &[(&str, &str, &str, bool, &str)] = &[
    (
        "E-1",
        "internal-audit-leavers-q3.pdf",
        "The note of internal audit on its test of leavers, July to September 2026, with its result and who reviewed it.",
        true,
        include_str!("../../../demo/internal-audit-note.txt"),
    ),
    (
        "E-1",
        "internal-audit-leavers-q3.csv",
        "Internal audit's test of all 11 leavers of July to September 2026, 4 of them contractors: last day, and when the \
         account was disabled.",
        true,
        "leaver,contractor,last_day,disabled_on\n1,no,2026-07-03,2026-07-03\n2,yes,2026-07-10,2026-07-10\n",
    ),
    (
        "E-4",
        "handover-form-before-and-after.txt",
        "The shift handover form before and after 23 March 2026. It names systems, and is for this desk only.",
        false,
        "Before: open incidents, open alerts.\nAfter: open incidents, open alerts, open reviews of emergency changes.\n",
    ),
];

/// A text of the demonstration that does not parse: a defect of the build.
fn broken(error: crate::text::TextError) -> Fault {
    Fault::new("demo text", error)
}

/// Keeps all of it; `known` finds the report's exceptions by their references.
pub(super) async fn keep(
    app: &App,
    by: PersonId,
    known: impl Fn(&Slug, &Line) -> Option<ExceptionId>,
) -> Result<(), Fault> {
    let slug = Slug::parse(REPORT).map_err(broken)?;
    let wanted = slug.clone();
    let version = app.read(move |db| reports::require_offered_by_slug(db, &wanted)).await?.id;
    tick(app, by, version).await?;
    for (reference, name, shows, told, text) in FILES {
        let reference = Line::parse(reference).map_err(broken)?;
        let exception = known(&slug, &reference).ok_or(Fault::bare("an exception of the demo is missing"))?;
        let place = app.clone();
        let sealed = app.work(move || seal(&place, version, (name, text))).await?;
        let (object, document) = sealed?;
        let (name, shows) = (Line::parse(name).map_err(broken)?, Paragraphs::parse(shows).map_err(broken)?);
        let (house, file) = (app.house.clone(), File::of(&object, name, shows));
        let kept = app
            .act("evidence.keep", move |act| keep_evidence(act, &house, by, exception, &file))
            .await
            .map_err(|error| Fault::new("the demo's evidence", error))?;
        if *told {
            let (house, choice) = (app.house.clone(), Choice { evidence: kept.value, told: true });
            app.act("evidence.choose", move |act| {
                choose_evidence(act, &house, by, exception, (choice, document.as_ref()))
            })
            .await
            .map_err(|error| Fault::new("the demo's choice", error))?;
        }
    }
    Ok(())
}

/// Begins the checklist and marks its items.
async fn tick(app: &App, by: PersonId, version: VersionId) -> Result<(), Fault> {
    let failed = |error| Fault::new("the demo's checklist", error);
    let (house, begun) = (app.house.clone(), Begun { arrived: Day::parse(ARRIVED).map_err(broken)? });
    app.act("checklist.begin", move |act| begin_checklist(act, &house, by, version, &begun))
        .await
        .map_err(failed)?;
    for (item, owner, done) in MARKS {
        let owner = Some(Line::parse(owner).map_err(broken)?);
        let (house, mark) = (app.house.clone(), Mark { item: *item, owner, done: *done });
        app.act("checklist.mark", move |act| mark_checklist(act, &house, by, version, &mark))
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Seals a file into the vault, and readies it for the mark if it is a PDF. Blocking.
fn seal(
    app: &App,
    version: VersionId,
    (name, text): (&str, &str),
) -> Result<(ObjectRef, Option<Readied>), Fault> {
    let program = std::env::current_exe()?;
    on_shelf(app, version, |shelf| {
        let put =
            |bytes: &[u8]| shelf.vault.put(shelf.clock, shelf.key, &evidence::context(shelf.version), bytes);
        let Some(title) = name.strip_suffix(".pdf") else { return Ok((put(text.as_bytes())?, None)) };
        let pdf = note(title, text).to_pdf()?;
        let readied = companion::ready(shelf, &program, &app.gate.mark_fonts, &pdf)
            .map_err(|error| Fault::new("the demo's evidence cannot be prepared", error))?;
        Ok((put(&pdf)?, Some(readied)))
    })
}

/// A note of internal audit: its first line is the title.
fn note(name: &str, text: &str) -> Sheet {
    let (title, text) = text.split_once('\n').unwrap_or((name, text));
    Sheet {
        title: title.to_owned(),
        head: "Internal audit".to_owned(),
        blocks: vec![Block::Title(title.to_owned()), Block::Text(text.trim().to_owned())],
    }
}
