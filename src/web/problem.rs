//! Refusals and faults as answers: a status from the kind, and a page that says what is missing and who can change it.
//!
//! Handlers return [`Problem`] by `?`; [`present`] turns it into the page, logs faults once with their chain, and gives
//! the number of the request to quote.

mod machine;
mod words;

use super::guard::Caller;
use super::page::{Action, Desk, Page, Shell};
use super::trace;
use crate::app::{App, Template};
use crate::fault::{Fault, Kind, Refusal};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use std::error::Error as StdError;
use std::fmt;
use words::words;

/// An answer that is not the one asked for.
pub struct Problem(Box<Parts>);

/// What a problem consists of.
struct Parts {
    status: StatusCode,
    kind: Kind,
    what: String,
    todo: Option<String>,
    action: Option<Action>,
    /// Where to go instead of reading a page.
    goto: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// The one mapping of kinds to statuses.
const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::Gone => StatusCode::GONE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Uncertain | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// A refusal of this kind; `what` speaks to the person.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        let what = what.into();
        Self(Box::new(Parts {
            status: status(kind),
            kind,
            what,
            todo: None,
            action: None,
            goto: None,
            cause: None,
        }))
    }
    /// Known, but not yours.
    pub fn forbidden(what: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, what)
    }
    /// Not there, or you are not allowed to know.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "No page has this address, or it is not open to you.")
    }
    /// Not signed in: to the sign-in page at `path`.
    pub fn sign_in(path: &str) -> Self {
        let mut problem = Self::forbidden("Please sign in.");
        (problem.0.status, problem.0.goto) = (StatusCode::SEE_OTHER, Some(path.to_owned()));
        problem
    }
    /// The same, with what the person can do.
    #[must_use]
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.0.todo = Some(todo.into());
        self
    }
    /// The same, with a link to where it can be done.
    #[must_use]
    pub fn action(mut self, href: impl Into<String>, label: &'static str) -> Self {
        self.0.action = Some(Action { href: href.into(), label });
        self
    }
    /// The same, caused by something unexpected that belongs into the log.
    fn caused_by(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        if matches!(self.0.kind, Kind::Unexpected | Kind::Uncertain | Kind::Unavailable) {
            self.0.cause = Some(Box::new(cause));
        }
        self
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let problem = Self::new(fault.kind(), fault.to_string());
        // Its words say what became of it; asking again, as one does after other ends, brings nothing back.
        let problem = if fault.has_words() { problem.todo("The company can say why.") } else { problem };
        problem.caused_by(fault)
    }
}

impl<R: Refusal + Send + Sync + 'static> From<R> for Problem {
    fn from(refusal: R) -> Self {
        Self::new(refusal.kind(), refusal.to_string()).caused_by(refusal)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a refusal says may name a person: the log gets the kind, and the chain of what was unexpected.
        match &self.0.cause {
            Some(cause) => write!(f, "{:?}: {cause:?}", self.0.kind),
            None => write!(f, "{:?}", self.0.kind),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        if let Some(goto) = &self.0.goto {
            response.insert_header((header::LOCATION, goto.as_str()));
        }
        if self.0.status == StatusCode::TOO_MANY_REQUESTS || self.0.status == StatusCode::SERVICE_UNAVAILABLE
        {
            response.insert_header((header::RETRY_AFTER, "60"));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.finish()
    }
}

/// What answers when no route does: 405 when only the method is wrong, else 404.
pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if request.match_pattern().is_none() {
        return Err(Problem::not_found());
    }
    let mut problem = Problem::new(Kind::Forbidden, "This address cannot be used in this way.")
        .todo("Go back to the page you came from and use its buttons.");
    problem.0.status = StatusCode::METHOD_NOT_ALLOWED;
    Err(problem)
}

/// The page of a problem.
#[derive(Serialize)]
struct ProblemPage {
    shell: Shell,
    problem: Told,
}

impl Page for ProblemPage {
    const TEMPLATE: Template = Template::Problem;
}

/// What the page tells.
#[derive(Serialize)]
struct Told {
    status: u16,
    title: &'static str,
    what: String,
    todo: String,
    request_id: String,
    action: Option<Action>,
}

/// Turns problems, and what the server itself refuses, into pages.
pub async fn present<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    // Not earlier: while the request is on its way, nobody else may hold it.
    let asked = response.request().clone();
    let Some(error) = response.response().error() else { return Ok(response) };
    let told = tell(error, &asked);
    if response.status() == StatusCode::SEE_OTHER {
        return Ok(response);
    }
    if machine::asks(asked.path()) {
        let (request, head) = response.into_parts();
        let mut answer = HttpResponse::build(head.status());
        for (name, value) in head.headers() {
            answer.append_header((name, value));
        }
        return Ok(ServiceResponse::new(request, machine::answer(answer, &told)).map_into_boxed_body());
    }
    let page = ProblemPage { shell: shell(&asked, told.title).await, problem: told };
    let html = asked.app_data::<App>().map(|app| app.pages.render(ProblemPage::TEMPLATE, &page));
    let html = match html {
        Some(Ok(html)) => html,
        // The page about a problem failed: plain words are left.
        Some(Err(fault)) => {
            tracing::error!(cause = ?fault, "the problem page could not be shown");
            page.problem.what
        }
        None => page.problem.what,
    };
    let (request, head) = response.into_parts();
    let mut answer = HttpResponse::build(head.status());
    for (name, value) in head.headers() {
        answer.append_header((name, value));
    }
    if head.status() == StatusCode::METHOD_NOT_ALLOWED {
        answer.insert_header((header::ALLOW, if asked.method() == Method::POST { "GET" } else { "POST" }));
    }
    answer.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"));
    Ok(ServiceResponse::new(request, answer.body(html)).map_into_boxed_body())
}

/// The words for an error, logged if it was unexpected.
fn tell(error: &Error, request: &HttpRequest) -> Told {
    let request_id = trace::id_of(request);
    if let Some(problem) = error.as_error::<Problem>() {
        let Problem(problem) = problem;
        if problem.cause.is_some() {
            tracing::error!(cause = ?error, "a request failed");
        }
        let (title, todo) = words(problem.kind);
        return Told {
            status: problem.status.as_u16(),
            title,
            what: problem.what.clone(),
            todo: problem.todo.clone().unwrap_or_else(|| todo.to_owned()),
            request_id,
            action: problem.action.clone(),
        };
    }
    let status = error.as_response_error().status_code();
    let (kind, what) = match status {
        StatusCode::NOT_FOUND => (Kind::NotFound, "No page has this address, or it is not open to you."),
        StatusCode::PAYLOAD_TOO_LARGE => (Kind::TooLarge, "What was sent is larger than this page takes."),
        status if status.is_client_error() => (Kind::Invalid, "What was sent could not be read."),
        _ => {
            tracing::error!(cause = ?error, "a request failed");
            (Kind::Unexpected, "Nothing was lost; the log of this server says more.")
        }
    };
    let (title, todo) = words(kind);
    Told {
        status: status.as_u16(),
        title,
        what: what.to_owned(),
        todo: todo.to_owned(),
        request_id,
        action: None,
    }
}

/// The frame of a problem's page: as the caller knows it, or a bare one when not even that can be found out.
async fn shell(request: &HttpRequest, title: &str) -> Shell {
    match Caller::of(request).await {
        Ok(caller) => caller.shell(Desk::of_path(request.path()), title),
        Err(_) => Shell::stranger(title),
    }
}
