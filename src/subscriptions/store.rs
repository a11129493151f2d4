//! Rows of subscriptions.

use super::Subscription;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{report_grant, subscription};
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, SubscriptionId, VersionId};
use diesel::prelude::*;

/// A row.
#[derive(Queryable)]
struct Row {
    id: SubscriptionId,
    grant: GrantId,
    person: PersonId,
    asked_at: Micros,
    confirmed_at: Option<Micros>,
    ended_at: Option<Micros>,
}

impl From<Row> for Subscription {
    fn from(Row { id, grant, person, asked_at, confirmed_at, ended_at }: Row) -> Self {
        Self { id, grant, person, asked_at, confirmed_at, ended_at }
    }
}

/// The subscription with this id.
pub fn find(db: &mut Db, id: SubscriptionId) -> Result<Option<Subscription>, Fault> {
    Ok(subscription::table.find(id).first::<Row>(db).optional()?.map(Into::into))
}

/// The subscription of a grant that has not ended.
pub fn find_by_grant(db: &mut Db, grant: GrantId) -> Result<Option<Subscription>, Fault> {
    let row: Option<Row> = subscription::table
        .filter(subscription::grant_id.eq(grant))
        .filter(subscription::ended_at.is_null())
        .first(db)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The live subscriptions to a version.
pub fn list_live(db: &mut Db, version: VersionId) -> Result<Vec<Subscription>, Fault> {
    let rows: Vec<Row> = subscription::table
        .inner_join(report_grant::table.on(report_grant::id.eq(subscription::grant_id)))
        .filter(report_grant::version_id.eq(version))
        .filter(subscription::confirmed_at.is_not_null())
        .filter(subscription::ended_at.is_null())
        .order(subscription::id)
        .select(subscription::all_columns)
        .load(db)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a subscription that was asked for; `false` when the grant has one already.
pub(super) fn insert(db: &mut Db, new: &Subscription) -> Result<bool, Fault> {
    let Subscription { id, grant, person, asked_at, confirmed_at, ended_at } = *new;
    let added = diesel::insert_into(subscription::table)
        .values((
            subscription::id.eq(id),
            subscription::grant_id.eq(grant),
            subscription::person_id.eq(person),
            subscription::asked_at.eq(asked_at),
            subscription::confirmed_at.eq(confirmed_at),
            subscription::ended_at.eq(ended_at),
        ))
        .execute(db)?;
    Ok(added == 1)
}

/// Notes that the link was used; `false` when it had been used, or the subscription has ended.
pub(super) fn update_confirmed(db: &mut Db, id: SubscriptionId, at: Micros) -> Result<bool, Fault> {
    let row = subscription::table
        .find(id)
        .filter(subscription::confirmed_at.is_null())
        .filter(subscription::ended_at.is_null());
    Ok(diesel::update(row).set(subscription::confirmed_at.eq(at)).execute(db)? == 1)
}

/// Ends every subscription of a person: they are forgotten.
pub fn end_by_person(db: &mut Db, person: PersonId, at: Micros) -> Result<usize, Fault> {
    let live = subscription::table.filter(subscription::person_id.eq(person));
    let live = live.filter(subscription::ended_at.is_null());
    Ok(diesel::update(live).set(subscription::ended_at.eq(at)).execute(db)?)
}

/// Ends a subscription; `false` when it had ended.
pub(super) fn update_ended(db: &mut Db, id: SubscriptionId, at: Micros) -> Result<bool, Fault> {
    let row = subscription::table.find(id).filter(subscription::ended_at.is_null());
    Ok(diesel::update(row).set(subscription::ended_at.eq(at)).execute(db)? == 1)
}
