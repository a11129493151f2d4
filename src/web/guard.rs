//! Who may enter: each handler's first parameter. What a guard lets in, it also hands over.
//!
//! * [`Visitor`]: anybody, signed in or not.
//! * [`Prospect`]: a person whose address is confirmed for this session; others go to the sign-in page.
//! * [`Bearer`](bearer::Bearer): a program of such a person, with a live token; a cookie is nothing to it.
//! * [`ByLetter`](by_letter::ByLetter): whoever follows a link of a letter, for what that link is for.
//! * [`Staff`]`<desk>`: a member of staff who sits at that desk; others at other desks are refused, also administrators.

pub mod bearer;
pub mod by_letter;
pub mod caller;
pub mod desk;
mod refused;

pub use caller::{Caller, SignedIn};

use super::problem::Problem;
use crate::identity::{Face, Person, Session};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use desk::Sits;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// A guard's decision on its way.
type Decision<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Anybody.
#[derive(Clone)]
pub struct Visitor(Arc<Caller>);

/// A person whose address is confirmed.
#[derive(Clone)]
pub struct Prospect {
    caller: Arc<Caller>,
    /// The live session.
    pub session: Session,
    /// Who.
    pub person: Person,
}

/// A member of staff at the desk `D`.
#[derive(Clone)]
pub struct Staff<D> {
    caller: Arc<Caller>,
    /// The live session, with all desks of the person.
    pub session: Session,
    /// Who.
    pub person: Person,
    desk: PhantomData<fn() -> D>,
}

impl Deref for Visitor {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}
impl Deref for Prospect {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}
impl<D> Deref for Staff<D> {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Decision<Self>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(Caller::of(&request).await?)) })
    }
}

impl FromRequest for Prospect {
    type Error = Problem;
    type Future = Decision<Self>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let Some(SignedIn { session, person, .. }) = caller.signed_in.clone() else {
                return Err(Problem::sign_in(&sign_in_path(&request)));
            };
            match session.face {
                Face::Prospect => Ok(Self { caller, session, person }),
                Face::Staff => Err(Problem::forbidden(
                    "This page belongs to the people a report is shared with, and you are signed in as staff.",
                )
                .todo("To see it as a recipient does, sign out and ask for a code with a recipient's address.")),
            }
        })
    }
}

impl<D: Sits> FromRequest for Staff<D> {
    type Error = Problem;
    type Future = Decision<Self>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = Caller::of(&request).await?;
            let Some(SignedIn { session, person, .. }) = caller.signed_in.clone() else {
                return Err(Problem::sign_in("/staff/sign-in"));
            };
            if session.face != Face::Staff || !D::admits(&session.roles) {
                refused::record(&caller, &session, D::WHOM).await?;
                let what = format!("This page is for {}. Your sign-in does not open it.", D::WHOM);
                return Err(Problem::forbidden(what).todo(
                    "Another desk is opened by an administrator, with the command: candor staff add.",
                ));
            }
            Ok(Self { caller, session, person, desk: PhantomData })
        })
    }
}

/// The sign-in page, with the way back when a page was asked for.
fn sign_in_path(request: &HttpRequest) -> String {
    if request.method() == Method::GET {
        return format!("/sign-in?next={}", escape(&request.uri().to_string()));
    }
    "/sign-in".to_owned()
}

/// Percent-encodes everything but letters, digits and `-._~/`.
pub(super) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
