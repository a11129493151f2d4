//! `/compliance/company/public`: choosing what strangers are told about reports, looking at it, and publishing it.

use crate::accounts::public::{ChooseError, PublicFact, PublicFacts, choose, find};
use crate::app::Template;
use crate::fault::Fault;
use crate::reports::store as reports;
use crate::web::Answer;
use crate::web::card::{CardView, Told};
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show as show_page};
use crate::web::partials::{Choice, Hidden, Question};
use serde::Serialize;

/// Where the page is.
const HERE: &str = "/compliance/company/public";

/// The page.
#[derive(Serialize)]
struct PublicPage {
    shell: Shell,
    action: &'static str,
    options: Vec<Choice>,
    is_new: bool,
    cards: Vec<CardView>,
    question: Option<Question>,
}

impl Page for PublicPage {
    const TEMPLATE: Template = Template::CompliancePublic;
}

/// A fact as it is chosen: what strangers learn by it.
fn option(fact: PublicFact, facts: &PublicFacts) -> Choice {
    let (text, detail) = match fact {
        PublicFact::Exceptions => {
            ("How many exceptions it states", "A number, without a word about any of them.")
        }
        PublicFact::Issued => ("Date of the report", "The day the auditor signed."),
        PublicFact::Mended => (
            "How many exceptions are mended",
            "As told today, verified or not; it changes with every update.",
        ),
        PublicFact::NextExpected => ("When the next report is expected", "If the report’s facts say so."),
        PublicFact::Opinion => ("The auditor’s opinion", "In two words, such as “Qualified opinion”."),
        PublicFact::Period => ("Observation period", "And with it how fresh the report is."),
        PublicFact::Verified => ("How many exceptions are mended and verified", "As told today."),
    };
    let chosen = if facts.tell(fact) { fact.as_str() } else { "" };
    Choice::new(fact.as_str(), text).detail(detail).chosen_in(&[chosen])
}

/// The page with these facts; with a question when they are not told yet.
async fn page(staff: &Staff<Compliance>, facts: &PublicFacts, is_new: bool) -> Result<PublicPage, Fault> {
    let shown = facts.clone();
    let read = staff.app.read(move |db| {
        let offered = reports::list_offered(db)?;
        offered.into_iter().map(|version| Told::read(db, &shown, version)).collect::<Result<Vec<_>, Fault>>()
    });
    let now = staff.app.clock.now();
    let cards = read.await?.iter().map(|told| CardView::new(told, facts, now, false)).collect();
    Ok(PublicPage {
        shell: staff.shell(Desk::Compliance, "What strangers see"),
        action: HERE,
        options: ORDER.iter().map(|fact| option(*fact, facts)).collect(),
        is_new,
        cards,
        question: is_new.then(|| question(facts)),
    })
}

/// The order in which they are offered: as they stand on a card.
const ORDER: [PublicFact; 7] = [
    PublicFact::Period,
    PublicFact::Opinion,
    PublicFact::Issued,
    PublicFact::NextExpected,
    PublicFact::Exceptions,
    PublicFact::Mended,
    PublicFact::Verified,
];

/// What is asked before strangers are told.
fn question(facts: &PublicFacts) -> Question {
    let chosen = ORDER.iter().filter(|fact| facts.tell(**fact));
    let mut hidden: Vec<Hidden> =
        chosen.map(|fact| Hidden { name: "shown", content: fact.as_str().to_owned() }).collect();
    hidden.push(Hidden { name: "sure", content: "yes".to_owned() });
    Question {
        title: "Show just this?".to_owned(),
        effects: vec![
            "Everybody who opens the trust page sees every report’s card as below, without an account.".to_owned(),
            "What somebody has read there cannot be taken back; what is shown from then on can be changed here."
                .to_owned(),
            "The choice is recorded in the log.".to_owned(),
        ],
        action: HERE.to_owned(),
        verb: "Show this",
        danger: false,
        reason: None,
        hidden,
        back: HERE.to_owned(),
    }
}

/// GET: what is told now.
pub async fn show(staff: Staff<Compliance>) -> Answer {
    let facts = staff.app.read(find).await?;
    show_page(&staff, &page(&staff, &facts, false).await?)
}

/// POST: shows the cards as they would be and asks; sent again with the answer, changes what strangers see.
pub async fn save(staff: Staff<Compliance>, form: Form) -> Answer {
    let facts = PublicFacts::of(form.all("shown").into_iter().filter_map(PublicFact::parse).collect());
    if form.text("sure") != "yes" {
        let is_new = staff.app.read(find).await? != facts;
        return show_page(&staff, &page(&staff, &facts, is_new).await?);
    }
    let by = staff.person.id;
    let said = match staff.app.act("company.choose_public", move |act| choose(act, by, &facts)).await {
        Ok(_) => "The trust page shows just this from now on.".to_owned(),
        // Sent twice: what is asked for holds.
        Err(ChooseError::Unchanged) => ChooseError::Unchanged.to_string(),
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&staff, HERE, &said))
}
