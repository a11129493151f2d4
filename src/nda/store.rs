//! Rows of NDA texts and acceptances.

use super::{Acceptance, Evidence, Nda};
use crate::clock::Micros;
use crate::db::nda_schema::nda_withdrawal;
use crate::db::schema::{nda, nda_acceptance};
use crate::db::{Db, data_keys};
use crate::fault::Fault;
use crate::ids::{AcceptanceId, NdaId, PersonId};
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed};
use crate::text::LongText;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Columns of a text as they are read.
type NdaRow = (NdaId, i32, String, Vec<u8>, Micros);

/// Turns a row into the noun.
fn open_nda((id, number, body, sha256, published_at): NdaRow) -> Result<Nda, Fault> {
    Ok(Nda {
        id,
        number,
        body: LongText::parse(&body).map_err(|error| Fault::new("NDA text", error))?,
        sha256: sha256.try_into().map_err(|_| Fault::bare("digest of an NDA text"))?,
        published_at,
    })
}

/// The columns every reader takes.
const NDA_COLUMNS: (nda::id, nda::number, nda::body, nda::sha256, nda::published_at) =
    (nda::id, nda::number, nda::body, nda::sha256, nda::published_at);

/// The text in force: the one with the highest number.
pub fn find_in_force(db: &mut Db) -> Result<Option<Nda>, Fault> {
    let row: Option<NdaRow> =
        nda::table.order(nda::number.desc()).select(NDA_COLUMNS).first(db).optional()?;
    row.map(open_nda).transpose()
}

/// Every text, newest first.
pub fn list(db: &mut Db) -> Result<Vec<Nda>, Fault> {
    let rows: Vec<NdaRow> = nda::table.order(nda::number.desc()).select(NDA_COLUMNS).load(db)?;
    rows.into_iter().map(open_nda).collect()
}

/// The text with this id.
pub fn require(db: &mut Db, id: NdaId) -> Result<Nda, Fault> {
    open_nda(nda::table.find(id).select(NDA_COLUMNS).first(db)?)
}

/// Adds a text. The number is unique; two publications at once cannot both win.
pub fn insert(db: &mut Db, text: &Nda, by: PersonId) -> Result<(), Fault> {
    diesel::insert_into(nda::table)
        .values((
            nda::id.eq(text.id),
            nda::number.eq(text.number),
            nda::body.eq(text.body.as_str()),
            nda::sha256.eq(text.sha256.to_vec()),
            nda::published_at.eq(text.published_at),
            nda::published_by.eq(by),
        ))
        .execute(db)?;
    Ok(())
}

/// A row of `nda_acceptance` without the page.
#[derive(Queryable)]
struct AcceptanceRow {
    id: AcceptanceId,
    person: PersonId,
    nda: NdaId,
    shown_at: Micros,
    accepted_at: Micros,
    entry: i64,
    evidence: Sealed<Evidence>,
    page_sha256: Vec<u8>,
}

/// The columns of an acceptance without the page.
const ACCEPTANCE_COLUMNS: (
    nda_acceptance::id,
    nda_acceptance::person_id,
    nda_acceptance::nda_id,
    nda_acceptance::shown_at,
    nda_acceptance::accepted_at,
    nda_acceptance::entry_idx,
    nda_acceptance::evidence,
    nda_acceptance::page_sha256,
) = (
    nda_acceptance::id,
    nda_acceptance::person_id,
    nda_acceptance::nda_id,
    nda_acceptance::shown_at,
    nda_acceptance::accepted_at,
    nda_acceptance::entry_idx,
    nda_acceptance::evidence,
    nda_acceptance::page_sha256,
);

/// Where a column of an acceptance lies.
fn place(id: AcceptanceId, column: &'static str) -> Place {
    Place { table: "nda_acceptance", row: *id.as_bytes(), column }
}

impl AcceptanceRow {
    /// Opens what is sealed.
    fn open(self, key: &DataKey) -> Result<Acceptance, Fault> {
        Ok(Acceptance {
            evidence: key.open(&place(self.id, "evidence"), &self.evidence)?,
            id: self.id,
            person: self.person,
            nda: self.nda,
            shown_at: self.shown_at,
            accepted_at: self.accepted_at,
            entry: u64::try_from(self.entry).unwrap_or(0),
            withdrawn_at: None,
            page_sha256: self.page_sha256.try_into().map_err(|_| Fault::bare("digest of an acceptance"))?,
        })
    }
}

/// Every acceptance of a person, newest first.
pub fn list_acceptances(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Vec<Acceptance>, Fault> {
    let rows: Vec<AcceptanceRow> = nda_acceptance::table
        .filter(nda_acceptance::person_id.eq(person))
        .order(nda_acceptance::accepted_at.desc())
        .select(ACCEPTANCE_COLUMNS)
        .load(db)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(person))?;
    let withdrawn: Vec<(AcceptanceId, Micros)> = nda_withdrawal::table
        .filter(nda_withdrawal::person_id.eq(person))
        .select((nda_withdrawal::acceptance_id, nda_withdrawal::at))
        .load(db)?;
    let known = |row: AcceptanceRow| {
        let withdrawn_at = withdrawn.iter().find(|(id, _)| *id == row.id).map(|(_, at)| *at);
        Ok(Acceptance { withdrawn_at, ..row.open(&key)? })
    };
    rows.into_iter().map(known).collect()
}

