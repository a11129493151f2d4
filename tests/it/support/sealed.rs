//! Everything sealed in a database, opened with a keyring and whatever data keys the database still has: what somebody
//! who kept the keyring could read.

use super::databases::TestDatabase;
use candor::db::{Database, Db};
use candor::ids::KeyId;
use candor::ledger::PersonalField;
use candor::seal::{DataKey, KeyOwner, Keyring, Place, Sealed, WrappedKey};
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{QueryableByName, RunQueryDsl as _};
use std::collections::BTreeMap;

/// A cell that could be opened.
#[derive(Debug)]
pub struct Opened {
    /// Its table and column.
    pub place: String,
    /// What is in it, as JSON.
    pub text: String,
}

/// A column of bytes.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
}

/// A cell of a table with ids.
#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Binary)]
    place: Vec<u8>,
    #[diesel(sql_type = Binary)]
    cell: Vec<u8>,
}

/// A cell beside the log.
#[derive(QueryableByName)]
struct Beside {
    #[diesel(sql_type = BigInt)]
    entry: i64,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Binary)]
    cell: Vec<u8>,
}

/// A row of `data_key`.
#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    owner_kind: String,
    #[diesel(sql_type = Binary)]
    owner_id: Vec<u8>,
    #[diesel(sql_type = Text)]
    kek: String,
    #[diesel(sql_type = Binary)]
    wrapped: Vec<u8>,
}

/// Every column of bytes of every table.
fn columns(db: &mut Db) -> Vec<Column> {
    let sql = match db {
        Db::Sqlite(_) => {
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type = 'BLOB'"
        }
        Db::Pg(_) => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'bytea'"
        }
    };
    diesel::sql_query(sql).load(db).unwrap()
}

/// Every data key that the keyring opens.
fn keys(db: &mut Db, keyring: &Keyring) -> BTreeMap<[u8; 16], DataKey> {
    let rows: Vec<KeyRow> =
        diesel::sql_query("SELECT id, owner_kind, owner_id, kek, wrapped FROM data_key").load(db).unwrap();
    let open = |row: KeyRow| {
        let id: [u8; 16] = row.id.try_into().unwrap();
        let owner = KeyOwner::from_parts(&row.owner_kind, row.owner_id.try_into().unwrap()).unwrap();
        let wrapped = WrappedKey { kek: row.kek, bytes: row.wrapped };
        (id, keyring.unwrap(KeyId::from_bytes(id), owner, &wrapped).unwrap())
    };
    rows.into_iter().map(open).collect()
}

/// The key of a sealed cell, if it is one and its key is still there.
fn key_of<'a>(keys: &'a BTreeMap<[u8; 16], DataKey>, cell: &[u8]) -> Option<&'a DataKey> {
    let (1, rest) = cell.split_first().map(|(first, rest)| (*first, rest))? else { return None };
    keys.get(rest.first_chunk::<16>()?)
}

/// Opens one cell, which must open: a cell that this cannot place would be searched by nobody.
fn open(key: &DataKey, place: &Place, cell: Vec<u8>) -> Opened {
    let sealed = Sealed::<serde_json::Value>::from_bytes(cell).unwrap();
    let value = key.open(place, &sealed).unwrap_or_else(|error| panic!("{place:?}: {error}"));
    Opened { place: format!("{}.{}", place.table, place.column), text: value.to_string() }
}

/// Opens every cell of the database whose key is there.
pub fn open_all(database: &Database, keyring: &Keyring) -> Vec<Opened> {
    let mut db = database.connect().unwrap();
    let keys = keys(&mut db, keyring);
    let columns = columns(&mut db);
    let with_id: Vec<String> = columns
        .iter()
        .filter(|column| column.column_name == "id")
        .map(|column| column.table_name.clone())
        .collect();
    let mut opened = Vec::new();
    for Column { table_name, column_name } in columns {
        // Tables without an id hold keys, digests and numbers; the one that holds more follows below.
        let row = if with_id.contains(&table_name) { "id" } else { column_name.as_str() };
        let sql = format!(
            "SELECT {row} AS place, {column_name} AS cell FROM {table_name} WHERE {column_name} IS NOT NULL"
        );
        let cells: Vec<Cell> = diesel::sql_query(sql).load(&mut db).unwrap_or_default();
        for Cell { place: row, cell } in cells {
            let Some(key) = key_of(&keys, &cell).filter(|_| table_name != "ledger_personal") else {
                continue;
            };
            let place = Place {
                table: table_name.clone().leak(),
                row: row.try_into().unwrap(),
                column: column_name.clone().leak(),
            };
            opened.push(open(key, &place, cell));
        }
    }
    let sql = "SELECT entry_idx AS entry, field, sealed AS cell FROM ledger_personal";
    let beside: Vec<Beside> = diesel::sql_query(sql).load(&mut db).unwrap();
    for Beside { entry, field, cell } in beside {
        let Some(key) = key_of(&keys, &cell) else { continue };
        let mut row = [0; 16];
        row[8..].copy_from_slice(&u64::try_from(entry).unwrap().to_be_bytes());
        let field = PersonalField::parse(&field).unwrap();
        let column = format!("sealed:{field}").leak();
        opened.push(open(key, &Place { table: "ledger_personal", row, column }, cell));
    }
    opened
}

/// The files of an embedded database: itself, its log and the log's index.
pub fn files(database: &TestDatabase) -> Vec<std::path::PathBuf> {
    let Some(file) = database.file() else { return Vec::new() };
    let beside = |ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        name.into()
    };
    let all: Vec<std::path::PathBuf> = vec![file.to_owned(), beside("-wal"), beside("-shm")];
    all.into_iter().filter(|file| file.exists()).collect()
}
