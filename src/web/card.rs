//! A report's card as strangers see it, on the trust page and where the company looks at it first: nothing stands on it
//! that was not chosen.

use super::page::{Status, Tone};
use super::partials::Fact;
use crate::accounts::public::{PublicFact, PublicFacts};
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::remediation::store::{Counts, count};
use crate::reports::{Opinion, Version};
use crate::text::Day;
use serde::Serialize;

/// The card, as `partials/report_card` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct CardView {
    framework: &'static str,
    title: String,
    summary: String,
    auditor: String,
    period: Option<String>,
    opinion: Option<Status>,
    freshness: Option<Status>,
    issued: Option<String>,
    next: Option<String>,
    numbers: Vec<Fact>,
    note: Option<String>,
    href: String,
    action: &'static str,
}

/// A report with what is told about it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The report.
    pub version: Version,
    /// How many exceptions it has; not even counted unless chosen.
    counts: Option<Counts>,
}

impl Told {
    /// Counts what is to be told.
    pub fn read(db: &mut Db, facts: &PublicFacts, version: Version) -> Result<Self, Fault> {
        let counts = if facts.count() { Some(count(db, version.id)?) } else { None };
        Ok(Self { version, counts })
    }
}

impl CardView {
    /// The card of a report; `is_known` says that who looks is signed in.
    pub fn new(told: &Told, facts: &PublicFacts, now: Micros, is_known: bool) -> Self {
        let (card, slug) = (&told.version.card, &told.version.report.slug);
        let period = facts.tell(PublicFact::Period);
        Self {
            framework: card.framework.words(),
            title: card.title.to_string(),
            summary: card.summary.as_ref().map(ToString::to_string).unwrap_or_default(),
            auditor: card.auditor.to_string(),
            period: period.then(|| card.period.words()),
            opinion: facts.tell(PublicFact::Opinion).then(|| opinion(card.opinion)),
            freshness: period.then(|| freshness(card.period.end(), now)),
            issued: card.report_date.filter(|_| facts.tell(PublicFact::Issued)).map(Day::words),
            next: card.next_expected.filter(|_| facts.tell(PublicFact::NextExpected)).map(Day::words),
            numbers: told.counts.map(|counts| numbers(facts, counts)).unwrap_or_default(),
            note: card.note.as_ref().map(ToString::to_string),
            href: if is_known { format!("/reports/{slug}") } else { format!("/request?item={slug}") },
            action: if is_known { "Read this report" } else { "Request this report" },
        }
    }
}

/// The numbers that are told.
fn numbers(facts: &PublicFacts, counts: Counts) -> Vec<Fact> {
    let all = [
        (PublicFact::Exceptions, "Exceptions stated", counts.exceptions),
        (PublicFact::Mended, "Exceptions mended", counts.mended),
        (PublicFact::Verified, "Mended and verified", counts.verified),
    ];
    let told = all.into_iter().filter(|(fact, ..)| facts.tell(*fact));
    told.map(|(_, term, number)| Fact::new(term, number.to_string())).collect()
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
