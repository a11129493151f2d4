//! `.../bridge-letter`: writing a bridge letter, looking at it, and finalizing it.

use super::{Back, OnDesk, companion, on_desk};
use crate::app::Template;
use crate::db::data_keys;
use crate::fault::Fault;
use crate::reports::bridge_letter::document::{self, Issued};
use crate::reports::bridge_letter::{FinalizeError, Words, check, finalize, list};
use crate::text::{Day, JobTitle, Paragraphs, PersonName};
use crate::typeset::undrawn;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::partials::{Hidden, Question};
use crate::web::report::{BridgeLetterView, bridge_letter_view};
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form's fields.
const FIELDS: &[&str] = &["from", "to", "statement", "signer", "title"];

/// The page.
#[derive(Serialize)]
struct BridgeLetterPage {
    shell: Shell,
    back: Back,
    action: String,
    form: BTreeMap<&'static str, String>,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
    preview: Option<BridgeLetterView>,
    question: Option<Question>,
    letters: Vec<BridgeLetterView>,
}

impl Page for BridgeLetterPage {
    const TEMPLATE: Template = Template::ComplianceBridgeLetter;
}

/// The letters that were finalized, the newest first.
async fn letters(staff: &Staff<Compliance>, desk: &OnDesk) -> Result<Vec<BridgeLetterView>, Fault> {
    let (keyring, version) = (Arc::clone(&staff.app.keyring), desk.version.clone());
    let read = staff.app.read(move |db| {
        let key = data_keys::open_for(db, &keyring, version.key_owner())?;
        list(db, &key, version.id)
    });
    let card = &desk.version.card;
    let view = |letter: &crate::reports::bridge_letter::BridgeLetter| {
        bridge_letter_view(card, &letter.words, &staff.company, Some(letter.at))
    };
    Ok(read.await?.iter().rev().map(view).collect())
}

/// The page with what was typed; `preview` is what is asked about.
async fn page(
    staff: &Staff<Compliance>,
    desk: &OnDesk,
    form: &Form,
    preview: Option<&Words>,
) -> Result<BridgeLetterPage, Fault> {
    let action = format!("{}/bridge-letter", desk.href());
    let card = &desk.version.card;
    Ok(BridgeLetterPage {
        shell: staff.shell(Desk::Compliance, "Bridge letter"),
        back: desk.back(),
        form: form.values(FIELDS),
        errors: form.errors(FIELDS),
        problems: form.problems().to_vec(),
        preview: preview.map(|words| bridge_letter_view(card, words, &staff.company, None)),
        question: preview.map(|_| question(&action, form)),
        letters: letters(staff, desk).await?,
        action,
    })
}

/// What is asked before a letter is finalized.
fn question(action: &str, form: &Form) -> Question {
    let mut hidden: Vec<Hidden> =
        FIELDS.iter().map(|name| Hidden { name, content: form.text(name).to_owned() }).collect();
    hidden.push(Hidden { name: "sure", content: "yes".to_owned() });
    Question {
        title: "Finalize this letter?".to_owned(),
        effects: vec![
            "Everybody who holds this report can take it from the report room, made out to them.".to_owned(),
            "It cannot be changed by anybody afterwards; a newer letter can take its place.".to_owned(),
        ],
        action: action.to_owned(),
        verb: "Finalize the letter",
        danger: false,
        reason: None,
        hidden,
        back: action.to_owned(),
    }
}

/// GET: the form, begun the day after the period.
pub async fn show(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let from = desk.version.card.period.end().plus_days(1).to_string();
    let to = Day::of(staff.app.clock.now()).to_string();
    let form = Form::with(&[("from", &from), ("to", &to)]);
    show_page(&staff, &page(&staff, &desk, &form, None).await?)
}

/// POST: shows the letter and asks; sent again with the answer, finalizes it.
pub async fn save(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let words = parse(&mut form);
    let today = Day::of(staff.app.clock.now());
    let end = desk.version.card.period.end();
    if let Some(error) = words.as_ref().and_then(|words| check(words, end, today).err()) {
        form.refuse(field_of(&error), error.to_string());
    }
    let Some(words) = words.filter(|_| form.is_clean()) else {
        return show_again(&staff, &page(&staff, &desk, &form, None).await?);
    };
    if form.text("sure") != "yes" {
        return show_page(&staff, &page(&staff, &desk, &form, Some(&words)).await?);
    }
    let (letter, company) = (words.clone(), staff.company.clone());
    let readied = companion::ready(&staff.app, &desk.version, move |shelf, app| {
        let issued = Issued { company: &company, on: today };
        document::ready(shelf, (app.config.program.as_path(), &*app.gate.mark_fonts), &letter, issued)
    });
    let readied = readied.await?;
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    let document = readied.clone();
    let finalized = staff
        .app
        .act("bridge_letter.finalize", move |act| finalize(act, &house, by, id, (&words, &document)))
        .await;
    match finalized {
        // The outcome may be unknown: rather keep sealed bytes that nothing points at than lose a letter.
        Err(FinalizeError::Fault(fault)) => return Err(fault.into()),
        Err(refused) => {
            companion::discard(&staff.app, readied).await?;
            return Err(refused.into());
        }
        Ok(_) => {}
    }
    Ok(see_other(&staff, &desk.href(), "The bridge letter is finalized; holders find it in the report room."))
}

/// The field a refusal is about.
const fn field_of(error: &FinalizeError) -> &'static str {
    match error {
        FinalizeError::InsidePeriod(_) => "from",
        FinalizeError::InFuture
        | FinalizeError::Backwards
        | FinalizeError::NotFinalized
        | FinalizeError::Fault(_) => "to",
    }
}

/// Reads the form.
fn parse(form: &mut Form) -> Option<Words> {
    let from = form.parse("from", "The first day", Day::parse);
    let to = form.parse("to", "The last day", Day::parse);
    let statement = form.parse("statement", "The statement", Paragraphs::parse);
    let signer = form.parse("signer", "The signer", PersonName::parse);
    let title = form.parse("title", "The title", JobTitle::parse);
    let texts = [
        ("statement", statement.as_ref().map(Paragraphs::as_str)),
        ("signer", signer.as_ref().map(PersonName::as_str)),
        ("title", title.as_ref().map(JobTitle::as_str)),
    ];
    for (name, text) in texts {
        if let Some(letters) = text.and_then(undrawn) {
            form.refuse(
                name,
                format!("The letter becomes a PDF in Latin, Greek and Cyrillic letters, which has none for: {letters}."),
            );
        }
    }
    Some(Words { from: from?, to: to?, statement: statement?, signer: signer?, title: title? })
}
