//! `/sales/invite`: a grant ahead of a request; it opens once the address is confirmed and the NDA accepted.

use super::terms;
use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::acts::{self as grants, GrantError, Invitation, Pressing};
use crate::ids::VersionId;
use crate::nda::store as ndas;
use crate::remediation::store::tally;
use crate::reports::{Version, store as reports};
use crate::text::Day;
use crate::text::{CompanyName, EmailAddress, PersonName};
use crate::web::Answer;
use crate::web::form::{Form, Line};
use crate::web::guard::{Staff, desk::Sales};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page, show_again};
use crate::web::partials::Choice;
use crate::web::problem::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fields of the form that are typed.
const FIELDS: [&str; 6] = ["name", "email", "organisation", "days", "downloads", "reason"];
/// The fields that can be refused.
const REFUSED: [&str; 9] =
    ["name", "email", "organisation", "items", "days", "delivery", "downloads", "reason", "pressing"];

/// The page.
#[derive(Serialize)]
struct InvitePage {
    shell: Shell,
    blocked: Option<String>,
    form: InviteForm,
}

impl Page for InvitePage {
    const TEMPLATE: Template = Template::SalesInvite;
}

/// The form.
#[derive(Serialize)]
struct InviteForm {
    #[serde(flatten)]
    typed: BTreeMap<&'static str, String>,
    items: Vec<Choice>,
    pressing: Option<String>,
    acknowledged: bool,
    deliveries: Vec<Choice>,
    hints: terms::Hints,
    errors: BTreeMap<&'static str, Option<String>>,
    problems: Vec<Line>,
}

/// GET: the form.
pub async fn show(staff: Staff<Sales>) -> Answer {
    show_page(&staff, &page(&staff, &terms::usual()).await?)
}

/// POST: invites.
pub async fn send(staff: Staff<Sales>, mut form: Form) -> Answer {
    let offered = staff.app.read(offered).await?;
    let Some(invitation) = parse(&mut form, &offered) else {
        return show_again(&staff, &page(&staff, &form).await?);
    };
    let (house, by) = (staff.app.house.clone(), staff.person.id);
    let said = format!("{} is invited by letter.", invitation.name);
    match staff.app.act("grant.invite", move |act| grants::invite(act, &house, by, &invitation)).await {
        Ok(_) => Ok(see_other(&staff, "/sales/grants", &said)),
        Err(refusal) => {
            let Some(field) = field_of(&refusal) else { return Err(refusal.into()) };
            form.refuse(field, refusal.to_string());
            show_again(&staff, &page(&staff, &form).await?)
        }
    }
}

/// What is offered; nothing while no NDA text is in force.
fn offered(db: &mut Db) -> Result<Vec<Version>, Fault> {
    if ndas::find_in_force(db)?.is_none() { Ok(Vec::new()) } else { reports::list_offered(db) }
}

/// Reads the form; `None` when something was refused, which the form then says.
fn parse(form: &mut Form, offered: &[Version]) -> Option<Invitation> {
    let name = form.parse("name", "The name", PersonName::parse);
    let email = form.parse("email", "The address", EmailAddress::parse);
    let company = form.parse("organisation", "The organisation", CompanyName::parse);
    let items = picked(form, offered);
    let terms = terms::parse(form);
    let (terms, reason) = terms?;
    let pressing = if form.is_ticked("pressing") { Pressing::Acknowledged } else { Pressing::Refused };
    Some(Invitation { email: email?, name: name?, company: company?, items: items?, terms, reason, pressing })
}

/// The reports that were ticked: one at least, and only what is offered.
fn picked(form: &mut Form, offered: &[Version]) -> Option<Vec<VersionId>> {
    let ticked: Vec<Option<VersionId>> = form.all("items").into_iter().map(|id| id.parse().ok()).collect();
    let known = |id: VersionId| offered.iter().any(|version| version.id == id).then_some(id);
    let items: Option<Vec<VersionId>> = ticked.into_iter().map(|id| id.and_then(known)).collect();
    let items = items.filter(|items| !items.is_empty());
    if items.is_none() {
        form.refuse("items", "Pick one of the reports at least.");
    }
    items
}

/// The field a refusal is about; what is about none becomes a page of its own.
fn field_of(refusal: &GrantError) -> Option<&'static str> {
    match refusal {
        GrantError::FreeMailNeedsReason => Some("reason"),
        GrantError::Holds { .. } | GrantError::NotOffered => Some("items"),
        GrantError::Pressing { .. } => Some("pressing"),
        GrantError::OwnAddress | GrantError::OwnDomain => Some("email"),
        GrantError::AlreadyDecided | GrantError::NoNda | GrantError::Fault(_) => None,
    }
}

/// The page with the form as it stands.
async fn page(staff: &Staff<Sales>, form: &Form) -> Result<InvitePage, Problem> {
    let (keyring, today) = (Arc::clone(&staff.app.keyring), Day::of(staff.app.clock.now()));
    let read = staff.app.read(move |db| {
        let offered = reports::list_offered(db)?;
        let mut pressing = Vec::new();
        for version in &offered {
            if tally(db, &keyring, version, today)?.blocking > 0 {
                pressing.push(version.card.title.to_string());
            }
        }
        Ok::<_, Fault>((ndas::find_in_force(db)?.is_some(), offered, pressing))
    });
    let (nda, offered, pressing) = read.await?;
    let blocked = match (nda, offered.is_empty()) {
        (false, _) => Some(GrantError::NoNda.to_string()),
        (true, true) => Some("No report is offered yet. Compliance has to finalize one first.".to_owned()),
        (true, false) => None,
    };
    let ticked = form.all("items");
    let choice = |version: &Version| {
        let choice = Choice::new(version.id.to_string(), version.card.title.to_string());
        choice.detail(version.card.period.words()).chosen_in(&ticked)
    };
    Ok(InvitePage {
        shell: staff.shell(Desk::Sales, "Invite somebody"),
        blocked,
        form: InviteForm {
            typed: form.values(&FIELDS),
            items: offered.iter().map(choice).collect(),
            pressing: (!pressing.is_empty()).then(|| pressing.join(" and ")),
            acknowledged: form.is_ticked("pressing"),
            deliveries: terms::deliveries(form),
            hints: terms::Hints::new(),
            errors: form.errors(&REFUSED),
            problems: form.problems().to_vec(),
        },
    })
}
