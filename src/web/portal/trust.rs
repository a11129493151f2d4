//! The trust page: what anybody may see, without an account and without a cookie.

use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::reports::{Opinion, Version, recalls, store as reports};
use crate::text::Day;
use crate::web::Answer;
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show};
use crate::{accounts, nda};
use actix_web::web::Query;
use serde::{Deserialize, Serialize};

/// The search.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

/// The page.
#[derive(Serialize)]
struct TrustPage {
    shell: Shell,
    company: CompanyWords,
    blocked: Option<&'static str>,
    search: String,
    reports: Vec<CardWords>,
    commitments: Vec<Commitment>,
    recalled: Vec<Recalled>,
}

/// A version that nobody should rely on.
#[derive(Serialize)]
struct Recalled {
    title: String,
    version: u32,
    period: String,
    at: Option<When>,
}

impl Page for TrustPage {
    const TEMPLATE: Template = Template::PortalTrust;
}

/// The hosting company.
#[derive(Serialize)]
struct CompanyWords {
    name: String,
    intro: String,
    contact: Option<String>,
}

/// A public statement.
#[derive(Serialize)]
struct Commitment {
    title: String,
    text: String,
}

/// A report's card.
#[derive(Serialize)]
struct CardWords {
    framework: &'static str,
    title: String,
    summary: String,
    period: String,
    auditor: String,
    opinion: Status,
    freshness: Status,
    next: Option<String>,
    note: Option<String>,
    href: String,
    action: &'static str,
}

/// What is said when no NDA text is in force.
pub const NO_NDA: &str = "Requests are closed for the moment: no NDA text is in force, and nothing is shared without one. \
                          The company has to publish a text first.";

/// Shows the trust page, or the reports that hold the words searched for.
pub async fn show_trust(visitor: Visitor, search: Query<Search>) -> Answer {
    let (company, versions, text, gone) = visitor
        .app
        .read(|db| {
            Ok::<_, Fault>((
                accounts::store::find_company(db)?,
                reports::list_offered(db)?,
                nda::store::find_in_force(db)?,
                recalled(db)?,
            ))
        })
        .await?;
    let now = visitor.app.clock.now();
    let words = search.q.trim().to_lowercase();
    let statement = company.as_ref().map(|company| company.statement.to_string()).unwrap_or_default();
    let mut paragraphs = statement.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let page = TrustPage {
        shell: visitor.shell(Desk::Portal, "Reports and certifications"),
        company: CompanyWords {
            name: visitor.company.clone(),
            intro: paragraphs.next().unwrap_or("This company shares its audit reports here.").to_owned(),
            contact: company.map(|company| company.contact.to_string()),
        },
        blocked: (text.is_none() && !versions.is_empty()).then_some(NO_NDA),
        search: search.q.trim().to_owned(),
        reports: versions
            .iter()
            .filter(|version| mentions(version, &words))
            .map(|version| card(version, now, visitor.signed_in.is_some()))
            .collect(),
        commitments: paragraphs.map(commitment).collect(),
        recalled: gone,
    };
    show(&visitor, &page)
}

/// What was recalled, since when.
fn recalled(db: &mut Db) -> Result<Vec<Recalled>, Fault> {
    let gone = reports::list_recalled(db)?.into_iter().map(|version| {
        Ok(Recalled {
            at: recalls::find_at(db, version.id)?.map(Into::into),
            title: version.card.title.to_string(),
            version: version.number,
            period: version.card.period.words(),
        })
    });
    gone.collect()
}

/// A paragraph of the company's statement: `Title: text`, or text alone.
fn commitment(paragraph: &str) -> Commitment {
    match paragraph.split_once(": ") {
        Some((title, text)) if title.chars().count() <= 60 => {
            Commitment { title: title.to_owned(), text: text.to_owned() }
        }
        _ => Commitment { title: String::new(), text: paragraph.to_owned() },
    }
}

/// Whether a card holds the words.
fn mentions(version: &Version, words: &str) -> bool {
    let card = &version.card;
    let criteria = card.criteria.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let summary = card.summary.as_ref().map(ToString::to_string).unwrap_or_default();
    let all = format!("{} {} {} {criteria} {summary}", card.title, card.framework.words(), card.auditor);
    words.is_empty() || words.split_whitespace().all(|word| all.to_lowercase().contains(word))
}

/// A version's card in words.
fn card(version: &Version, now: Micros, is_known: bool) -> CardWords {
    let (card, slug) = (&version.card, &version.report.slug);
    CardWords {
        framework: card.framework.words(),
        title: card.title.to_string(),
        summary: card.summary.as_ref().map(ToString::to_string).unwrap_or_default(),
        period: card.period.words(),
        auditor: card.auditor.to_string(),
        opinion: opinion(card.opinion),
        freshness: freshness(card.period.end(), now),
        next: card.next_expected.map(Day::words),
        note: card.note.as_ref().map(ToString::to_string),
        href: if is_known { format!("/reports/{slug}") } else { format!("/request?item={slug}") },
        action: if is_known { "Read this report" } else { "Request this report" },
    }
}

/// The opinion as a label.
pub fn opinion(opinion: Opinion) -> Status {
    let tone = match opinion {
        Opinion::Unqualified => Tone::Ok,
        Opinion::Qualified => Tone::Warn,
        Opinion::Adverse | Opinion::Disclaimer => Tone::Danger,
        Opinion::None => Tone::Quiet,
    };
    Status::new(tone, opinion.words())
}

/// How old the end of the period is.
fn freshness(end: Day, now: Micros) -> Status {
    let months = now.secs_since(end.start()) / (30 * 86_400);
    match months {
        ..0 => Status::new(Tone::Ok, "Current"),
        0..=3 => Status::new(Tone::Ok, "Fresh"),
        4..=12 => Status::new(Tone::Info, "Current"),
        13..=23 => Status::new(Tone::Warn, "Over a year old"),
        _ => Status::new(Tone::Quiet, "Older"),
    }
}
