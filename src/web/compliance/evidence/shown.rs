//! `.../evidence/<id>/choice`: whether holders are told of a file. A PDF is prepared for the mark when it is first chosen, so
//! that they can take copies of it; what cannot be prepared is not chosen, and the page says why.

use super::{Case, page, read, unseal};
use crate::app::App;
use crate::fault::Fault;
use crate::ids::{ExceptionId, MemoId};
use crate::remediation::acts::evidence::{EvidenceError, choose_evidence};
use crate::remediation::evidence::{Choice, File};
use crate::reports::Version;
use crate::reports::companion::{self as documents, Readied};
use crate::reports::upload::UploadError;
use crate::web::Answer;
use crate::web::compliance::companion;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Compliance};
use crate::web::page::{see_other, show_again};
use actix_web::web;
use zeroize::Zeroizing;

/// Where a PDF says that it is one: readers look this far for it.
const HEADER_WITHIN: usize = 1_024;
/// What it says.
const HEADER: &[u8] = b"%PDF-";

/// POST: chooses whether holders learn of a file.
pub async fn choose(
    staff: Staff<Compliance>,
    path: web::Path<(String, ExceptionId, MemoId)>,
    form: Form,
) -> Answer {
    let (slug, id, evidence) = path.into_inner();
    let case = read(&staff, &slug, id).await?;
    let choice = Choice { evidence, told: form.is_ticked("told") };
    let readied = match ready(&staff.app, &case, choice).await {
        Ok(readied) => readied,
        Err(UploadError::Fault(fault)) => return Err(fault.into()),
        Err(refused) => {
            let mut page = page(&staff, &case, &Form::default());
            page.refused = Some(words(&refused));
            return show_again(&staff, &page);
        }
    };
    let (house, by, document) = (staff.app.house.clone(), staff.person.id, readied.clone());
    let chosen = staff
        .app
        .act("evidence.choose", move |act| choose_evidence(act, &house, by, id, (choice, document.as_ref())));
    match (chosen.await, readied) {
        (Ok(_), _) => {}
        // The outcome may be unknown: rather keep sealed bytes that nothing points at than lose what is shown.
        (Err(EvidenceError::Fault(fault)), _) => return Err(fault.into()),
        (Err(refused), readied) => {
            if let Some(readied) = readied {
                companion::discard(&staff.app, readied).await?;
            }
            return Err(refused.into());
        }
    }
    let said = if choice.told {
        "Holders are told of this file."
    } else {
        "Holders are not told of this file any more, and take no copies of it."
    };
    Ok(see_other(&staff, &format!("{}/evidence", case.href), said))
}

/// Readies a PDF that is to be shown and was not readied before; any other file needs nothing.
async fn ready(app: &App, case: &Case, choice: Choice) -> Result<Option<Readied>, UploadError> {
    let of_choice = |one: &&super::Evidence| one.file.id == choice.evidence;
    let wanted = case.files.iter().find(of_choice).filter(|one| choice.told && one.document.is_none());
    let Some(one) = wanted else { return Ok(None) };
    let (worker, version, file) = (app.clone(), case.version.clone(), one.file.words.clone());
    let Some(pdf) = app.work(move || open_pdf(&worker, &version, &file)).await?? else { return Ok(None) };
    let readied = companion::ready(app, &case.version, move |shelf, app| {
        documents::ready(shelf, &app.config.program, &app.gate.mark_fonts, &pdf)
    });
    readied.await.map(Some)
}

/// The bytes of a file, if it is a PDF. Blocking.
fn open_pdf(app: &App, version: &Version, file: &File) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
    let bytes = Zeroizing::new(unseal(app, version, file)?);
    let beginning = bytes.get(..HEADER_WITHIN.min(bytes.len())).unwrap_or_default();
    let is_pdf = beginning.windows(HEADER.len()).any(|part| part == HEADER);
    Ok(is_pdf.then_some(bytes))
}

/// Why a file cannot be shown, and what to do.
fn words(refused: &UploadError) -> String {
    let why = match refused {
        UploadError::OnlyPictures { why } => format!(
            "{why} Only pictures of its pages could be marked, so that nobody could search its words or have them read aloud."
        ),
        refused => refused.to_string(),
    };
    format!(
        "Holders would take marked copies of this PDF, and it cannot be marked: {why} Nothing was chosen. Export it anew, if need be by printing it to a PDF, and keep that as evidence."
    )
}
