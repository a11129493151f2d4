//! Documents beside a report, as marked copies: its bridge letter, and evidence that is shown. By POST only, like the report itself.

use crate::db::Db;
use crate::ids::MemoId;
use crate::release::Asker;
use crate::reports::bridge_letter;
use crate::reports::companion::{self, CompanionKind, Subject};
use crate::text::Slug;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::Prospect;
use crate::web::portal::{copy, room};
use crate::web::problem::Problem;
use actix_web::web::Path;

/// POST: a copy of the newest bridge letter.
pub async fn letter(prospect: Prospect, slug: Path<Slug>, _form: Form) -> Answer {
    let (version, grant) = room::require_grant(&prospect, slug.into_inner()).await?;
    let id = version.id;
    let document = prospect.app.read(move |db| bridge_letter::find_document(db, id)).await?;
    let document = document.ok_or_else(Problem::not_found)?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let wanted = (document, CompanionKind::BridgeLetter);
    let admitted = prospect.app.gate().admit_companion(asker, grant.id, wanted).await;
    copy::answer(&prospect, admitted, &format!("{}-bridge-letter", version.report.slug))
}

/// POST: a copy of a file of evidence. What is not shown any more is refused, and recorded.
pub async fn evidence(prospect: Prospect, place: Path<(Slug, MemoId)>, _form: Form) -> Answer {
    let (slug, file) = place.into_inner();
    let (version, grant) = room::require_grant(&prospect, slug).await?;
    let find = move |db: &mut Db| companion::find_of(db, Subject::Evidence(file));
    let document = prospect.app.read(find).await?.ok_or_else(Problem::not_found)?;
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let wanted = (document, CompanionKind::Evidence);
    let admitted = prospect.app.gate().admit_companion(asker, grant.id, wanted).await;
    // The file's own name is for the page alone; its number tells the copies of several files apart.
    let number = file.to_string();
    let number = number.get(number.len().saturating_sub(8)..).unwrap_or_default();
    copy::answer(&prospect, admitted, &format!("{}-evidence-{number}", version.report.slug))
}
