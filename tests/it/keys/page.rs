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

#[test]
fn whoever_holds_a_receipt_finds_its_key_and_the_way_to_the_next_one() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    let first = house.app().writer.verifier().to_string();
    let mut stranger = house.visitor();
    let words = stranger.get("/verify").words();
    assert!(words.contains("For every receipt.") && words.contains(&first), "{words}");
    assert_eq!(run(&house, &["keys", "rotate", "--log", "--reason", "drill"]).0, 0);
    let page = stranger.get("/verify");
    let words = page.words();
    let new = candor::ledger::store::log_key(
        &mut house.app().database.read().unwrap(),
        &house.app().keyring.read_again(),
    );
    let new = new.unwrap().verifier().to_string();
    assert!(words.contains(&first) && words.contains(&new) && first != new, "{words}");
    let link = page.links().into_iter().find(|link| link.starts_with("/verify/handovers/")).unwrap();
    let index: u64 = link.rsplit('/').next().unwrap().parse().unwrap();
    assert!(words.contains(&format!("covers up to {} entries", index + 1)), "{words}");
    assert!(words.contains(&format!("covers more than {} entries", index + 1)), "{words}");
    let proof = stranger.get(&link);
    let receipt = candor::ledger::receipt::Receipt::parse(&proof.html()).unwrap();
    for key in [first, new] {
        receipt.check(&key.parse().unwrap()).unwrap();
    }
    assert_eq!(stranger.get("/verify/handovers/0").status, 404);
    // Its server signs nothing more after a rotation, and would not stop in order.
    std::mem::forget(house);
}
