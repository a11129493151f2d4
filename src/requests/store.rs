//! Rows of access requests.

use super::{Details, Relation, Request, State};
use crate::clock::{Clock, Micros};
use crate::db::schema::{access_request, request_item};
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind};
use crate::ids::{PersonId, RequestId, VersionId};
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed};
use crate::text::Reason;
use diesel::prelude::*;

/// A row of `access_request`.
#[derive(Queryable)]
struct Row {
    id: RequestId,
    person: PersonId,
    relation: Relation,
    state: State,
    details: Sealed<Details>,
    created_at: Micros,
    confirmed_at: Option<Micros>,
    decided_at: Option<Micros>,
    decided_by: Option<PersonId>,
    decision: Option<Sealed<Reason>>,
}

/// Where a column of a request lies.
fn place(id: RequestId, column: &'static str) -> Place {
    Place { table: "access_request", row: *id.as_bytes(), column }
}

/// Opens a row and reads its items.
fn open(db: &mut Db, keyring: &Keyring, row: Row) -> Result<Request, Fault> {
    let key = data_keys::find_for(db, keyring, KeyOwner::Person(row.person))?;
    let items = request_item::table
        .filter(request_item::request_id.eq(row.id))
        .order(request_item::version_id)
        .select(request_item::version_id)
        .load(db)?;
    Ok(Request {
        details: key.as_ref().map(|key| key.open(&place(row.id, "details"), &row.details)).transpose()?,
        decision: match (row.decision, &key) {
            (Some(text), Some(key)) => Some(key.open(&place(row.id, "decision"), &text)?),
            (None, _) | (_, None) => None,
        },
        id: row.id,
        person: row.person,
        relation: row.relation,
        state: row.state,
        items,
        created_at: row.created_at,
        confirmed_at: row.confirmed_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
    })
}

/// The request with this id; not found is answered as such.
pub fn require(db: &mut Db, keyring: &Keyring, id: RequestId) -> Result<Request, Fault> {
    let row: Option<Row> = access_request::table.find(id).first(db).optional()?;
    let row = row.ok_or(Fault::bare("no such request").with_kind(Kind::NotFound))?;
    open(db, keyring, row)
}

