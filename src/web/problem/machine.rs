//! Problems for programs: RFC 9457 `application/problem+json` instead of a page, under `/api/`.

use super::{Problem, Told};
use crate::fault::Kind;
use actix_web::HttpResponse;
use actix_web::HttpResponseBuilder;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

/// Where programs are answered.
const PATHS: &str = "/api/";

/// The members of RFC 9457, and what can be done.
#[derive(Serialize)]
struct Details<'a> {
    #[serde(rename = "type")]
    type_uri: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    todo: &'a str,
    request_id: &'a str,
}

/// Whether whoever asked for this path is a program.
pub(super) fn asks(path: &str) -> bool {
    path.starts_with(PATHS)
}

/// The answer for a program.
pub(super) fn answer(mut response: HttpResponseBuilder, told: &Told) -> HttpResponse {
    let details = Details {
        type_uri: "about:blank",
        title: told.title,
        status: told.status,
        detail: &told.what,
        todo: &told.todo,
        request_id: &told.request_id,
    };
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    response.body(serde_json::to_string(&details).unwrap_or_default())
}

impl Problem {
    /// A program that brings no token, or none that counts: 401.
    pub fn no_token(what: impl Into<String>) -> Self {
        let mut problem = Self::new(Kind::Forbidden, what);
        problem.0.status = StatusCode::UNAUTHORIZED;
        problem.todo("Send the header Authorization: Bearer, with a token from the page My access.")
    }
}
