//! Sealed columns: a cell opens in its own place only.

use candor::clock::Clock;
use candor::seal::{DataKey, KeyOwner, Keyring, Place, SealError, Sealed};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::serialize::ToSql;
use diesel::sql_types::Binary;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    words: String,
    pages: u32,
}

const PLACE: Place = Place { table: "finding", row: [1; 16], column: "note" };

/// A key, the clock, and a note.
fn parts() -> (Clock, DataKey, Note) {
    let clock = Clock::system();
    let (key, _) = Keyring::generate(&clock).new_data_key(&clock, KeyOwner::House);
    (clock, key, Note { words: "MARKER for nobody's eyes".into(), pages: 7 })
}

#[test]
fn a_cell_opens_in_its_place_with_its_key() {
    let (clock, key, note) = parts();
    let cell = key.seal(&clock, &PLACE, &note).unwrap();
    assert_eq!(cell.key_id(), key.id());
    assert_eq!(key.open(&PLACE, &cell).unwrap(), note);
    let stored = Sealed::<Note>::from_bytes(cell.as_bytes().to_vec()).unwrap();
    assert_eq!(key.open(&PLACE, &stored).unwrap(), note);
    assert!(!cell.as_bytes().windows(6).any(|window| window == b"MARKER"));
    assert!(!format!("{cell:?}").contains("MARKER"));
    assert_ne!(key.seal(&clock, &PLACE, &note).unwrap().as_bytes(), cell.as_bytes());
}

#[test]
fn a_cell_opens_nowhere_else() {
    let (clock, key, note) = parts();
    let cell = key.seal(&clock, &PLACE, &note).unwrap();
    for place in [
        Place { table: "other", ..PLACE },
        Place { row: [2; 16], ..PLACE },
        Place { column: "other", ..PLACE },
        Place { table: "findingn", column: "ote", ..PLACE },
    ] {
        assert_eq!(key.open(&place, &cell), Err(SealError::WrongKey), "{place:?}");
    }
}

#[test]
fn a_cell_does_not_open_with_another_key_or_elsewhere() {
    let (clock, key, note) = parts();
    let cell = key.seal(&clock, &PLACE, &note).unwrap();
    let keyring = Keyring::generate(&clock);
    let (other, _) = keyring.new_data_key(&clock, KeyOwner::House);
    assert_eq!(other.open(&PLACE, &cell), Err(SealError::WrongKey));
    // Written under another key, renamed to this one: the key id is bound, too.
    let mut renamed = other.seal(&clock, &PLACE, &note).unwrap().as_bytes().to_vec();
    renamed[1..17].copy_from_slice(key.id().as_bytes());
    let renamed = Sealed::<Note>::from_bytes(renamed).unwrap();
    assert_eq!(key.open(&PLACE, &renamed), Err(SealError::WrongKey));
}

#[test]
fn any_changed_or_missing_byte_is_refused() {
    let (clock, key, note) = parts();
    let bytes = key.seal(&clock, &PLACE, &note).unwrap().as_bytes().to_vec();
    let open = |bytes: Vec<u8>| Sealed::<Note>::from_bytes(bytes).and_then(|cell| key.open(&PLACE, &cell));
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x40;
        let expected = match place {
            0 => SealError::Malformed,
            1..73 => SealError::WrongKey,
            _ => SealError::Damaged,
        };
        assert_eq!(open(changed), Err(expected), "{place}");
        assert!(open(bytes[..place].to_vec()).is_err(), "cut at {place}");
    }
    for length in 0..17 {
        assert_eq!(Sealed::<Note>::from_bytes(bytes[..length].to_vec()).unwrap_err(), SealError::Malformed);
    }
}

#[test]
fn what_cannot_be_written_or_read_says_nothing_of_the_value() {
    let (clock, key, note) = parts();
    let cell = key.seal(&clock, &PLACE, &note.words).unwrap();
    let other = Sealed::<u32>::from_bytes(cell.as_bytes().to_vec()).unwrap();
    let error = key.open(&PLACE, &other).unwrap_err();
    assert_eq!(error, SealError::Malformed);
    assert!(!format!("{error} {error:?} {:?}", candor::fault::Fault::from(error.clone())).contains("MARKER"));
    let keyed_by_pairs = BTreeMap::from([((1, 2), 3)]);
    assert_eq!(key.seal(&clock, &PLACE, &keyed_by_pairs).unwrap_err(), SealError::Malformed);
}

diesel::table! {
    finding (id) {
        id -> Integer,
        note -> Binary,
        reply -> Nullable<Binary>,
    }
}

/// A row with sealed columns.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = finding, check_for_backend(diesel::sqlite::Sqlite))]
struct Finding {
    id: i32,
    note: Sealed<Note>,
    reply: Option<Sealed<String>>,
}

#[test]
fn cells_go_to_the_database_and_back() {
    let (clock, key, note) = parts();
    let mut db = SqliteConnection::establish(":memory:").unwrap();
    db.batch_execute(
        "CREATE TABLE finding (id INTEGER PRIMARY KEY NOT NULL, note BLOB NOT NULL, reply BLOB)",
    )
    .unwrap();
    let reply = Place { column: "reply", ..PLACE };
    for (id, reply) in [(1, None), (2, Some(key.seal(&clock, &reply, &"no".to_owned()).unwrap()))] {
        let row = Finding { id, note: key.seal(&clock, &PLACE, &note).unwrap(), reply };
        diesel::insert_into(finding::table).values(&row).execute(&mut db).unwrap();
    }
    let rows = finding::table.select(Finding::as_select()).order(finding::id).load(&mut db).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(key.open(&PLACE, &rows[0].note).unwrap(), note);
    assert!(rows[0].reply.is_none());
    assert_eq!(key.open(&reply, rows[1].reply.as_ref().unwrap()).unwrap(), "no");
    let changed = key.seal(&clock, &PLACE, &Note { pages: 8, ..note }).unwrap();
    diesel::update(finding::table.find(1)).set(finding::note.eq(&changed)).execute(&mut db).unwrap();
    let found: Sealed<Note> = finding::table.find(1).select(finding::note).first(&mut db).unwrap();
    assert_eq!(key.open(&PLACE, &found).unwrap().pages, 8);
    diesel::update(finding::table.find(2)).set(finding::note.eq(b"plain".to_vec())).execute(&mut db).unwrap();
    // The rest of its row is read; whoever opens it is told.
    let plain: Sealed<Note> = finding::table.find(2).select(finding::note).first(&mut db).unwrap();
    assert!(key.open(&PLACE, &plain).is_err());
}

#[test]
fn cells_fit_both_databases() {
    fn fits<DB: diesel::backend::Backend, T: ToSql<Binary, DB> + diesel::deserialize::FromSql<Binary, DB>>() {
    }
    fits::<diesel::sqlite::Sqlite, Sealed<Note>>();
    fits::<diesel::pg::Pg, Sealed<Note>>();
}
