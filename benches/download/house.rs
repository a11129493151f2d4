//! A house with a report and recipients who may fetch it, and beside it a server of an in-memory body as long.

use crate::client::Load;
use crate::support::databases::TestDatabase;
use crate::support::house::{House, ORIGIN};
use crate::support::http::{Answer, Request};
use crate::support::visitor::Visitor;
use actix_web::{HttpResponse, HttpServer, web};
use candor::accounts::{self, Company};
use candor::db::data_keys;
use candor::exceptions;
use candor::fault::Fault;
use candor::grants::Terms;
use candor::grants::acts::{Invitation, Pressing, invite};
use candor::identity::Role;
use candor::ids::PersonId;
use candor::ledger::{Act, Recorded};
use candor::nda;
use candor::notices::outbox;
use candor::reports::acts::NewReport;
use candor::reports::upload::{Shelf, take_in};
use candor::reports::{self, Card, Facts, Framework, Opinion, Period};
use candor::text::{CompanyName, Day, Domain, EmailAddress, Line, LongText, Paragraphs, PersonName, Slug};
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The page of the report.
const SLUG: &str = "report";

/// The house, its readers, and the server to compare with.
pub(crate) struct Furnished {
    pub(crate) house: House,
    pub(crate) readers: Vec<Visitor>,
    /// Where a body as long as a copy comes from memory.
    pub(crate) plain: SocketAddr,
}

impl Furnished {
    /// A house with this report and so many recipients, signed in, the NDA accepted.
    pub(crate) fn new(database: &TestDatabase, pdf: &[u8], recipients: usize) -> Self {
        let house = House::on(database, "");
        let officer = house.add_staff("Officer", Role::Compliance);
        furnish(&house, officer);
        let body_bytes = publish(&house, officer, pdf, recipients);
        let readers = (0..recipients).map(|number| reader(&house, number)).collect();
        Self { house, readers, plain: from_memory(body_bytes) }
    }
    /// The clients that fetch these readers' copies.
    pub(crate) fn load(&self, readers: &[Visitor], each: usize) -> Load {
        let requests = readers.iter().map(|reader| wire(&fetching(&mut reader.clone()))).collect();
        Load { server: self.house.address(), requests, each }
    }
    /// The request for the body in memory.
    pub(crate) fn plain_request() -> Vec<u8> {
        wire(&Request::new("POST", "/").with("Host", "localhost"))
    }
    /// Begins downloads of the first reader and takes only their first bytes.
    pub(crate) fn hold_open(&self, count: usize) -> Vec<Answer> {
        let mut reader = self.readers[0].clone();
        let request = fetching(&mut reader);
        let begun = (0..count).map(|_| {
            let mut answer = request.begin(self.house.address());
            answer.some(1_000);
            answer
        });
        begun.collect()
    }
}

/// Records an act.
fn act<T, E>(
    house: &House,
    name: &'static str,
    act: impl for<'a> FnOnce(Act<'a>) -> Result<Recorded<'a, T>, E> + Send + 'static,
) -> T
where
    T: Send + 'static,
    E: From<Fault> + std::fmt::Debug + Send + 'static,
{
    house.app().writer.act_blocking(name, act).unwrap().value
}

/// A company and an NDA text.
fn furnish(house: &House, officer: PersonId) {
    let company = Company {
        name: CompanyName::parse("House Ltd").unwrap(),
        contact: EmailAddress::parse("trust@house.example").unwrap(),
        domain: Domain::parse("house.example").unwrap(),
        statement: LongText::parse("We share what our auditors found.").unwrap(),
    };
    act(house, "company.change", move |act| accounts::acts::change_company(act, officer, &company));
    let parts = house.app().house.clone();
    let body = LongText::parse("What you read here stays with you.").unwrap();
    act(house, "nda.publish", move |act| nda::acts::publish(act, &parts, officer, body));
}

/// Publishes the report and invites everybody. Returns how long a copy is.
fn publish(house: &House, by: PersonId, pdf: &[u8], recipients: usize) -> u64 {
    let (app, parts) = (house.app(), house.app().house.clone());
    let new = NewReport { slug: Slug::parse(SLUG).unwrap(), card: card(), facts: facts() };
    let own = parts.clone();
    let version = act(house, "report.create", move |act| reports::acts::create(act, &own, by, new));
    let key = data_keys::open_for(&mut app.database.read().unwrap(), &app.keyring, version.key_owner());
    let key = key.unwrap();
    let shelf = Shelf { vault: &app.vault, clock: &app.clock, key: &key, version: &version };
    let file = take_in(&shelf, &app.config.program, pdf).unwrap();
    let (id, body_bytes) = (version.id, file.body.size_bytes);
    act(house, "report.upload", move |act| reports::acts::attach_upload(act, by, id, &file));
    let own = parts.clone();
    act(house, "report.finalize", move |act| exceptions::acts::finalize(act, &own, by, id));
    for number in 0..recipients {
        let invitation = Invitation {
            email: EmailAddress::parse(&address(number)).unwrap(),
            name: PersonName::parse("Ada First").unwrap(),
            company: CompanyName::parse("Meridian Bank").unwrap(),
            items: vec![id],
            terms: Terms::new(30, 100),
            reason: None,
            pressing: Pressing::Refused,
        };
        let own = parts.clone();
        act(house, "grant.invite", move |act| invite(act, &own, by, &invitation));
    }
    body_bytes
}

