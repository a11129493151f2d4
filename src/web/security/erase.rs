//! Erasing a person: what is asked before, and the answer.

use crate::clock::Micros;
use crate::config::Config;
use crate::erasure::acts::EraseError;
use crate::erasure::{EVIDENCE_HOLD, Terms};
use crate::identity::Person;
use crate::ids::PersonId;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::see_other;
use crate::web::partials::Question;
use actix_web::web;

/// POST: erases.
pub async fn erase(staff: Staff<Security>, id: web::Path<PersonId>, _form: Form) -> Answer {
    let (id, by) = (*id, staff.person.id);
    let said = match staff.app.erase(Some(by), id).await {
        Ok(done) => {
            format!("Erased. Entry {} of the log says so; the person is told by a last letter.", done.index)
        }
        Err(EraseError::Fault(fault)) => return Err(fault.into()),
        Err(refusal) => refusal.to_string(),
    };
    Ok(see_other(&staff, &super::people::path(id), &said))
}

/// What is asked before erasing.
pub(super) fn question(person: &Person, signed: bool, settings: &Config, now: Micros) -> Question {
    let terms = Terms::from(settings.retention);
    let name = person.shown_as();
    let evidence = if signed {
        format!(
            "The evidence of their NDA stays, sealed anew and locked to the hold \u{201c}{}\u{201d}, for {} years after their \
             access has ended. Nothing else names them.",
            EVIDENCE_HOLD,
            terms.evidence_days / 366
        )
    } else {
        "No NDA was accepted, so no evidence of one stays.".to_owned()
    };
    Question {
        title: format!("Erase {name}?"),
        effects: vec![
            "Their access ends at once: grants, sessions, codes. A download that is running is cut.".to_owned(),
            "Name, address, requests, the words of their copies, letters, and salts and values beside the log go; their key is \
             destroyed. Nobody can bring this back, you included."
                .to_owned(),
            "The log stays whole. It says that somebody was given access and when, under numbers that lead to nobody, and \
             verifiers say \u{201c}erased\u{201d} of what it committed to."
                .to_owned(),
            evidence,
            format!("Backups remember until {} by your settings.", now.plus_days(terms.backups_days).date_words()),
            "Copies they have saved carry their name and number. A leaked one still leads to its grant, and through the \
             evidence to the signer while it stays."
                .to_owned(),
            "What was written about them for a report stays as evidence, sealed under that report's key until it is shredded: \
             who answers for a remediation, names in notes. No reminder goes to their address any more."
                .to_owned(),
            "They are told by a last letter. The log says that you did it, and when.".to_owned(),
        ]
        .into_iter()
        .chain(elsewhere(person, settings))
        .collect(),
        action: format!("{}/erase", super::people::path(person.id)),
        verb: "Erase this person",
        danger: true,
        reason: None,
        hidden: Vec::new(),
        back: "/security/people".to_owned(),
    }
}

/// What other systems keep, if the log is shipped to any.
fn elsewhere(person: &Person, settings: &Config) -> Option<String> {
    let ship = &settings.log.ship;
    (ship.syslog.is_some() || ship.webhook.is_some()).then(|| {
        format!(
            "Systems that the log is shipped to keep the name in what they were sent. They are sent the entry of this erasure: \
             what concerns number {} is to be deleted there.",
            person.id
        )
    })
}
