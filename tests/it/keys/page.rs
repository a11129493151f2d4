//! `/security/keys`: what it shows of a rotation that was cut off, of one that ended, and of keys that are old.

use super::{house, run};
use crate::support::databases::TestDatabase;
use candor::db::data_keys;
use candor::identity::Role;
use candor::ids::VersionId;
use candor::keys::KeyError;
use candor::keys::acts::{self, Step};
use candor::seal::KeyOwner;
use candor::seal::key_sources::file::Exchange;
use std::sync::Arc;

#[test]
fn progress_is_counted_from_the_rows_and_survives_whatever_becomes_of_the_command() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    let app = house.app();
    let mut sentinel = house.staff("Sentinel", Role::Security);
    let words = sentinel.get("/security/keys").words();
    assert!(words.contains("In order") && words.contains("Nothing was shredded yet"), "{words}");
    let mut db = database.connect().unwrap();
    for _ in 0..8 {
        let owner = KeyOwner::Version(VersionId::new(&app.clock));
        data_keys::create(&mut db, &app.keyring, &app.clock, owner).unwrap();
    }
    let mut exchange = Exchange::begin(&app.config.keyring).unwrap();
    let new = exchange.keyring().with_new_kek(&app.clock);
    exchange.replace(&new).unwrap();
    drop(exchange);
    let words = sentinel.get("/security/keys").words();
    assert!(words.contains("A new key waits to be put in force"), "{words}");
    let (held, kek) = (new.clone(), new.current_kek().to_owned());
    app.writer.act_blocking("keys.rotate", move |act| acts::begin(act, &held, &kek)).unwrap();
    let mut beside = app.house.clone();
    beside.keyring = Arc::new(new);
    app.writer
        .act_blocking::<_, Step, KeyError>("keys.rewrap", move |act| acts::rewrap(act, &beside, 5))
        .unwrap();
    let page = sentinel.get("/security/keys");
    let words = page.words();
    assert!(words.contains("A rotation is under way") && words.contains("5 of 9 data keys"), "{words}");
    assert!(words.contains("candor keys rotate"), "{words}");
    assert!(page.html().contains("<progress max=\"9\" value=\"5\""), "{}", page.html());
    assert_eq!(run(&house, &["keys", "rotate"]).0, 0);
    let words = sentinel.get("/security/keys").words();
    assert!(words.contains("In order") && words.contains("candor keys retire"), "{words}");
    assert_eq!(run(&house, &["keys", "retire", "--yes"]).0, 0);
    let words = sentinel.get("/security/keys").words();
    assert!(words.contains("Retired") && !words.contains("candor keys retire"), "{words}");
}
