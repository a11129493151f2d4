//! Tokens for the recipient's programs: made, shown once, and taken back on the page My access.

use crate::app::Template;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::{ApiTokenId, GrantId};
use crate::text::Slug;
use crate::tokens::acts::{make, take_back};
use crate::tokens::{ApiToken, store};
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, see_other, show};
use crate::web::portal::room::require_grant;
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;

/// The page that shows a token, once.
#[derive(Serialize)]
struct TokenPage {
    shell: Shell,
    report: String,
    token: String,
    until: When,
    address: String,
}

impl Page for TokenPage {
    const TEMPLATE: Template = Template::PortalToken;
}

/// A token on the page My access.
#[derive(Serialize)]
pub(super) struct TokenView {
    id: String,
    state: Status,
    report: String,
    made: When,
    until: When,
    take_back: Option<String>,
}

/// The tokens of a grant as the page shows them.
pub(super) fn views(db: &mut Db, grant: GrantId, report: &str, now: Micros) -> Result<Vec<TokenView>, Fault> {
    let view = |token: ApiToken| TokenView {
        id: token.id.to_string(),
        state: Status::new(if token.is_live(now) { Tone::Ok } else { Tone::Quiet }, token.words(now)),
        report: report.to_owned(),
        made: token.created_at.into(),
        until: token.revoked_at.unwrap_or(token.expires_at).into(),
        take_back: token.is_live(now).then(|| format!("/access/tokens/{}/take-back", token.id)),
    };
    Ok(store::list_by_grant(db, grant)?.into_iter().map(view).collect())
}

/// POST: makes a token for a report and shows it, this once.
pub async fn create(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let slug = slug.into_inner();
    let (version, grant) = require_grant(&prospect, slug.clone()).await?;
    let (house, person, id) = (prospect.app.house.clone(), prospect.person.id, grant.id);
    let token = prospect
        .app
        .act("token.make", move |act| make(act, (&house.keyring, &house.clock), person, id))
        .await
        .map_err(|error| Problem::from(error).action("/access#tokens", "My access"))?
        .value;
    let text = prospect.app.mint.sign(token.id, token.grant, (token.created_at, token.expires_at))?;
    let page = TokenPage {
        shell: prospect.shell(Desk::Portal, "Your token"),
        report: version.card.title.to_string(),
        token: text,
        until: token.expires_at.into(),
        address: prospect.app.house.link(&format!("/api/v1/reports/{slug}/exceptions")),
    };
    show(&prospect, &page)
}

/// POST: takes a token back.
pub async fn stop(prospect: Prospect, id: Path<ApiTokenId>, _: Form) -> Answer {
    let (person, id) = (prospect.person.id, id.into_inner());
    prospect.app.act_urgent("token.take_back", move |act| take_back(act, person, id)).await?;
    Ok(see_other(
        &prospect,
        "/access#tokens",
        "The token is taken back. Nothing can be read with it any more.",
    ))
}
