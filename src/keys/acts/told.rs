//! The letter to whoever holds a report that was shredded here: what is gone, and what they may do with theirs.

use crate::accounts::store as accounts;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::{Grant, State};
use crate::identity::store as people;
use crate::ids::{GrantId, PersonId, VersionId};
use crate::ledger::uses;
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::Version;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Grants that the log is asked about at once.
const AT_ONCE: usize = 200;

/// What the letter says.
#[derive(Serialize)]
struct ShreddedLetter {
    company: String,
    person: String,
    title: String,
    numbers: String,
}

/// Whoever holds something of these versions, with the versions: by a grant that is live, or that was ever used.
pub(super) fn holders(
    db: &mut Db,
    all: &[Grant],
    now: Micros,
) -> Result<BTreeMap<PersonId, BTreeSet<VersionId>>, Fault> {
    let mut holders: BTreeMap<PersonId, BTreeSet<VersionId>> = BTreeMap::new();
    for some in all.chunks(AT_ONCE) {
        let ids: Vec<GrantId> = some.iter().map(|grant| grant.id).collect();
        let used = uses::tally(db, &ids)?;
        for grant in
            some.iter().filter(|grant| grant.state(now) == State::Active || used.contains_key(&grant.id))
        {
            holders.entry(grant.person).or_default().insert(grant.version);
        }
    }
    Ok(holders)
}

/// Writes one letter to each holder, as far as they can still be written to; how many are told of each version.
pub(super) fn tell(
    db: &mut Db,
    house: &House,
    versions: &[Version],
    holders: &BTreeMap<PersonId, BTreeSet<VersionId>>,
) -> Result<BTreeMap<VersionId, u64>, Fault> {
    let company = accounts::find_company(db)?.map(|company| company.name.to_string()).unwrap_or_default();
    let mut told: BTreeMap<VersionId, u64> = BTreeMap::new();
    for (id, held) in holders {
        let Some(person) = people::look_up(db, &house.keyring, *id)?.person() else { continue };
        let mut theirs: Vec<&Version> =
            versions.iter().filter(|version| held.contains(&version.id)).collect();
        theirs.sort_by_key(|version| version.number);
        let Some(newest) = theirs.last() else { continue };
        let letter = ShreddedLetter {
            company: company.clone(),
            person: person.shown_as().to_owned(),
            title: newest.card.title.to_string(),
            numbers: numbers(&theirs),
        };
        let letter = house.letters.render(LetterKind::Shredded, &person.email, &letter)?;
        outbox::enqueue(db, house, *id, &letter)?;
        for version in theirs {
            *told.entry(version.id).or_default() += 1;
        }
    }
    Ok(told)
}

/// `version 1`, `versions 1 and 2`, `versions 1, 2 and 3`.
fn numbers(versions: &[&Version]) -> String {
    let all: Vec<String> = versions.iter().map(|version| version.number.to_string()).collect();
    match all.split_last() {
        Some((last, [])) => format!("version {last}"),
        Some((last, before)) => format!("versions {} and {last}", before.join(", ")),
        None => String::new(),
    }
}
