//! Rows of grants.

use super::{Grant, MarkWords, State};
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::data_keys::{self, Wrapped, with_key_of};
use crate::db::schema::{download, report_grant};
use crate::fault::{Fault, Kind};
use crate::identity::store as people;
use crate::ids::{GrantId, PersonId, RequestId, VersionId};
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed};
use crate::text::Domain;
use crate::watermark::CopyId;
use diesel::dsl::max;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// A row of `report_grant`, how many downloads were started under it, and the key of its recipient.
type Counted = (Row, Option<i64>, Option<Wrapped>);

/// A row of `report_grant`.
#[derive(Queryable)]
struct Row {
    id: GrantId,
    person: PersonId,
    version: VersionId,
    request: Option<RequestId>,
    copy: CopyId,
    mark: Sealed<MarkWords>,
    granted_at: Micros,
    granted_by: PersonId,
    expires_at: Micros,
    downloads_allowed: i32,
    revoked_at: Option<Micros>,
    _revoked_by: Option<PersonId>,
}

/// Where the mark's words lie.
pub(super) fn place(id: GrantId) -> Place {
    Place { table: "report_grant", row: *id.as_bytes(), column: "mark" }
}

/// Selects [`Counted`].
macro_rules! counted {
    ($query:expr) => {{
        let started = download::table.filter(download::grant_id.eq(report_grant::id)).count().single_value();
        let query = with_key_of!($query, report_grant::person_id);
        query.select((report_grant::all_columns, started, data_keys::beside()))
    }};
}

/// Opens a row.
fn open(keyring: &Keyring, (row, started, key): Counted) -> Result<Grant, Fault> {
    let key = data_keys::unwrap(keyring, KeyOwner::Person(row.person), key)?;
    Ok(Grant {
        mark: key.map(|key| key.open(&place(row.id), &row.mark)).transpose()?,
        id: row.id,
        person: row.person,
        version: row.version,
        request: row.request,
        copy: row.copy,
        granted_at: row.granted_at,
        granted_by: row.granted_by,
        expires_at: row.expires_at,
        downloads_allowed: row.downloads_allowed,
        revoked_at: row.revoked_at,
        downloads_started: started.unwrap_or(0),
    })
}

/// Opens rows.
fn open_all(keyring: &Keyring, rows: Vec<Counted>) -> Result<Vec<Grant>, Fault> {
    rows.into_iter().map(|row| open(keyring, row)).collect()
}

/// The grant with this id.
pub fn require(db: &mut Db, keyring: &Keyring, id: GrantId) -> Result<Grant, Fault> {
    let row: Option<Counted> = counted!(report_grant::table.find(id)).first(db).optional()?;
    open(keyring, row.ok_or(Fault::bare("no such grant").with_kind(Kind::NotFound))?)
}

/// The grant whose copy this is.
pub fn find_by_copy(db: &mut Db, keyring: &Keyring, copy: &CopyId) -> Result<Option<Grant>, Fault> {
    let of_copy = report_grant::table.filter(report_grant::copy_id.eq(copy));
    let row: Option<Counted> = counted!(of_copy).first(db).optional()?;
    row.map(|row| open(keyring, row)).transpose()
}

/// The grants that stand so `now`, the newest first; at most `most`, older than `before`.
pub fn list_by_state(
    db: &mut Db,
    keyring: &Keyring,
    (state, now): (State, Micros),
    before: Option<GrantId>,
    most: i64,
) -> Result<Vec<Grant>, Fault> {
    let mut query = of_state(state, now).order(report_grant::id.desc()).limit(most);
    if let Some(before) = before {
        query = query.filter(report_grant::id.lt(before));
    }
    let rows = counted!(query).load(db)?;
    open_all(keyring, rows)
}

/// How many grants stand so `now`.
pub fn count_by_state(db: &mut Db, state: State, now: Micros) -> Result<i64, Fault> {
    Ok(of_state(state, now).count().get_result(db)?)
}

/// The rows of grants that stand so `now`: [`Grant::state`] in the database's words.
fn of_state(state: State, now: Micros) -> report_grant::BoxedQuery<'static, <Db as Connection>::Backend> {
    let all = report_grant::table.into_boxed();
    match state {
        State::Active => {
            all.filter(report_grant::revoked_at.is_null()).filter(report_grant::expires_at.gt(now))
        }
        State::Expired => {
            all.filter(report_grant::revoked_at.is_null()).filter(report_grant::expires_at.le(now))
        }
        State::Revoked => all.filter(report_grant::revoked_at.is_not_null()),
    }
}

