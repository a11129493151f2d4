//! Confirming an address: by the code, or by the button behind the letter's link. Only a POST consumes, and only in the
//! browser that asked.

use crate::app::Template;
use crate::clock::Micros;
use crate::fault::{Fault, Kind};
use crate::identity::codes::{self, CodeRow, MOST_PER_ADDRESS};
use crate::identity::secrets::{Token, TypedCode};
use crate::identity::{Person, store as people};
use crate::requests::acts::{Answer as Reply, RedeemError, Redeemed, redeem};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, When, see_other, show, show_again};
use crate::web::portal::{elsewhere, sign_in};
use crate::web::problem::Problem;
use crate::web::session::session_cookie;
use actix_web::web::Path;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct ConfirmPage {
    shell: Shell,
    email: String,
    sent_at: Option<When>,
    valid: &'static str,
    via_link: bool,
    link: String,
    tries_left: Option<String>,
    form: Fields,
    resend: Option<String>,
}

/// The form's field.
#[derive(Serialize)]
struct Fields {
    code: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

impl Page for ConfirmPage {
    const TEMPLATE: Template = Template::PortalConfirm;
}

/// What the page knows of the code this browser asked for. A sign-in shows no address: it would tell who is known.
#[derive(Clone)]
struct Asked {
    row: CodeRow,
    person: Person,
    sent: i64,
}

/// Reads what this browser asked for.
async fn asked(visitor: &Visitor) -> Result<Option<Asked>, Problem> {
    let Some(browser) = visitor.browser().cloned() else { return Ok(None) };
    let (keyring, now) = (Arc::clone(&visitor.app.keyring), visitor.app.clock.now());
    let found = visitor.app.read(move |db| {
        let Some(row) = codes::find_by_browser(db, &keyring, &browser)? else { return Ok::<_, Fault>(None) };
        let person = people::require_person(db, &keyring, row.person)?;
        let sent = codes::count_recent(db, &keyring, row.person, "", now)?.0;
        Ok(Some(Asked { row, person, sent }))
    });
    Ok(found.await?)
}

/// Whether the code was asked for with a request: only then may its page tell how often it was tried. A sign-in answers
/// alike for addresses that are known and for others.
fn may_tell(asked: Option<&Asked>) -> bool {
    asked.is_some_and(|asked| asked.row.request.is_some())
}

/// What is said of a code that does not fit a sign-in, whatever the reason.
const UNTOLD: &str = "This code does not fit, or it has ended: it works once, for ten minutes, and in the browser that asked for it. \
                      Please look at the newest letter, or ask for a new code.";

/// The page; `link` when it was reached by the letter's link in the browser that asked.
fn page(visitor: &Visitor, asked: Option<&Asked>, form: &Form, link: &str) -> ConfirmPage {
    let told = asked.filter(|asked| asked.row.request.is_some() || !link.is_empty());
    let resend =
        told.filter(|asked| asked.sent >= MOST_PER_ADDRESS).map(|asked| again_at(asked.row.created_at));
    ConfirmPage {
        shell: visitor.shell(Desk::Portal, "Confirm your address"),
        email: told.map_or_else(
            || "the address you gave, if it is known here".to_owned(),
            |asked| asked.person.email.to_string(),
        ),
        sent_at: told.map(|asked| When::from(asked.row.created_at)),
        valid: "for 10 minutes",
        via_link: !link.is_empty(),
        link: link.to_owned(),
        tries_left: told
            .filter(|asked| asked.row.tries > 0)
            .map(|asked| tries_words(codes::MOST_TRIES - asked.row.tries)),
        form: Fields {
            code: form.text("code").to_owned(),
            errors: form.errors(&["code"]),
            problems: form.problems().to_vec(),
        },
        resend,
    }
}

/// When a further code may be asked for.
fn again_at(last: Micros) -> String {
    format!(
        "Three codes were sent within an hour. Another one can be sent after {}.",
        last.plus_secs(codes::LIMIT_SECS).words()
    )
}

/// `3 tries are left`.
fn tries_words(left: i32) -> String {
    match left {
        ..=0 => "No try is left; ask for a new code.".to_owned(),
        1 => "One try is left.".to_owned(),
        n => format!("{n} tries are left."),
    }
}

/// Shows where the code is typed.
pub async fn open(visitor: Visitor) -> Answer {
    let asked = asked(&visitor).await?;
    show(&visitor, &page(&visitor, asked.as_ref(), &Form::default(), ""))
}

/// The letter's link: shows one button in the browser that asked, and the way round in any other. Consumes nothing.
pub async fn open_link(visitor: Visitor, link: Path<String>) -> Answer {
    let Some(token) = Token::parse(&link) else {
        return Err(Problem::new(
            Kind::NotFound,
            "This link is not one of ours. Copy the whole link from the letter.",
        ));
    };
    let mine = match asked(&visitor).await? {
        Some(asked) => {
            let keyring = Arc::clone(&visitor.app.keyring);
            let id = asked.row.id;
            let row = visitor.app.read(move |db| codes::find_by_link(db, &keyring, &token)).await?;
            row.is_some_and(|row| row.id == id).then_some(asked)
        }
        None => None,
    };
    match mine {
        Some(asked) => show(&visitor, &page(&visitor, Some(&asked), &Form::default(), &link)),
        None => elsewhere::ask(&visitor, &link),
    }
}

/// Redeems the code or the link, and signs this browser in.
pub async fn redeem_answer(visitor: Visitor, mut form: Form) -> Answer {
    let link = Token::parse(form.text("link"));
    let by_link = link.is_some();
    let reply = match link {
        Some(link) => Reply::Link(link),
        None => Reply::Code(TypedCode::parse(form.text("code"))),
    };
    let Some(browser) = visitor.browser().cloned() else {
        form.refuse("code", RedeemError::NotAsked.to_string());
        return show_again(&visitor, &page(&visitor, None, &form, ""));
    };
    let (house, origin) = (visitor.app.house.clone(), visitor.origin.clone());
    let outcome =
        visitor.app.act("code.redeem", move |act| redeem(act, &house, &browser, &reply, &origin)).await;
    let said = match outcome.map(|done| done.value) {
        Ok(Redeemed::Confirmed { session, request, .. }) => {
            let to = request.map_or_else(|| "/access".to_owned(), |id| format!("/requests/{id}"));
            let mut response = see_other(&visitor, &to, "Your address is confirmed.");
            response
                .add_cookie(&session_cookie(&visitor.app, &session))
                .map_err(|error| Problem::from(Fault::new("session cookie", error)))?;
            return Ok(response);
        }
        Ok(Redeemed::Wrong(left)) => format!("This is not the code we mailed. {}", tries_words(left)),
        Err(RedeemError::Fault(fault)) => return Err(fault.into()),
        Err(refusal) => refusal.to_string(),
    };
    let asked = asked(&visitor).await?;
    form.refuse("code", if may_tell(asked.as_ref()) || by_link { said } else { UNTOLD.to_owned() });
    show_again(&visitor, &page(&visitor, asked.as_ref(), &form, ""))
}

/// Mails a new code for what this browser asked for; the older one dies.
pub async fn resend(visitor: Visitor) -> Answer {
    use crate::identity::acts::codes::{AskError, resend as resend_code};
    let Some(browser) = visitor.browser().cloned() else { return Ok(see_other(&visitor, "/sign-in", "")) };
    let asked = asked(&visitor).await?;
    let Some(asked) = asked.clone().filter(|_| may_tell(asked.as_ref())) else {
        if let Some(asked) = asked {
            sign_in::send_if_known(&visitor, asked.person.email, browser);
        }
        return Ok(see_other(
            &visitor,
            "/confirm",
            "A new code is on its way, if the address is known here.",
        ));
    };
    let (house, origin, row) = (visitor.app.house.clone(), visitor.origin.clone(), asked.row.clone());
    let sent =
        visitor.app.act("code.resend", move |act| resend_code(act, &house, &row, &browser, &origin)).await;
    match sent {
        Ok(_) => {
            Ok(see_other(&visitor, "/confirm", "A new code is on its way. The older one no longer works."))
        }
        Err(AskError::Fault(fault)) => Err(fault.into()),
        Err(refusal) => {
            let mut form = Form::default();
            form.refuse("code", refusal.to_string());
            show_again(&visitor, &page(&visitor, Some(&asked), &form, ""))
        }
    }
}
