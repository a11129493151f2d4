//! The letters of the demo, on a page instead of in the mail. Only the demo mounts these routes.

use crate::app::Template;
use crate::fault::Fault;
use crate::ids::LetterId;
use crate::notices::outbox;
use crate::web::Answer;
use crate::web::guard::Visitor;
use crate::web::page::{Action, Desk, Page, Shell, When, show};
use crate::web::problem::Problem;
use actix_web::web::{Path, ServiceConfig, get};
use serde::Serialize;
use std::sync::Arc;

/// Letters shown at the most.
const MOST: i64 = 100;

/// The list.
#[derive(Serialize)]
struct LettersPage {
    shell: Shell,
    letters: Vec<Row>,
}

impl Page for LettersPage {
    const TEMPLATE: Template = Template::DemoLetters;
}

/// A letter in the list.
#[derive(Serialize)]
struct Row {
    href: String,
    to: String,
    subject: String,
    at: When,
}

/// One letter.
#[derive(Serialize)]
struct LetterPage {
    shell: Shell,
    letter: Words,
}

impl Page for LetterPage {
    const TEMPLATE: Template = Template::DemoLetter;
}

/// A letter's words.
#[derive(Serialize)]
struct Words {
    to: String,
    subject: String,
    at: When,
    text: String,
    link: Option<Action>,
}

/// The demo's own routes.
pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/demo/letters", get().to(list)).route("/demo/letters/{id}", get().to(open));
}

/// Shows what would have been mailed, newest first.
pub async fn list(visitor: Visitor) -> Answer {
    let keyring = Arc::clone(&visitor.app.keyring);
    let letters = visitor.app.read(move |db| {
        let mut rows = Vec::new();
        for queued in outbox::list_newest(db, MOST)? {
            let letter = queued.open(db, &keyring)?;
            rows.push(Row {
                href: format!("/demo/letters/{}", queued.id),
                to: letter.to.to_string(),
                subject: letter.subject,
                at: queued.created_at.into(),
            });
        }
        Ok::<_, Fault>(rows)
    });
    let letters = letters.await?;
    show(&visitor, &LettersPage { shell: visitor.shell(Desk::Portal, "Letters that were sent"), letters })
}

/// Shows one letter.
pub async fn open(visitor: Visitor, id: Path<LetterId>) -> Answer {
    let (keyring, id) = (Arc::clone(&visitor.app.keyring), id.into_inner());
    let found = visitor.app.read(move |db| {
        let queued = outbox::list_newest(db, MOST)?.into_iter().find(|queued| queued.id == id);
        let Some(queued) = queued else { return Ok::<_, Fault>(None) };
        Ok(Some((queued.open(db, &keyring)?, queued.created_at)))
    });
    let (letter, at) = found.await?.ok_or_else(Problem::not_found)?;
    let letter = letter.with_checkpoint(&visitor.app.writer.checkpoint());
    let base = visitor.app.config.base_url.clone();
    let link = letter.text.split_whitespace().find(|word| word.starts_with(&base));
    let page = LetterPage {
        shell: visitor.shell(Desk::Portal, letter.subject.clone()),
        letter: Words {
            to: letter.to.to_string(),
            subject: letter.subject.clone(),
            at: at.into(),
            link: link.map(|href| Action { href: href.to_owned(), label: "Open the link of this letter" }),
            text: letter.text.clone(),
        },
    };
    show(&visitor, &page)
}
