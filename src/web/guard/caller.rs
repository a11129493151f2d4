//! What is known of whoever sent a request: found out once, then kept with the request.

use crate::accounts;
use crate::app::App;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::identity::secrets::Token;
use crate::identity::{Origin, Person, Session, sessions, store};
use crate::web::problem::Problem;
use crate::web::session::{self, Jar};
use crate::web::{csrf, flash};
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Longest user agent that is kept, in characters: it is a claim, not evidence.
const USER_AGENT_CHARS: usize = 300;

/// Whoever sent the request.
pub struct Caller {
    /// The house.
    pub app: App,
    /// From where, as the server saw it.
    pub origin: Origin,
    /// The live session and its person.
    pub signed_in: Option<SignedIn>,
    /// The hosting company's name, for every page's frame.
    pub company: String,
    /// The path asked for, without the query.
    pub path: String,
    /// What just happened, to be said on this page.
    pub said: Option<String>,
    browser: Option<Token>,
}

/// A live session with its person.
#[derive(Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Who.
    pub person: Person,
    /// What every form of this session brings along.
    pub csrf: String,
}

impl Caller {
    /// Whoever sent `request`; looked up once per request.
    pub async fn of(request: &HttpRequest) -> Result<Arc<Self>, Problem> {
        if let Some(known) = Self::known(request) {
            return Ok(known);
        }
        let app =
            request.app_data::<App>().ok_or(Fault::bare("the app is not among the server's data"))?.clone();
        let now = app.clock.now();
        let (signed_in, company) = look_up(&app, session::token(request, &app, Jar::Session), now).await?;
        if let Some(SignedIn { session, .. }) =
            signed_in.as_ref().filter(|known| known.session.wants_touch(now))
        {
            let id = session.id;
            app.writer.housekeeping("session.touch", move |db| sessions::touch(db, id, now)).await?;
        }
        let origin = origin(request, &app.config.trusted_proxies);
        let app = match &signed_in {
            Some(known) => app.asked_from(known.person.id, origin.address),
            None => app,
        };
        let caller = Arc::new(Self {
            origin,
            company,
            path: request.path().to_owned(),
            said: flash::said(request, &app),
            browser: session::token(request, &app, Jar::Browser),
            signed_in,
            app,
        });
        request.extensions_mut().insert(Arc::clone(&caller));
        Ok(caller)
    }

    /// Whoever sent `request`, if that was found out already.
    pub fn known(request: &HttpRequest) -> Option<Arc<Self>> {
        request.extensions().get::<Arc<Self>>().cloned()
    }

    /// The token that every form of this session brings along; empty without a session.
    pub fn csrf(&self) -> &str {
        self.signed_in.as_ref().map_or("", |signed_in| &signed_in.csrf)
    }

    /// The cookie that ties mailed codes to this browser, if it has one.
    pub const fn browser(&self) -> Option<&Token> {
        self.browser.as_ref()
    }
}

/// Reads session, person and the company's name.
async fn look_up(app: &App, token: Option<Token>, now: Micros) -> Result<(Option<SignedIn>, String), Fault> {
    let keyring = Arc::clone(&app.keyring);
    app.read(move |db| {
        let company = accounts::store::find_company(db)?;
        let company = company.map_or_else(|| "Trust center".to_owned(), |company| company.name.to_string());
        let session = match token {
            Some(token) => sessions::find_live(db, &keyring, &token, now)?,
            None => None,
        };
        let Some(session) = session else { return Ok((None, company)) };
        let person = store::require_person(db, &keyring, session.person)?;
        let csrf = csrf::token_of(&keyring, &session);
        Ok((Some(SignedIn { session, person, csrf }), company))
    })
    .await
}

/// From where a request comes: the connection's address, or what our own proxies say in front of them.
fn origin(request: &HttpRequest, trusted: &[IpAddr]) -> Origin {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let hops = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
    let agent =
        request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Origin {
        address: client(peer, &hops, trusted),
        user_agent: agent.chars().take(USER_AGENT_CHARS).collect(),
    }
}

/// The last hop that is not one of our proxies. Hops further away are claims, and so is a hop that is no address.
fn client(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        let Ok(next) = hop.parse::<IpAddr>() else { break };
        address = next.to_canonical();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_proxies_say_who_a_client_is() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let seen = |peer: &str, hops: &[&str]| client(ip(peer), hops, &proxies).to_string();
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "not an address"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}
