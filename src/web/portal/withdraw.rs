//! `/certificates/<id>/withdraw`: asks, and then withdraws from the NDA that was accepted.

use crate::app::Template;
use crate::fault::Fault;
use crate::grants::acts::{WithdrawError, withdraw_nda};
use crate::grants::{State, store as grants};
use crate::ids::AcceptanceId;
use crate::nda::store as ndas;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, see_other, show};
use crate::web::partials::Question;
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct WithdrawPage {
    shell: Shell,
    question: Question,
}

impl Page for WithdrawPage {
    const TEMPLATE: Template = Template::PortalWithdraw;
}

/// GET: the question.
pub async fn ask(prospect: Prospect, id: Path<AcceptanceId>) -> Answer {
    let (keyring, person, now) =
        (Arc::clone(&prospect.app.keyring), prospect.person.id, prospect.app.clock.now());
    let known = prospect.app.read(move |db| {
        let is_own = ndas::list_acceptances(db, &keyring, person)?.iter().any(|own| own.id == *id);
        let standing = ndas::find_standing(db, &keyring, person)?.filter(|standing| standing.id == *id);
        let Some(standing) = standing else { return Ok((is_own, None)) };
        let text = ndas::require(db, standing.nda)?;
        let held = grants::list_by_person(db, &keyring, person)?;
        let live = held.iter().filter(|grant| grant.state(now) == State::Active).count();
        Ok::<_, Fault>((is_own, Some((standing.id, text, live))))
    });
    let (is_own, known) = known.await?;
    if !is_own {
        return Err(Problem::not_found());
    }
    let Some((id, text, live)) = known else {
        return Err(Problem::from(WithdrawError::NotStanding).action("/access", "My access"));
    };
    let ends = match live {
        0 => "You hold no access that is open, so none ends.".to_owned(),
        1 => "Your access to 1 report ends at once.".to_owned(),
        count => format!("Your access to {count} reports ends at once."),
    };
    let question = Question {
        title: format!("Withdraw from version {} of the NDA?", text.number),
        effects: vec![
            ends,
            "Nothing opens to you here before you accept a text and are given access again.".to_owned(),
            "What you have received stays covered by what you accepted, and the certificate stays valid for it.".to_owned(),
            "It is recorded with your address and the time; you get a letter, and a receipt under My access.".to_owned(),
        ],
        action: format!("/certificates/{id}/withdraw"),
        verb: "Withdraw",
        danger: true,
        reason: None,
        hidden: Vec::new(),
        back: "/access".to_owned(),
    };
    show(&prospect, &WithdrawPage { shell: prospect.shell(Desk::Portal, "Withdraw from the NDA"), question })
}

/// POST: withdraws.
pub async fn withdraw(prospect: Prospect, id: Path<AcceptanceId>) -> Answer {
    let (house, person, origin, id) =
        (prospect.app.house.clone(), prospect.person.id, prospect.origin.clone(), *id);
    let done = prospect
        .app
        .act_urgent("nda.withdraw", move |act| withdraw_nda(act, &house, person, id, &origin))
        .await;
    let said = match done {
        Ok(_) => "You have withdrawn from the NDA. The receipt is below.".to_owned(),
        Err(refusal @ WithdrawError::NotStanding) => refusal.to_string(),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(see_other(&prospect, "/access", &said))
}
