//! Pages of the log, found fast however long it is.
//!
//! * By key, never by offset: a page begins where the other one ended.
//! * Times become indexes: entries are in the order of their times, so two dozen look-ups find where a day begins, and no
//!   index over times is needed.
//! * Whoever acts and whoever is concerned are two questions with an index each; their answers are merged.
//! * A network address is one question, with an index beside the sealed addresses: its entries are walked in their order until
//!   the page is full, and everything else that is asked is asked of each of them. So the price of a page has a bound that
//!   does not grow with the log: the entries of one address.

use super::append::stored;
use super::kind::EventKind;
use super::leaf::{Leaf, LeafError};
use super::networks::NetworkIndex;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::{ledger_entry, ledger_personal};
use crate::fault::Fault;
use crate::ids::{GrantId, PersonId, ReportId};
use diesel::prelude::*;

/// An entry as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// What it says.
    pub leaf: Leaf,
}

/// An entry as it is stored: whoever holds the database may have made its leaf unreadable, and the entries around it
/// must be shown all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its index.
    pub index: u64,
    /// When it was appended, by the column beside the leaf.
    pub at: Micros,
    /// The leaf, or what is wrong with it.
    pub leaf: Result<Leaf, LeafError>,
}

/// Which entries to show. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only done by this person or about them.
    pub person: Option<PersonId>,
    /// Only done by one of these people or about one of them; empty asks nothing.
    pub people: Vec<PersonId>,
    /// Only those that disclose this network address.
    pub network: Option<NetworkIndex>,
    /// Only about this report.
    pub report: Option<ReportId>,
    /// Only under this grant.
    pub grant: Option<GrantId>,
    /// Only about the copy with this id on its pages.
    pub copy: Option<String>,
    /// Not before this instant.
    pub from: Option<Micros>,
    /// Before this instant.
    pub until: Option<Micros>,
    /// Only entries with a smaller index: the last one of the newer page.
    pub before: Option<u64>,
    /// Only entries with a larger index, those nearest to it: the first one of the older page.
    pub after: Option<u64>,
}

/// A page of entries, newest first; at most `limit`.
///
/// # Errors
/// Also when one of them cannot be read; [`list_stored`] gives those too.
pub fn list(db: &mut Db, filter: &Filter, limit: u16) -> Result<Vec<Entry>, Fault> {
    let stored = list_stored(db, filter, limit)?;
    stored.into_iter().map(|Stored { index, leaf, .. }| Ok(Entry { index, leaf: leaf? })).collect()
}

/// A row as selected.
type Row = (i64, Micros, Vec<u8>);

/// A page of entries, newest first, whether they can be read or not; at most `limit`.
pub fn list_stored(db: &mut Db, filter: &Filter, limit: u16) -> Result<Vec<Stored>, Fault> {
    let range = range(db, filter)?;
    let mut rows = Vec::new();
    let people: Vec<PersonId> = filter.person.into_iter().chain(filter.people.iter().copied()).collect();
    if let Some(network) = filter.network {
        rows = page_of_network(db, filter, range, (network, people), limit)?;
    } else if people.is_empty() {
        rows = page(db, filter, range, None, limit)?;
    } else {
        for person in people {
            rows.extend(page(db, filter, range, Some(Part::Actor(person)), limit)?);
            rows.extend(page(db, filter, range, Some(Part::Concerned(person)), limit)?);
        }
    }
    // The nearest ones are kept, then shown newest first.
    rows.sort_unstable_by_key(|(index, ..)| if filter.after.is_some() { *index } else { i64::MAX - *index });
    rows.dedup_by_key(|(index, ..)| *index);
    rows.truncate(usize::from(limit));
    if filter.after.is_some() {
        rows.reverse();
    }
    let read = |(index, at, leaf): Row| {
        let index = u64::try_from(index).map_err(|_| Fault::bare("an entry's index is negative"))?;
        Ok(Stored { index, at, leaf: Leaf::parse(&leaf) })
    };
    rows.into_iter().map(read).collect()
}

/// Which part somebody has in an entry.
#[derive(Clone, Copy)]
enum Part {
    /// Did it.
    Actor(PersonId),
    /// It is about them.
    Concerned(PersonId),
}

/// Adds what is asked of an entry itself, whichever table its query begins with.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (mut query, filter): (_, &Filter) = ($query, $filter);
        if let Some(kind) = filter.kind {
            query = query.filter(ledger_entry::kind.eq(kind));
        }
        if let Some(report) = filter.report {
            query = query.filter(ledger_entry::report_id.eq(report));
        }
        if let Some(grant) = filter.grant {
            query = query.filter(ledger_entry::grant_id.eq(grant));
        }
        if let Some(copy) = &filter.copy {
            query = query.filter(ledger_entry::copy_id.eq(copy.clone()));
        }
        query
    }};
}

