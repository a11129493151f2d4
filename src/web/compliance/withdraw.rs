//! `.../withdraw`: asks, and then takes a finalized report out of offer.

use super::{Back, OnDesk, on_desk};
use crate::app::Template;
use crate::reports::State;
use crate::reports::acts::{WithdrawError, Withdrawal};
use crate::subscriptions::acts::withdraw as withdraw_report;
use crate::text::Reason;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{Desk, Page, Shell, see_other, show, show_again};
use crate::web::partials::{Question, ReasonField};
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct WithdrawPage {
    shell: Shell,
    report: Back,
    question: Question,
}

impl Page for WithdrawPage {
    const TEMPLATE: Template = Template::ComplianceWithdraw;
}

/// GET: the question.
pub async fn ask(staff: Staff<Compliance>, slug: web::Path<String>) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    show(&staff, &page(&staff, &desk, &Form::default())?)
}

/// The page with the reason as it was typed.
fn page(staff: &Staff<Compliance>, desk: &OnDesk, form: &Form) -> Result<WithdrawPage, Problem> {
    let State::Finalized(_) = desk.version.state else {
        return Err(Problem::from(WithdrawError::NotFinalized).action(desk.href(), "Back to the report"));
    };
    let question = Question {
        title: format!("Withdraw {}?", desk.version.card.title),
        effects: vec![
            "It is taken off the trust page, and nobody can ask for it any more.".to_owned(),
            "Nobody can open or download it any more, also those to whom it was granted.".to_owned(),
            "Copies that were downloaded stay where they are. This cannot be taken back.".to_owned(),
        ],
        action: format!("{}/withdraw", desk.href()),
        verb: "Withdraw the report",
        danger: true,
        reason: None,
        hidden: Vec::new(),
        back: desk.href(),
    };
    let question = Question { reason: Some(asked_reason(form)), ..question };
    let page =
        WithdrawPage { shell: staff.shell(Desk::Compliance, "Withdraw"), report: desk.back(), question };
    Ok(page)
}

/// The field of the reason.
fn asked_reason(form: &Form) -> ReasonField {
    ReasonField {
        name: "reason",
        label: "Reason",
        value: form.text("reason").to_owned(),
        hint: Some("Kept sealed with your name; the log commits to it."),
        error: form.errors(&["reason"]).remove("reason").flatten(),
    }
}

/// POST: withdraws.
pub async fn withdraw(staff: Staff<Compliance>, slug: web::Path<String>, mut form: Form) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let Some(reason) = form.parse("reason", "The reason", Reason::parse) else {
        return show_again(&staff, &page(&staff, &desk, &form)?);
    };
    let (house, reason) = (staff.app.house.clone(), Withdrawal { reason });
    let (by, id) = (staff.person.id, desk.version.id);
    staff.app.act("report.withdraw", move |act| withdraw_report(act, &house, by, id, &reason)).await?;
    Ok(see_other(&staff, &desk.href(), "The report is withdrawn."))
}
