//! How often each company's people did something, by the log: a company is the domain of their addresses.
//!
//! Promises: the domains are counted in the database, by their blind index, so that a company of many people is counted
//! whole; one address of each is opened, to learn the name, and others only when it does not open. A domain where anybody gets an address is no company,
//! and whoever was forgotten belongs to none: both are counted beside.

use super::store::{self, Known};
use crate::clock::Micros;
use crate::config::is_free_mail;
use crate::db::Db;
use crate::db::schema::person;
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::ledger::{EventKind, counts};
use crate::seal::Keyring;
use crate::text::Domain;
use diesel::prelude::*;

/// Counts entries by the blind index of the domain of whom they concern.
const BY_DOMAIN: &str = "SELECT p.domain_index AS id, count(*) AS number FROM ledger_entry e JOIN person p \
                         ON p.id = e.person_id WHERE e.kind = $1 AND e.idx >= $2 GROUP BY p.domain_index \
                         ORDER BY 2 DESC LIMIT $3";

/// Addresses that are tried for the name of a domain.
const ADDRESSES: i64 = 20;

/// Companies by how often, the most first, and what is of none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Companies {
    /// Each domain with its number.
    pub counted: Vec<(Domain, u64)>,
    /// By people with an address of a mail provider.
    pub free_mail: u64,
    /// By people who were forgotten meanwhile.
    pub forgotten: u64,
    /// By people whose rows do not open.
    pub unreadable: u64,
}

/// Counts what happened to each company's people since `from`.
pub fn count(db: &mut Db, keyring: &Keyring, kinds: &[EventKind], from: Micros) -> Result<Companies, Fault> {
    let mut companies = Companies::default();
    for (index, number) in counts::by_id::<32>(db, BY_DOMAIN, kinds, from)? {
        match domain(db, keyring, &index)? {
            Meant::Domain(domain) if is_free_mail(&domain) => companies.free_mail += number,
            Meant::Domain(domain) => companies.counted.push((domain, number)),
            Meant::Forgotten => companies.forgotten += number,
            Meant::Unreadable => companies.unreadable += number,
        }
    }
    Ok(companies)
}

/// What a blind index stands for.
enum Meant {
    /// A domain.
    Domain(Domain),
    /// Nobody any more.
    Forgotten,
    /// People whose addresses do not open.
    Unreadable,
}

/// The domain that this blind index stands for, by the first address that has it and opens.
fn domain(db: &mut Db, keyring: &Keyring, index: &[u8]) -> Result<Meant, Fault> {
    let some = person::table.filter(person::domain_index.eq(index.to_vec())).order(person::id);
    let some: Vec<PersonId> = some.select(person::id).limit(ADDRESSES).load(db)?;
    let mut meant = Meant::Forgotten;
    for one in some {
        match store::look_up(db, keyring, one)? {
            Known::Person(person) => return Ok(Meant::Domain(person.email.domain())),
            Known::Erased | Known::Missing => {}
            Known::Unreadable => meant = Meant::Unreadable,
        }
    }
    Ok(meant)
}
