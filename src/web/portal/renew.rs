//! Asking for the version that supersedes the one a person holds: one click in the report room.

use crate::reports::store as reports;
use crate::requests::acts::renew;
use crate::text::Slug;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Prospect;
use crate::web::page::see_other;
use crate::web::portal::room::require_grant;
use crate::web::problem::Problem;
use actix_web::web::Path;

/// POST: asks.
pub async fn ask(prospect: Prospect, slug: Path<Slug>, _form: Form) -> Answer {
    let slug = slug.into_inner();
    let (_, grant) = require_grant(&prospect, slug.clone()).await?;
    let newest = prospect.app.read(move |db| reports::require_offered_by_slug(db, &slug)).await?.id;
    let (house, person, origin) =
        (prospect.app.house.clone(), prospect.person.clone(), prospect.origin.clone());
    let company = grant.mark.ok_or_else(Problem::not_found)?.company;
    let done = prospect
        .app
        .act("request.renew", move |act| renew(act, &house, (&person, &origin), &company, newest))
        .await?;
    let request = done.value;
    Ok(see_other(
        &prospect,
        &format!("/requests/{request}"),
        "The new version is asked for; you are mailed when it is decided.",
    ))
}
