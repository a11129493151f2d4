//! Whoever follows a link of a letter about a subscription: the code in it is the proof, and it is good for this alone.
//!
//! Mail programs end a subscription by a POST of their own (RFC 8058), without a cookie, an origin or a form's token, so
//! that the code in the address has to be enough. It ends letters and does nothing else.

use super::Caller;
use crate::subscriptions::{Purpose, Subscription, store};
use crate::web::problem::Problem;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::ops::Deref;
use std::sync::Arc;

/// Where a link to end a subscription leads.
const STOP: &str = "/subscriptions/stop/";
/// Where a link to confirm one leads.
const CONFIRM: &str = "/subscriptions/confirm/";

/// Somebody with a letter.
#[derive(Clone)]
pub struct ByLetter {
    caller: Arc<Caller>,
    /// The subscription the letter is about.
    pub subscription: Subscription,
    /// What its link is for.
    pub purpose: Purpose,
}

impl Deref for ByLetter {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// Whether the code in this path is all the proof there is and has to be.
pub fn proves_itself(path: &str) -> bool {
    path.starts_with(STOP)
}

impl FromRequest for ByLetter {
    type Error = Problem;
    type Future = super::Decision<Self>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let path = request.path();
            let (purpose, token) = match (path.strip_prefix(STOP), path.strip_prefix(CONFIRM)) {
                (Some(token), _) => (Purpose::Stop, token),
                (None, Some(token)) => (Purpose::Confirm, token),
                (None, None) => return Err(Problem::not_found()),
            };
            let id = purpose.read(&caller.app.keyring, token).ok_or_else(Problem::not_found)?;
            let found = caller.app.read(move |db| store::find(db, id)).await?;
            let subscription = found.ok_or_else(Problem::not_found)?;
            Ok(Self { caller, subscription, purpose })
        })
    }
}
