//! `GET /api/v1/reports/<slug>/exceptions`: facts, exceptions, responses, remediation and history of one report.

use super::view::view;
use crate::fault::{Fault, Kind};
use crate::grants::store as grants;
use crate::identity::Origin;
use crate::release::{Asker, Refused, Step};
use crate::reports::store as reports;
use crate::text::Slug;
use crate::web::Answer;
use crate::web::guard::bearer::Bearer;
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Path;
use std::sync::Arc;

/// What is missing, said to a program, which cannot take the step itself.
fn missing(steps: &[Step]) -> Problem {
    let what = match steps.first() {
        Some(Step::AcceptNda) => "A newer NDA text has to be accepted first.",
        Some(Step::Approval) => "This access waits for a decision.",
        Some(Step::ConfirmAddress) | None => "The token has outlived the confirmation it was made under.",
    };
    Problem::forbidden(what).todo("The person the report is shared with signs in here and does it.")
}

/// GET: the report as JSON, once its entry is durable.
pub async fn list(bearer: Bearer, slug: Path<String>) -> Answer {
    let token = bearer.token;
    let slug = Slug::parse(&slug).map_err(|_| Problem::not_found())?;
    let keyring = Arc::clone(&bearer.app.keyring);
    let found = bearer.app.read(move |db| {
        let grant = grants::require(db, &keyring, token.grant)?;
        let version = reports::require(db, grant.version)?;
        Ok::<_, Fault>((grant, version.report.slug))
    });
    let (grant, own) = found.await?;
    if own != slug {
        return Err(Problem::forbidden("This token is for another report.")
            .todo(format!("It reads /api/v1/reports/{own}/exceptions.")));
    }
    let origin = Origin { address: bearer.origin.address, user_agent: bearer.origin.user_agent.clone() };
    let asker = Asker { person: token.person, confirmed_at: token.created_at, origin };
    let gate = bearer.app.gate();
    let admission = match gate.admit_token(asker, token.grant, token.id).await {
        Ok(admission) => admission,
        Err(Refused::Missing(steps)) => return Err(missing(&steps)),
        Err(Refused::NotYours) => return Err(Problem::no_token("This token was taken back.")),
        Err(refused) => return Err(Problem::new(refused_kind(&refused), refused.to_string())),
    };
    let (entry, now) = (admission.entry(), bearer.app.clock.now());
    let room = bearer.app.work(move || admission.open_room(&gate, now)).await??;
    let body = serde_json::to_string(&view(&room, &grant, (entry, now)))
        .map_err(|error| Fault::new("writing JSON", error))?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(body))
}

/// How a refusal of the gate is answered.
fn refused_kind(refused: &Refused) -> Kind {
    crate::fault::Refusal::kind(refused)
}
