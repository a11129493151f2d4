//! Pages: a struct and a template each, and the frame around them.

use super::Answer;
use super::flash;
use super::guard::Caller;
use super::problem::Problem;
use super::session::{self, Jar};
use crate::app::Template;
use crate::clock::Micros;
use crate::config::Mail;
use crate::identity::{Face, Role};
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

/// A page: its fields are the template's context.
pub trait Page: Serialize {
    /// The template.
    const TEMPLATE: Template;
}

/// Shows a page: 200.
pub fn show(caller: &Caller, page: &impl Page) -> Answer {
    render(caller, page, StatusCode::OK)
}

/// Shows a page again whose form cannot be accepted: 422, values kept, errors beside the fields.
pub fn show_again(caller: &Caller, page: &impl Page) -> Answer {
    render(caller, page, StatusCode::UNPROCESSABLE_ENTITY)
}

/// Goes on to another page after a POST: 303. `said` stands there once; empty says nothing.
pub fn see_other(caller: &Caller, to: &str, said: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, to));
    if !said.is_empty() {
        response.cookie(flash::cookie(&caller.app, said));
    }
    response.finish()
}

/// Renders with a status; what was said once is not said again.
fn render(caller: &Caller, page: &impl Page, status: StatusCode) -> Answer {
    let html = caller.app.pages.render(page_template(page), page).map_err(Problem::from)?;
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
    if caller.said.is_some() {
        response.cookie(session::removal(&caller.app, Jar::Said));
    }
    Ok(response.body(html))
}

/// The template of a page's type.
const fn page_template<P: Page>(_: &P) -> Template {
    P::TEMPLATE
}

/// Which part of the house a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Desk {
    /// Publishes reports.
    Compliance,
    /// What prospects and the public see.
    Portal,
    /// Decides requests.
    Sales,
    /// Audits the log.
    Security,
    /// Staff who are not at a desk yet.
    SignIn,
}

impl Desk {
    /// The desk that a path belongs to.
    pub fn of_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("compliance") => Self::Compliance,
            Some("sales") => Self::Sales,
            Some("security") => Self::Security,
            Some("staff" | "desk") => Self::SignIn,
            _ => Self::Portal,
        }
    }
    /// The pages in the desk's navigation: address and label.
    const fn pages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Compliance => &[
                ("/compliance", "Overview"),
                ("/compliance/reports", "Reports"),
                ("/compliance/remediation", "Remediation"),
                ("/security/register", "Register"),
                ("/compliance/nda", "NDA"),
                ("/compliance/company", "Company"),
            ],
            Self::Portal => &[("/", "Reports"), ("/request", "Request access")],
            Self::Sales => {
                &[("/sales", "Requests"), ("/sales/grants", "Grants"), ("/sales/invite", "Invite")]
            }
            Self::Security => &[
                ("/security", "Log"),
                ("/security/overview", "Overview"),
                ("/security/register", "Register"),
                ("/security/integrity", "Integrity"),
                ("/security/copy", "Find a copy"),
                ("/security/people", "People"),
                ("/security/holds", "Holds"),
                ("/security/retention", "Retention"),
            ],
            Self::SignIn => &[],
        }
    }
    /// The desks of these roles: address, name, and what is done there.
    pub fn of_roles(roles: &[Role]) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut desks = Vec::new();
        for role in roles {
            let desk = match role {
                Role::Admin => ("/staff/people", "Staff", "Who sits at which desk."),
                Role::Auditor | Role::Security => {
                    ("/security", "Security", "The log of every access, its proofs, and copies by their id.")
                }
                Role::Compliance => (
                    "/compliance",
                    "Compliance",
                    "Reports, exceptions and responses, the NDA, the company's page.",
                ),
                Role::Sales => ("/sales", "Sales", "Access requests, invitations and grants."),
            };
            if !desks.contains(&desk) {
                desks.push(desk);
            }
        }
        desks
    }
}

/// The frame of every page.
#[derive(Clone, Debug, Serialize)]
pub struct Shell {
    title: String,
    company: String,
    desk: Desk,
    nav: Vec<NavItem>,
    person: Option<String>,
    csrf: String,
    banners: Vec<Banner>,
    flash: Option<String>,
    demo: bool,
}

