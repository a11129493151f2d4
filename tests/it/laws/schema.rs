//! The schema written by hand says what the migrations make, on both databases; and every migration goes back as it came.

use super::must_hold;
use super::source::{Source, closing, rust_files, split_list};
use crate::support::databases::{TestDatabase, on_both};
use candor::db::Db;
use diesel::QueryableByName;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use std::collections::BTreeMap;

/// What begins a table that is written by hand.
const BY_HAND: &str = "diesel::table! {";

/// Tables by name: each a line per column, sorted: its name, its type, and what it is besides.
type Tables = BTreeMap<String, Vec<String>>;

/// A line about the schema.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The lines that a query gives, without those about the table that counts migrations.
fn lines(db: &mut Db, query: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(query).load(db).unwrap();
    let of_schema = lines.into_iter().map(|row| row.line).filter(|line| !line.contains("__diesel_"));
    of_schema.collect()
}

/// The tables that the source declares.
fn by_hand(sources: &[Source]) -> Tables {
    let mut tables = Tables::new();
    for source in sources {
        for at in source.find(BY_HAND) {
            let open = at + BY_HAND.len() - 1;
            let body = &source.bare[open + 1..closing(&source.bare, open).unwrap()];
            let (head, columns) = body.split_once('{').unwrap();
            let (name, key) = head.trim().trim_end_matches(')').trim_end().split_once('(').unwrap();
            let key = split_list(key.trim_end_matches(')'));
            let column = |line: String| {
                let (name, kind) = line.split_once("->").unwrap();
                let (name, kind) = (name.trim(), kind.trim());
                let (kind, null) = match kind.strip_prefix("Nullable<") {
                    Some(inner) => (inner.trim_end_matches('>'), " or nothing"),
                    None => (kind, ""),
                };
                let key = if key.iter().any(|one| one.trim() == name) { ", of the key" } else { "" };
                format!("{name}: {kind}{null}{key}")
            };
            let mut columns: Vec<String> = split_list(columns.trim_end().trim_end_matches('}'))
                .into_iter()
                .filter(|line| !line.trim().is_empty())
                .map(column)
                .collect();
            columns.sort();
            tables.insert(name.trim().to_owned(), columns);
        }
    }
    tables
}

/// The tables that a database has.
fn made(db: &mut Db) -> Tables {
    let query = match db {
        Db::Sqlite(_) => {
            "SELECT m.name || ' ' || c.name || ': ' || CASE WHEN c.pk > 0 AND c.type = 'INTEGER' THEN 'rowid' ELSE c.type END \
             || CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN ' or nothing' ELSE '' END \
             || CASE WHEN c.pk > 0 THEN ', of the key' ELSE '' END AS line \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        Db::Pg(_) => {
            "SELECT c.table_name || ' ' || c.column_name || ': ' || c.data_type \
             || CASE WHEN c.is_nullable = 'YES' THEN ' or nothing' ELSE '' END \
             || CASE WHEN k.column_name IS NULL THEN '' ELSE ', of the key' END AS line \
             FROM information_schema.columns c LEFT JOIN (SELECT u.table_name, u.column_name \
             FROM information_schema.table_constraints t JOIN information_schema.key_column_usage u \
             ON u.constraint_name = t.constraint_name AND u.table_name = t.table_name \
             WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = 'public') k \
             ON k.table_name = c.table_name AND k.column_name = c.column_name WHERE c.table_schema = 'public'"
        }
    };
    let mut tables = Tables::new();
    for line in lines(db, query) {
        let (table, column) = line.split_once(' ').unwrap();
        tables.entry(table.to_owned()).or_default().push(in_words_of_diesel(column));
    }
    for columns in tables.values_mut() {
        columns.sort();
    }
    tables
}

/// A column as the source would declare it.
fn in_words_of_diesel(column: &str) -> String {
    let (name, rest) = column.split_once(": ").unwrap();
    let end = rest.find(" or nothing").or_else(|| rest.find(',')).unwrap_or(rest.len());
    let (kind, besides) = rest.split_at(end);
    let kind = match kind.to_lowercase().as_str() {
        "bigint" => "BigInt",
        "blob" | "bytea" => "Binary",
        "boolean" => "Bool",
        "integer" => "Integer",
        "text" => "Text",
        other => return format!("{name}: {other}{besides}"),
    };
    format!("{name}: {kind}{besides}")
}

/// What differs between the tables by hand and those of a database.
fn check(hand: &Tables, made: &Tables) -> Vec<String> {
    let none = Vec::new();
    let mut complaints = Vec::new();
    for table in hand.keys().chain(made.keys().filter(|table| !hand.contains_key(*table))) {
        let (hand, made) = (hand.get(table).unwrap_or(&none), made.get(table).unwrap_or(&none));
        let missing = |one: &[String], other: &[String], what: &str| -> Vec<String> {
            // SQLite's key of rows is spelt INTEGER and holds 64 bits: either number may be read from it.
            let fits = |column: &String| {
                let rowid = |kind| column.replace(kind, "rowid");
                other.contains(column)
                    || other.contains(&rowid("BigInt"))
                    || other.contains(&rowid("Integer"))
                    || ["BigInt", "Integer"].iter().any(|kind| other.contains(&column.replace("rowid", kind)))
            };
            let lost = one.iter().filter(|column| !fits(column));
            lost.map(|column| format!("{table}.{column} {what}")).collect()
        };
        complaints.extend(missing(hand, made, "stands in the source, not in the database"));
        complaints.extend(missing(made, hand, "stands in the database, not in the source"));
    }
    complaints
}

