//! `/reports/<slug>/controls`: what the reader's own side has to do, as a checklist to take away.
//!
//! The list is sealed like the report's other facts: it leaves after its entry, and says whose it is.

use super::room::{refusal, require_grant, where_to};
use crate::grants::Grant;
use crate::release::room::Room;
use crate::release::{Asker, Refused};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::Prospect;
use crate::web::page::see_other;
use crate::web::problem::Problem;
use actix_web::web::Path;
use std::fmt::Write as _;

/// GET: the checklist as a text, once its entry is durable.
pub async fn take_away(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let (version, grant) = require_grant(&prospect, slug.into_inner()).await?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let gate = prospect.app.gate();
    let admission = match gate.admit_room(asker, grant.id).await {
        Ok(admission) => admission,
        Err(Refused::Missing(steps)) => return Ok(see_other(&prospect, where_to(&steps), "")),
        Err(refused) => return Err(refusal(&refused)),
    };
    let now = prospect.app.clock.now();
    let room = prospect.app.work(move || admission.open_room(&gate, now)).await??;
    if room.facts.user_controls.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(text_file(&format!("{}-controls.txt", version.report.slug), checklist(&room, &grant)))
}

/// The checklist: a box for each control, and whose copy it is.
fn checklist(room: &Room, grant: &Grant) -> String {
    let card = &room.version.card;
    let mut text = format!(
        "What your side has to do: {}\n{}, {}\n\nThe report assumes that whoever relies on it has these controls of \
         their own. Tick each one that you have checked, and name who answers for it.\n",
        card.title,
        card.auditor,
        card.period.words()
    );
    for control in &room.facts.user_controls {
        let criteria = control.criteria.as_ref().map(|criteria| format!(" ({criteria})")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[ ] {}{criteria}\n    {}\n    Who answers for it: ____________________  Checked on: ____________\n",
            control.reference,
            control.text.as_str().replace('\n', "\n    ")
        );
    }
    let recipient = grant.recipient();
    let _ = write!(
        text,
        "\nThis list is part of a report for restricted use. Copy {} for {}, {}.\n",
        grant.copy, recipient.name, recipient.company
    );
    text
}
