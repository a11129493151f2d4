//! Filters of the log that a member of staff has saved for themselves.
//!
//! Promises: what a filter asks for is sealed. One that asks for a person is sealed under that person's key and goes with it;
//! every other one under the key of whoever saved it.

use crate::clock::{Clock, Micros};
use crate::db::filter_schema::saved_filter;
use crate::db::schema::ledger_personal;
use crate::db::{Db, data_keys};
use crate::fault::{Fault, Kind, Refusal};
use crate::ids::{FilterId, PersonId};
use crate::ledger::networks::{self, NetworkIndex};
use crate::ledger::{Act, Actor, Event, EventKind, Recorded};
use crate::seal::{KeyOwner, Keyring, Place, Sealed};
use crate::text::Line;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// The most filters that somebody keeps.
pub const MOST: i64 = 30;

/// What a filter is called and asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Its name.
    pub name: Line,
    /// The query of the log's page, without the question mark.
    pub query: String,
}

/// A saved filter.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Which.
    pub id: FilterId,
    /// What it says; none once the person it asks for was forgotten.
    pub words: Option<Words>,
}

/// Why a filter was not saved or removed.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// Somebody else's, or gone.
    #[error("There is no such filter of yours.")]
    NotYours,
    /// More than anybody finds again.
    #[error("You keep {MOST} filters already. Remove one first.")]
    TooMany,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for FilterError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotYours => Kind::NotFound,
            Self::TooMany => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }
}

/// Where the words of a filter lie.
const fn place(id: FilterId) -> Place {
    Place { table: "saved_filter", row: *id.as_bytes(), column: "words" }
}

/// The filters of a member of staff, in the order in which they were saved.
pub fn list(db: &mut Db, keyring: &Keyring, by: PersonId) -> Result<Vec<Saved>, Fault> {
    let rows: Vec<(FilterId, Option<PersonId>, Sealed<Words>)> = saved_filter::table
        .filter(saved_filter::by_person.eq(by))
        .order(saved_filter::id)
        .select((saved_filter::id, saved_filter::about_person, saved_filter::words))
        .load(db)?;
    let mut saved = Vec::new();
    for (id, about, words) in rows {
        let key = data_keys::find_for(db, keyring, KeyOwner::Person(about.unwrap_or(by)))?;
        let words = key.map(|key| key.open(&place(id), &words)).transpose()?;
        saved.push(Saved { id, words });
    }
    Ok(saved)
}

/// Saves a filter; `about` is the person it asks for.
pub fn save<'a>(
    mut act: Act<'a>,
    (keyring, clock): (&Arc<Keyring>, &Clock),
    by: PersonId,
    about: Option<PersonId>,
    words: &Words,
) -> Result<Recorded<'a, FilterId>, FilterError> {
    let at: Micros = act.at();
    let kept: i64 = saved_filter::table
        .filter(saved_filter::by_person.eq(by))
        .count()
        .get_result(act.db())
        .map_err(Fault::from)?;
    if kept >= MOST {
        return Err(FilterError::TooMany);
    }
    let id = FilterId::new(clock);
    let key = data_keys::open_for(act.db(), keyring, KeyOwner::Person(about.unwrap_or(by)))?;
    diesel::insert_into(saved_filter::table)
        .values((
            saved_filter::id.eq(id),
            saved_filter::by_person.eq(by),
            saved_filter::about_person.eq(about),
            saved_filter::at.eq(at),
            saved_filter::words.eq(key.seal(clock, &place(id), words).map_err(Fault::from)?),
        ))
        .execute(act.db())
        .map_err(Fault::from)?;
    let mut event = Event::new(EventKind::FilterSaved).by(Actor::Staff(by)).fact("filter", id.to_string());
    if let Some(about) = about {
        event = event.about(about);
    }
    Ok(act.record(event, id))
}

/// Removes filters that ask for a network address which a person came from, and for nobody: the address would outlive them.
/// To be done while their personal data lies beside the log.
pub fn forget_networks(db: &mut Db, keyring: &Keyring, person: PersonId) -> Result<(), Fault> {
    let rows: Vec<(FilterId, PersonId, Sealed<Words>)> = saved_filter::table
        .filter(saved_filter::about_person.is_null())
        .select((saved_filter::id, saved_filter::by_person, saved_filter::words))
        .load(db)?;
    for (id, by, words) in rows {
        let Some(key) = data_keys::find_for(db, keyring, KeyOwner::Person(by))? else { continue };
        let words = key.open(&place(id), &words)?;
        for address in addresses(&words.query) {
            let network = NetworkIndex::of(keyring, address).as_bytes().to_vec();
            let theirs = ledger_personal::table
                .filter(ledger_personal::person_id.eq(person))
                .filter(ledger_personal::network_index.eq(network));
            if diesel::select(exists(theirs)).get_result(db)? {
                diesel::delete(saved_filter::table.find(id)).execute(db)?;
            }
        }
    }
    Ok(())
}

/// The network addresses in a query.
fn addresses(query: &str) -> Vec<IpAddr> {
    let values = query.split('&').filter_map(|field| field.split_once('='));
    let plain = values.map(|(_, value)| value.replace("%3A", ":").replace("%3a", ":"));
    plain.filter_map(|value| networks::parse(value.trim_matches('+'))).collect()
}

/// Removes a filter.
pub fn remove(mut act: Act<'_>, by: PersonId, id: FilterId) -> Result<Recorded<'_, ()>, FilterError> {
    let own = saved_filter::table.find(id).filter(saved_filter::by_person.eq(by));
    if diesel::delete(own).execute(act.db()).map_err(Fault::from)? == 0 {
        return Err(FilterError::NotYours);
    }
    let event = Event::new(EventKind::FilterRemoved).by(Actor::Staff(by)).fact("filter", id.to_string());
    Ok(act.record(event, ()))
}