/// Everything a database holds but rows, as it says of itself.
fn whole(db: &mut Db) -> Vec<String> {
    let queries: &[&str] = match db {
        // A table that was renamed is quoted from then on.
        Db::Sqlite(_) => &["SELECT replace(sql, '\"', '') AS line FROM sqlite_master WHERE sql IS NOT NULL"],
        Db::Pg(_) => &[
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
             || coalesce(column_default, '') AS line FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace",
            "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "SELECT relname::text AS line FROM pg_class WHERE relkind IN ('S', 'v') \
             AND relnamespace = 'public'::regnamespace",
        ],
    };
    let mut all: Vec<String> = queries.iter().flat_map(|query| lines(db, query)).collect();
    all.sort();
    all
}

/// Runs the next migration of this database's folder, or takes the last one back; its name.
fn step(db: &mut Db, forward: bool) -> String {
    let folder = |name: &str| FileBasedMigrations::from_path(super::source::root().join(name)).unwrap();
    let done = match db {
        Db::Sqlite(db) if forward => db.run_next_migration(folder("migrations/sqlite")),
        Db::Sqlite(db) => db.revert_last_migration(folder("migrations/sqlite")),
        Db::Pg(db) if forward => db.run_next_migration(folder("migrations/postgres")),
        Db::Pg(db) => db.revert_last_migration(folder("migrations/postgres")),
    };
    done.unwrap().to_string()
}

#[test]
fn the_schema_by_hand_is_what_the_migrations_make() {
    let hand = by_hand(&rust_files("src"));
    assert!(hand.len() > 40, "{:?}", hand.keys());
    on_both(|database| must_hold(&check(&hand, &made(&mut database.connect().unwrap()))));
}

#[test]
fn every_migration_goes_back_as_it_came_and_comes_again() {
    on_both(|database| {
        let current = whole(&mut database.connect().unwrap());
        database.unmigrate().unwrap();
        let db = &mut database.connect().unwrap();
        must_hold(&whole(db));
        while !database.is_current().unwrap() {
            let before = whole(db);
            let name = step(db, true);
            let after = whole(db);
            assert_eq!(step(db, false), name);
            assert_eq!(whole(db), before, "{name} leaves something behind on {}", database.name());
            step(db, true);
            assert_eq!(whole(db), after, "{name} comes otherwise the second time on {}", database.name());
        }
        assert_eq!(whole(db), current);
        database.unmigrate().unwrap();
        database.migrate().unwrap();
        assert_eq!(whole(db), current);
    });
}

#[test]
fn what_differs_between_source_and_database_is_found() {
    let source = "diesel::table! {\n    grant_note (id, at) {\n        id -> Binary,\n        at -> BigInt,\n        \
                  text -> Nullable<Text>,\n    }\n}\n";
    let hand = by_hand(&[Source::new("src/db/schema.rs", source)]);
    let found = |create: &str| {
        let database = TestDatabase::sqlite();
        let mut db = database.connect().unwrap();
        db.batch_execute(create).unwrap();
        let made = made(&mut db).into_iter().filter(|(name, _)| name.starts_with("grant_note"));
        check(&hand, &made.collect())
    };
    must_hold(&found("CREATE TABLE grant_note (id BLOB, at BIGINT, text TEXT, PRIMARY KEY (id, at));"));
    for (create, wanted) in [
        (
            "CREATE TABLE grant_note (id BLOB, at BIGINT, PRIMARY KEY (id, at));",
            "text: Text or nothing stands in the source",
        ),
        (
            "CREATE TABLE grant_note (id BLOB, at BIGINT, text TEXT NOT NULL, PRIMARY KEY (id, at));",
            "text: Text stands in the database",
        ),
        (
            "CREATE TABLE grant_note (id BLOB, at BIGINT NOT NULL, text TEXT, PRIMARY KEY (id));",
            "at: BigInt stands in the database",
        ),
        (
            "CREATE TABLE grant_note (id BLOB, at TEXT, text TEXT, PRIMARY KEY (id, at));",
            "at: Text, of the key stands in the database",
        ),
        (
            "CREATE TABLE grant_note_other (id BLOB PRIMARY KEY);",
            "grant_note_other.id: Binary, of the key stands in the database",
        ),
    ] {
        let complaints = found(create);
        assert!(complaints.iter().any(|one| one.contains(wanted)), "{wanted}: {complaints:?}");
    }
}
