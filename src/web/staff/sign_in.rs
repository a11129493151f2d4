//! `/staff/sign-in`: a one-time link opens a page with a button, and only the button uses the link up.

use crate::app::Template;
use crate::fault::Fault;
use crate::identity::acts::staff::{self as acts, SignIn, SignInError};
use crate::identity::secrets::Token;
use crate::identity::staff;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::session;
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct SignInPage {
    shell: Shell,
    link: String,
    staff: Option<Who>,
    spent: Option<String>,
}

impl Page for SignInPage {
    const TEMPLATE: Template = Template::StaffSignIn;
}

/// Whom the link signs in.
#[derive(Serialize)]
struct Who {
    name: String,
    roles: String,
}

impl SignInPage {
    /// A page without a button, with the reason when there was a link.
    fn without_button(visitor: &Visitor, spent: Option<String>) -> Self {
        Self { shell: visitor.shell(Desk::SignIn, "Staff sign-in"), link: String::new(), staff: None, spent }
    }
}

/// GET without a link: how to get one.
pub async fn explain(visitor: Visitor) -> Answer {
    show_page(&visitor, &SignInPage::without_button(&visitor, None))
}

/// GET with a link: a button, and nothing is used up.
pub async fn show(visitor: Visitor, link: web::Path<String>) -> Answer {
    let keyring = Arc::clone(&visitor.app.keyring);
    let (token, now) = (Token::parse(&link), visitor.app.clock.now());
    let found = visitor
        .app
        .read(move |db| {
            let Some(token) = token else { return Ok(Err(SignInError::Unknown.to_string())) };
            let Some(link) = staff::find_link(db, &keyring, &token)? else {
                return Ok(Err(SignInError::Unknown.to_string()));
            };
            let member = staff::require(db, &keyring, link.person)?;
            let judged = acts::judge(&link, &member, now).map_err(|spent| spent.to_string());
            Ok::<_, Fault>(judged.map(|()| member))
        })
        .await?;
    let page = match found {
        Err(spent) => SignInPage::without_button(&visitor, Some(spent)),
        Ok(member) => SignInPage {
            shell: visitor.shell(Desk::SignIn, "Staff sign-in"),
            link: link.into_inner(),
            staff: Some(Who { name: member.person.shown_as().to_owned(), roles: member.roles_in_words() }),
            spent: None,
        },
    };
    show_page(&visitor, &page)
}

/// POST: uses the link up and signs in.
pub async fn enter(visitor: Visitor, form: Form) -> Answer {
    let Some(token) = Token::parse(form.text("link")) else { return Err(SignInError::Unknown.into()) };
    let (house, origin) = (visitor.app.house.clone(), visitor.origin.clone());
    let done =
        visitor.app.act("staff.sign_in", move |act| acts::sign_in(act, &house, &token, &origin)).await?;
    match done.value {
        SignIn::Refused(spent) => {
            show_again(&visitor, &SignInPage::without_button(&visitor, Some(spent.to_string())))
        }
        SignIn::Welcome(token, member) => {
            let said = format!("You are signed in as {}.", member.person.shown_as());
            let mut response = see_other(&visitor, "/desk", &said);
            response
                .add_cookie(&session::session_cookie(&visitor.app, &token))
                .map_err(|error| Fault::new("session cookie", error))?;
            Ok(response)
        }
    }
}
