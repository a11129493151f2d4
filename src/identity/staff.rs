//! Staff: who sits at which desk, and the one-time links they sign in with.

use super::secrets::{Purpose, Token};
use super::{Role, sessions, store};
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::schema::{staff_link, staff_role};
use crate::fault::Fault;
use crate::ids::{PersonId, StaffLinkId};
use crate::seal::Keyring;
use diesel::prelude::*;

/// How long a sign-in link can be used, in seconds.
pub const LINK_SECS: i64 = 24 * 3_600;

/// A member of staff with their desks.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: super::Person,
    /// Their desks; never empty.
    pub roles: Vec<Role>,
}

impl Member {
    /// The desks in words: `compliance, sales`.
    pub fn roles_in_words(&self) -> String {
        let words: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        words.join(", ")
    }
}

/// Where a sign-in link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It signs in, once.
    Live,
    /// It was used at this instant.
    Used(Micros),
    /// Its time is over, or a newer link took its place.
    Expired,
}

/// A sign-in link as the database knows it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = staff_link)]
pub struct Link {
    /// Which link.
    pub id: StaffLinkId,
    /// Whom it signs in.
    #[diesel(column_name = person_id)]
    pub person: PersonId,
    /// When it ends.
    pub expires_at: Micros,
    /// When it was used.
    pub used_at: Option<Micros>,
}

impl Link {
    /// Where it stands at `now`.
    pub fn state(&self, now: Micros) -> LinkState {
        match self.used_at {
            Some(at) => LinkState::Used(at),
            None if now < self.expires_at => LinkState::Live,
            None => LinkState::Expired,
        }
    }
}

/// Everybody who has a desk, in the order in which they were first added.
pub fn list(db: &mut Db, keyring: &Keyring) -> Result<Vec<Member>, Fault> {
    let people: Vec<PersonId> =
        staff_role::table.select(staff_role::person_id).distinct().order(staff_role::person_id).load(db)?;
    people.into_iter().map(|id| require(db, keyring, id)).collect()
}

/// The member of staff with this id.
pub fn require(db: &mut Db, keyring: &Keyring, id: PersonId) -> Result<Member, Fault> {
    Ok(Member { person: store::require_person(db, keyring, id)?, roles: sessions::list_roles(db, id)? })
}

/// Gives a person a desk. A unique violation means that they have it already.
pub fn insert_role(db: &mut Db, person: PersonId, role: Role, now: Micros) -> QueryResult<()> {
    diesel::insert_into(staff_role::table)
        .values((staff_role::person_id.eq(person), staff_role::role.eq(role), staff_role::added_at.eq(now)))
        .execute(db)?;
    Ok(())
}

/// Takes every desk from a person, and says how many there were.
pub fn remove_roles(db: &mut Db, person: PersonId) -> Result<usize, Fault> {
    Ok(diesel::delete(staff_role::table.filter(staff_role::person_id.eq(person))).execute(db)?)
}

/// How many people other than `person` are administrators.
pub fn count_other_admins(db: &mut Db, person: PersonId) -> Result<i64, Fault> {
    Ok(staff_role::table
        .filter(staff_role::role.eq(Role::Admin))
        .filter(staff_role::person_id.ne(person))
        .count()
        .get_result(db)?)
}

/// The link with this secret, in whatever state.
pub fn find_link(db: &mut Db, keyring: &Keyring, token: &Token) -> Result<Option<Link>, Fault> {
    Ok(staff_link::table
        .filter(staff_link::secret_hash.eq(token.hash(keyring, Purpose::StaffLink)))
        .select(Link::as_select())
        .first(db)
        .optional()?)
}

/// Adds a link and gives its secret, which is known nowhere else.
pub fn insert_link(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    person: PersonId,
    now: Micros,
) -> Result<Token, Fault> {
    let token = Token::new(clock);
    diesel::insert_into(staff_link::table)
        .values((
            staff_link::id.eq(StaffLinkId::new(clock)),
            staff_link::person_id.eq(person),
            staff_link::secret_hash.eq(token.hash(keyring, Purpose::StaffLink)),
            staff_link::created_at.eq(now),
            staff_link::expires_at.eq(now.plus_secs(LINK_SECS)),
        ))
        .execute(db)?;
    Ok(token)
}

/// Ends every unused link of a person now.
pub fn expire_links(db: &mut Db, person: PersonId, now: Micros) -> Result<usize, Fault> {
    Ok(diesel::update(staff_link::table)
        .filter(staff_link::person_id.eq(person))
        .filter(staff_link::used_at.is_null())
        .filter(staff_link::expires_at.gt(now))
        .set(staff_link::expires_at.eq(now))
        .execute(db)?)
}

/// Uses a link up; `false` when somebody else was first.
pub fn update_link_used(db: &mut Db, id: StaffLinkId, now: Micros) -> Result<bool, Fault> {
    let used = diesel::update(staff_link::table.find(id))
        .filter(staff_link::used_at.is_null())
        .set(staff_link::used_at.eq(now))
        .execute(db)?;
    Ok(used > 0)
}
