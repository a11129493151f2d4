//! Asking for reports: one form, then a code is mailed.

use crate::accounts::public::{self, PublicFact, PublicFacts};
use crate::app::Template;
use crate::config;
use crate::fault::Fault;
use crate::identity::secrets::Token;
use crate::ids::VersionId;
use crate::nda::store as ndas;
use crate::reports::{Version, store as reports};
use crate::requests::acts::{NewRequest, submit as submit_request};
use crate::requests::{Details, Relation};
use crate::text::{CompanyName, EmailAddress, PersonName, Reason};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, see_other, show, show_again};
use crate::web::portal::trust::NO_NDA;
use crate::web::problem::Problem;
use crate::web::session::browser_cookie;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fields of the form that can be wrong.
const FIELDS: &[&str] = &["items", "name", "email", "organisation", "relation", "reason"];

/// Which report was picked before.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    item: String,
}

/// The page.
#[derive(Serialize)]
struct RequestPage {
    shell: Shell,
    company: String,
    blocked: Option<&'static str>,
    form: Fields,
    free_mail: Option<&'static str>,
}

impl Page for RequestPage {
    const TEMPLATE: Template = Template::PortalRequest;
}

/// The form's fields.
#[derive(Serialize)]
struct Fields {
    items: Vec<Choice>,
    relations: Vec<Choice>,
    name: String,
    email: String,
    organisation: String,
    reason: String,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// A thing to pick.
#[derive(Serialize)]
pub struct Choice {
    /// What is sent.
    pub id: String,
    /// What it is.
    pub text: String,
    /// More about it.
    pub detail: Option<String>,
    /// Whether it is picked.
    pub chosen: bool,
}

/// Shows the empty form.
pub async fn open(visitor: Visitor, picked: Query<Picked>) -> Answer {
    let mut form = Form::with(&[("items", picked.item.as_str())]);
    if let Some(signed_in) = &visitor.signed_in {
        let name = signed_in.person.name.as_ref().map(ToString::to_string).unwrap_or_default();
        form = Form::with(&[
            ("items", picked.item.as_str()),
            ("email", signed_in.person.email.as_str()),
            ("name", &name),
        ]);
    }
    let page = page(&visitor, &form).await?;
    show(&visitor, &page)
}

/// Takes the request, mails the code, and goes on to where it is typed.
pub async fn submit(visitor: Visitor, mut form: Form) -> Answer {
    let Some(new) = parse(&mut form, &visitor) else {
        return show_again(&visitor, &page(&visitor, &form).await?);
    };
    let browser = visitor.browser().cloned().unwrap_or_else(|| Token::new(&visitor.app.clock));
    let (house, origin, token) = (visitor.app.house.clone(), visitor.origin.clone(), browser.clone());
    let outcome = visitor
        .app
        .act("request.submit", move |act| submit_request(act, &house, &new, &token, &origin))
        .await;
    match outcome {
        Ok(_) => {
            let mut response = see_other(&visitor, "/confirm", "");
            response
                .add_cookie(&browser_cookie(&visitor.app, &browser))
                .map_err(|error| Problem::from(Fault::new("browser cookie", error)))?;
            Ok(response)
        }
        Err(error) => {
            use crate::requests::acts::SubmitError;
            let field = match &error {
                SubmitError::NothingPicked => "items",
                SubmitError::Ask(_) => "email",
                SubmitError::NoNda | SubmitError::Fault(_) => return Err(Problem::from(error)),
            };
            form.refuse(field, error.to_string());
            show_again(&visitor, &page(&visitor, &form).await?)
        }
    }
}

/// Parses the form; every problem is noted beside its field.
fn parse(form: &mut Form, visitor: &Visitor) -> Option<NewRequest> {
    let items: Vec<VersionId> = form.all("items").iter().filter_map(|id| id.parse().ok()).collect();
    if items.is_empty() {
        form.refuse("items", "Please pick at least one report.");
    }
    let name = form.parse("name", "Your name", PersonName::parse);
    let email = form.parse("email", "Work e-mail address", EmailAddress::parse);
    let company = form.parse("organisation", "Your organisation", CompanyName::parse);
    let relation = form.choose("relation", "Your relation to us", Relation::parse);
    let reason = form.parse_optional("reason", "What you need it for", Reason::parse);
    let (name, email, company, relation, reason) = (name?, email?, company?, relation?, reason?);
    let details = Details { company, reason, address: visitor.origin.address.to_string() };
    (!items.is_empty()).then_some(NewRequest { email, name, relation, details, items })
}

/// The page with what was typed.
async fn page(visitor: &Visitor, form: &Form) -> Result<RequestPage, Problem> {
    let read = visitor
        .app
        .read(|db| Ok::<_, Fault>((reports::list_offered(db)?, ndas::find_in_force(db)?, public::find(db)?)));
    let (versions, in_force, facts) = read.await?;
    let picked = form.all("items");
    let typed = EmailAddress::parse(form.text("email")).ok();
    let free = typed.is_some_and(|email| config::is_free_mail(&email.domain()));
    let relation = form.text("relation");
    let choice = |kind: &Relation| Choice {
        id: kind.as_str().to_owned(),
        text: kind.words().to_owned(),
        detail: None,
        chosen: relation == kind.as_str(),
    };
    Ok(RequestPage {
        shell: visitor.shell(Desk::Portal, "Request access"),
        company: visitor.company.clone(),
        blocked: in_force.is_none().then_some(NO_NDA),
        form: Fields {
            items: versions.iter().map(|version| item(version, &facts, &picked)).collect(),
            relations: Relation::ALL.iter().map(choice).collect(),
            name: form.text("name").to_owned(),
            email: form.text("email").to_owned(),
            organisation: form.text("organisation").to_owned(),
            reason: form.text("reason").to_owned(),
            errors: form.errors(FIELDS),
            problems: form.problems().to_vec(),
        },
        free_mail: free.then_some(
            "This is a free-mail address: anybody can have one. A person will look at it with more care, and may ask \
             you for a work address.",
        ),
    })
}

/// A report to pick.
fn item(version: &Version, facts: &PublicFacts, picked: &[&str]) -> Choice {
    let id = version.id.to_string();
    let chosen = picked.contains(&id.as_str()) || picked.contains(&version.report.slug.as_str());
    let framework = version.card.framework.words();
    let detail = if facts.tell(PublicFact::Period) {
        format!("{framework}, {}", version.card.period.words())
    } else {
        framework.to_owned()
    };
    Choice { id, text: version.card.title.to_string(), detail: Some(detail), chosen }
}
