//! How often what happened: counted by the indexes over kinds, within a range of entries that times are turned into.

use super::kind::EventKind;
use super::search::index_at;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::{PersonId, ReportId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use std::collections::BTreeMap;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A count of a bucket.
#[derive(QueryableByName)]
struct Bucket {
    #[diesel(sql_type = BigInt)]
    bucket: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// A count of whatever has an id.
#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How often something of these kinds happened on each day since `from`: the day's beginning and the number, oldest first;
/// days without are left out.
pub fn by_day(db: &mut Db, kinds: &[EventKind], from: Micros) -> Result<Vec<(Micros, u64)>, Fault> {
    let first = index_at(db, from)?;
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for kind in kinds {
        let rows: Vec<Bucket> = diesel::sql_query(
            "SELECT at / 86400000000 AS bucket, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
             GROUP BY at / 86400000000",
        )
        .bind::<Text, _>(*kind)
        .bind::<BigInt, _>(first)
        .load(db)?;
        for row in rows {
            add(days.entry(row.bucket).or_default(), row.number);
        }
    }
    Ok(days.into_iter().map(|(day, number)| (Micros(day.saturating_mul(DAY)), number)).collect())
}

/// How often something of these kinds happened to each report since `from`, most first.
pub fn by_report(db: &mut Db, kinds: &[EventKind], from: Micros) -> Result<Vec<(ReportId, u64)>, Fault> {
    let sql = "SELECT report_id AS id, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
               AND report_id IS NOT NULL GROUP BY report_id ORDER BY 2 DESC LIMIT $3";
    Ok(by_id(db, sql, kinds, from)?
        .into_iter()
        .map(|(id, number)| (ReportId::from_bytes(id), number))
        .collect())
}

/// How often each person was the one concerned since `from`, most first.
pub fn by_person(db: &mut Db, kinds: &[EventKind], from: Micros) -> Result<Vec<(PersonId, u64)>, Fault> {
    let sql = "SELECT person_id AS id, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
               AND person_id IS NOT NULL GROUP BY person_id ORDER BY 2 DESC LIMIT $3";
    Ok(by_id(db, sql, kinds, from)?
        .into_iter()
        .map(|(id, number)| (PersonId::from_bytes(id), number))
        .collect())
}

/// The most rows that are counted apart, of each kind.
const MOST: i64 = 200;

/// Runs a query that counts by id, once for each kind, and adds up, most first: `$1` is the kind, `$2` the first entry's
/// index, `$3` how many rows at the most.
pub fn by_id<const N: usize>(
    db: &mut Db,
    sql: &str,
    kinds: &[EventKind],
    from: Micros,
) -> Result<Vec<([u8; N], u64)>, Fault> {
    let first = index_at(db, from)?;
    let mut sums: BTreeMap<[u8; N], u64> = BTreeMap::new();
    for kind in kinds {
        let rows: Vec<Counted> = diesel::sql_query(sql)
            .bind::<Text, _>(*kind)
            .bind::<BigInt, _>(first)
            .bind::<BigInt, _>(MOST)
            .load(db)?;
        for row in rows {
            let Ok(id) = row.id.try_into() else { continue };
            add(sums.entry(id).or_default(), row.number);
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    Ok(sums)
}

/// Adds what a database has counted.
fn add(sum: &mut u64, number: i64) {
    *sum = sum.saturating_add(u64::try_from(number).unwrap_or(0));
}
