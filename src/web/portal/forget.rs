//! Forget me: a recipient asks to be erased. The security desk does it, so that a hold can be placed first where the law
//! wants something kept; what will go and what stays is said before.

use crate::accounts::store as accounts;
use crate::config::Config;
use crate::db::Db;
use crate::erasure::acts::{AskError, ask as ask_act};
use crate::erasure::decline::{self, Decline};
use crate::erasure::{Terms, Wish, store as erasure};
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::seal::Keyring;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Prospect;
use crate::web::page::{When, see_other};
use crate::web::partials::Question;
use serde::Serialize;

/// What a person has asked, what was answered, and whom to write to about it.
#[derive(Default)]
pub(super) struct Answered {
    wish: Option<Wish>,
    declined: Option<Decline>,
    contact: String,
}

impl Answered {
    /// Reads it.
    pub(super) fn read(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Self, Fault> {
        let company = accounts::find_company(db)?;
        Ok(Self {
            wish: erasure::find_wish(db, person)?,
            declined: decline::find(db, keyring, person)?,
            contact: company.map(|company| company.contact.to_string()).unwrap_or_default(),
        })
    }
}

/// The part of My access that asks.
#[derive(Serialize)]
pub(super) struct Forget {
    asked: Option<Asked>,
    declined: Option<Declined>,
    question: Option<Question>,
}

/// A wish that waits.
#[derive(Serialize)]
struct Asked {
    at: When,
    due: When,
}

/// A wish that was declined.
#[derive(Serialize)]
struct Declined {
    asked: When,
    at: When,
    reason: String,
    contact: String,
}

impl Forget {
    /// What is shown to somebody who has asked, or may.
    pub(super) fn new(answer: Answered, signed: bool, config: &Config) -> Self {
        let Answered { wish, declined, contact } = answer;
        let asked = wish.map(|wish| Asked { at: wish.asked_at.into(), due: wish.due_at().into() });
        let declined = declined.map(|declined| Declined {
            asked: declined.asked_at.into(),
            at: declined.at.into(),
            reason: declined.reason.map(|reason| reason.to_string()).unwrap_or_default(),
            contact,
        });
        Self { question: asked.is_none().then(|| question(signed, config)), asked, declined }
    }
}

/// What is asked before.
fn question(signed: bool, config: &Config) -> Question {
    let terms = Terms::from(config.retention);
    let stays = if signed {
        format!(
            "The evidence that you accepted the NDA stays, sealed and locked to a named hold, for {} years after your \
             access has ended. It may be needed for legal claims. Nobody uses it for anything else.",
            config.retention.evidence_years
        )
    } else {
        "You have not accepted an NDA, so no evidence of one stays.".to_owned()
    };
    Question {
        title: "Ask to be forgotten?".to_owned(),
        effects: vec![
            "The company decides within 30 days and writes to you. Until then everything stays as it is.".to_owned(),
            "Then your access ends, and your name, address, requests, letters and what stands about you beside the \
             log are erased. Their keys are destroyed; nobody can bring them back."
                .to_owned(),
            stays,
            format!("Backups forget you {} days later.", terms.backups_days),
            "Copies that you have saved keep their number and your name on every page: delete them yourself."
                .to_owned(),
            "Receipts prove what they proved before. Keep them elsewhere: this page will not open any more.".to_owned(),
        ],
        action: "/access/forget".to_owned(),
        verb: "Ask to be forgotten",
        danger: true,
        reason: None,
        hidden: Vec::new(),
        back: "/access".to_owned(),
    }
}

/// POST: asks.
pub async fn ask(prospect: Prospect, _form: Form) -> Answer {
    let (house, person, origin) = (prospect.app.house.clone(), prospect.person.id, prospect.origin.clone());
    let said = match prospect.app.act("erasure.ask", move |act| ask_act(act, &house, person, &origin)).await {
        Ok(done) => format!("Asked. The company answers by {}.", done.value.due_at().date_words()),
        Err(refusal @ AskError::Asked) => refusal.to_string(),
        Err(AskError::Fault(fault)) => return Err(fault.into()),
    };
    Ok(see_other(&prospect, "/access#forget", &said))
}
