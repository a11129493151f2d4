//! Rows of people. Addresses and names are opened here and nowhere else.

use super::{ERASED, Person, Role, UNREADABLE};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::data_keys::{self, Wrapped, with_key_of};
use crate::db::schema::{person, staff_role};
use crate::fault::{Fault, Kind};
use crate::ids::PersonId;
use crate::seal::{DataKey, KeyOwner, Keyring, Place, Sealed, is_damage, is_sealed_up};
use crate::text::{Domain, EmailAddress, PersonName};
use diesel::prelude::*;

/// Label of the blind index over addresses.
const EMAIL_INDEX: &str = "person.email";
/// Names opened at a time.
const NAMES_AT_ONCE: i64 = 1000;
/// Label of the blind index over domains.
const DOMAIN_INDEX: &str = "person.domain";

/// A row of `person` with the key that opens it.
type Keyed = (Row, Option<Wrapped>);

/// Selects [`Keyed`].
macro_rules! keyed {
    ($query:expr) => {
        with_key_of!($query, person::id).select((person::all_columns, data_keys::beside()))
    };
}

/// A row of `person`.
#[derive(Queryable)]
struct Row {
    id: PersonId,
    email_index: Vec<u8>,
    domain_index: Vec<u8>,
    email: Sealed<EmailAddress>,
    name: Option<Sealed<PersonName>>,
    _created_at: crate::clock::Micros,
}

impl Row {
    /// Opens what is sealed.
    fn open(self, key: &DataKey) -> Result<Person, Fault> {
        let email = key.open(&place(self.id, "email"), &self.email)?;
        let name = self.name.map(|name| key.open(&place(self.id, "name"), &name)).transpose()?;
        Ok(Person { id: self.id, email, name })
    }
}

/// Where a column of a person lies.
fn place(id: PersonId, column: &'static str) -> Place {
    Place { table: "person", row: *id.as_bytes(), column }
}

/// The blind index of an address.
fn email_index(keyring: &Keyring, email: &EmailAddress) -> Vec<u8> {
    keyring.blind_index(EMAIL_INDEX, &email.lookup()).to_vec()
}

/// Finds a person by address, in any spelling of its letters.
pub fn find_person_by_email(
    db: &mut Db,
    keyring: &Keyring,
    email: &EmailAddress,
) -> Result<Option<Person>, Fault> {
    let found = person::table.filter(person::email_index.eq(email_index(keyring, email)));
    let row: Option<Keyed> = keyed!(found).first(db).optional()?;
    row.map(|row| open(keyring, row)).transpose()
}

/// The person that is found by this address, whether their row opens or not.
pub fn find_id_by_email(
    db: &mut Db,
    keyring: &Keyring,
    email: &EmailAddress,
) -> Result<Option<PersonId>, Fault> {
    let found = person::table.filter(person::email_index.eq(email_index(keyring, email)));
    Ok(found.select(person::id).first(db).optional()?)
}

/// People whose address is of this domain, in the order in which they came; at most `most`.
pub fn list_by_domain(
    db: &mut Db,
    keyring: &Keyring,
    domain: &Domain,
    most: i64,
) -> Result<Vec<PersonId>, Fault> {
    let index = keyring.blind_index(DOMAIN_INDEX, domain.as_str()).to_vec();
    let found = person::table.filter(person::domain_index.eq(index)).order(person::id).limit(most);
    Ok(found.select(person::id).load(db)?)
}

/// How many people are known.
pub fn count_people(db: &mut Db) -> Result<i64, Fault> {
    Ok(person::table.count().get_result(db)?)
}

/// People with their names, and the last one who was looked at; none when nobody was left.
pub type Named = (Vec<(PersonId, String)>, Option<PersonId>);

