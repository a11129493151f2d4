//! What the demonstration tells beside its first report, by the desks' own acts.

use crate::app::App;
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::reports::bridge_letter;
use crate::reports::cover_note::{Words, write};
use crate::reports::store as reports;
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
    let house = app.house.clone();
    app.act("bridge_letter.finalize", move |act| bridge_letter::finalize(act, &house, by, version, &letter))
        .await
        .map_err(|error| Fault::new("the demo's bridge letter", error))?;
    Ok(())
}
