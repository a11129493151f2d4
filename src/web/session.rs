//! Cookies: the session's, and the one that ties a mailed code to the browser that asked for it.
//!
//! Over https both carry the `__Host-` prefix: Secure, no domain, the whole site, and no other host can set them. The
//! demo speaks plain http on a loopback address, where browsers refuse the prefix; there the names go without it.

use crate::app::App;
use crate::identity::secrets::Token;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// How long the browser's cookie is kept: longer than a mailed code lives.
const BROWSER_SECS: i64 = 3_600;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// Ties a mailed code to the browser that asked.
    Browser,
    /// Says once what just happened.
    Said,
    /// The session.
    Session,
}

impl Jar {
    /// The cookie's name.
    pub fn name(self, app: &App) -> &'static str {
        match (self, app.is_https()) {
            (Self::Browser, true) => "__Host-candor-browser",
            (Self::Browser, false) => "candor-browser",
            (Self::Said, true) => "__Host-candor-said",
            (Self::Said, false) => "candor-said",
            (Self::Session, true) => "__Host-candor",
            (Self::Session, false) => "candor",
        }
    }
}

/// A cookie with everything that keeps it ours.
fn cookie(app: &App, jar: Jar, value: String) -> Cookie<'static> {
    Cookie::build(jar.name(app), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.is_https())
        .finish()
}

/// The cookie of a session that begins; it goes when the browser closes.
pub fn session_cookie(app: &App, token: &Token) -> Cookie<'static> {
    cookie(app, Jar::Session, token.expose().to_owned())
}

/// The cookie of the browser that asks for a code.
pub fn browser_cookie(app: &App, token: &Token) -> Cookie<'static> {
    let mut cookie = cookie(app, Jar::Browser, token.expose().to_owned());
    cookie.set_max_age(Duration::seconds(BROWSER_SECS));
    cookie
}

/// A cookie for the next page only.
pub(super) fn said_cookie(app: &App, value: String) -> Cookie<'static> {
    let mut cookie = cookie(app, Jar::Said, value);
    cookie.set_max_age(Duration::minutes(2));
    cookie
}

/// Takes a cookie away.
pub fn removal(app: &App, jar: Jar) -> Cookie<'static> {
    let mut cookie = cookie(app, jar, String::new());
    cookie.make_removal();
    cookie
}

/// The token in a cookie; `None` when there is none or it cannot be one.
pub fn token(request: &HttpRequest, app: &App, jar: Jar) -> Option<Token> {
    Token::parse(request.cookie(jar.name(app))?.value())
}

/// Where to go after signing in: a path of this site, never another one.
pub fn safe_next(next: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    (next.starts_with('/') && !next.starts_with("//") && next.len() <= 500 && next.chars().all(plain))
        .then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        assert_eq!(safe_next("/reports/soc2?x=1"), Some("/reports/soc2?x=1"));
        for bad in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "reports", "/ä"]
        {
            assert_eq!(safe_next(bad), None, "{bad:?}");
        }
    }
}
