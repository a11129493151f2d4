//! The portal's promises, as a recipient, a stranger and somebody who cheats meet them: over HTTP, on both databases.

mod bridge;
mod codes;
mod companions;
mod controls;
mod copy;
mod evidence;
mod limits;
mod many;
mod nda;
mod pages;
mod room;
mod script;
mod signatures;
mod subscriptions;
mod told;
mod tokens;
mod verify;
mod withdraw;

use crate::reports::desk::{card, facts};
use crate::sales::desk::{Office, act};
use crate::support::databases::TestDatabase;
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};
use candor::db::data_keys;
use candor::ids::{GrantId, VersionId};
use candor::ledger::EventKind;
use candor::ledger::store::{self, Entry, Filter};
use candor::notices::letter::LetterKind;
use candor::reports::acts::NewReport;
use candor::reports::upload::{Shelf, take_in};
use candor::text::Slug;
use std::time::{Duration, Instant};

/// What holds a prospect's session.
const SESSION: &str = "__Host-candor";

/// The newest code letter to this address: code and path of the link.
fn mailed(office: &Office, address: &str) -> (String, String) {
    let text = office.letters(LetterKind::Code, address).remove(0).text;
    let code = text.lines().map(str::trim).find(|line| line.len() == 9 && line.contains('-')).unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/confirm/")).unwrap();
    (code.to_owned(), link.split_once("/confirm/").unwrap().1.to_owned())
}

/// A code that is not this one.
fn another(code: &str) -> String {
    let first = if code.starts_with('7') { '8' } else { '7' };
    format!("{first}{}", &code[1..])
}

/// The form that is sent to exactly this path.
fn form(page: &Page, action: &str) -> Form {
    let form = Form::all(&page.html()).into_iter().find(|form| form.action == action);
    form.unwrap_or_else(|| panic!("no form for {action} on {}: {}", page.path, page.words()))
}

/// Types a code where codes are typed.
fn types(visitor: &mut Visitor, code: &str) -> Page {
    let page = visitor.get("/confirm");
    visitor.submit(&page, &form(&page, "/confirm").fill("code", code))
}

/// Asks for a code to sign in with.
fn asks_to_sign_in(visitor: &mut Visitor, address: &str) -> Page {
    let page = visitor.get("/sign-in");
    visitor.submit(&page, &page.form("/sign-in").fill("email", address))
}

/// Signs in by a mailed code: somebody who is known here.
fn signs_in(office: &Office, address: &str, network: &str) -> Visitor {
    office.house.advance_secs(1);
    let before = office.letters(LetterKind::Code, address).len();
    let mut visitor = office.house.visitor_from(network);
    assert_eq!(asks_to_sign_in(&mut visitor, address).status, 303);
    // The letter is written off the path of the answer.
    until("the code is mailed", || office.letters(LetterKind::Code, address).len() > before);
    let (code, _) = mailed(office, address);
    let sent = types(&mut visitor, &code);
    assert_eq!(sent.status, 303, "{}", sent.words());
    visitor
}

/// Waits until something that happens by itself has happened.
fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < Duration::from_secs(20), "in 20 seconds not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The entries of a kind, newest first.
fn entries(office: &Office, kind: EventKind) -> Vec<Entry> {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    store::list(&mut office.house.app().database.read().unwrap(), &filter, 1_000).unwrap()
}

/// How many entries the log has.
fn size(office: &Office) -> u64 {
    office.house.app().writer.head().size
}

/// Whether nobody is signed in at this browser.
fn is_stranger(visitor: &mut Visitor) -> bool {
    visitor.cookie(SESSION).is_none() && visitor.get("/access").status == 303
}

/// Ticks, types and accepts on an NDA page.
fn signs(visitor: &mut Visitor, page: &Page) -> Page {
    let filled = form(page, "/nda").tick("read", "yes").tick("authorised", "yes");
    visitor.submit(page, &filled.fill("name", "Ada First").fill("title", "Head of risk"))
}

/// Somebody invited who signs in and accepts the NDA: the room is open.
fn recipient(office: &Office, address: &str) -> Visitor {
    let mut visitor = signs_in(office, address, "192.0.2.1");
    let page = visitor.get("/nda");
    let sent = signs(&mut visitor, &page);
    assert_eq!(sent.status, 303, "{}", sent.words());
    visitor
}

/// The token of a visitor's forms.
fn csrf(visitor: &mut Visitor) -> String {
    form(&visitor.get("/access"), "/sign-out").value("csrf").unwrap().to_owned()
}

/// Asks for the copy, whether or not the room offers it.
fn fetch(visitor: &mut Visitor, slug: &str) -> Page {
    let token = csrf(visitor);
    visitor.post_form(&format!("/reports/{slug}/copy"), &[("csrf", &token)])
}

/// Revokes a grant.
fn revoke(office: &Office, grant: GrantId) {
    let (house, by) = (office.house.app().house.clone(), office.officer);
    act(&office.house, "grant.revoke", move |act| candor::grants::acts::revoke(act, &house, by, grant));
}

/// A furnished house whose report has a real file, its page named as the file is.
fn shelved(database: &TestDatabase, pdf: &str) -> Office {
    let mut office = Office::furnished(database);
    office.report = put_on_shelf(&office, pdf, pdf);
    office
}

/// Publishes a report with one of the files of [`crate::support::report_pdf`].
fn put_on_shelf(office: &Office, slug: &str, pdf: &str) -> VersionId {
    shelve(office, slug, &crate::support::report_pdf(pdf))
}

/// Publishes a report with this file.
fn shelve(office: &Office, slug: &str, pdf: &[u8]) -> VersionId {
    let (app, by) = (office.house.app(), office.officer);
    let new = NewReport { slug: Slug::parse(slug).unwrap(), card: card(), facts: facts() };
    let house = app.house.clone();
    let version =
        act(&office.house, "report.create", move |act| candor::reports::acts::create(act, &house, by, new));
    let db = &mut *app.database.read().unwrap();
    let key = data_keys::open_for(db, &app.keyring, version.key_owner()).unwrap();
    let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version: &version };
    let (id, file) = (version.id, take_in(&shelf, &app.config.program, pdf).unwrap());
    act(&office.house, "report.upload", move |act| candor::reports::acts::attach_upload(act, by, id, &file));
    let house = app.house.clone();
    act(&office.house, "report.finalize", move |act| candor::exceptions::acts::finalize(act, &house, by, id));
    id
}