/// Names of people, in the order in which they came, from after one of them on; at most `NAMES_AT_ONCE`, and how far that
/// was. People whose key was destroyed are passed over, and those whose row does not open.
pub fn list_names(db: &mut Db, keyring: &Keyring, after: Option<PersonId>) -> Result<Named, Fault> {
    let rows = keyed_after(db, after)?;
    let last = rows.last().map(|(row, _)| row.id);
    let mut names = Vec::new();
    for row in rows {
        let id = row.0.id;
        match open(keyring, row) {
            Ok(known) => names.push((id, known.shown_as().to_owned())),
            Err(fault) if fault.kind() == Kind::Gone || is_sealed_up(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok((names, last))
}

/// The person with this id.
pub fn require_person(db: &mut Db, keyring: &Keyring, id: PersonId) -> Result<Person, Fault> {
    let row: Option<Keyed> = keyed!(person::table.find(id)).first(db).optional()?;
    open(keyring, row.ok_or_else(missing)?)
}

/// What is known of somebody, for pages that must not fail because of them.
#[derive(Clone, Debug)]
pub enum Known {
    /// They were forgotten.
    Erased,
    /// Nobody has this id.
    Missing,
    /// They are on file.
    Person(Person),
    /// Their row does not open: damaged or exchanged.
    Unreadable,
}

impl Known {
    /// The person, if they can be told.
    pub fn person(self) -> Option<Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Erased | Self::Missing | Self::Unreadable => None,
        }
    }
}

/// Looks somebody up who may have been forgotten, or whose row may be damaged.
pub fn look_up(db: &mut Db, keyring: &Keyring, id: PersonId) -> Result<Known, Fault> {
    match require_person(db, keyring, id) {
        Ok(person) => Ok(Known::Person(person)),
        Err(fault) if fault.kind() == Kind::Gone => Ok(Known::Erased),
        Err(fault) if fault.kind() == Kind::NotFound => Ok(Known::Missing),
        Err(fault) if is_sealed_up(&fault) => Ok(Known::Unreadable),
        Err(fault) => Err(fault),
    }
}

/// What a person is called on pages; [`ERASED`] when they were forgotten, [`UNREADABLE`] when their row does not open.
pub fn name_of(db: &mut Db, keyring: &Keyring, id: PersonId) -> Result<String, Fault> {
    match look_up(db, keyring, id)? {
        Known::Person(person) => Ok(person.shown_as().to_owned()),
        Known::Erased => Ok(ERASED.to_owned()),
        Known::Unreadable => Ok(UNREADABLE.to_owned()),
        Known::Missing => Err(missing()),
    }
}

/// There is nobody of this id.
fn missing() -> Fault {
    Fault::bare("no person of this id").with_kind(Kind::NotFound)
}

/// Looks whether the rows of people open and are found by what is in them, from after one of them on: the first that is
/// damaged or was exchanged, and the last one that was looked at; none when nobody was left.
pub fn check_rows(
    db: &mut Db,
    keyring: &Keyring,
    after: Option<PersonId>,
) -> Result<(Option<PersonId>, Option<PersonId>), Fault> {
    let rows = keyed_after(db, after)?;
    let last = rows.last().map(|(row, _)| row.id);
    for (row, key) in rows {
        let (id, email, domain) = (row.id, row.email_index.clone(), row.domain_index.clone());
        let fits = match open(keyring, (row, key)) {
            Ok(known) => {
                email == email_index(keyring, &known.email)
                    && domain == domain_index(keyring, &known.email.domain())
            }
            Err(fault) if fault.kind() == Kind::Gone => true,
            Err(fault) if is_damage(&fault) => false,
            Err(fault) => return Err(fault),
        };
        if !fits {
            return Ok((Some(id), last));
        }
    }
    Ok((None, last))
}

/// Rows of people with their keys, in the order in which they came, from after one of them on.
fn keyed_after(db: &mut Db, after: Option<PersonId>) -> Result<Vec<Keyed>, Fault> {
    // Ids are random in part, so there is one before all others.
    let after = after.unwrap_or(PersonId::from_bytes([0; 16]));
    let query = person::table.filter(person::id.gt(after)).order(person::id).limit(NAMES_AT_ONCE);
    Ok(keyed!(query).load(db)?)
}

/// Forgets what names a person: nobody finds them by address or domain any more. What is sealed in the row says nothing
/// once their key is destroyed, which is the caller's next step.
pub fn forget(db: &mut Db, clock: &Clock, id: PersonId) -> Result<(), Fault> {
    let nobody = || clock.random::<32>().to_vec();
    let changes = (
        person::email_index.eq(nobody()),
        person::domain_index.eq(nobody()),
        person::name.eq(None::<Vec<u8>>),
    );
    diesel::update(person::table.find(id)).set(changes).execute(db)?;
    Ok(())
}

/// Opens a row with its person's key.
fn open(keyring: &Keyring, (row, key): Keyed) -> Result<Person, Fault> {
    let key = data_keys::unwrap(keyring, KeyOwner::Person(row.id), key)?;
    row.open(&key.ok_or_else(data_keys::gone)?)
}

/// Adds a person with a key of their own. The address must not be known yet.
pub fn insert_person(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    email: &EmailAddress,
    name: Option<&PersonName>,
) -> Result<Person, Fault> {
    let id = PersonId::new(clock);
    let key = data_keys::create(db, keyring, clock, KeyOwner::Person(id))?;
    let sealed_name = name.map(|name| key.seal(clock, &place(id, "name"), name)).transpose()?;
    diesel::insert_into(person::table)
        .values((
            person::id.eq(id),
            person::email_index.eq(email_index(keyring, email)),
            person::domain_index.eq(domain_index(keyring, &email.domain())),
            person::email.eq(key.seal(clock, &place(id, "email"), email)?),
            person::name.eq(sealed_name),
            person::created_at.eq(clock.now()),
        ))
        .execute(db)?;
    Ok(Person { id, email: email.clone(), name: name.cloned() })
}

/// Finds the person with this address or adds one. A name given later replaces none that is known.
pub fn find_or_insert_person(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    email: &EmailAddress,
    name: Option<&PersonName>,
) -> Result<Person, Fault> {
    match find_person_by_email(db, keyring, email)? {
        None => insert_person(db, keyring, clock, email, name),
        Some(known) if known.name.is_none() && name.is_some() => {
            update_name(db, keyring, clock, known.id, name)?;
            Ok(Person { name: name.cloned(), ..known })
        }
        Some(known) => Ok(known),
    }
}

/// Everybody who sits at a desk and can be written to: one bad row must not keep a letter from all others.
pub fn list_by_role(db: &mut Db, keyring: &Keyring, role: Role) -> Result<Vec<Person>, Fault> {
    let ids: Vec<PersonId> = staff_role::table
        .filter(staff_role::role.eq(role))
        .order(staff_role::person_id)
        .select(staff_role::person_id)
        .load(db)?;
    let known: Vec<Known> = ids.into_iter().map(|id| look_up(db, keyring, id)).collect::<Result<_, _>>()?;
    Ok(known.into_iter().filter_map(Known::person).collect())
}

/// Writes a person's name.
pub fn update_name(
    db: &mut Db,
    keyring: &Keyring,
    clock: &Clock,
    id: PersonId,
    name: Option<&PersonName>,
) -> Result<(), Fault> {
    let key = data_keys::open_for(db, keyring, KeyOwner::Person(id))?;
    let sealed = name.map(|name| key.seal(clock, &place(id, "name"), name)).transpose()?;
    diesel::update(person::table.find(id)).set(person::name.eq(sealed)).execute(db)?;
    Ok(())
}

/// The blind index of a domain.
fn domain_index(keyring: &Keyring, domain: &Domain) -> Vec<u8> {
    keyring.blind_index(DOMAIN_INDEX, domain.as_str()).to_vec()
}
