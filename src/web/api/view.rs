//! What a program reads: names of their own, so that storage may change without it.
//!
//! It is what the report room shows and no more: evidence only where readers are to see it, no addresses of owners.

use crate::clock::Micros;
use crate::exceptions::{Class, Content, Response, Test};
use crate::grants::Grant;
use crate::release::room::{InContext, Room};
use crate::remediation::Update;
use crate::reports::signatures::Examined;
use crate::reports::{Facts, Framework, Opinion, Period};
use crate::text::{Day, hex};
use crate::watermark::signatures::Told as ToldSignature;
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole answer.
#[derive(Serialize)]
pub(super) struct View<'a> {
    as_of: String,
    /// The entry of the log that says that this was read.
    entry: u64,
    recipient: Recipient<'a>,
    report: Report<'a>,
    facts: &'a Facts,
    cover_notes: Vec<CoverNote<'a>>,
    exceptions: Vec<Exception<'a>>,
}

/// Whom it was read for.
#[derive(Serialize)]
struct Recipient<'a> {
    name: &'a str,
    company: &'a str,
    copy: &'a str,
    access_ends: String,
}

/// The report.
#[derive(Serialize)]
struct Report<'a> {
    slug: &'a str,
    title: &'a str,
    version: u32,
    state: &'static str,
    framework: Framework,
    #[serde(rename = "type")]
    kind: &'a str,
    criteria: Vec<&'a str>,
    period: Period,
    #[serde(rename = "report_date")]
    signed_on: Option<Day>,
    auditor: &'a str,
    opinion: Opinion,
    opinion_in_words: String,
    finalized_at: Option<String>,
    next_expected: Option<Day>,
    issued_file_sha256: Option<String>,
    /// `null` when nobody has looked at the file's signatures.
    issued_file_signatures: Option<Vec<ToldSignature<'a>>>,
}

/// A cover note.
#[derive(Serialize)]
struct CoverNote<'a> {
    at: String,
    by: &'a str,
    text: &'a str,
}

/// An exception.
#[derive(Serialize)]
struct Exception<'a> {
    id: String,
    reference: &'a str,
    title: &'a str,
    criterion: &'a str,
    class: Class,
    priority: &'static str,
    severity: Option<&'static str>,
    customer_data: bool,
    control: &'a str,
    tests: &'a [Test],
    test: Option<&'a str>,
    sample: Option<String>,
    finding: &'a str,
    pages: Option<&'a str>,
    nature: Option<&'a str>,
    impact: Option<&'a str>,
    compensating: Option<&'a str>,
    recommendation: Option<&'a str>,
    evaluation: Option<&'a str>,
    response: Option<&'a Response>,
    reported_before: &'a [Period],
    remediation: Remediation<'a>,
}

/// Where the mending stands.
#[derive(Serialize)]
struct Remediation<'a> {
    status: Option<&'static str>,
    overdue: bool,
    target: Option<Day>,
    owner: Option<&'a str>,
    history: Vec<Told<'a>>,
}

/// A dated update.
#[derive(Serialize)]
struct Told<'a> {
    at: String,
    happened_on: Day,
    by: &'a str,
    status: &'static str,
    text: &'a str,
    evidence: Option<&'a str>,
}

/// A person's name.
fn name<'a>(names: &'a BTreeMap<crate::ids::PersonId, String>, by: &crate::ids::PersonId) -> &'a str {
    names.get(by).map_or("", String::as_str)
}

/// The report.
fn report(room: &Room) -> Report<'_> {
    let (card, version) = (&room.version.card, &room.version);
    Report {
        slug: version.report.slug.as_str(),
        title: card.title.as_str(),
        version: version.number,
        state: version.state.words(),
        framework: card.framework,
        kind: card.report_type.as_str(),
        criteria: card.criteria.iter().map(crate::text::Line::as_str).collect(),
        period: card.period,
        signed_on: card.report_date,
        auditor: card.auditor.as_str(),
        opinion: card.opinion,
        opinion_in_words: card.opinion_in_words(),
        finalized_at: version.state.finalized().map(|by| by.at.rfc3339()),
        next_expected: card.next_expected,
        issued_file_sha256: version.file.as_ref().map(|file| hex(&file.source_sha256)),
        issued_file_signatures: match &room.signatures {
            Some(Examined::Found(signatures)) => Some(signatures.told()),
            Some(Examined::NotLookedAt | Examined::Unreadable) | None => None,
        },
    }
}

/// An exception.
fn exception<'a>(one: &'a InContext, names: &'a BTreeMap<crate::ids::PersonId, String>) -> Exception<'a> {
    let content: &Content = &one.exception.content;
    let text = |text: &'a Option<crate::text::Paragraphs>| text.as_ref().map(crate::text::Paragraphs::as_str);
    let told = |update: &'a Update| Told {
        at: update.at.rfc3339(),
        happened_on: update.note.happened_on,
        by: name(names, &update.by),
        status: update.status.as_str(),
        text: update.note.text.as_str(),
        evidence: text(&update.note.evidence).filter(|_| update.note.show_evidence),
    };
    Exception {
        id: one.exception.id.to_string(),
        reference: content.reference.as_str(),
        title: content.title.as_str(),
        criterion: content.criterion.as_str(),
        class: content.class,
        priority: one.priority.as_str(),
        severity: content.weight.severity.map(crate::exceptions::Severity::as_str),
        customer_data: content.weight.customer_data,
        control: content.control.as_str(),
        tests: &content.tests,
        test: text(&content.test_words),
        sample: content.sample.as_ref().map(crate::exceptions::Sample::words),
        finding: content.finding.as_str(),
        pages: content.pages.as_ref().map(crate::text::Line::as_str),
        nature: text(&content.nature),
        impact: text(&content.impact),
        compensating: text(&content.compensating),
        recommendation: text(&content.recommendation),
        evaluation: text(&content.evaluation),
        response: content.response.as_ref(),
        reported_before: &one.earlier,
        remediation: Remediation {
            status: one.standing.status.map(crate::remediation::Status::as_str),
            overdue: one.standing.overdue,
            target: one.target(),
            owner: one.standing.owner.as_ref().map(crate::text::Line::as_str),
            history: one.updates.iter().map(told).collect(),
        },
    }
}

/// The whole answer.
pub(super) fn view<'a>(room: &'a Room, grant: &'a Grant, (entry, now): (u64, Micros)) -> View<'a> {
    let note = |note: &'a crate::reports::cover_note::CoverNote| CoverNote {
        at: note.at.rfc3339(),
        by: name(&room.names, &note.by),
        text: note.words.text.as_str(),
    };
    View {
        as_of: now.rfc3339(),
        entry,
        recipient: Recipient {
            name: grant.recipient().name,
            company: grant.recipient().company,
            copy: grant.copy.as_str(),
            access_ends: grant.expires_at.rfc3339(),
        },
        report: report(room),
        facts: &room.facts,
        cover_notes: room.cover_notes.iter().map(note).collect(),
        exceptions: room.exceptions.iter().map(|one| exception(one, &room.names)).collect(),
    }
}