/// One question with an index of its own.
fn page(
    db: &mut Db,
    filter: &Filter,
    (first, end): (i64, i64),
    part: Option<Part>,
    limit: u16,
) -> Result<Vec<Row>, Fault> {
    let mut query = ledger_entry::table
        .select((ledger_entry::idx, ledger_entry::at, ledger_entry::leaf))
        .filter(ledger_entry::idx.ge(first))
        .filter(ledger_entry::idx.lt(end))
        .limit(limit.into())
        .into_boxed();
    query = match part {
        Some(Part::Actor(person)) => query.filter(ledger_entry::actor_id.eq(person)),
        Some(Part::Concerned(person)) => query.filter(ledger_entry::person_id.eq(person)),
        None => query,
    };
    let query = narrowed!(query, filter);
    Ok(match filter.after {
        Some(_) => query.order(ledger_entry::idx.asc()).load(db)?,
        None => query.order(ledger_entry::idx.desc()).load(db)?,
    })
}

/// The entries of a network address, of these people if any are named.
fn page_of_network(
    db: &mut Db,
    filter: &Filter,
    (first, end): (i64, i64),
    (network, people): (NetworkIndex, Vec<PersonId>),
    limit: u16,
) -> Result<Vec<Row>, Fault> {
    // Range and order are those of the table the walk begins with, so that both databases walk its index and sort nothing. The
    // sum hides from them that the entries have the same order: PostgreSQL would merge the two, and read every entry since an
    // address was last seen (measured: a quarter of a million rows for a page of fifty).
    let same = ledger_entry::idx.eq(ledger_personal::entry_idx + 0_i64);
    let mut query = ledger_personal::table
        .inner_join(ledger_entry::table.on(same))
        .select((ledger_entry::idx, ledger_entry::at, ledger_entry::leaf))
        .filter(ledger_personal::network_index.eq(network.as_bytes().to_vec()))
        .filter(ledger_personal::entry_idx.ge(first))
        .filter(ledger_personal::entry_idx.lt(end))
        .limit(limit.into())
        .into_boxed();
    if !people.is_empty() {
        let acting = ledger_entry::actor_id.eq_any(people.clone());
        query = query.filter(acting.or(ledger_entry::person_id.eq_any(people)));
    }
    let query = narrowed!(query, filter);
    Ok(match filter.after {
        Some(_) => query.order(ledger_personal::entry_idx.asc()).load(db)?,
        None => query.order(ledger_personal::entry_idx.desc()).load(db)?,
    })
}

/// The indexes that a filter allows: the first one, and the one after the last.
pub(super) fn range(db: &mut Db, filter: &Filter) -> Result<(i64, i64), Fault> {
    let mut first = filter.after.map_or(Ok(0), |after| stored(after.saturating_add(1)))?;
    let mut end = filter.before.map_or(Ok(i64::MAX), stored)?;
    if let Some(from) = filter.from {
        first = first.max(index_at(db, from)?);
    }
    if let Some(until) = filter.until {
        end = end.min(index_at(db, until)?);
    }
    Ok((first, end))
}

/// The first index whose entry is not before this instant; the log's size when all are.
pub fn index_at(db: &mut Db, at: Micros) -> Result<i64, Fault> {
    let newest: Option<i64> = ledger_entry::table.select(diesel::dsl::max(ledger_entry::idx)).first(db)?;
    let (mut low, mut high) = (0, newest.map_or(0, |newest| newest.saturating_add(1)));
    while low < high {
        let middle = low.midpoint(high);
        // An entry that somebody took out is passed over.
        let here: Option<(i64, Micros)> = ledger_entry::table
            .filter(ledger_entry::idx.ge(middle))
            .filter(ledger_entry::idx.lt(high))
            .order(ledger_entry::idx)
            .select((ledger_entry::idx, ledger_entry::at))
            .first(db)
            .optional()?;
        match here {
            Some((index, when)) if when < at => low = index.saturating_add(1),
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// The index that the next entry will have, by the newest one: 0 in an empty log.
pub fn index_after_newest(db: &mut Db) -> Result<u64, Fault> {
    let newest: Option<i64> = ledger_entry::table.select(diesel::dsl::max(ledger_entry::idx)).first(db)?;
    Ok(newest.and_then(|newest| u64::try_from(newest).ok()).map_or(0, |newest| newest.saturating_add(1)))
}
