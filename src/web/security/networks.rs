//! Networks that people came from, with the country that the operator's file gives them.

use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::PersonId;
use crate::ledger::store::{self, Disclosed, Entry, Filter};
use crate::ledger::{Actor, PersonalField, networks};
use crate::seal::Keyring;
use crate::unusual::countries::Countries;
use crate::web::guard::escape;
use crate::web::page::When;
use serde::Serialize;

/// Entries of a person that are looked at.
const MOST: u16 = 200;

/// What opens addresses, and what tells their countries.
pub(super) type Means<'a> = (&'a Keyring, &'a Countries);

/// A network as the pages show it: its address, or why none is shown, what else came from there, and its country.
#[derive(Serialize)]
pub(super) struct Network {
    text: String,
    href: Option<String>,
    country: Option<String>,
}

/// A network with how often and when somebody came from it.
#[derive(Serialize)]
pub(super) struct Used {
    #[serde(flatten)]
    network: Network,
    times: usize,
    at: When,
}

/// The network that an entry discloses, or why it does not.
pub(super) fn of_entry(
    db: &mut Db,
    (keyring, countries): Means<'_>,
    entry: &Entry,
) -> Result<Option<Network>, Fault> {
    if !entry.leaf.personal.contains_key(&PersonalField::NetworkAddress) {
        return Ok(None);
    }
    let disclosed = store::disclosures(db, keyring, entry)?;
    let address = disclosed.into_iter().find(|(field, _)| *field == PersonalField::NetworkAddress);
    let none = |why: &str| Network { text: why.to_owned(), href: None, country: None };
    Ok(address.map(|(_, disclosed)| match disclosed {
        Disclosed::Erased => none("erased"),
        Disclosed::Mismatch => none("does not fit its commitment"),
        Disclosed::Value(address) => {
            Network { country: countries.words(&address), href: href(&address), text: address }
        }
    }))
}

/// The log's entries that came from an address.
pub(super) fn href(address: &str) -> Option<String> {
    networks::parse(address).map(|address| format!("/security?address={}", escape(&address.to_string())))
}

/// Where a person came from, by the newest entries of what they did; the newest first.
pub(super) fn of_person(db: &mut Db, by: Means<'_>, person: PersonId) -> Result<Vec<Used>, Fault> {
    let filter = Filter { person: Some(person), ..Filter::default() };
    let mut found: Vec<(Network, usize, Micros)> = Vec::new();
    for stored in store::list_stored(db, &filter, MOST)? {
        let Ok(leaf) = stored.leaf else { continue };
        // What others did about them says where the others were.
        if leaf.by != Actor::Person(person) {
            continue;
        }
        let Some(network) = of_entry(db, by, &Entry { index: stored.index, leaf })? else { continue };
        match found.iter_mut().find(|(known, ..)| known.text == network.text) {
            Some((_, times, _)) => *times += 1,
            None => found.push((network, 1, stored.at)),
        }
    }
    Ok(found.into_iter().map(|(network, times, at)| Used { network, times, at: at.into() }).collect())
}
