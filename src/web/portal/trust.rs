//! The trust page: what anybody may see, without an account and without a cookie.

use crate::accounts::Company;
use crate::accounts::public::{PublicFact, PublicFacts};
use crate::app::Template;
use crate::db::Db;
use crate::fault::Fault;
use crate::nda::Nda;
use crate::reports::{Version, recalls, store as reports};
use crate::web::Answer;
use crate::web::card::{CardView, Told};
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, When, show};
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
    reports: Vec<CardView>,
    commitments: Vec<Commitment>,
    recalled: Vec<Recalled>,
}

/// A version that nobody should rely on.
#[derive(Serialize)]
struct Recalled {
    title: String,
    version: u32,
    period: Option<String>,
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

/// What is said when no NDA text is in force.
pub const NO_NDA: &str = "Requests are closed for the moment: no NDA text is in force, and nothing is shared without one. \
                          The company has to publish a text first.";

/// Shows the trust page, or the reports that hold the words searched for.
pub async fn show_trust(visitor: Visitor, search: Query<Search>) -> Answer {
    let Public { company, facts, reports, text, gone } = visitor.app.read(Public::read).await?;
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
        blocked: (text.is_none() && !reports.is_empty()).then_some(NO_NDA),
        search: search.q.trim().to_owned(),
        reports: reports
            .iter()
            .filter(|told| mentions(&told.version, &words))
            .map(|told| CardView::new(told, &facts, now, visitor.signed_in.is_some()))
            .collect(),
        commitments: paragraphs.map(commitment).collect(),
        recalled: gone,
    };
    show(&visitor, &page)
}

/// What the page is made of.
struct Public {
    company: Option<Company>,
    facts: PublicFacts,
    reports: Vec<Told>,
    text: Option<Nda>,
    gone: Vec<Recalled>,
}

impl Public {
    /// Reads it; of a report nothing but what was chosen.
    fn read(db: &mut Db) -> Result<Self, Fault> {
        let facts = accounts::public::find(db)?;
        let offered = reports::list_offered(db)?.into_iter();
        Ok(Self {
            company: accounts::store::find_company(db)?,
            reports: offered.map(|version| Told::read(db, &facts, version)).collect::<Result<_, Fault>>()?,
            text: nda::store::find_in_force(db)?,
            gone: recalled(db, &facts)?,
            facts,
        })
    }
}

/// What was recalled, since when.
fn recalled(db: &mut Db, facts: &PublicFacts) -> Result<Vec<Recalled>, Fault> {
    let gone = reports::list_recalled(db)?.into_iter().map(|version| {
        Ok(Recalled {
            at: recalls::find_at(db, version.id)?.map(Into::into),
            title: version.card.title.to_string(),
            version: version.number,
            period: facts.tell(PublicFact::Period).then(|| version.card.period.words()),
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