/// A place in the navigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NavItem {
    href: &'static str,
    label: &'static str,
    current: bool,
}

/// What everybody at a desk has to know.
#[derive(Clone, Debug, Serialize)]
pub struct Banner {
    tone: Tone,
    text: String,
}

/// How much a notice or state matters; the stylesheet's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Something is wrong.
    Danger,
    /// Good to know.
    Info,
    /// All is well.
    Ok,
    /// Not worth attention.
    Quiet,
    /// Needs attention.
    Warn,
}

/// A state in a word or two, as `partials/status` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// How much it matters.
    pub tone: Tone,
    /// The words.
    pub words: String,
}

impl Status {
    /// A state.
    pub fn new(tone: Tone, words: impl Into<String>) -> Self {
        Self { tone, words: words.into() }
    }
}

/// A link with its words.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: &'static str,
}

/// An instant for people and machines, as `partials/time` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct When {
    utc: String,
    words: String,
}

impl From<Micros> for When {
    fn from(at: Micros) -> Self {
        Self { utc: at.rfc3339(), words: at.words() }
    }
}

impl Shell {
    /// The frame when nothing can be found out: the database does not answer.
    pub(super) fn stranger(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            company: "Trust center".to_owned(),
            desk: Desk::Portal,
            nav: Vec::new(),
            person: None,
            csrf: String::new(),
            banners: Vec::new(),
            flash: None,
            demo: false,
        }
    }
    /// The same frame without what just happened: for pages whose exact bytes count.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.flash = None;
        self
    }
    /// The same frame with one more banner.
    #[must_use]
    pub fn banner(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.banners.push(Banner { tone, text: text.into() });
        self
    }
}

impl Caller {
    /// The frame of a page of `desk` for this caller.
    pub fn shell(&self, desk: Desk, title: impl Into<String>) -> Shell {
        let shell = Shell {
            title: title.into(),
            company: self.company.clone(),
            desk,
            nav: self.nav(desk),
            person: self.signed_in.as_ref().map(|signed_in| signed_in.person.shown_as().to_owned()),
            csrf: self.csrf().to_owned(),
            banners: Vec::new(),
            flash: self.said.clone(),
            demo: self.app.is_demo(),
        };
        let shell = match desk {
            Desk::Compliance | Desk::Sales | Desk::Security | Desk::SignIn if self.app.checks.is_alarmed() => shell.banner(
                Tone::Danger,
                "The log did not pass its last check. Change and restore nothing; the security desk finds under Integrity what to do.",
            ),
            _ => shell,
        };
        match self.app.config.mail {
            Mail::Files(_) if desk != Desk::Portal => shell.banner(
                Tone::Warn,
                "Letters are written into a folder on the server: nobody receives them. An administrator sets [mail] in the configuration.",
            ),
            _ => shell,
        }
    }

    /// The desk's pages, what the person may see besides, and where this page stands among them.
    fn nav(&self, desk: Desk) -> Vec<NavItem> {
        let session = self.signed_in.as_ref().map(|signed_in| &signed_in.session);
        let mut pages = desk.pages().to_vec();
        if desk == Desk::Security && session.is_some_and(|session| session.roles.contains(&Role::Auditor)) {
            pages.extend([("/security/board", "Board"), ("/security/reports", "Reports to confirm")]);
        }
        match session.map(|session| session.face) {
            Some(Face::Prospect) if desk == Desk::Portal => pages.push(("/access", "My access")),
            Some(Face::Staff) => pages.push(("/staff", "Desks")),
            Some(Face::Prospect) | None => {}
        }
        let fits =
            |href: &str| self.path == href || (href != "/" && self.path.starts_with(&format!("{href}/")));
        let current =
            pages.iter().map(|(href, _)| *href).filter(|href| fits(href)).max_by_key(|href| href.len());
        pages
            .into_iter()
            .map(|(href, label)| NavItem { href, label, current: current == Some(href) })
            .collect()
    }
}
