//! The report that the sales desk has on offer: one exception is mended, one is not.

use super::desk::act;
use crate::support::house::House;
use candor::clock::Clock;
use candor::exceptions::{self, Class, Content};
use candor::ids::{ExceptionId, ObjectId, PersonId, VersionId};
use candor::remediation::{self, Note, Status};
use candor::reports::acts::NewReport;
use candor::reports::{self, Card, Facts, File, Framework, Opinion, Period, Tier};
use candor::text::{Day, Line, Paragraphs, Slug};
use candor::vault::ObjectRef;

/// Publishes the report: one exception that is mended and one that is not.
pub(super) fn publish(house: &House, by: PersonId) -> VersionId {
    let parts = house.app().house.clone();
    let new = NewReport { slug: Slug::parse("soc2-2026").unwrap(), card: card(), facts: facts() };
    let own = parts.clone();
    let id = act(house, "report.create", move |act| reports::acts::create(act, &own, by, new)).id;
    let mended = record(house, by, id, ("E-1", Class::IsolatedOperating));
    record(house, by, id, ("E-2", Class::SystemicOperating));
    let file = file(&parts.clock);
    act(house, "report.upload", move |act| reports::acts::attach_upload(act, by, id, &file));
    let own = parts.clone();
    act(house, "report.finalize", move |act| exceptions::acts::finalize(act, &own, by, id));
    let text = Paragraphs::parse("The list is compared every night.").unwrap();
    let note = Note::new(Day::parse("2026-11-20").unwrap(), text);
    act(house, "remediation.update", move |act| {
        remediation::acts::update(act, &parts, by, mended, (Status::Implemented, &note))
    });
    id
}

/// Records an exception with words that nobody at the sales desk may read.
fn record(house: &House, by: PersonId, version: VersionId, (reference, class): (&str, Class)) -> ExceptionId {
    let words = |text| Paragraphs::parse(text).unwrap();
    let content = Content {
        reference: Line::parse(reference).unwrap(),
        title: Line::parse("SECRETTITLE access of leavers").unwrap(),
        criterion: Line::parse("CC7.2").unwrap(),
        control: words("SECRETCONTROL access is removed within one day."),
        tests: Vec::new(),
        test_words: None,
        sample: None,
        finding: words("SECRETFINDING access was removed late."),
        pages: None,
        nature: None,
        impact: None,
        compensating: None,
        class,
        weight: exceptions::Weight::default(),
        repeats: None,
        recommendation: None,
        evaluation: None,
        response: None,
    };
    let parts = house.app().house.clone();
    act(house, "exception.record", move |act| exceptions::acts::record(act, &parts, by, version, &content))
}

/// What anybody may know.
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
        summary: Some(Paragraphs::parse("Security of the payables service.").unwrap()),
        predecessor: None,
        next_expected: None,
        note: None,
    }
}

/// What only holders read.
fn facts() -> Facts {
    crate::reports::desk::facts()
}

/// Rows of a file whose objects no test reads.
pub fn file(clock: &Clock) -> File {
    let object = |size_bytes| ObjectRef {
        id: ObjectId::new(clock),
        size_bytes,
        sha256: [7; 32],
        sealed_sha256: [8; 32],
    };
    File {
        original: object(4_000),
        body: object(5_000),
        manifest: object(600),
        pages: 49,
        tier: Tier::T2,
        warnings: Vec::new(),
        source_sha256: [7; 32],
    }
}
