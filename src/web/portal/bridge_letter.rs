//! `/reports/<slug>/bridge-letter`: the newest bridge letter as a page, made out to the reader. Opening it is recorded first.

use crate::app::Template;
use crate::fault::Fault;
use crate::release::bridge::LetterCopy;
use crate::release::{Asker, Refused};
use crate::reports::bridge_letter;
use crate::text::Slug;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, When, see_other, show};
use crate::web::portal::room::{refusal, require_grant, where_to};
use crate::web::problem::Problem;
use crate::web::report::{BridgeLetterView, bridge_letter_view};
use actix_web::web::Path;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
struct LetterPage {
    shell: Shell,
    back: String,
    action: Option<String>,
    letter: BridgeLetterView,
    to: String,
    to_company: String,
    email: String,
    copy: String,
    entry: u64,
    at: When,
    checkpoint: String,
}

impl Page for LetterPage {
    const TEMPLATE: Template = Template::PortalBridgeLetter;
}

/// GET: the letter, once its entry is durable.
pub async fn open(prospect: Prospect, slug: Path<Slug>) -> Answer {
    let (version, grant) = require_grant(&prospect, slug.into_inner()).await?;
    let id = version.id;
    let read = prospect.app.read(move |db| {
        Ok::<_, Fault>((bridge_letter::is_offered(db, id)?, bridge_letter::find_document(db, id)?))
    });
    let (is_offered, document) = read.await?;
    if !is_offered {
        return Err(Problem::from(Fault::bare("no bridge letter").with_kind(crate::fault::Kind::NotFound)));
    }
    let asker = Asker::of(&prospect.session, prospect.origin.clone());
    let LetterCopy { version, letter, entry } =
        match prospect.app.gate().take_bridge_letter(asker, grant.id).await {
            Ok(copy) => copy,
            Err(Refused::Missing(steps)) => return Ok(see_other(&prospect, where_to(&steps), "")),
            Err(refused) => return Err(refusal(&refused)),
        };
    let page = LetterPage {
        shell: prospect.shell(Desk::Portal, "Bridge letter"),
        back: format!("/reports/{}", version.report.slug),
        action: document
            .filter(|_| grant.downloads_allowed > 0)
            .map(|_| format!("/reports/{}/bridge-letter/copy", version.report.slug)),
        letter: bridge_letter_view(&version.card, &letter.words, &prospect.company, Some(letter.at)),
        to: grant.recipient().name.to_owned(),
        to_company: grant.recipient().company.to_owned(),
        email: grant.recipient().email.to_owned(),
        copy: grant.copy.to_string(),
        entry,
        at: prospect.app.clock.now().into(),
        checkpoint: prospect.app.writer.checkpoint(),
    };
    show(&prospect, &page)
}
