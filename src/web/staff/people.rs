//! `/staff/people`: who sits at which desk, for administrators. Changes are made by command on the host.

use crate::app::Template;
use crate::config::Config;
use crate::identity::staff::{self, Member};
use crate::web::Answer;
use crate::web::guard::{Staff, desk::Admin};
use crate::web::page::{Desk, Page, Shell, show as show_page};
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct PeoplePage {
    shell: Shell,
    people: Vec<Row>,
    place: String,
}

impl Page for PeoplePage {
    const TEMPLATE: Template = Template::StaffPeople;
}

/// One member of staff.
#[derive(Serialize)]
struct Row {
    name: String,
    email: String,
    roles: String,
}

impl From<Member> for Row {
    fn from(member: Member) -> Self {
        Self {
            roles: member.roles_in_words(),
            name: member.person.shown_as().to_owned(),
            email: member.person.email.to_string(),
        }
    }
}

/// GET: everybody who has a desk.
pub async fn show(admin: Staff<Admin>) -> Answer {
    let keyring = Arc::clone(&admin.app.keyring);
    let members = admin.app.read(move |db| staff::list(db, &keyring)).await?;
    let people = members.into_iter().map(Row::from).collect();
    let place = place(&admin.app.config);
    show_page(&admin, &PeoplePage { shell: admin.shell(Desk::SignIn, "Staff"), people, place })
}

/// What the commands need to find this installation, wherever they are run.
fn place(config: &Config) -> String {
    let Some(file) = &config.file else { return String::new() };
    let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    format!(" --config {}", file.display())
}
