//! Coming back: a code is mailed to an address that is known. Known or not, the answer is the same, at the same time.

use crate::app::Template;
use crate::identity::acts::codes::ask as ask_code;
use crate::identity::secrets::Token;
use crate::identity::store as people;
use crate::text::EmailAddress;
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, see_other, show, show_again};
use crate::web::problem::Problem;
use crate::web::session::browser_cookie;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct SignInPage {
    shell: Shell,
    form: Fields,
}

/// The form's field.
#[derive(Serialize)]
struct Fields {
    email: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

impl Page for SignInPage {
    const TEMPLATE: Template = Template::PortalSignIn;
}

/// The page with what was typed.
fn page(visitor: &Visitor, form: &Form) -> SignInPage {
    let fields = Fields {
        email: form.text("email").to_owned(),
        errors: form.errors(&["email"]),
        problems: form.problems().to_vec(),
    };
    SignInPage { shell: visitor.shell(Desk::Portal, "Sign in"), form: fields }
}

/// Shows the form.
pub async fn open(visitor: Visitor) -> Answer {
    show(&visitor, &page(&visitor, &Form::default()))
}

/// Mails a code, if the address is known, off the path of this request.
pub async fn ask(visitor: Visitor, mut form: Form) -> Answer {
    let Some(email) = form.parse("email", "E-mail address", EmailAddress::parse) else {
        return show_again(&visitor, &page(&visitor, &form));
    };
    // Always a new one: what this browser asked for before would show again only when the address is not known.
    let browser = Token::new(&visitor.app.clock);
    send_if_known(&visitor, email, browser.clone());
    let mut response = see_other(&visitor, "/confirm", "");
    response
        .add_cookie(&browser_cookie(&visitor.app, &browser))
        .map_err(|error| Problem::from(crate::fault::Fault::new("browser cookie", error)))?;
    Ok(response)
}

/// Looks the address up and issues the code in the background. Limits are not told either: the newest code is valid.
pub(super) fn send_if_known(visitor: &Visitor, email: EmailAddress, browser: Token) {
    let (app, origin) = (visitor.app.clone(), visitor.origin.clone());
    actix_web::rt::spawn(async move {
        let keyring = Arc::clone(&app.keyring);
        let known = app.read(move |db| people::find_person_by_email(db, &keyring, &email)).await;
        let person = match known {
            Ok(Some(person)) => person,
            Ok(None) => return,
            Err(fault) => return tracing::error!(?fault, "a code could not be issued"),
        };
        let house = app.house.clone();
        let sent = app.act("code.ask", move |act| ask_code(act, &house, &person, &browser, &origin)).await;
        if let Err(crate::identity::acts::codes::AskError::Fault(fault)) = sent {
            tracing::error!(?fault, "a code could not be issued");
        }
    });
}