/// Waiting requests, the one confirmed longest ago first; at most `most`, after the request `after`.
pub fn list_waiting(
    db: &mut Db,
    keyring: &Keyring,
    after: Option<RequestId>,
    most: i64,
) -> Result<Vec<Request>, Fault> {
    let mut query = access_request::table
        .filter(access_request::state.eq(State::Waiting))
        .order((access_request::confirmed_at.asc(), access_request::id.asc()))
        .limit(most)
        .into_boxed();
    if let Some(after) = after {
        let since = moment(db, after, Moment::Confirmed)?;
        let later = access_request::confirmed_at.gt(since);
        let same = access_request::confirmed_at.eq(since).and(access_request::id.gt(after));
        query = query.filter(later.or(same));
    }
    let rows: Vec<Row> = query.load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// Decided requests, the newest decision first; at most `most`, before the request `before`.
pub fn list_decided(
    db: &mut Db,
    keyring: &Keyring,
    before: Option<RequestId>,
    most: i64,
) -> Result<Vec<Request>, Fault> {
    let mut query = access_request::table
        .filter(access_request::decided_at.is_not_null())
        .order((access_request::decided_at.desc(), access_request::id.desc()))
        .limit(most)
        .into_boxed();
    if let Some(before) = before {
        let since = moment(db, before, Moment::Decided)?;
        let earlier = access_request::decided_at.lt(since);
        let same = access_request::decided_at.eq(since).and(access_request::id.lt(before));
        query = query.filter(earlier.or(same));
    }
    let rows: Vec<Row> = query.load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// A moment in the life of a request.
#[derive(Clone, Copy)]
enum Moment {
    /// Its address was confirmed.
    Confirmed,
    /// It was decided.
    Decided,
}

/// When that moment was; not found is answered as such.
fn moment(db: &mut Db, id: RequestId, which: Moment) -> Result<Micros, Fault> {
    let row = access_request::table.find(id);
    let at: Option<Option<Micros>> = match which {
        Moment::Confirmed => row.select(access_request::confirmed_at).first(db).optional()?,
        Moment::Decided => row.select(access_request::decided_at).first(db).optional()?,
    };
    at.flatten().ok_or(Fault::bare("no such request").with_kind(Kind::NotFound))
}

/// Everything a person asked for, newest first.
pub fn list_by_person(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<Vec<Request>, Fault> {
    let rows: Vec<Row> = access_request::table
        .filter(access_request::person_id.eq(person))
        .order(access_request::id.desc())
        .limit(200)
        .load(db)?;
    rows.into_iter().map(|row| open(db, keyring, row)).collect()
}

/// How many requests are in a state.
pub fn count_by_state(db: &mut Db, state: State) -> Result<i64, Fault> {
    Ok(access_request::table.filter(access_request::state.eq(state)).count().get_result(db)?)
}

/// Deletes what a person asked for and nobody has decided; what was decided stays as a row that says nothing of them.
pub fn delete_undecided(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    let undecided: Vec<RequestId> = access_request::table
        .filter(access_request::person_id.eq(person))
        .filter(access_request::state.eq_any([State::Unconfirmed, State::Waiting]))
        .select(access_request::id)
        .load(db)?;
    diesel::delete(request_item::table.filter(request_item::request_id.eq_any(&undecided))).execute(db)?;
    Ok(diesel::delete(access_request::table.filter(access_request::id.eq_any(&undecided))).execute(db)?)
}

/// Adds an unconfirmed request with its items and what was typed.
pub fn insert(db: &mut Db, clock: &Clock, key: &DataKey, request: &Request) -> Result<(), Fault> {
    let details = request.details.as_ref().ok_or(Fault::bare("a request without details"))?;
    diesel::insert_into(access_request::table)
        .values((
            access_request::id.eq(request.id),
            access_request::person_id.eq(request.person),
            access_request::relation.eq(request.relation),
            access_request::state.eq(request.state),
            access_request::details.eq(key.seal(clock, &place(request.id, "details"), details)?),
            access_request::created_at.eq(request.created_at),
        ))
        .execute(db)?;
    for item in &request.items {
        diesel::insert_into(request_item::table)
            .values((request_item::request_id.eq(request.id), request_item::version_id.eq(item)))
            .execute(db)?;
    }
    Ok(())
}

/// Confirms a request. True when it was unconfirmed before.
pub fn update_confirmed(db: &mut Db, id: RequestId, now: Micros) -> Result<bool, Fault> {
    let open = access_request::table.find(id).filter(access_request::state.eq(State::Unconfirmed));
    let changes = (access_request::state.eq(State::Waiting), access_request::confirmed_at.eq(now));
    Ok(diesel::update(open).set(changes).execute(db)? == 1)
}

/// How a request was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Approved or denied.
    pub state: State,
    /// By whom.
    pub by: PersonId,
    /// The written reason, if there is one.
    pub reason: Option<Reason>,
    /// When.
    pub at: Micros,
}

/// Decides a waiting request. True when it was waiting.
pub fn update_decided(
    db: &mut Db,
    clock: &Clock,
    key: &DataKey,
    id: RequestId,
    decision: &Decision,
) -> Result<bool, Fault> {
    let sealed =
        decision.reason.as_ref().map(|reason| key.seal(clock, &place(id, "decision"), reason)).transpose()?;
    let waiting = access_request::table.find(id).filter(access_request::state.eq(State::Waiting));
    let changes = (
        access_request::state.eq(decision.state),
        access_request::decided_at.eq(decision.at),
        access_request::decided_by.eq(decision.by),
        access_request::decision.eq(sealed),
    );
    Ok(diesel::update(waiting).set(changes).execute(db)? == 1)
}

/// The versions of a request in words are the reports' business; here only whether a person already waits for them.
pub fn find_waiting_like(db: &mut Db, person: PersonId, item: VersionId) -> Result<Option<RequestId>, Fault> {
    Ok(access_request::table
        .inner_join(request_item::table)
        .filter(access_request::person_id.eq(person))
        .filter(access_request::state.eq(State::Waiting))
        .filter(request_item::version_id.eq(item))
        .select(access_request::id)
        .first(db)
        .optional()?)
}
