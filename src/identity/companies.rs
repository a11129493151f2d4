//! How often each company's people did something, by the log: a company is the domain of their addresses.
//!
//! Promises: the domains are counted in the database, by their blind index, so that a company of many people is counted
//! whole; only one address of each is opened, to learn the name. A domain where anybody gets an address is no company,
//! and whoever was forgotten belongs to none: both are counted beside.

use super::store;
use crate::clock::Micros;
use crate::config::is_free_mail;
use crate::db::Db;
use crate::db::schema::person;
use crate::fault::{Fault, Kind};
use crate::ids::PersonId;
use crate::ledger::{EventKind, counts};
use crate::seal::Keyring;
use crate::text::Domain;
use diesel::prelude::*;

/// Counts entries by the blind index of the domain of whom they concern.
const BY_DOMAIN: &str = "SELECT p.domain_index AS id, count(*) AS number FROM ledger_entry e JOIN person p \
                         ON p.id = e.person_id WHERE e.kind = $1 AND e.idx >= $2 GROUP BY p.domain_index \
                         ORDER BY 2 DESC LIMIT $3";

/// Companies by how often, the most first, and what is of none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Companies {
    /// Each domain with its number.
    pub counted: Vec<(Domain, u64)>,
    /// By people with an address of a mail provider.
    pub free_mail: u64,
    /// By people who were forgotten meanwhile.
    pub forgotten: u64,
}

/// Counts what happened to each company's people since `from`.
pub fn count(db: &mut Db, keyring: &Keyring, kinds: &[EventKind], from: Micros) -> Result<Companies, Fault> {
    let mut companies = Companies::default();
    for (index, number) in counts::by_id::<32>(db, BY_DOMAIN, kinds, from)? {
        match domain(db, keyring, &index)? {
            Some(domain) if is_free_mail(&domain) => companies.free_mail += number,
            Some(domain) => companies.counted.push((domain, number)),
            None => companies.forgotten += number,
        }
    }
    Ok(companies)
}

/// The domain that this blind index stands for, by an address that has it; none when its people were forgotten.
fn domain(db: &mut Db, keyring: &Keyring, index: &[u8]) -> Result<Option<Domain>, Fault> {
    let one = person::table.filter(person::domain_index.eq(index.to_vec())).select(person::id);
    let one: Option<PersonId> = one.first(db).optional()?;
    let Some(one) = one else { return Ok(None) };
    match store::require_person(db, keyring, one) {
        Ok(person) => Ok(Some(person.email.domain())),
        Err(fault) if fault.kind() == Kind::Gone => Ok(None),
        Err(fault) => Err(fault),
    }
}
