//! `/security/people/{id}/decline`: declines a wish to be forgotten, with a reason that the person is told.

use super::people::path;
use super::person;
use crate::db::Db;
use crate::erasure::Terms;
use crate::erasure::decline::{self as declines, DeclineError, decline as decline_act};
use crate::fault::Fault;
use crate::identity::{Person, store as people};
use crate::ids::PersonId;
use crate::seal::Keyring;
use crate::text::Reason;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{When, see_other, show_again};
use crate::web::partials::{Question, ReasonField};
use actix_web::web;
use serde::Serialize;

/// The most wishes that were declined in the list.
const MOST: i64 = 50;

/// A wish that was declined, in the list of people.
#[derive(Serialize)]
pub(super) struct DeclinedRow {
    href: String,
    name: String,
    email: String,
    at: When,
    reason: String,
    entry: u64,
    entry_href: String,
}

/// POST: declines.
pub async fn decline(staff: Staff<Security>, id: web::Path<PersonId>, mut form: Form) -> Answer {
    let id = *id;
    let Some(reason) = form.parse("reason", "The reason", Reason::parse) else {
        return show_again(&staff, &person::page(&staff, id, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let terms = Terms::from(staff.app.config.retention);
    let done =
        staff.app.act("erasure.decline", move |act| decline_act(act, &house, by, (id, &reason), terms)).await;
    let said = match done {
        Ok(done) => {
            format!("Declined. Entry {} of the log says so; the person is told by letter.", done.index)
        }
        Err(DeclineError::Fault(fault)) => return Err(fault.into()),
        Err(refusal @ DeclineError::NoWish) => refusal.to_string(),
    };
    Ok(see_other(&staff, &path(id), &said))
}

/// What is asked before declining.
pub(super) fn question(person: &Person, form: &Form) -> Question {
    Question {
        title: format!("Decline the wish of {}?", person.shown_as()),
        effects: vec![
            "Nothing that is held about them changes, and they may ask again.".to_owned(),
            "They are told by letter: your reason in your words, until when the evidence of an NDA is kept, that they \
             can complain to a data protection authority, and whom to write to."
                .to_owned(),
            "The law knows few grounds: legal claims, a duty to keep, the rights of others (GDPR, article 17(3)).".to_owned(),
            "The log says that you did it, and when; your reason is kept sealed beside it.".to_owned(),
        ],
        action: format!("{}/decline", path(person.id)),
        verb: "Decline the wish",
        danger: false,
        reason: Some(ReasonField {
            name: "reason",
            label: "Reason",
            value: form.text("reason").to_owned(),
            hint: Some("The person reads it."),
            error: form.errors(&["reason"]).remove("reason").flatten(),
        }),
        hidden: Vec::new(),
        back: path(person.id),
    }
}

/// The newest wishes that were declined, of people who are still on file.
pub(super) fn list(db: &mut Db, keyring: &Keyring) -> Result<Vec<DeclinedRow>, Fault> {
    let mut rows = Vec::new();
    for declined in declines::list_newest(db, keyring, MOST)? {
        let Some(person) = people::look_up(db, keyring, declined.person)?.person() else { continue };
        rows.push(DeclinedRow {
            href: path(person.id),
            name: person.shown_as().to_owned(),
            email: person.email.to_string(),
            at: declined.at.into(),
            reason: declined.reason.map(|reason| reason.to_string()).unwrap_or_default(),
            entry: declined.entry,
            entry_href: format!("/security/entries/{}", declined.entry),
        });
    }
    Ok(rows)
}
