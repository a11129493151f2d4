//! Where the footer of every copy sends whoever finds one: whom to tell, whether a file is a genuine copy, and how a
//! receipt of the log is checked without us.
//!
//! A file is hashed while it arrives and nothing of it is kept; no parser ever sees it. The answer never says whose
//! copy it is, and never calls a file false: one that was saved again is simply not known.

use super::verify_keys::{self, KeyRow};
use crate::accounts::store as accounts;
use crate::app::Template;
use crate::fault::Kind;
use crate::release::known::{Known, find_known};
use crate::reports::companion::CompanionKind;
use crate::reports::{State, Version};
use crate::text::hex;
use crate::web::Answer;
use crate::web::guard::Visitor;
use crate::web::page::{Desk, Page, Shell, Tone, show, show_again};
use crate::web::problem::Problem;
use actix_multipart::Multipart;
use futures_util::StreamExt as _;
use serde::Serialize;

/// The largest file that is hashed.
const LIMIT_BYTES: u64 = 100 * 1024 * 1024;

/// The page.
#[derive(Serialize)]
struct VerifyPage {
    shell: Shell,
    company: String,
    contact: Option<String>,
    error: Option<String>,
    verdict: Option<Verdict>,
    /// The log's verifier keys, the newest first.
    keys: Vec<KeyRow>,
}

impl Page for VerifyPage {
    const TEMPLATE: Template = Template::PortalVerify;
}

/// What a file turned out to be.
#[derive(Serialize)]
struct Verdict {
    tone: Tone,
    title: &'static str,
    text: String,
    standing: Option<String>,
    sha256: String,
}

/// GET: says whom to tell, and asks for a file.
pub async fn show_verify(visitor: Visitor) -> Answer {
    show(&visitor, &page(&visitor, None, None).await?)
}

/// POST: hashes a file and says what it is.
pub async fn check_file(visitor: Visitor, body: Multipart) -> Answer {
    if !visitor.app.verify_rate.take(visitor.origin.address, visitor.app.clock.now()) {
        return Err(Problem::new(Kind::TooMany, "Ten files a minute can be looked at from one network.")
            .todo("Please try again in a minute."));
    }
    let Some(sha256) = hash(body).await? else {
        let error = "Choose a file first.".to_owned();
        return show_again(&visitor, &page(&visitor, Some(error), None).await?);
    };
    let known = visitor.app.read(move |db| find_known(db, sha256)).await?;
    show(&visitor, &page(&visitor, None, Some(verdict(known.as_ref(), sha256))).await?)
}

/// The digest of the field `file`; `None` when there is no file in it.
async fn hash(mut body: Multipart) -> Result<Option<[u8; 32]>, Problem> {
    let broken = || Problem::new(Kind::Invalid, "The file did not arrive completely.").todo("Send it again.");
    while let Some(field) = body.next().await {
        let mut field = field.map_err(|_| broken())?;
        let is_file = field.name() == Some("file");
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        let mut read: u64 = 0;
        while let Some(piece) = field.next().await {
            let piece = piece.map_err(|_| broken())?;
            read = read.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if read > LIMIT_BYTES {
                return Err(Problem::new(Kind::TooLarge, "Files of up to 100 MiB can be looked at."));
            }
            context.update(&piece);
        }
        if is_file && read > 0 {
            return Ok(context.finish().as_ref().try_into().ok());
        }
    }
    Ok(None)
}

/// The answer in words.
fn verdict(known: Option<&(Known, Version)>, sha256: [u8; 32]) -> Verdict {
    let sha256 = hex(&sha256);
    let Some((known, version)) = known else {
        return Verdict {
            tone: Tone::Quiet,
            title: "This file is not known here",
            text: "That does not make it false: a copy that was saved again, printed to a file or changed in any way \
                   is another file. The copy number at the foot of its pages can still be looked up by the company."
                .to_owned(),
            standing: None,
            sha256,
        };
    };
    let card = &version.card;
    let of = format!("{}, {}, version {}", card.title, card.period.words(), version.number);
    let (tone, standing) = match version.state {
        State::Finalized(_) => (Tone::Ok, "This version is current."),
        State::Superseded(_) => (Tone::Warn, "A newer version has superseded this one."),
        State::Withdrawn(_) => (Tone::Danger, "This version was withdrawn: do not rely on it."),
        State::Recalled(_) => {
            (Tone::Danger, "This version was recalled: do not rely on it, and destroy every copy of it.")
        }
        State::Draft => (Tone::Quiet, "This version is not issued."),
    };
    let standing = match version.shredded_at {
        Some(at) => format!("{standing} The company shredded it here on {}.", at.date_words()),
        None => standing.to_owned(),
    };
    let (title, text) = match known {
        Known::Companion(kind) => (
            match kind {
                CompanionKind::BridgeLetter => "A genuine bridge letter, unchanged",
                CompanionKind::Evidence => "Genuine evidence, unchanged",
            },
            format!(
                "It left this house for one person and is byte for byte as it left. It stands beside {of}."
            ),
        ),
        Known::Copy => (
            "A genuine copy, unchanged",
            format!("It left this house for one person and is byte for byte as it left: {of}."),
        ),
        Known::Issued => (
            "The file as it was issued",
            format!(
                "It is the file the company took in for {of}. Readers get marked copies; this one carries no mark."
            ),
        ),
    };
    Verdict { tone, title, text, standing: Some(standing), sha256 }
}

/// The page with what there is to say.
async fn page(
    visitor: &Visitor,
    error: Option<String>,
    verdict: Option<Verdict>,
) -> Result<VerifyPage, Problem> {
    let company = visitor.app.read(accounts::find_company).await?;
    Ok(VerifyPage {
        shell: visitor.shell(Desk::Portal, "You found a copy?"),
        company: visitor.company.clone(),
        contact: company.map(|company| company.contact.to_string()),
        error,
        verdict,
        keys: verify_keys::list(&visitor.app).await?,
    })
}
