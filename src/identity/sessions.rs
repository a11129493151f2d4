//! Sessions: what a cookie opens, for how long, and how it ends.
//!
//! Promises: the cookie's value is kept as a keyed hash only; a session ends after 30 minutes without use, and used or
//! not after 8 hours (prospects) or 12 hours (staff); ending one is effective for the next request on every node; a
//! staff session lives only as long as its person has a desk.

use super::secrets::{Purpose, Token};
use super::{Face, Role, Session};
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::schema::{session, staff_role};
use crate::fault::Fault;
use crate::ids::{PersonId, SessionId};
use crate::seal::Keyring;
use diesel::prelude::*;

/// A session that was not used for so long has ended.
pub const IDLE_SECS: i64 = 30 * 60;
/// The use of a session is noted once in so many seconds, so that reading a page does not write each time.
const TOUCH_SECS: i64 = 60;

impl Face {
    /// How long a session lasts at the most, in seconds.
    pub const fn lasts_secs(self) -> i64 {
        match self {
            Self::Prospect => 8 * 3_600,
            Self::Staff => 12 * 3_600,
        }
    }
}

impl Session {
    /// Whether the last noted use is old enough to note another one.
    pub const fn wants_touch(&self, now: Micros) -> bool {
        now.secs_since(self.seen_at) >= TOUCH_SECS
    }
}

/// A row of `session`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = session)]
struct Row {
    id: SessionId,
    person_id: PersonId,
    face: Face,
    created_at: Micros,
    seen_at: Micros,
    expires_at: Micros,
    ended_at: Option<Micros>,
}

impl Row {
    /// Whether it still opens anything.
    fn is_live(&self, now: Micros) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now < self.seen_at.plus_secs(IDLE_SECS)
    }
}

/// The live session that `token` opens, with the desks of staff as of now; `None` when it opens nothing (any more).
pub fn find_live(
    db: &mut Db,
    keyring: &Keyring,
    token: &Token,
    now: Micros,
) -> Result<Option<Session>, Fault> {
    let row: Option<Row> = session::table
        .filter(session::token_hash.eq(token.hash(keyring, Purpose::Session)))
        .select(Row::as_select())
        .first(db)
        .optional()?;
    let Some(row) = row.filter(|row| row.is_live(now)) else { return Ok(None) };
    let roles = match row.face {
        Face::Prospect => Vec::new(),
        Face::Staff => list_roles(db, row.person_id)?,
    };
    if row.face == Face::Staff && roles.is_empty() {
        return Ok(None);
    }
    let Row { id, person_id, face, created_at, seen_at, expires_at, ended_at: _ } = row;
    Ok(Some(Session { id, person: person_id, face, roles, created_at, seen_at, expires_at }))
}

/// The desks of a person, in the order of their names.
pub fn list_roles(db: &mut Db, person: PersonId) -> Result<Vec<Role>, Fault> {
    Ok(staff_role::table
        .filter(staff_role::person_id.eq(person))
        .order(staff_role::role)
        .select(staff_role::role)
        .load(db)?)
}

/// Begins a session and gives the cookie's value, which is known nowhere else.
pub fn insert(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    person: PersonId,
    face: Face,
) -> Result<Token, Fault> {
    let token = Token::new(clock);
    let now = clock.now();
    diesel::insert_into(session::table)
        .values((
            session::id.eq(SessionId::new(clock)),
            session::token_hash.eq(token.hash(keyring, Purpose::Session)),
            session::person_id.eq(person),
            session::face.eq(face),
            session::created_at.eq(now),
            session::seen_at.eq(now),
            session::expires_at.eq(now.plus_secs(face.lasts_secs())),
        ))
        .execute(db)?;
    Ok(token)
}

/// Notes that a session was used. Idempotent; an ended session stays ended.
pub fn touch(db: &mut Db, id: SessionId, now: Micros) -> Result<(), Fault> {
    diesel::update(session::table.find(id))
        .filter(session::seen_at.lt(now))
        .set(session::seen_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Ends one session; `false` when it had ended already.
pub fn end(db: &mut Db, id: SessionId, now: Micros) -> Result<bool, Fault> {
    let ended = diesel::update(session::table.find(id))
        .filter(session::ended_at.is_null())
        .set(session::ended_at.eq(now))
        .execute(db)?;
    Ok(ended > 0)
}

/// Ends every session of a person at one face, and says how many there were.
pub fn end_all(db: &mut Db, person: PersonId, face: Face, now: Micros) -> Result<usize, Fault> {
    Ok(diesel::update(session::table)
        .filter(session::person_id.eq(person))
        .filter(session::face.eq(face))
        .filter(session::ended_at.is_null())
        .filter(session::expires_at.gt(now))
        .set(session::ended_at.eq(now))
        .execute(db)?)
}
