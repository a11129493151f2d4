//! The demo's visitors: they come in by the portal like anybody, over the server's own handlers.

use super::content::Visitor;
use crate::app::App;
use crate::fault::Fault;
use crate::ids::{PersonId, RequestId};
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::store as reports;
use crate::requests::store as requests;
use crate::web;
use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The largest answer a visitor reads, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A visitor with a browser.
pub(super) struct Guest<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    cookies: BTreeMap<String, String>,
}

/// An answer of the portal.
struct Page {
    body: Vec<u8>,
}

impl Page {
    /// The value of a hidden field of the page's form.
    fn hidden(&self, name: &str) -> Result<String, Fault> {
        let text = String::from_utf8_lossy(&self.body);
        let place = format!("name=\"{name}\" value=\"");
        let found = text.split_once(&place).and_then(|(_, rest)| rest.split_once('"'));
        found.map(|(value, _)| value.to_owned()).ok_or(Fault::bare("a form of the portal lacks a field"))
    }
}

impl<'a> Guest<'a> {
    /// A visitor without any cookie.
    pub(super) const fn enter(app: &'a App, visitor: &'a Visitor) -> Self {
        Self { app, visitor, cookies: BTreeMap::new() }
    }

    /// Sends a request and keeps the cookies of the answer.
    async fn send(&mut self, request: TestRequest) -> Result<Page, Fault> {
        let service =
            init_service(actix_web::App::new().app_data(self.app.clone()).configure(web::routes)).await;
        let mut request = request.peer_addr(SocketAddr::from(([127, 0, 0, 1], 0)));
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        let response = call_service(&service, request.to_request()).await;
        for cookie in response.response().cookies() {
            self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        let status = response.status();
        if status != StatusCode::OK && status != StatusCode::SEE_OTHER {
            return Err(Fault::new("the demo's visitor was refused", status.to_string()));
        }
        let body = to_bytes(response.into_body()).await.map_err(|_| Fault::bare("an answer broke off"))?;
        if body.len() > MOST_BYTES {
            return Err(Fault::bare("an answer is too large"));
        }
        Ok(Page { body: body.to_vec() })
    }

    /// Asks for the reports.
    pub(super) async fn asks(&mut self) -> Result<RequestId, Fault> {
        let (app, slugs) = (self.app.clone(), self.visitor.reports.clone());
        let items = app
            .read(move |db| {
                let ids =
                    slugs.iter().map(|slug| Ok(reports::require_offered_by_slug(db, slug)?.id.to_string()));
                ids.collect::<Result<Vec<_>, Fault>>()
            })
            .await?;
        let visitor = self.visitor;
        let mut form = vec![
            ("name", visitor.name.to_string()),
            ("email", visitor.email.to_string()),
            ("organisation", visitor.company.to_string()),
            ("relation", visitor.relation.to_string()),
            ("reason", visitor.reason.to_string()),
        ];
        form.extend(items.into_iter().map(|item| ("items", item)));
        self.send(TestRequest::post().uri("/request").set_form(form)).await?;
        self.request().await
    }

    /// Who this visitor is here.
    pub(super) async fn person(&self) -> Result<PersonId, Fault> {
        let (keyring, email) = (self.app.keyring.clone(), self.visitor.email.clone());
        self.app
            .read(move |db| {
                let person = crate::identity::store::find_person_by_email(db, &keyring, &email)?;
                person.map(|person| person.id).ok_or(Fault::bare("the demo's visitor is not known"))
            })
            .await
    }

    /// The id of the newest request of this visitor.
    async fn request(&self) -> Result<RequestId, Fault> {
        let (keyring, person) = (self.app.keyring.clone(), self.person().await?);
        self.app
            .read(move |db| {
                let newest = requests::list_by_person(db, &keyring, person)?.into_iter().next();
                newest.map(|request| request.id).ok_or(Fault::bare("the demo's visitor asked for nothing"))
            })
            .await
    }

    /// Opens the letter's link and confirms.
    pub(super) async fn confirms(&mut self) -> Result<(), Fault> {
        let (keyring, email) = (self.app.keyring.clone(), self.visitor.email.clone());
        let letter = self.app.read(move |db| {
            for queued in outbox::list_newest(db, 20)? {
                let letter = queued.open(db, &keyring)?;
                if letter.kind == LetterKind::Code && letter.to == email {
                    return Ok::<_, Fault>(Some(letter));
                }
            }
            Ok(None)
        });
        let letter = letter.await?.ok_or(Fault::bare("no code was mailed to the demo's visitor"))?;
        let link = letter
            .text
            .split_once("/confirm/")
            .map(|(_, rest)| rest.split_whitespace().next().unwrap_or_default());
        let link = link.ok_or(Fault::bare("the letter holds no link"))?.to_owned();
        self.send(TestRequest::post().uri("/confirm").set_form([("link", link)])).await.map(drop)
    }

    /// Reads the NDA and accepts it.
    pub(super) async fn accepts(&mut self) -> Result<(), Fault> {
        let page = self.send(TestRequest::get().uri("/nda")).await?;
        let mut form = Vec::new();
        for name in ["csrf", "nda", "shown_at", "seal"] {
            form.push((name, page.hidden(name)?));
        }
        form.push(("read", "yes".to_owned()));
        form.push(("authorised", "yes".to_owned()));
        form.push(("name", self.visitor.name.to_string()));
        form.push(("title", self.visitor.title.to_string()));
        self.send(TestRequest::post().uri("/nda").set_form(form)).await.map(drop)
    }

    /// Asks to be forgotten.
    pub(super) async fn asks_to_be_forgotten(&mut self) -> Result<(), Fault> {
        let page = self.send(TestRequest::get().uri("/access")).await?;
        let form = [("csrf", page.hidden("csrf")?)];
        self.send(TestRequest::post().uri("/access/forget").set_form(form)).await.map(drop)
    }

    /// Reads every report room and fetches the copies.
    pub(super) async fn reads_and_downloads(&mut self) -> Result<(), Fault> {
        for slug in self.visitor.reports.clone() {
            let room = self.send(TestRequest::get().uri(&format!("/reports/{slug}"))).await?;
            let form = [("csrf", room.hidden("csrf")?)];
            let copy = TestRequest::post().uri(&format!("/reports/{slug}/copy")).set_form(form);
            let copy = self.send(copy).await?;
            if !copy.body.starts_with(b"%PDF-") {
                return Err(Fault::bare("the demo's visitor received no PDF"));
            }
        }
        Ok(())
    }
}