/// The acceptance that a person's grants rest on: their newest one, unless they withdrew from it.
pub fn find_standing(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Option<Acceptance>, Fault> {
    let newest = list_acceptances(db, keyring, person)?.into_iter().next();
    Ok(newest.filter(|newest| newest.withdrawn_at.is_none()))
}

/// Adds that a person withdrew from an acceptance, in the entry with this index.
pub fn insert_withdrawal(
    db: &mut Db,
    (acceptance, person): (AcceptanceId, PersonId),
    at: Micros,
    entry: u64,
) -> Result<(), Fault> {
    diesel::insert_into(nda_withdrawal::table)
        .values((
            nda_withdrawal::acceptance_id.eq(acceptance),
            nda_withdrawal::person_id.eq(person),
            nda_withdrawal::at.eq(at),
            nda_withdrawal::entry_idx.eq(i64::try_from(entry).unwrap_or(i64::MAX)),
        ))
        .execute(db)?;
    Ok(())
}

/// The person's acceptance of this text, if there is one that they did not withdraw from.
pub fn find_acceptance(
    db: &mut Db,
    keyring: &Keyring,
    person: PersonId,
    text: NdaId,
) -> Result<Option<Acceptance>, Fault> {
    Ok(list_acceptances(db, keyring, person)?
        .into_iter()
        .find(|known| known.nda == text && known.withdrawn_at.is_none()))
}

/// The exact page that was shown to whoever accepted.
pub fn require_page(db: &mut Db, keyring: &Keyring, id: AcceptanceId) -> Result<String, Fault> {
    let (person, page): (PersonId, Sealed<String>) =
        nda_acceptance::table.find(id).select((nda_acceptance::person_id, nda_acceptance::page)).first(db)?;
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(person))?;
    Ok(key.open(&place(id, "page"), &page)?)
}

/// Deletes a person's acceptances, once their evidence is kept elsewhere. Rows about withdrawals stay: they name nobody.
pub fn delete_acceptances(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    Ok(diesel::delete(nda_acceptance::table.filter(nda_acceptance::person_id.eq(person))).execute(db)?)
}

/// Adds an acceptance with the page that was shown.
pub fn insert_acceptance(
    db: &mut Db,
    clock: &crate::clock::Clock,
    key: &DataKey,
    acceptance: &Acceptance,
    page: &str,
) -> Result<(), Fault> {
    let id = acceptance.id;
    diesel::insert_into(nda_acceptance::table)
        .values((
            nda_acceptance::id.eq(id),
            nda_acceptance::person_id.eq(acceptance.person),
            nda_acceptance::nda_id.eq(acceptance.nda),
            nda_acceptance::shown_at.eq(acceptance.shown_at),
            nda_acceptance::accepted_at.eq(acceptance.accepted_at),
            nda_acceptance::entry_idx.eq(i64::try_from(acceptance.entry).unwrap_or(i64::MAX)),
            nda_acceptance::evidence.eq(key.seal(clock, &place(id, "evidence"), &acceptance.evidence)?),
            nda_acceptance::page.eq(key.seal(clock, &place(id, "page"), &page.to_owned())?),
            nda_acceptance::page_sha256.eq(acceptance.page_sha256.to_vec()),
        ))
        .execute(db)?;
    Ok(())
}

/// An acceptance of which nothing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The number of the text.
    pub number: i32,
    /// When it was accepted.
    pub at: Micros,
    /// When the person withdrew from it.
    pub withdrawn_at: Option<Micros>,
}

/// The newest acceptance of each of these people, whether they withdrew from it or not. Nothing of the evidence is opened.
pub fn list_newest_accepted(db: &mut Db, people: &[PersonId]) -> Result<BTreeMap<PersonId, Accepted>, Fault> {
    let rows: Vec<(PersonId, i32, Micros, Option<Micros>)> = nda_acceptance::table
        .inner_join(nda::table)
        .left_join(nda_withdrawal::table.on(nda_withdrawal::acceptance_id.eq(nda_acceptance::id)))
        .filter(nda_acceptance::person_id.eq_any(people.to_vec()))
        .order(nda_acceptance::accepted_at)
        .select((
            nda_acceptance::person_id,
            nda::number,
            nda_acceptance::accepted_at,
            nda_withdrawal::at.nullable(),
        ))
        .load(db)?;
    let accepted = |(person, number, at, withdrawn_at)| (person, Accepted { number, at, withdrawn_at });
    Ok(rows.into_iter().map(accepted).collect())
}
