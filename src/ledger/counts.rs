//! How often what happened: counted by the indexes over kinds, within a range of entries that times are turned into.

use super::kind::EventKind;
use super::search::index_at;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::ids::{PersonId, ReportId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

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

/// How often something happened on each day since `from`: the day's beginning and the number, oldest first; days without are
/// left out.
pub fn by_day(db: &mut Db, kind: EventKind, from: Micros) -> Result<Vec<(Micros, u64)>, Fault> {
    let first = index_at(db, from)?;
    let rows: Vec<Bucket> = diesel::sql_query(
        "SELECT at / 86400000000 AS bucket, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
         GROUP BY at / 86400000000 ORDER BY 1",
    )
    .bind::<Text, _>(kind)
    .bind::<BigInt, _>(first)
    .load(db)?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(rows.into_iter().map(|row| (Micros(row.bucket.saturating_mul(DAY)), number(row.number))).collect())
}

/// How often something happened to each report since `from`, most first.
pub fn by_report(db: &mut Db, kind: EventKind, from: Micros) -> Result<Vec<(ReportId, u64)>, Fault> {
    let sql = "SELECT report_id AS id, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
               AND report_id IS NOT NULL GROUP BY report_id ORDER BY 2 DESC LIMIT $3";
    Ok(counted(db, sql, kind, from)?
        .into_iter()
        .map(|(id, number)| (ReportId::from_bytes(id), number))
        .collect())
}

/// How often each person was the one concerned since `from`, most first.
pub fn by_person(db: &mut Db, kind: EventKind, from: Micros) -> Result<Vec<(PersonId, u64)>, Fault> {
    let sql = "SELECT person_id AS id, count(*) AS number FROM ledger_entry WHERE kind = $1 AND idx >= $2 \
               AND person_id IS NOT NULL GROUP BY person_id ORDER BY 2 DESC LIMIT $3";
    Ok(counted(db, sql, kind, from)?
        .into_iter()
        .map(|(id, number)| (PersonId::from_bytes(id), number))
        .collect())
}

/// The most rows that are counted apart.
const MOST: i64 = 200;

/// Runs a query that counts by id.
fn counted(db: &mut Db, sql: &str, kind: EventKind, from: Micros) -> Result<Vec<([u8; 16], u64)>, Fault> {
    let first = index_at(db, from)?;
    let rows: Vec<Counted> = diesel::sql_query(sql)
        .bind::<Text, _>(kind)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(MOST)
        .load(db)?;
    let whole = |row: Counted| Some((row.id.try_into().ok()?, u64::try_from(row.number).unwrap_or(0)));
    Ok(rows.into_iter().filter_map(whole).collect())
}
