//! Letters about changes: asked for in the report room, confirmed by a link in a letter, ended by one click in any letter
//! or in the room. Opening a link does nothing; its button does.

use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::GrantId;
use crate::subscriptions::acts::{LinkError, confirm, stop, subscribe};
use crate::subscriptions::{Purpose, store};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::guard::by_letter::ByLetter;
use crate::web::page::{Desk, Page, Shell, see_other, show};
use crate::web::portal::room::require_grant;
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;

/// The page of a link.
#[derive(Serialize)]
struct SubscriptionPage {
    shell: Shell,
    title: &'static str,
    text: &'static str,
    action: Option<String>,
    verb: &'static str,
}

impl Page for SubscriptionPage {
    const TEMPLATE: Template = Template::PortalSubscription;
}

/// What the report room says of the letters of a grant.
#[derive(Serialize)]
pub(super) struct SubscriptionView {
    action: String,
    verb: &'static str,
    text: &'static str,
}

/// What the report room offers.
pub(super) fn view(db: &mut Db, grant: GrantId, slug: &Slug) -> Result<SubscriptionView, Fault> {
    let path = |what: &str| format!("/reports/{slug}/{what}");
    Ok(match store::find_by_grant(db, grant)? {
        None => SubscriptionView {
            action: path("subscribe"),
            verb: "Write to me about changes",
            text: "A letter when an exception of priority 1 or 2 is closed, or the report is withdrawn. First you get one with a link to confirm it.",
        },
        Some(asked) if asked.is_live() => SubscriptionView {
            action: path("unsubscribe"),
            verb: "Stop these letters",
            text: "You are written to when an exception of priority 1 or 2 is closed, or the report is withdrawn.",
        },
        Some(_) => SubscriptionView {
            action: path("unsubscribe"),
            verb: "Stop these letters",
            text: "Open the link in the letter we sent you to confirm that you want letters about changes.",
        },
    })
}

/// POST: asks for letters.
pub async fn ask(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let (_, grant) = require_grant(&prospect, slug.clone()).await?;
    let (house, person) = (prospect.app.house.clone(), prospect.person.id);
    let room = format!("/reports/{slug}");
    prospect
        .app
        .act("subscription.ask", move |act| subscribe(act, &house, person, grant.id))
        .await
        .map_err(|error| Problem::from(error).action(room.clone(), "Back to the report"))?;
    Ok(see_other(&prospect, &room, "We have sent you a letter with a link. Letters begin when you use it."))
}

/// POST: ends them, in the room.
pub async fn end(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let (_, grant) = require_grant(&prospect, slug.clone()).await?;
    let found = prospect.app.read(move |db| store::find_by_grant(db, grant.id)).await?;
    if let Some(found) = found {
        prospect.app.act("subscription.stop", move |act| stop(act, found.id)).await?;
    }
    Ok(see_other(&prospect, &format!("/reports/{slug}"), "You get no more letters about this report."))
}

/// GET: what the link is for, and its button.
pub async fn open(letter: ByLetter) -> Answer {
    let subscription = letter.subscription;
    let done = match letter.purpose {
        Purpose::Confirm => subscription.confirmed_at.is_some() || subscription.ended_at.is_some(),
        Purpose::Stop => subscription.ended_at.is_some(),
    };
    let action = Some(letter.purpose.path(&letter.app.keyring, subscription.id)).filter(|_| !done);
    let (title, text, verb) = match (letter.purpose, done) {
        (Purpose::Confirm, false) => (
            "Letters about changes",
            "You get a letter when an exception of priority 1 or 2 of your report is closed, or the report is withdrawn. If you did not ask for this, close this page: nothing is sent.",
            "Yes, write to me",
        ),
        (Purpose::Confirm, true) => {
            ("This link was used already", "What it was for stands on the page of your report.", "")
        }
        (Purpose::Stop, false) => (
            "Stop these letters?",
            "You get no more letters about changes of this report. Your access stays as it is.",
            "Stop these letters",
        ),
        (Purpose::Stop, true) => {
            ("The letters are stopped", "You get no more letters about changes of this report.", "")
        }
    };
    show(&letter, &SubscriptionPage { shell: letter.shell(Desk::Portal, title), title, text, action, verb })
}

/// POST: does what the link is for. A mail program's own click is the same as the button's.
pub async fn settle(letter: ByLetter) -> Answer {
    let id = letter.subscription.id;
    let done = match letter.purpose {
        Purpose::Confirm => letter.app.act("subscription.confirm", move |act| confirm(act, id)).await,
        Purpose::Stop => letter.app.act_urgent("subscription.stop", move |act| stop(act, id)).await,
    };
    let (title, text) = match (letter.purpose, done) {
        (Purpose::Confirm, Ok(_)) => {
            ("It is confirmed", "From now on you are written to. Each letter holds a link to stop them.")
        }
        // Whoever clicks twice wanted the same twice.
        (Purpose::Stop, Ok(_) | Err(LinkError::Used)) => {
            ("The letters are stopped", "You get no more letters about changes of this report.")
        }
        (_, Err(error)) => return Err(error.into()),
    };
    let page =
        SubscriptionPage { shell: letter.shell(Desk::Portal, title), title, text, action: None, verb: "" };
    show(&letter, &page)
}
