//! What just happened, said once on the next page: a short-lived cookie that only this installation can write.

use super::session::{self, Jar};
use crate::app::App;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Label of the code over the text.
const LABEL: &str = "said";

/// The cookie that says `text` on the next page.
pub fn cookie(app: &App, text: &str) -> Cookie<'static> {
    let code = URL_SAFE_NO_PAD.encode(app.keyring.cookie_mac(LABEL, text.as_bytes()));
    session::said_cookie(app, format!("{code}.{}", URL_SAFE_NO_PAD.encode(text)))
}

/// What the request brings along to be said, if we wrote it.
pub fn said(request: &HttpRequest, app: &App) -> Option<String> {
    let cookie = request.cookie(Jar::Said.name(app))?;
    let (code, text) = cookie.value().split_once('.')?;
    let code = URL_SAFE_NO_PAD.decode(code).ok()?;
    let text = URL_SAFE_NO_PAD.decode(text).ok()?;
    if app.keyring.verify(LABEL, &text, &code) { String::from_utf8(text).ok() } else { None }
}
