//! The certificate of an acceptance: what the log holds, on a page that prints. Opening it is recorded first.

use crate::app::Template;
use crate::fault::Fault;
use crate::ids::AcceptanceId;
use crate::ledger::store as log;
use crate::ledger::tree::leaf_hash;
use crate::nda::{Acceptance, Nda, acts, store as ndas};
use crate::text::hex;
use crate::web::Answer;
use crate::web::guard::Prospect;
use crate::web::page::{Desk, Page, Shell, When, show};
use crate::web::problem::Problem;
use actix_web::web::Path;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct CertificatePage {
    shell: Shell,
    cert: Certificate,
    text_href: String,
    receipt_href: Option<String>,
}

impl Page for CertificatePage {
    const TEMPLATE: Template = Template::PortalCertificate;
}

/// What it certifies.
#[derive(Serialize)]
struct Certificate {
    reference: String,
    title: String,
    version: i32,
    party: String,
    person: String,
    person_title: String,
    organisation: String,
    email: String,
    accepted_at: When,
    verified: String,
    network: Option<String>,
    text_sha256: String,
    page_sha256: String,
    index: u64,
    leaf: String,
    checkpoint: String,
    verify: Vec<String>,
    keep: Option<&'static str>,
}

/// What it is made from.
struct Known {
    acceptance: Acceptance,
    text: Nda,
    leaf: String,
}

/// Shows a certificate to the person whose it is.
pub async fn show_certificate(prospect: Prospect, id: Path<AcceptanceId>) -> Answer {
    let (keyring, person, id) = (Arc::clone(&prospect.app.keyring), prospect.person.id, id.into_inner());
    let known = prospect.app.read(move |db| {
        let all = ndas::list_acceptances(db, &keyring, person)?;
        let Some(acceptance) = all.into_iter().find(|acceptance| acceptance.id == id) else {
            return Ok::<_, Fault>(None);
        };
        let leaf = match log::find(db, acceptance.entry)? {
            Some(entry) => hex(&leaf_hash(&entry.leaf.to_bytes()?).0),
            None => String::new(),
        };
        Ok(Some(Known { text: ndas::require(db, acceptance.nda)?, acceptance, leaf }))
    });
    let known = known.await?.ok_or_else(Problem::not_found)?;
    let (acceptance, origin) = (known.acceptance.clone(), prospect.origin.clone());
    prospect.app.act("nda.certificate", move |act| acts::read_certificate(act, &acceptance, &origin)).await?;
    let page = CertificatePage {
        shell: prospect.shell(Desk::Portal, "Certificate of acceptance"),
        text_href: format!("/nda/{}/text", known.text.id),
        receipt_href: Some(format!("/access/receipts/{}", known.acceptance.entry)),
        cert: certificate(&prospect, known),
    };
    show(&prospect, &page)
}

/// The certificate's words.
fn certificate(prospect: &Prospect, known: Known) -> Certificate {
    let Known { acceptance, text, leaf } = known;
    let evidence = acceptance.evidence;
    Certificate {
        reference: acceptance.id.to_string(),
        title: text.title(&prospect.company),
        version: text.number,
        party: prospect.company.clone(),
        person: evidence.name.to_string(),
        person_title: evidence.title.to_string(),
        organisation: evidence.company.to_string(),
        email: prospect.person.email.to_string(),
        accepted_at: acceptance.accepted_at.into(),
        verified: evidence.verified_by,
        network: Some(evidence.address),
        text_sha256: hex(&text.sha256),
        page_sha256: hex(&acceptance.page_sha256),
        index: acceptance.entry,
        leaf,
        checkpoint: prospect.app.writer.checkpoint(),
        verify: vec![
            "Download the text above and compute its SHA-256; it must be the digest shown.".to_owned(),
            format!("Download the receipt. It holds entry {}, its path in the log's hash tree (RFC 6962) and a signed checkpoint in the C2SP formats tlog-proof and tlog-checkpoint.", acceptance.entry),
            format!("Check the checkpoint's signature with the log's key, {}, and the path with any verifier of these formats.", prospect.app.writer.verifier()),
            "The entry names the digests of the text and of the page; your name, title and address stand in it as salted commitments.".to_owned(),
        ],
        keep: Some("This certificate repeats what the log holds; the receipt is the proof. Keep both."),
    }
}
