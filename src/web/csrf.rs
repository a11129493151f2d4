//! Foreign pages cannot make a visitor do anything here.
//!
//! * Every unsafe method: the browser's own word on where the request comes from (`Sec-Fetch-Site`), else `Origin`.
//! * With a session besides: a token bound to it, the **first** field of every form, uploads included. It is read from
//!   the beginning of the body before the handler runs, so that no handler can forget it.
//!
//! Where a link of a letter is all the proof there can be, its code takes the place of both.
//!
//! Our pages send no referrer, and browsers then send `Origin: null`; one so old that it says nothing of itself is
//! believed by its token alone, which a foreign page cannot know.

mod first_field;

use super::guard::{Caller, by_letter};
use super::problem::Problem;
use crate::identity::Session;
use crate::seal::{Keyring, same_bytes};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Label of the code over the session.
const LABEL: &str = "csrf";

/// Where a request comes from, by the browser's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A page of another site.
    Foreign,
    /// Our own page, or the person's own hand.
    Own,
    /// The browser does not say.
    Unknown,
}

/// The token of a session's forms.
pub fn token_of(keyring: &Keyring, session: &Session) -> String {
    URL_SAFE_NO_PAD.encode(keyring.cookie_mac(LABEL, session.id.as_bytes()))
}

/// Refuses what a foreign page sent, and with a session what lacks its token.
pub async fn check<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match refuse(&mut request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        // An answer, not an error: the error would lose the request that its page is about.
        Err(problem) => Ok(request.error_response(problem)),
    }
}

/// Decides; what is read of the body is put back.
async fn refuse(request: &mut ServiceRequest) -> Result<(), Problem> {
    if request.method().is_safe() || by_letter::proves_itself(request.path()) {
        return Ok(());
    }
    let caller = Caller::of(request.request()).await?;
    let source = source(request.headers(), &caller.app.config.base_url);
    let signed_in = match (source, &caller.signed_in) {
        (Source::Foreign, _) | (Source::Unknown, None) => return Err(foreign()),
        (Source::Own, None) => return Ok(()),
        (Source::Own | Source::Unknown, Some(signed_in)) => signed_in,
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    let (sent, body) = first_field::read(&kind, request.take_payload()).await;
    request.set_payload(body);
    let fits = sent.is_some_and(|sent| same_bytes(sent.as_bytes(), signed_in.csrf.as_bytes()));
    if fits { Ok(()) } else { Err(stale()) }
}

/// Where a request comes from.
fn source(headers: &HeaderMap, base_url: &str) -> Source {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin" | "none"), _) => Source::Own,
        (None, Some(origin)) if origin == base_url => Source::Own,
        (None, None | Some("null")) => Source::Unknown,
        (Some(_), _) | (None, Some(_)) => Source::Foreign,
    }
}

/// For whoever was sent here by a foreign page.
fn foreign() -> Problem {
    Problem::forbidden("This was sent by a page of another site, or by a browser that does not say where it comes from. Nothing was done.")
        .todo("Open the page here and use its own buttons. If that does not help, use a current browser.")
        .action("/", "To the trust center")
}

/// For whoever comes with an old page.
fn stale() -> Problem {
    Problem::forbidden("This page is from an earlier sign-in. Nothing was done.")
        .todo("Go back, load the page again, and send it once more.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn the_browsers_word_decides() {
        let judge = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            source(&headers, "https://trust.example")
        };
        assert_eq!(judge(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), Source::Own);
        assert_eq!(judge(&[("sec-fetch-site", "none")]), Source::Own);
        for site in ["cross-site", "same-site", "something"] {
            let judged = judge(&[("sec-fetch-site", site), ("origin", "https://trust.example")]);
            assert_eq!(judged, Source::Foreign, "{site}");
        }
        assert_eq!(judge(&[("origin", "https://trust.example")]), Source::Own);
        assert_eq!(judge(&[("origin", "https://trust.example.evil.example")]), Source::Foreign);
        assert_eq!(judge(&[("origin", "null")]), Source::Unknown);
        assert_eq!(judge(&[]), Source::Unknown);
    }
}
