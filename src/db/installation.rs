//! The table `installation`: one row, which ties the database to the keyring it was made with.
//!
//! Written once, by `candor init`, before there is a writer and a log; read at every start.

use super::schema::installation;
use super::{Database, Db};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::ids::InstanceId;
use diesel::prelude::*;

/// The installation this database belongs to; `None` before `candor init`.
pub fn find(db: &mut Db) -> Result<Option<InstanceId>, Fault> {
    Ok(installation::table.find(1).select(installation::instance_id).first(db).optional()?)
}

/// Ties a new database to `instance`; one that is tied already stays as it is. Answers whose it is now. Idempotent.
pub fn claim(database: &Database, clock: &Clock, instance: InstanceId) -> Result<InstanceId, Fault> {
    let mut db = database.connect()?;
    if let Some(owner) = find(&mut db)? {
        return Ok(owner);
    }
    let row = (
        installation::id.eq(1),
        installation::instance_id.eq(instance),
        installation::created_at.eq(clock.now()),
    );
    diesel::insert_into(installation::table).values(row).execute(&mut db)?;
    Ok(instance)
}
