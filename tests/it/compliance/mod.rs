//! The compliance desk, as its people use it.

mod beside;
mod checklist;
mod company;
mod evidence;
mod exceptions;
mod nda;
mod preparing;
mod public;
mod reminders;
mod reports;
mod review;
mod upload;

use crate::support::databases::{TestDatabase, on_both};
use crate::support::house::House;
use crate::support::visitor::{Page, Part, Visitor};
use candor::identity::Role;
use std::thread;
use std::time::{Duration, Instant};

/// No file is prepared for longer: a child ends after a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// Runs a test with a house on each database and an officer at the compliance desk.
fn at_the_desk(lines: &str, test: impl Fn(&House, &mut Visitor)) {
    on_both(|database: &TestDatabase| {
        let house = House::on(database, lines);
        let mut officer = house.staff("Tobias", Role::Compliance);
        test(&house, &mut officer);
    });
}

/// Fills a page's form in and sends it.
pub fn send(officer: &mut Visitor, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let form = fields.iter().fold(page.form(action), |form, (name, value)| match *name {
        "framework" | "opinion" | "class" | "status" => form.choose(name, value),
        "tests" => form.tick(name, value),
        _ => form.fill(name, value),
    });
    officer.submit(page, &form)
}

/// Creates a report with complete facts and says where it lies on the desk.
pub fn creates(officer: &mut Visitor, slug: &str) -> String {
    let page = officer.get("/compliance/reports/new");
    let answer = send(
        officer,
        &page,
        "/compliance/reports/new",
        &[("slug", slug)].iter().chain(FACTS).copied().collect::<Vec<_>>(),
    );
    let href = format!("/compliance/reports/{slug}");
    assert_eq!(answer.header("location"), Some(href.as_str()), "{}", answer.words());
    href
}

/// Complete facts.
const FACTS: &[(&str, &str)] = &[
    ("title", "SOC 2 Type II, 2026"),
    ("framework", "soc2_type_2"),
    ("report_type", "Type II examination"),
    ("auditor", "Fennimore Quill LLP"),
    ("period_from", "2025-10-01"),
    ("period_to", "2026-09-30"),
    ("criteria", "Security\nAvailability"),
    ("opinion", "unqualified"),
    ("summary", "Security and availability of the payables service."),
    ("subservices", "Graniteloft Inc. | Hosting | carve-out"),
];

/// A complete exception without a response.
pub const EXCEPTION: &[(&str, &str)] = &[
    ("reference", "E-1"),
    ("criterion", "CC6.2"),
    ("title", "Access of leavers removed late"),
    ("finding", "For 3 of 25 persons selected, access was disabled late."),
    ("class", "systemic_operating"),
    ("control", "Access is removed within one business day."),
    ("tests", "inspection"),
    ("sample_size", "25"),
    ("deviations", "3"),
];

/// Sends a file to a report and waits until it is prepared: then the page sends on to what was done with it (303), or
/// says why it was not taken.
pub fn uploads(officer: &mut Visitor, href: &str, bytes: &[u8]) -> Page {
    let page = officer.get(href);
    let sent = sends_file(officer, &page, href, bytes, &[]);
    waits(officer, sent)
}

/// Sends a file with the upload form of this page, and these fields besides.
pub fn sends_file(
    officer: &mut Visitor,
    page: &Page,
    href: &str,
    bytes: &[u8],
    fields: &[(&str, &str)],
) -> Page {
    let form = page.form(&format!("{href}/upload"));
    let csrf = form.value("csrf").unwrap().to_owned();
    let mut parts =
        vec![Part::Field("csrf", &csrf), Part::File("file", "report.pdf", "application/pdf", bytes)];
    parts.extend(fields.iter().map(|(name, value)| Part::Field(name, value)));
    officer.multipart(&form.action, &parts)
}

/// Stays on the page of an upload until it asks again no more.
pub fn waits(officer: &mut Visitor, sent: Page) -> Page {
    if sent.status != 303 {
        return sent;
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = officer.follow(&sent);
        if page.header("refresh").is_none() {
            return page;
        }
        assert!(Instant::now() < deadline, "still being prepared: {}", page.words());
        thread::sleep(Duration::from_millis(20));
    }
}

/// A PDF of one page.
pub const ONE_PAGE: &[u8] = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>\nendobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n\
0000000054 00000 n \n0000000105 00000 n \ntrailer\n<</Size 4/Root 1 0 R>>\nstartxref\n170\n%%EOF\n";
