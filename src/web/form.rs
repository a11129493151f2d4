//! Forms: what was typed, parsed field by field; errors are collected beside the fields and summed on top.
//!
//! ```ignore
//! let email = form.parse("email", "Work e-mail", EmailAddress::parse);
//! let name = form.parse("name", "Your name", PersonName::parse);
//! let (Some(email), Some(name)) = (email, name) else { return show_again(&visitor, &page) };
//! ```

use super::problem::Problem;
use crate::fault::Kind;
use crate::text::TextError;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::Serialize;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// The largest form, in bytes, unless its resource says otherwise by `.app_data(FormLimit(..))`.
const LIMIT_BYTES: usize = 512 * 1024;

/// The largest form of a resource, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct FormLimit(pub usize);

/// A form that was sent, `application/x-www-form-urlencoded`.
#[derive(Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    problems: Vec<Line>,
}

/// A problem of a field, as `partials/errors` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The field's name.
    pub field: String,
    /// What is wrong and how to mend it, a sentence.
    pub text: String,
}

impl Form {
    /// A form with these fields, for pages that are shown before anything was typed.
    pub fn with(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { fields: fields.iter().map(owned).collect(), problems: Vec::new() }
    }
    /// What was typed into a field; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
    /// Every value of a field, for boxes of one name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }
    /// Whether a box was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }
    /// Parses a field; on failure notes the problem under the field's `label` and gives `None`.
    pub fn parse<T>(
        &mut self,
        name: &str,
        label: &str,
        parse: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        match parse(self.text(name)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(name, format!("{label} {error}."));
                None
            }
        }
    }
    /// Parses a field that may be left empty. `Some(None)` when it was; `None` when it cannot be read.
    pub fn parse_optional<T>(
        &mut self,
        name: &str,
        label: &str,
        parse: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<Option<T>> {
        if self.text(name).trim().is_empty() { Some(None) } else { self.parse(name, label, parse).map(Some) }
    }
    /// Reads a choice; `find` gives what the sent word means.
    pub fn choose<T>(&mut self, name: &str, label: &str, find: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.parse(name, label, |word| find(word).ok_or(TextError::NotAChoice))
    }
    /// Notes a problem of a field, a whole sentence.
    pub fn refuse(&mut self, name: &str, text: impl Into<String>) {
        self.problems.push(Line { field: name.to_owned(), text: text.into() });
    }
    /// Whether nothing was refused so far.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
    /// The problems, in the order in which they were found.
    pub fn problems(&self) -> &[Line] {
        &self.problems
    }
    /// The errors of the fields in `names`, each with its text or null: templates are strict and want every name.
    pub fn errors(&self, names: &[&'static str]) -> BTreeMap<&'static str, Option<String>> {
        let text =
            |name: &str| self.problems.iter().find(|line| line.field == name).map(|line| line.text.clone());
        names.iter().map(|name| (*name, text(name))).collect()
    }
    /// What was typed into the fields in `names`.
    pub fn values(&self, names: &[&'static str]) -> BTreeMap<&'static str, String> {
        names.iter().map(|name| (*name, self.text(name).to_owned())).collect()
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<FormLimit>().map_or(LIMIT_BYTES, |limit| limit.0);
        let urlencoded = request.content_type() == "application/x-www-form-urlencoded";
        let empty = !request.headers().contains_key(header::CONTENT_TYPE);
        let payload = payload.take();
        Box::pin(async move {
            if !urlencoded && !empty {
                return Err(Problem::new(
                    Kind::Invalid,
                    "This page takes a form, and something else was sent.",
                ));
            }
            let body = collect(payload, limit).await?;
            let fields = web::Query::<Vec<(String, String)>>::from_query(&body)
                .map_err(|_| Problem::new(Kind::Invalid, "The form could not be read."))?;
            Ok(Self { fields: fields.into_inner(), problems: Vec::new() })
        })
    }
}

/// Reads a body of at most `limit` bytes.
async fn collect(mut payload: Payload, limit: usize) -> Result<String, Problem> {
    let mut body = Vec::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Problem::new(Kind::Invalid, "The form did not arrive completely."))?;
        if body.len() + piece.len() > limit {
            return Err(Problem::new(Kind::TooLarge, "The form is larger than this page takes."));
        }
        body.extend_from_slice(&piece);
    }
    String::from_utf8(body).map_err(|_| Problem::new(Kind::Invalid, "The form could not be read."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{EmailAddress, PersonName, Reason};

    #[test]
    fn problems_stand_beside_their_fields_and_on_top() {
        let mut form = Form::with(&[("email", "ada"), ("name", "Ada Lovelace"), ("note", " ")]);
        assert!(form.parse("email", "Work e-mail", EmailAddress::parse).is_none());
        assert_eq!(form.parse("name", "Your name", PersonName::parse).unwrap().as_str(), "Ada Lovelace");
        assert_eq!(form.parse_optional("note", "Note", Reason::parse), Some(None));
        assert!(!form.is_clean());
        let text = "Work e-mail is not an e-mail address; write it as name@company.example.".to_owned();
        assert_eq!(form.problems(), [Line { field: "email".to_owned(), text: text.clone() }]);
        assert_eq!(form.errors(&["email", "name"]), BTreeMap::from([("email", Some(text)), ("name", None)]));
        assert_eq!(form.values(&["name"])["name"], "Ada Lovelace");
    }
}