/// The address of a recipient.
fn address(number: usize) -> String {
    format!("reader{number}@meridian-bank.example")
}

/// A recipient who has signed in by mailed code and accepted the NDA.
fn reader(house: &House, number: usize) -> Visitor {
    let mut visitor = house.visitor_from(&format!("198.51.{number}.1"));
    let page = visitor.get("/sign-in");
    let sent = visitor.submit(&page, &page.form("/sign-in").fill("email", &address(number)));
    assert_eq!(sent.status, 303, "{}", sent.words());
    let code = mailed_code(house, &address(number));
    let page = visitor.get("/confirm");
    let sent = visitor.submit(&page, &page.form("/confirm").fill("code", &code));
    assert_eq!(sent.status, 303, "{}", sent.words());
    let page = visitor.get("/nda");
    let form = page.form("/nda").tick("read", "yes").tick("authorised", "yes");
    let sent = visitor.submit(&page, &form.fill("name", "Ada First").fill("title", "Head of risk"));
    assert_eq!(sent.status, 303, "{}", sent.words());
    visitor
}

/// The code that was mailed to this address; the letter is written off the path of the answer.
fn mailed_code(house: &House, address: &str) -> String {
    let began = Instant::now();
    loop {
        let app = house.app();
        let db = &mut *app.database.read().unwrap();
        // The clock of this house stands, so that the order of letters is chance: all are looked through.
        for queued in outbox::list_newest(db, 10_000).unwrap() {
            let letter = queued.open(db, &app.keyring).unwrap();
            let mut lines = letter.text.lines().map(str::trim);
            if letter.to.as_str() == address
                && let Some(code) = lines.find(|line| line.len() == 9 && line.contains('-'))
            {
                return code.to_owned();
            }
        }
        assert!(began.elapsed() < Duration::from_secs(20), "no code was mailed");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The request by which a reader fetches the copy.
fn fetching(reader: &mut Visitor) -> Request {
    let page = reader.get("/access");
    let csrf = page.form("/sign-out").value("csrf").unwrap().to_owned();
    let headers = [
        ("Origin", ORIGIN),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let mut request = reader.request("POST", &format!("/reports/{SLUG}/copy"), &headers);
    request.body = format!("csrf={csrf}").into_bytes();
    request
}

/// A request as it goes over a connection that stays open.
fn wire(request: &Request) -> Vec<u8> {
    let mut text =
        format!("{} {} HTTP/1.1\r\nContent-Length: {}\r\n", request.method, request.path, request.body.len());
    for (name, value) in &request.headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    [text.as_bytes(), b"\r\n", &request.body].concat()
}

/// A server in this process whose only answer is a body of so many bytes from memory.
fn from_memory(body_bytes: u64) -> SocketAddr {
    let body = web::Bytes::from(vec![b'x'; usize::try_from(body_bytes).unwrap()]);
    let (to, from) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            to.send(listener.local_addr().unwrap()).unwrap();
            let app = move || {
                let body = body.clone();
                actix_web::App::new().default_service(web::to(move || {
                    let body = body.clone();
                    async move { HttpResponse::Ok().body(body) }
                }))
            };
            HttpServer::new(app).listen(listener).unwrap().run().await.unwrap();
        });
    });
    from.recv().unwrap()
}

/// What anybody may know of the report.
fn card() -> Card {
    let line = |text| Line::parse(text).unwrap();
    let day = |text| Day::parse(text).unwrap();
    Card {
        title: line("SOC 2 Type II, 2026"),
        reference: None,
        framework: Framework::Soc2Type2,
        report_type: line("Type II examination"),
        criteria: vec![line("Security")],
        period: Period::between(day("2025-10-01"), day("2026-09-30")).unwrap(),
        period_note: None,
        report_date: None,
        auditor: line("Fennimore Quill LLP"),
        audited: None,
        opinion: Opinion::Unqualified,
        explanation: None,
        summary: Some(Paragraphs::parse("What the auditor found.").unwrap()),
        next_expected: None,
        predecessor: None,
        note: None,
    }
}

/// What only holders read.
fn facts() -> Facts {
    Facts {
        scope: None,
        in_scope: Vec::new(),
        not_in_scope: Vec::new(),
        subservices: Vec::new(),
        user_controls: Vec::new(),
        restricted_use: None,
        specified_parties: None,
        assertion: None,
        except_for: None,
    }
}

/// The smallest report: one empty page.
pub(crate) fn one_page() -> Vec<u8> {
    let objects = [
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
    ];
    let (mut pdf, mut xref) = ("%PDF-1.7\n".to_owned(), "xref\n0 4\n0000000000 65535 f \n".to_owned());
    for (number, object) in objects.iter().enumerate() {
        writeln!(xref, "{:010} 00000 n ", pdf.len()).unwrap();
        write!(pdf, "{} 0 obj\n{object}\nendobj\n", number + 1).unwrap();
    }
    let start = pdf.len();
    format!("{pdf}{xref}trailer\n<</Size 4 /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").into_bytes()
}
