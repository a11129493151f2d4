//! `/recalls/<version>`: what was recalled and why, for whoever holds it, and their word that nothing is left of it.
//!
//! The link of the letter carries no secret: it opens after the address was confirmed, so that the word is the recipient's.

use crate::app::Template;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::ids::VersionId;
use crate::release::recall::RecallError;
use crate::release::recall::acts::confirm as confirm_destruction;
use crate::release::recall::store::{self as notices, Told};
use crate::reports::recalls::{self, Recall};
use crate::reports::{Version, store as reports};
use crate::text::PersonName;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, When, see_other, show, show_again};
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct RecallPage {
    shell: Shell,
    report: String,
    version: u32,
    company: String,
    since: When,
    /// None once the report was shredded, and the reason with it.
    reason: Option<String>,
    action: String,
    confirmed: Option<Confirmed>,
    form: Fields,
}

impl Page for RecallPage {
    const TEMPLATE: Template = Template::PortalRecall;
}

/// That it was confirmed.
#[derive(Serialize)]
struct Confirmed {
    at: When,
    receipt_href: String,
}

/// The form.
#[derive(Serialize)]
struct Fields {
    name: String,
    destroyed: bool,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// What the page is made from.
struct Known {
    version: Version,
    recall: Recall,
    told: Told,
}

/// Reads the recall, for somebody who was written to about it; to everybody else it is not there.
async fn read(prospect: &Prospect, id: VersionId) -> Result<Known, Problem> {
    let (keyring, person) = (Arc::clone(&prospect.app.keyring), prospect.person.id);
    let known = prospect.app.read(move |db| {
        let Some(told) = notices::find_told(db, id, person)? else { return Ok::<_, Fault>(None) };
        let version = reports::require(db, id)?;
        let key = data_keys::find_for(db, &keyring, version.key_owner())?;
        let recall = recalls::find(db, key.as_ref(), id)?;
        Ok(recall.map(|recall| Known { version, recall, told }))
    });
    known.await?.ok_or_else(|| RecallError::NotYours.into())
}

/// The page.
fn page(prospect: &Prospect, known: &Known, form: &Form) -> RecallPage {
    RecallPage {
        shell: prospect.shell(Desk::Portal, "A recalled report"),
        report: known.version.card.title.to_string(),
        version: known.version.number,
        company: prospect.company.clone(),
        since: known.recall.at.into(),
        reason: known.recall.reason.as_ref().map(ToString::to_string),
        action: format!("/recalls/{}", known.version.id),
        confirmed: known.told.confirmed.map(|(at, entry)| Confirmed {
            at: at.into(),
            receipt_href: format!("/access/receipts/{entry}"),
        }),
        form: Fields {
            name: form.text("name").to_owned(),
            destroyed: form.is_ticked("destroyed"),
            errors: form.errors(&["name", "destroyed"]),
            problems: form.problems().to_vec(),
        },
    }
}

/// GET: what was recalled, and what is asked.
pub async fn open(prospect: Prospect, version: Path<VersionId>) -> Answer {
    let known = read(&prospect, *version).await?;
    let name = prospect.person.name.as_ref().map(ToString::to_string).unwrap_or_default();
    show(&prospect, &page(&prospect, &known, &Form::with(&[("name", &name)])))
}

/// POST: their word.
pub async fn confirm(prospect: Prospect, version: Path<VersionId>, mut form: Form) -> Answer {
    let id = *version;
    let known = read(&prospect, id).await?;
    let here = format!("/recalls/{id}");
    if known.told.confirmed.is_some() {
        return Ok(see_other(&prospect, &here, &RecallError::Confirmed.to_string()));
    }
    if !form.is_ticked("destroyed") {
        form.refuse("destroyed", "Tick this box once nothing is left. Until then nothing is recorded.");
    }
    let name = form.parse("name", "Your full name", PersonName::parse);
    let Some(name) = name.filter(|_| form.is_clean()) else {
        return show_again(&prospect, &page(&prospect, &known, &form));
    };
    let (person, origin) = (prospect.person.id, prospect.origin.clone());
    let done = prospect
        .app
        .act("recall.confirm", move |act| confirm_destruction(act, person, id, &name, &origin))
        .await;
    let said = match done {
        Ok(_) => "Thank you. It is recorded, and the receipt is yours to keep.".to_owned(),
        Err(refusal @ RecallError::Confirmed) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&prospect, &here, &said))
}
