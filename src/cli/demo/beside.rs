//! What the demonstration tells beside its first report, by the desks' own acts.

use crate::accounts::store as accounts;
use crate::app::App;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::ids::{PersonId, VersionId};
use crate::reports::bridge_letter::document::{self, Issued};
use crate::reports::companion::Readied;
use crate::reports::cover_note::{Words, write};
use crate::reports::upload::Shelf;
use crate::reports::{bridge_letter, store as reports};
use crate::text::{Day, JobTitle, Paragraphs, PersonName, Slug};

/// The cover note.
const COVER_NOTE: &str = include_str!("../../../demo/cover-note.txt");
/// The statement of the bridge letter.
const BRIDGE_LETTER: &str = include_str!("../../../demo/bridge-letter.txt");
/// The report it is written beside.
const REPORT: &str = "soc2-type2-2026";

/// Tells it.
pub(super) async fn tell(app: &App, by: PersonId) -> Result<(), Fault> {
    let broken = |error| Fault::new("demo text", error);
    let slug = Slug::parse(REPORT).map_err(broken)?;
    let words = Words { text: Paragraphs::parse(COVER_NOTE).map_err(broken)? };
    let version = app.read(move |db| reports::require_offered_by_slug(db, &slug)).await?.id;
    let house = app.house.clone();
    app.act("report.cover_note", move |act| write(act, &house, by, version, &words))
        .await
        .map_err(|error| Fault::new("the demo's cover note", error))?;
    let letter = bridge_letter::Words {
        from: Day::parse("2026-10-01").map_err(broken)?,
        to: Day::parse("2026-10-31").map_err(broken)?,
        statement: Paragraphs::parse(BRIDGE_LETTER).map_err(broken)?,
        signer: PersonName::parse("Ingrid Halvorsen-Mbeki").map_err(broken)?,
        title: JobTitle::parse("Chief Executive Officer").map_err(broken)?,
    };
    let (place, words) = (app.clone(), letter.clone());
    let document = app.work(move || letter_document(&place, version, &words)).await??;
    let house = app.house.clone();
    app.act("bridge_letter.finalize", move |act| {
        bridge_letter::finalize(act, &house, by, version, (&letter, &document))
    })
    .await
    .map_err(|error| Fault::new("the demo's bridge letter", error))?;
    Ok(())
}

/// The bridge letter as a document, sealed. Blocking.
fn letter_document(app: &App, version: VersionId, words: &bridge_letter::Words) -> Result<Readied, Fault> {
    let company = accounts::find_company(&mut *app.database.read()?)?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    let issued = Issued { company: &company, on: Day::of(app.clock.now()) };
    let program = std::env::current_exe()?;
    on_shelf(app, version, |shelf| {
        document::ready(shelf, (program.as_path(), &*app.gate.mark_fonts), words, issued)
            .map_err(|error| Fault::new("the demo's bridge letter cannot be prepared", error))
    })
}

/// Does something with the place where a version's objects go. Blocking.
pub(super) fn on_shelf<T>(
    app: &App,
    version: VersionId,
    work: impl FnOnce(&Shelf<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let (version, key) = {
        let db = &mut *app.database.read()?;
        let version = reports::require(db, version)?;
        let key = data_keys::open_for(db, &app.keyring, version.key_owner())?;
        (version, key)
    };
    work(&Shelf { vault: &app.vault, clock: &app.clock, key: &key, version: &version })
}
