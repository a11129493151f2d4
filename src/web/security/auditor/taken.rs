//! `/security/reports/<id>/evidence/<file>/copy`: evidence that is shown, as a copy marked with the auditor's own name. By POST
//! only, and recorded first.

use crate::fault::Refusal as _;
use crate::ids::{MemoId, VersionId};
use crate::release::Asker;
use crate::release::pages::Previewer;
use crate::watermark::SampleText;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Auditor};
use crate::web::problem::Problem;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

/// POST: the copy, once its entry is durable.
pub async fn take(staff: Staff<Auditor>, place: web::Path<(VersionId, MemoId)>, _form: Form) -> Answer {
    let (version, file) = place.into_inner();
    let previewer = Previewer {
        asker: Asker::of(&staff.session, staff.origin.clone()),
        text: SampleText {
            name: staff.person.shown_as().to_owned(),
            email: staff.person.email.to_string(),
            company: format!("Auditor, for {}", staff.company),
        },
    };
    let copy = staff.app.gate().auditor_copy(previewer, version, file).await.map_err(|refused| {
        Problem::new(refused.kind(), refused.to_string())
            .action(format!("/security/reports/{version}"), "Back to the report")
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{file}.pdf\"")))
        .insert_header((header::ACCEPT_RANGES, "none"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("content-security-policy", "sandbox; default-src 'none'"))
        .insert_header(("x-robots-tag", "noindex"))
        .body(copy.into_pdf()))
}
