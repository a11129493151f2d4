//! `/security/filters`: filters of the log that a reader keeps for themselves.

use super::filter::{self, FIELDS, Whom};
use crate::fault::Kind;
use crate::identity::filters::{self, FilterError, Saved, Words};
use crate::identity::store as people;
use crate::ids::{FilterId, PersonId};
use crate::text::Line;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::LogReader, escape};
use crate::web::page::see_other;
use crate::web::problem::Problem;
use serde::Serialize;
use std::sync::Arc;

/// A saved filter on the log's page.
#[derive(Serialize)]
pub(super) struct SavedRow {
    id: String,
    name: String,
    href: Option<String>,
}

impl SavedRow {
    /// A filter in words; one that nobody can read any more leads nowhere.
    pub(super) fn new(saved: Saved) -> Self {
        let forgotten = || "About somebody who was forgotten".to_owned();
        Self {
            id: saved.id.to_string(),
            href: saved.words.as_ref().map(|words| format!("/security?{}", words.query)),
            name: saved.words.map_or_else(forgotten, |words| words.name.to_string()),
        }
    }
}

/// Why a filter is not saved as it was sent.
fn unreadable(what: &str) -> Problem {
    Problem::new(Kind::Invalid, what.to_owned())
        .todo("Go back to the log, mend it there, and save again.")
        .action("/security", "To the log")
}

/// POST: saves what the page is filtered by.
pub async fn save(staff: Staff<LogReader>, mut form: Form) -> Answer {
    let Some(name) = form.parse("name", "The name of the filter", Line::parse) else {
        let why = form.problems().first().map(|line| line.text.clone()).unwrap_or_default();
        return Err(unreadable(&why));
    };
    let asked = filter::parse(&mut form).ok_or_else(|| unreadable("This filter cannot be read."))?;
    let about = match asked.whom {
        None | Some(Whom::Domain(_)) => None,
        Some(Whom::Address(email)) => {
            let keyring = Arc::clone(&staff.app.keyring);
            let found = staff.app.read(move |db| people::find_id_by_email(db, &keyring, &email)).await?;
            let found: PersonId = found
                .ok_or_else(|| unreadable("Nobody here has this address, so there is nothing to keep."))?;
            Some(found)
        }
        Some(Whom::Name(_)) => {
            return Err(unreadable(
                "A filter that asks for a name is not kept: ask for an address or a domain.",
            ));
        }
    };
    let fields = FIELDS.iter().filter(|field| !form.text(field).is_empty());
    let query: Vec<String> = fields.map(|field| format!("{field}={}", escape(form.text(field)))).collect();
    if query.is_empty() {
        return Err(unreadable("This filter asks for nothing."));
    }
    let words = Words { name, query: query.join("&") };
    let here = format!("/security?{}", words.query);
    let (keyring, clock, by) = (Arc::clone(&staff.app.keyring), staff.app.clock.clone(), staff.person.id);
    let done = staff
        .app
        .act("filter.save", move |act| filters::save(act, (&keyring, &clock), by, about, &words))
        .await;
    let said = match done {
        Ok(_) => "The filter is saved.".to_owned(),
        Err(refusal @ FilterError::TooMany) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&staff, &here, &said))
}

/// POST: removes a filter.
pub async fn remove(staff: Staff<LogReader>, mut form: Form) -> Answer {
    let id = form.choose("filter", "The filter", |text| text.parse::<FilterId>().ok());
    let (id, by) = (id.ok_or_else(Problem::not_found)?, staff.person.id);
    staff.app.act("filter.remove", move |act| filters::remove(act, by, id)).await?;
    Ok(see_other(&staff, "/security", "The filter is removed."))
}
