//! Programs of recipients: whoever brings a live token of this installation.
//!
//! A cookie opens nothing here, so that no page of another site can read with a visitor's session.

use super::Caller;
use crate::fault::Kind;
use crate::tokens::{ApiToken, store};
use crate::web::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use std::ops::Deref;
use std::sync::Arc;

/// A program with a live token.
#[derive(Clone)]
pub struct Bearer {
    caller: Arc<Caller>,
    /// Its token.
    pub token: ApiToken,
}

impl Deref for Bearer {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = super::Decision<Self>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let now = caller.app.clock.now();
            if !caller.app.api_rate.take(caller.origin.address, now) {
                return Err(Problem::new(
                    Kind::TooMany,
                    "Sixty requests a minute are answered to one network.",
                )
                .todo("Wait a minute. What is told beside a report changes a few times a week."));
            }
            let brought = bearer(&request)
                .ok_or_else(|| Problem::no_token("This address is for programs with a token."))?;
            let claims =
                caller.app.mint.check(&brought, now).map_err(|error| Problem::no_token(error.to_string()))?;
            let id = claims.id();
            let token = caller.app.read(move |db| store::find(db, id)).await?;
            match token {
                Some(token) if token.grant == claims.grant() && token.is_live(now) => {
                    Ok(Self { caller, token })
                }
                Some(_) | None => Err(Problem::no_token("This token was taken back.")),
            }
        })
    }
}

/// The token of the header, RFC 6750; nowhere else is one looked for, least of all in addresses.
fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}
