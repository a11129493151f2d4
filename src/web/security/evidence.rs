//! `/security/holds/{id}/evidence`: what is kept of an NDA after its signer was erased. Reading it is recorded first.

use super::reader;
use crate::app::Template;
use crate::db::Db;
use crate::erasure::evidence::{self, KeptAcceptance};
use crate::fault::Fault;
use crate::holds::{acts, store as holds};
use crate::ids::HoldId;
use crate::ledger::store as log;
use crate::nda::store as ndas;
use crate::seal::Keyring;
use crate::text::hex;
use crate::web::Answer;
use crate::web::form::Form;
use crate::web::guard::{Staff, desk::Security};
use crate::web::page::{Desk, Page, Shell, show};
use crate::web::partials::Fact;
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// The page of the evidence under a hold.
#[derive(Serialize)]
struct EvidencePage {
    shell: Shell,
    back: String,
    acceptances: Vec<EvidenceRow>,
}

impl Page for EvidencePage {
    const TEMPLATE: Template = Template::SecurityEvidence;
}

/// One acceptance that is kept.
#[derive(Serialize)]
struct EvidenceRow {
    facts: Vec<Fact>,
    boxes: Vec<String>,
    entry_href: String,
}

/// POST: the evidence under a hold, once its entry is durable. By POST, since reading is recorded.
pub async fn read(staff: Staff<Security>, id: web::Path<HoldId>, _form: Form) -> Answer {
    let (id, keyring) = (*id, Arc::clone(&staff.app.keyring));
    let hold = staff.app.read::<_, Fault, _>(move |db| holds::require(db, &keyring, id)).await?;
    let (by, held) = (reader(&staff, staff.person.id), hold.clone());
    staff.app.act("hold.evidence", move |act| acts::read_evidence(act, by, &held)).await?;
    let keyring = Arc::clone(&staff.app.keyring);
    let kept = staff.app.read::<_, Fault, _>(move |db| evidence_rows(db, &keyring, id)).await?;
    let shell = staff.shell(Desk::Security, format!("Evidence: {}", hold.name()));
    show(&staff, &EvidencePage { shell, back: super::holds::path(id), acceptances: kept })
}

/// The acceptances under a hold in words.
fn evidence_rows(db: &mut Db, keyring: &Keyring, id: HoldId) -> Result<Vec<EvidenceRow>, Fault> {
    evidence::list(db, keyring, id)?.into_iter().map(|one| evidence_row(db, one)).collect()
}

/// One acceptance in words, with what its entry committed to.
fn evidence_row(db: &mut Db, one: KeptAcceptance) -> Result<EvidenceRow, Fault> {
    let number = ndas::require(db, one.nda)?.number;
    let leaf = log::find(db, one.entry)?.map(|entry| entry.leaf);
    let evidence = &one.kept.evidence;
    let mut facts = vec![
        Fact::new("Address", &one.kept.email),
        Fact::new("Typed name", evidence.name.as_str()),
        Fact::new("Typed title", evidence.title.as_str()),
        Fact::new("Company", evidence.company.as_str()),
        Fact::new("NDA", format!("Version {number}, accepted")).at(one.accepted_at),
        Fact::new("Verified", evidence.verified_by.as_str()),
        Fact::hash("Page, SHA-256", hex(&one.page_sha256)),
    ];
    facts.extend(one.kept.withdrawn_at.map(|at| Fact::new("Withdrawn", "").at(at)));
    for (field, disclosure) in &one.kept.disclosures {
        let committed = leaf.as_ref().and_then(|leaf| leaf.personal.get(field));
        let fits = committed == Some(&disclosure.commitment());
        let words = if fits {
            "fits what the entry committed to"
        } else {
            "DOES NOT FIT what the entry committed to"
        };
        facts.push(Fact::new(field.words(), &disclosure.value).note(words));
    }
    Ok(EvidenceRow {
        facts,
        boxes: evidence.boxes.clone(),
        entry_href: format!("/security/entries/{}", one.entry),
    })
}
