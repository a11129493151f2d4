//! Exports of entries from the page, and how far each is, for whoever asks, on whatever node.
//!
//! One row per export, begun in the act that records it. The file itself lies nowhere: it is written while it is sent. How
//! far it is, is told by its place in the log, between the newest entry that may stand in it and the oldest one: nothing is
//! counted ahead. When the process ends, its exports end with it: their rows then stand for a node that is dead.

use super::act::{Act, Recorded};
use super::acts::{self, Reader};
use super::append::stored;
use super::search;
use super::store::Filter;
use crate::clock::{Clock, Micros};
use crate::db::Db;
use crate::db::excerpt_schema::ledger_excerpt;
use crate::fault::Fault;
use crate::ids::{ExcerptId, NodeId, PersonId};
use crate::text_enum;
use diesel::prelude::*;

/// How far an export was is forgotten after so many days; that it was made stands in the log.
const KEPT_DAYS: i64 = 30;

text_enum! {
    /// How an export ended.
    Outcome {
        /// Every byte was sent.
        Sent = "sent",
        /// It ended before that.
        BrokenOff = "broken_off",
    }
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being written and sent.
    Running,
    /// Every byte was sent.
    Sent,
    /// It ended before that, or the process that wrote it has.
    BrokenOff,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The entry that records it.
    pub entry: u64,
    /// Who takes it.
    pub by: PersonId,
    /// In which format.
    pub format: String,
    /// Since when.
    pub begun_at: Micros,
    /// Where it stands.
    pub standing: Standing,
    /// How many entries are written.
    pub entries: u64,
    /// How much of the log was read for it, of a hundred.
    pub percent: u64,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Far {
    /// The oldest entry that was read.
    pub reached: u64,
    /// How many entries are written.
    pub entries: u64,
}

/// What was begun: which export, and where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// Which.
    pub id: ExcerptId,
    /// The entry that records it.
    pub entry: u64,
    /// The index before which its newest entry stands.
    pub end: u64,
}

/// Records that entries leave, and begins to tell how far their export is.
pub fn begin<'a>(
    mut act: Act<'a>,
    clock: &Clock,
    reader: Reader,
    filter: &Filter,
    (format, node): (&'static str, NodeId),
) -> Result<Recorded<'a, Begun>, Fault> {
    let (at, entry) = (act.at(), act.index());
    let (first, end) = search::range(act.db(), filter)?;
    // Up to its own entry, whatever comes meanwhile.
    let end = end.min(stored(entry)?.saturating_add(1)).max(first);
    let id = ExcerptId::new(clock);
    let old = ledger_excerpt::table.filter(ledger_excerpt::begun_at.lt(at.plus_days(-KEPT_DAYS)));
    diesel::delete(old).execute(act.db())?;
    diesel::insert_into(ledger_excerpt::table)
        .values((
            ledger_excerpt::id.eq(id),
            ledger_excerpt::entry_idx.eq(stored(entry)?),
            ledger_excerpt::by_person.eq(reader.by),
            ledger_excerpt::node_id.eq(node),
            ledger_excerpt::format.eq(format),
            ledger_excerpt::begun_at.eq(at),
            ledger_excerpt::first_idx.eq(first),
            ledger_excerpt::end_idx.eq(end),
            ledger_excerpt::reached_idx.eq(end),
            ledger_excerpt::entries.eq(0),
        ))
        .execute(act.db())?;
    let begun = Begun { id, entry, end: u64::try_from(end).unwrap_or(0) };
    acts::export(act, reader, filter, format, begun)
}

/// Tells how far an export is, and how it ended if it has. One that has ended tells nothing any more.
pub fn tell(db: &mut Db, id: ExcerptId, far: Far, ended: Option<(Outcome, Micros)>) -> Result<(), Fault> {
    let (outcome, ended_at) = ended.unzip();
    diesel::update(ledger_excerpt::table.find(id).filter(ledger_excerpt::ended_at.is_null()))
        .set((
            ledger_excerpt::reached_idx.eq(stored(far.reached)?),
            ledger_excerpt::entries.eq(stored(far.entries)?),
            ledger_excerpt::outcome.eq(outcome),
            ledger_excerpt::ended_at.eq(ended_at),
        ))
        .execute(db)?;
    Ok(())
}

/// A row of `ledger_excerpt`, without its id.
type Row = (i64, PersonId, NodeId, String, Micros, i64, i64, i64, i64, Option<Outcome>);

/// The newest exports, while these nodes live.
pub fn list(db: &mut Db, alive: &[NodeId], most: i64) -> Result<Vec<Excerpt>, Fault> {
    let rows: Vec<Row> = ledger_excerpt::table
        .order(ledger_excerpt::entry_idx.desc())
        .limit(most)
        .select((
            ledger_excerpt::entry_idx,
            ledger_excerpt::by_person,
            ledger_excerpt::node_id,
            ledger_excerpt::format,
            ledger_excerpt::begun_at,
            ledger_excerpt::first_idx,
            ledger_excerpt::end_idx,
            ledger_excerpt::reached_idx,
            ledger_excerpt::entries,
            ledger_excerpt::outcome,
        ))
        .load(db)?;
    Ok(rows.into_iter().map(|row| told(row, alive)).collect())
}

/// What a row says while these nodes live.
fn told(row: Row, alive: &[NodeId]) -> Excerpt {
    let (entry, by, node, format, begun_at, first, end, reached, entries, outcome) = row;
    let standing = match outcome {
        Some(Outcome::Sent) => Standing::Sent,
        None if alive.contains(&node) => Standing::Running,
        Some(Outcome::BrokenOff) | None => Standing::BrokenOff,
    };
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let part = whole(end.saturating_sub(reached)).saturating_mul(100);
    // What was read to its end has passed entries that the filter leaves out, too.
    let percent = match standing {
        Standing::Sent => 100,
        Standing::Running | Standing::BrokenOff => {
            part.checked_div(whole(end.saturating_sub(first))).unwrap_or(0).min(99)
        }
    };
    Excerpt { entry: whole(entry), by, format, begun_at, standing, entries: whole(entries), percent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_as_far_as_its_place_in_the_log_and_broken_off_when_its_node_is_gone() {
        let clock = Clock::system();
        let (node, by) = (NodeId::new(&clock), PersonId::new(&clock));
        let row =
            |reached, outcome| (9, by, node, "csv".to_owned(), Micros(0), 200, 1_000, reached, 7, outcome);
        let seen = |reached, outcome, alive: &[NodeId]| {
            let seen = told(row(reached, outcome), alive);
            (seen.standing, seen.percent)
        };
        assert_eq!(seen(1_000, None, &[node]), (Standing::Running, 0));
        assert_eq!(seen(600, None, &[node]), (Standing::Running, 50));
        assert_eq!(seen(200, None, &[node]), (Standing::Running, 99));
        assert_eq!(seen(600, None, &[]), (Standing::BrokenOff, 50));
        assert_eq!(seen(600, Some(Outcome::BrokenOff), &[node]), (Standing::BrokenOff, 50));
        assert_eq!(seen(600, Some(Outcome::Sent), &[]), (Standing::Sent, 100));
    }
}
