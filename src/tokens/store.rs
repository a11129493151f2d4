//! Rows of API tokens.

use super::ApiToken;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::api_token;
use crate::fault::Fault;
use crate::ids::{ApiTokenId, GrantId, PersonId};
use diesel::prelude::*;

/// A row.
#[derive(Queryable)]
struct Row {
    id: ApiTokenId,
    grant: GrantId,
    person: PersonId,
    created_at: Micros,
    expires_at: Micros,
    revoked_at: Option<Micros>,
}

impl From<Row> for ApiToken {
    fn from(Row { id, grant, person, created_at, expires_at, revoked_at }: Row) -> Self {
        Self { id, grant, person, created_at, expires_at, revoked_at }
    }
}

/// The token with this id.
pub fn find(db: &mut Db, id: ApiTokenId) -> Result<Option<ApiToken>, Fault> {
    Ok(api_token::table.find(id).first::<Row>(db).optional()?.map(Into::into))
}

/// The tokens of a grant, the newest first.
pub fn list_by_grant(db: &mut Db, grant: GrantId) -> Result<Vec<ApiToken>, Fault> {
    let rows: Vec<Row> =
        api_token::table.filter(api_token::grant_id.eq(grant)).order(api_token::id.desc()).load(db)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The tokens of a person, the newest first.
pub fn list_by_person(db: &mut Db, person: PersonId) -> Result<Vec<ApiToken>, Fault> {
    let rows: Vec<Row> =
        api_token::table.filter(api_token::person_id.eq(person)).order(api_token::id.desc()).load(db)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a token.
pub(super) fn insert(db: &mut Db, new: &ApiToken) -> Result<(), Fault> {
    let ApiToken { id, grant, person, created_at, expires_at, revoked_at } = *new;
    diesel::insert_into(api_token::table)
        .values((
            api_token::id.eq(id),
            api_token::grant_id.eq(grant),
            api_token::person_id.eq(person),
            api_token::created_at.eq(created_at),
            api_token::expires_at.eq(expires_at),
            api_token::revoked_at.eq(revoked_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes every token of a person back: they are forgotten.
pub fn revoke_by_person(db: &mut Db, person: PersonId, at: Micros) -> Result<usize, Fault> {
    let live = api_token::table.filter(api_token::person_id.eq(person));
    let live = live.filter(api_token::revoked_at.is_null());
    Ok(diesel::update(live).set(api_token::revoked_at.eq(at)).execute(db)?)
}

/// Takes a token back; `false` when it was taken back already.
pub(super) fn update_revoked(db: &mut Db, id: ApiTokenId, at: Micros) -> Result<bool, Fault> {
    let row = api_token::table.find(id).filter(api_token::revoked_at.is_null());
    Ok(diesel::update(row).set(api_token::revoked_at.eq(at)).execute(db)? == 1)
}
