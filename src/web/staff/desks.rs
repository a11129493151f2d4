//! `/staff`: the desks a member of staff may sit at. `/desk`: straight to the first one.

use crate::app::Template;
use crate::web::Answer;
use crate::web::guard::{Staff, desk::AnyStaff};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page};
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct DesksPage {
    shell: Shell,
    desks: Vec<Place>,
}

impl Page for DesksPage {
    const TEMPLATE: Template = Template::StaffLinks;
}

/// One desk.
#[derive(Serialize)]
struct Place {
    href: &'static str,
    label: &'static str,
    text: &'static str,
    waiting: Option<String>,
}

/// GET: the desks.
pub async fn show(staff: Staff<AnyStaff>) -> Answer {
    let place = |(href, label, text)| Place { href, label, text, waiting: None };
    let desks = Desk::of_roles(&staff.session.roles).into_iter().map(place).collect();
    show_page(&staff, &DesksPage { shell: staff.shell(Desk::SignIn, "Desks"), desks })
}

/// GET: on to the first desk, or to the list when there is none.
pub async fn first(staff: Staff<AnyStaff>) -> Answer {
    let desks = Desk::of_roles(&staff.session.roles);
    let to = desks.first().map_or("/staff", |(href, _, _)| href);
    Ok(see_other(&staff, to, staff.said.as_deref().unwrap_or_default()))
}
