//! Pages: a struct and a template each, and the frame around them.

use super::Answer;
use super::flash;
use super::guard::Caller;
use super::problem::Problem;
use super::session::{self, Jar};
pub use super::tabs::Desk;
use super::tabs::NavItem;
use crate::app::Template;
use crate::clock::Micros;
use crate::config::Mail;
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
        let shell = match desk {
            Desk::Compliance | Desk::Sales | Desk::Security => {
                let objections = self.app.checks.objections().into_iter();
                objections.fold(shell, |shell, (_, why)| shell.banner(Tone::Danger, why))
            }
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
}
