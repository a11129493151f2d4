//! `.../cover-note`: the note that readers see above the exceptions, with its history.

use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::identity::store as people;
use crate::reports::cover_note::{Words, list, write};
use crate::text::Paragraphs;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, When, see_other, show as show_page, show_again};
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct CoverNotePage {
    shell: Shell,
    back: Back,
    action: String,
    text: String,
    error: Option<String>,
    problems: Vec<Line>,
    notes: Vec<NoteView>,
}

impl Page for CoverNotePage {
    const TEMPLATE: Template = Template::ComplianceCoverNote;
}

/// A note that was written.
#[derive(Serialize)]
struct NoteView {
    text: String,
    by: String,
    at: When,
}

/// The notes of the report on the desk, the newest first.
async fn notes(staff: &Staff<Compliance>, desk: &OnDesk) -> Result<Vec<NoteView>, Fault> {
    let (keyring, version) = (Arc::clone(&staff.app.keyring), desk.version.clone());
    let read = staff.app.read(move |db| {
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        let mut notes = Vec::new();
        for note in list(db, &key, version.id)?.into_iter().rev() {
            let by = people::name_of(db, &keyring, note.by)?;
            notes.push(NoteView { text: note.words.text.to_string(), by, at: note.at.into() });
        }
        Ok::<_, Fault>(notes)
    });
    read.await
}

/// The page with what was typed.
async fn page(staff: &Staff<Compliance>, desk: &OnDesk, form: &Form) -> Result<CoverNotePage, Fault> {
    Ok(CoverNotePage {
        shell: staff.shell(Desk::Compliance, "Cover note"),
        back: desk.back(),
        action: format!("{}/cover-note", desk.href()),
        text: form.text("text").to_owned(),
        error: form.errors(&["text"]).remove("text").flatten(),
        problems: form.problems().to_vec(),
        notes: notes(staff, desk).await?,
    })
}

/// GET: the form, begun with what holds now.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let mut page = page(&staff, &desk, &Form::default()).await?;
    page.text = page.notes.first().map(|note| note.text.clone()).unwrap_or_default();
    show_page(&staff, &page)
}

/// POST: writes the note that holds from now on.
pub async fn save(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let Some(text) = form.parse("text", "The note", Paragraphs::parse) else {
        return show_again(&staff, &page(&staff, &desk, &form).await?);
    };
    let (house, by, id, words) = (staff.app.house.clone(), staff.person.id, desk.version.id, Words { text });
    staff.app.act("report.cover_note", move |act| write(act, &house, by, id, &words)).await?;
    Ok(see_other(&staff, &desk.href(), "The cover note is written; readers see it above the exceptions."))
}
