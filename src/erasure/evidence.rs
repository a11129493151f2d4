//! Evidence of an NDA on its way from the person's key to the key of a hold.
//!
//! What is kept is what a court would ask for: who signed, what they typed and ticked, the exact page, and the salts with
//! which the entry of the acceptance can still be shown to say so.

use super::{EVIDENCE_HOLD, Terms};
use crate::clock::Micros;
use crate::db::schema::held_acceptance;
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::grants::Grant;
use crate::holds::{Hold, Purpose, Subject, Words, store as holds};
use crate::identity::Person;
use crate::ids::{AcceptanceId, HoldId, NdaId, PersonId};
use crate::ledger::commitment::Disclosure;
use crate::ledger::{PersonalField, store as log};
use crate::nda::{Acceptance, Evidence, store as ndas};
use crate::notices::House;
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed};
use crate::text::{Line, Reason};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What is kept of an acceptance, sealed under the hold's key.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The address that was confirmed.
    pub email: String,
    /// What was typed and ticked, and how the person was known.
    pub evidence: Evidence,
    /// The exact page.
    pub page: String,
    /// Salts and values of the entry's commitments.
    pub disclosures: Vec<(PersonalField, Disclosure)>,
    /// When the signer withdrew from it; what was kept before this was kept does not say.
    #[serde(default)]
    pub withdrawn_at: Option<Micros>,
}

/// Where a kept acceptance lies.
fn place(id: AcceptanceId) -> Place {
    Place { table: "held_acceptance", row: *id.as_bytes(), column: "kept" }
}

/// An acceptance as it is kept under a hold.
#[derive(Debug)]
pub struct KeptAcceptance {
    /// Which.
    pub id: AcceptanceId,
    /// Of which text.
    pub nda: NdaId,
    /// When it was accepted.
    pub accepted_at: Micros,
    /// The index of its entry.
    pub entry: u64,
    /// SHA-256 of the exact page.
    pub page_sha256: [u8; 32],
    /// What was sealed.
    pub kept: Kept,
}

/// A row of `held_acceptance`.
type Row = (AcceptanceId, HoldId, NdaId, Micros, Micros, i64, Vec<u8>, Sealed<Kept>);

/// How many acceptances a hold keeps.
pub fn count(db: &mut Db, hold: HoldId) -> Result<i64, Fault> {
    Ok(held_acceptance::table.filter(held_acceptance::hold_id.eq(hold)).count().get_result(db)?)
}

/// The acceptances that a hold keeps, the newest first.
pub fn list(db: &mut Db, keyring: &Keyring, hold: HoldId) -> Result<Vec<KeptAcceptance>, Fault> {
    let of_hold = held_acceptance::table.filter(held_acceptance::hold_id.eq(hold));
    let rows: Vec<Row> = of_hold.order(held_acceptance::accepted_at.desc()).load(db)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = data_keys::open_for(db, keyring, KeyOwner::Hold(hold))?;
    let open = |(id, _, nda, _, accepted_at, entry, page_sha256, kept): Row| {
        Ok(KeptAcceptance {
            kept: key.open(&place(id), &kept)?,
            id,
            nda,
            accepted_at,
            entry: u64::try_from(entry).unwrap_or(0),
            page_sha256: page_sha256.try_into().map_err(|_| Fault::bare("digest of an acceptance"))?,
        })
    };
    rows.into_iter().map(open).collect()
}

/// Moves a person's acceptances under a new hold; none when they accepted nothing. The person's rows are gone after it.
pub(super) fn hold_back(
    db: &mut Db,
    house: &House,
    (person, by, now): (&Person, Option<PersonId>, Micros),
    grants: &[Grant],
    terms: Terms,
) -> Result<Option<Hold>, Fault> {
    let acceptances = ndas::list_acceptances(db, &house.keyring, person.id)?;
    let Some(newest) = acceptances.first() else { return Ok(None) };
    // Whatever still runs ends with the erasure.
    let end_of = |grant: &Grant| grant.revoked_at.unwrap_or(grant.expires_at).min(now);
    let ended = grants.iter().map(end_of).max().unwrap_or(newest.accepted_at).max(newest.accepted_at);
    let broken = |error| Fault::new("words of a hold", error);
    let hold = Hold {
        id: HoldId::new(&house.clock),
        purpose: Purpose::NdaEvidence,
        subject: Subject::Person(person.id),
        words: Some(Words {
            name: Line::parse(EVIDENCE_HOLD).map_err(broken)?,
            reason: Reason::parse(
                "The signer was erased; the agreement may still be needed for legal claims.",
            )
            .map_err(broken)?,
        }),
        placed_at: now,
        placed_by: by,
        ends_at: Some(ended.plus_days(terms.evidence_days)),
        released_at: None,
    };
    let key = holds::insert(db, &house.keyring, &house.clock, &hold)?;
    for acceptance in &acceptances {
        let kept = Kept {
            email: person.email.to_string(),
            evidence: acceptance.evidence.clone(),
            page: ndas::require_page(db, &house.keyring, acceptance.id)?,
            disclosures: log::list_disclosures(db, &house.keyring, acceptance.entry)?,
            withdrawn_at: acceptance.withdrawn_at,
        };
        insert(db, house, (&hold, &key), acceptance, &kept)?;
    }
    ndas::delete_acceptances(db, person.id)?;
    Ok(Some(hold))
}

/// Adds a kept acceptance.
fn insert(
    db: &mut Db,
    house: &House,
    (hold, key): (&Hold, &DataKey),
    acceptance: &Acceptance,
    kept: &Kept,
) -> Result<(), Fault> {
    let id = acceptance.id;
    diesel::insert_into(held_acceptance::table)
        .values((
            held_acceptance::id.eq(id),
            held_acceptance::hold_id.eq(hold.id),
            held_acceptance::nda_id.eq(acceptance.nda),
            held_acceptance::shown_at.eq(acceptance.shown_at),
            held_acceptance::accepted_at.eq(acceptance.accepted_at),
            held_acceptance::entry_idx.eq(i64::try_from(acceptance.entry).unwrap_or(i64::MAX)),
            held_acceptance::page_sha256.eq(acceptance.page_sha256.to_vec()),
            held_acceptance::kept.eq(key.seal(&house.clock, &place(id), kept)?),
        ))
        .execute(db)?;
    Ok(())
}
