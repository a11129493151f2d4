//! The letter's link in a browser that did not ask: whoever opened it sees who asked, then the code; nobody is signed in.

use crate::app::Template;
use crate::fault::{Fault, Kind};
use crate::identity::acts::codes::disown;
use crate::identity::codes;
use crate::identity::secrets::{Token, TypedCode};
use crate::identity::store as people;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, When, show};
use crate::web::problem::Problem;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct ElsewherePage {
    shell: Shell,
    stage: &'static str,
    link: String,
    asked: Option<AskedWords>,
    code: Option<String>,
}

impl Page for ElsewherePage {
    const TEMPLATE: Template = Template::PortalConfirmElsewhere;
}

/// Who asked, from where, when, for what.
#[derive(Serialize)]
struct AskedWords {
    name: String,
    email: String,
    organisation: String,
    network: String,
    at: When,
    items: Vec<String>,
}

/// What is said of a link that has ended.
const ENDED: &str =
    "This link has ended: it was used already, is older than ten minutes, or a newer one was sent.";

/// Shows a button and says nothing of anybody. Consumes nothing.
pub(super) fn ask(visitor: &Visitor, link: &str) -> Answer {
    let shell = visitor.shell(Desk::Portal, "Confirm an address");
    show(visitor, &ElsewherePage { shell, stage: "ask", link: link.to_owned(), asked: None, code: None })
}

/// After POST: who asked, and the code for the browser that did. Signs nobody in.
pub async fn show_request(visitor: Visitor, form: Form) -> Answer {
    let token = Token::parse(form.text("link")).ok_or_else(|| Problem::new(Kind::Gone, ENDED))?;
    let (keyring, now) = (Arc::clone(&visitor.app.keyring), visitor.app.clock.now());
    let link = token.clone();
    let found = visitor.app.read(move |db| {
        let Some(row) = codes::find_by_link(db, &keyring, &link)?.filter(|row| row.is_live(now)) else {
            return Ok::<_, Fault>(None);
        };
        let asked = row.open_asked(db, &keyring)?;
        Ok(Some((people::require_person(db, &keyring, row.person)?, asked, row.created_at)))
    });
    let (person, asked, at) = found.await?.ok_or_else(|| Problem::new(Kind::Gone, ENDED))?;
    let page = ElsewherePage {
        shell: visitor.shell(Desk::Portal, "Check this request"),
        stage: "shown",
        link: token.expose().to_owned(),
        asked: Some(AskedWords {
            name: person.shown_as().to_owned(),
            email: person.email.to_string(),
            organisation: if asked.organisation.is_empty() {
                "not given".to_owned()
            } else {
                asked.organisation
            },
            network: asked.address,
            at: at.into(),
            items: vec![asked.purpose],
        }),
        code: Some(TypedCode::of_link(&visitor.app.keyring, &token).shown()),
    };
    show(&visitor, &page)
}

/// "This was not me": kills the code.
pub async fn stop(visitor: Visitor, form: Form) -> Answer {
    let token = Token::parse(form.text("link")).ok_or_else(|| Problem::new(Kind::Gone, ENDED))?;
    let (house, origin) = (visitor.app.house.clone(), visitor.origin.clone());
    visitor.app.act_urgent("code.disown", move |act| disown(act, &house, &token, &origin)).await?;
    let shell = visitor.shell(Desk::Portal, "Stopped");
    show(&visitor, &ElsewherePage { shell, stage: "stopped", link: String::new(), asked: None, code: None })
}
