//! `.../version`: begins the next version of a finalized report.

use super::on_desk;
use crate::exceptions::acts::version::begin_version;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::see_other;
use actix_web::web;

/// POST: begins it.
pub async fn begin(staff: Staff<Compliance>, slug: web::Path<String>, _form: Form) -> Answer {
    let desk = on_desk(&staff, &slug).await?;
    let (house, by, id) = (staff.app.house.clone(), staff.person.id, desk.version.id);
    let done = staff.app.act("report.begin_version", move |act| begin_version(act, &house, by, id)).await?;
    let said = format!("Version {} is on the desk as a draft. Next: its file.", done.value.number);
    Ok(see_other(&staff, &desk.href(), &said))
}