/// The grants that answer a request.
pub fn list_by_request(db: &mut Db, keyring: &Keyring, request: RequestId) -> Result<Vec<Grant>, Fault> {
    let of_request = report_grant::table.filter(report_grant::request_id.eq(request));
    let rows = counted!(of_request.order(report_grant::id.asc())).load(db)?;
    open_all(keyring, rows)
}

/// The grants to a version, whatever their state.
pub fn list_by_version(db: &mut Db, keyring: &Keyring, version: VersionId) -> Result<Vec<Grant>, Fault> {
    let of_version = report_grant::table.filter(report_grant::version_id.eq(version));
    let rows = counted!(of_version.order(report_grant::id.asc())).load(db)?;
    open_all(keyring, rows)
}

/// The domains of the addresses that were granted something, of the newest `most` recipients; each once.
pub fn list_domains(db: &mut Db, keyring: &Keyring, most: i64) -> Result<Vec<Domain>, Fault> {
    let people: Vec<(PersonId, Option<Micros>)> = report_grant::table
        .group_by(report_grant::person_id)
        .select((report_grant::person_id, max(report_grant::granted_at)))
        .order(max(report_grant::granted_at).desc())
        .limit(most)
        .load(db)?;
    let mut domains = BTreeSet::new();
    for (person, _) in people {
        // A person whose key was destroyed has no address any more.
        domains.extend(people::look_up(db, keyring, person)?.person().map(|person| person.email.domain()));
    }
    Ok(domains.into_iter().collect())
}

/// Everything a person was granted, newest first.
pub fn list_by_person(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Vec<Grant>, Fault> {
    let of_person = report_grant::table.filter(report_grant::person_id.eq(person));
    let rows = counted!(of_person.order(report_grant::id.desc()).limit(200)).load(db)?;
    open_all(keyring, rows)
}

/// The person's newest grant to a version that is neither revoked nor expired; else the newest at all.
pub fn find_for(
    db: &mut Db,
    keyring: &Keyring,
    person: PersonId,
    version: VersionId,
    now: Micros,
) -> Result<Option<Grant>, Fault> {
    let active = report_grant::revoked_at.is_null().and(report_grant::expires_at.gt(now));
    let of_version = report_grant::table
        .filter(report_grant::person_id.eq(person))
        .filter(report_grant::version_id.eq(version));
    let newest = (active.desc(), report_grant::id.desc());
    let row: Option<Counted> = counted!(of_version.order(newest)).first(db).optional()?;
    row.map(|row| open(keyring, row)).transpose()
}

/// Adds a grant; its mark has words.
pub fn insert(db: &mut Db, clock: &Clock, key: &DataKey, grant: &Grant) -> Result<(), Fault> {
    let mark = grant.mark.as_ref().ok_or(Fault::bare("a grant without words for its mark"))?;
    diesel::insert_into(report_grant::table)
        .values((
            report_grant::id.eq(grant.id),
            report_grant::person_id.eq(grant.person),
            report_grant::version_id.eq(grant.version),
            report_grant::request_id.eq(grant.request),
            report_grant::copy_id.eq(&grant.copy),
            report_grant::mark.eq(key.seal(clock, &place(grant.id), mark)?),
            report_grant::granted_at.eq(grant.granted_at),
            report_grant::granted_by.eq(grant.granted_by),
            report_grant::expires_at.eq(grant.expires_at),
            report_grant::downloads_allowed.eq(grant.downloads_allowed),
        ))
        .execute(db)?;
    Ok(())
}

/// Revokes a grant. True when it was not revoked before.
pub fn update_revoked(db: &mut Db, id: GrantId, by: PersonId, now: Micros) -> Result<bool, Fault> {
    let standing = report_grant::table.find(id).filter(report_grant::revoked_at.is_null());
    let changes = (report_grant::revoked_at.eq(now), report_grant::revoked_by.eq(by));
    Ok(diesel::update(standing).set(changes).execute(db)? == 1)
}
