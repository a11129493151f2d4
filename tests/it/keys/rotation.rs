//! A rotation beside a running server: everybody goes on, a kill at any moment costs nothing, old keys can go.

use super::{command, house, keyring, listed, run};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::folder::TestFolder;
use crate::support::house::House;
use candor::db::data_keys;
use candor::identity::Role;
use candor::ids::{PersonId, VersionId};
use candor::keys::acts::{self, Step};
use candor::keys::{KeyError, State};
use candor::ledger::store::{Filter, list};
use candor::ledger::{EventKind, in_place};
use candor::seal::key_sources::file::Exchange;
use candor::seal::{KeyOwner, Keyring};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Many data keys.
fn furnish(house: &House, count: usize) -> Vec<KeyOwner> {
    let app = house.app();
    let mut db = app.database.connect().unwrap();
    let owners: Vec<KeyOwner> = (0..count).map(|_| KeyOwner::Version(VersionId::new(&app.clock))).collect();
    for owner in &owners {
        data_keys::create(&mut db, &app.keyring, &app.clock, *owner).unwrap();
    }
    owners
}

/// How many entries of a kind there are.
fn entries(house: &House, kind: EventKind) -> usize {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    list(&mut house.app().database.read().unwrap(), &filter, 1000).unwrap().len()
}

#[test]
fn a_rotation_wraps_every_key_anew_while_the_server_goes_on() {
    on_both(|database| {
        let house = house(database);
        let owners = furnish(&house, 250);
        let mut sara = house.staff("Sara", Role::Sales);
        let before = keyring(&house);
        let stop = Arc::new(AtomicBool::new(false));
        let reader = {
            // Whoever reads meanwhile, with the keyring of before, notices nothing.
            let (app, owners, stop) = (house.app().clone(), owners.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut read = 0;
                while !stop.load(Ordering::Relaxed) {
                    let owner = owners[read % owners.len()];
                    data_keys::open_for(&mut app.database.read().unwrap(), &app.keyring, owner).unwrap();
                    read += 1;
                }
                read
            })
        };
        let (code, out, errors) = run(&house, &["keys", "rotate", "--json"]);
        assert_eq!(code, 0, "{errors}");
        let told: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(told["rewrapped"].as_i64().unwrap() >= 251, "{out}");
        assert_eq!(told["outcome"], "rotated");
        assert_eq!(told["earlier"][0], before.current_kek());
        // The server wraps new keys under the new one, which it learnt from the file, and opens old and new.
        let ada = house.add_staff("Ada", Role::Sales);
        let words = sara.get("/sales").words();
        assert!(words.contains("Requests"), "{words}");
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
        let now = listed(&house);
        assert_eq!(now[0].state, State::Current);
        assert_eq!(told["kek"], now[0].name.as_str());
        assert_eq!((now[1].state, now[1].data_keys), (State::Earlier, 0));
        let key = data_keys::open_for(
            &mut house.app().database.read().unwrap(),
            &keyring(&house).without_keks(&[before.current_kek().to_owned()]),
            KeyOwner::Person(ada),
        );
        assert!(key.is_ok(), "her key needs the new one alone");
        assert_eq!(entries(&house, EventKind::KeysRotationBegun), 1);
        assert!(entries(&house, EventKind::KeysRewrapped) >= 3);
        assert_eq!(entries(&house, EventKind::KeysRotated), 1);
        let verdict = in_place::verify(&mut house.app().database.read().unwrap(), &keyring(&house)).unwrap();
        assert_eq!(verdict.exit_code(), 0, "{verdict:?}");
    });
}

#[test]
fn a_rotation_that_is_killed_goes_on_where_it_was() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    let owners = furnish(&house, 400);
    // As long as a whole one takes here, so that the kills fall on all of its length.
    let begun = std::time::Instant::now();
    assert_eq!(run(&house, &["keys", "rotate"]).0, 0);
    let whole = begun.elapsed();
    let mut keks = Vec::new();
    for turn in 4..28_u32 {
        let mut child =
            command(&house, &["keys", "rotate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * turn / 24);
        let _ = child.kill();
        child.wait().unwrap();
        // At every moment the file is whole, and opens everything.
        let now = keyring(&house);
        let mut db = database.read().unwrap();
        for owner in &owners {
            data_keys::open_for(&mut db, &now, *owner).unwrap();
        }
        keks.push(now.keks().count());
    }
    let (code, _, errors) = run(&house, &["keys", "rotate"]);
    assert_eq!(code, 0, "{errors}");
    let now = listed(&house);
    assert!(now.iter().skip(1).all(|kek| kek.data_keys == 0), "{now:?}");
    // A rotation that was cut off is gone on with, not begun again: there are as many keys as there were beginnings.
    assert_eq!(entries(&house, EventKind::KeysRotationBegun), now.len() - 1);
    assert_eq!(entries(&house, EventKind::KeysRotated), now.len() - 1);
    assert!(keks.iter().any(|count| *count > 2), "no kill came late enough: {keks:?}");
    let beside = house.folder().files();
    assert!(beside.iter().all(|file| !file.to_string_lossy().contains("keyring.")), "{beside:?}");
    let verdict = in_place::verify(&mut database.read().unwrap(), &keyring(&house)).unwrap();
    assert_eq!(verdict.exit_code(), 0);
}

#[test]
fn an_old_key_goes_only_when_nothing_needs_it_and_backups_from_its_time_go_with_it() {
    on_both(|database| {
        let house = house(database);
        let owner = furnish(&house, 3)[0];
        let (code, _, errors) = run(&house, &["keys", "retire", "--yes"]);
        assert_eq!((code, errors.contains("nothing to retire")), (1, true), "{errors}");
        // The row as a backup of today has it.
        let app = house.app();
        let old = keyring(&house);
        let backup = wrapped(&house, owner);
        // A new key, in force, under which not everything is wrapped yet.
        let mut exchange = Exchange::begin(&app.config.keyring).unwrap();
        let new = exchange.keyring().with_new_kek(&app.clock);
        exchange.replace(&new).unwrap();
        drop(exchange);
        let kek = new.current_kek().to_owned();
        let held = new.clone();
        app.writer.act_blocking("keys.rotate", move |act| acts::begin(act, &held, &kek)).unwrap();
        let mut beside = app.house.clone();
        beside.keyring = Arc::new(new.clone());
        let step = app
            .writer
            .act_blocking::<_, Step, KeyError>("keys.rewrap", move |act| acts::rewrap(act, &beside, 2));
        assert_eq!(step.unwrap().value.rewrapped, 2);
        let (code, _, errors) = run(&house, &["keys", "retire", "--yes"]);
        assert_eq!(code, 1);
        assert!(errors.contains("still wrapped under") && errors.contains("candor keys rotate"), "{errors}");
        assert_eq!(keyring(&house).keks().count(), 2);

        assert_eq!(run(&house, &["keys", "rotate"]).0, 0);
        // Nobody can be asked here.
        let (code, out, errors) = run(&house, &["keys", "retire"]);
        assert_eq!((code, errors.contains("--yes")), (1, true), "{errors}");
        assert!(out.contains("Every backup made before") && out.contains(old.current_kek()), "{out}");
        assert_eq!(keyring(&house).keks().count(), 2);
        let (code, out, errors) = run(&house, &["keys", "retire", "--yes"]);
        assert_eq!(code, 0, "{errors}");
        assert!(out.contains("Retired:"), "{out}");
        assert_eq!(entries(&house, EventKind::KeysRetired), 1);
        let now = keyring(&house);
        assert_eq!(now.keks().map(candor::seal::Kek::name).collect::<Vec<_>>(), [new.current_kek()]);
        // Here everything opens; what the backup holds does not, except by a copy of the old keyring.
        data_keys::open_for(&mut database.read().unwrap(), &now, owner).unwrap();
        let id = backup.0;
        assert!(now.unwrap(id, owner, &backup.1).is_err(), "the backup is not readable any more");
        old.unwrap(id, owner, &backup.1).unwrap();
        assert_eq!(listed(&house)[1].state, State::Retired);
        house.add_staff("Ada", Role::Sales);
    });
}

/// A data key as its row has it.
fn wrapped(house: &House, owner: KeyOwner) -> (candor::ids::KeyId, candor::seal::WrappedKey) {
    use candor::db::schema::data_key;
    use diesel::prelude::*;
    let (id, kek, bytes) = data_key::table
        .filter(data_key::owner_id.eq(owner.id().to_vec()))
        .select((data_key::id, data_key::kek, data_key::wrapped))
        .first(&mut *house.app().database.read().unwrap())
        .unwrap();
    (id, candor::seal::WrappedKey { kek, bytes })
}

#[test]
fn a_process_that_lacks_the_current_key_wraps_nothing_under_another() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    furnish(&house, 1);
    assert_eq!(run(&house, &["keys", "rotate"]).0, 0);
    // As a node whose copy of the keyring is older: made from the same file, led nowhere.
    let folder = TestFolder::new();
    let older = keyring(&house);
    let first = older.keks().last().unwrap().name().to_owned();
    let path = folder.join("older");
    std::fs::copy(&house.app().config.keyring, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("kek") || line.contains(&first)).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let older = Keyring::load(&path).unwrap();
    let app = house.app();
    let owner = KeyOwner::Person(PersonId::new(&app.clock));
    let refused = data_keys::create(&mut database.connect().unwrap(), &older, &app.clock, owner);
    assert!(refused.is_err(), "it would be lost with the key that is to be retired");
}

#[test]
fn several_nodes_get_the_new_key_before_it_is_in_force() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    furnish(&house, 2);
    let now = candor::clock::Clock::system().now();
    let mut db = database.connect().unwrap();
    for _ in 0..2 {
        candor::db::nodes::beat(&mut db, candor::ids::NodeId::new(&house.app().clock), now.plus_secs(600))
            .unwrap();
    }
    let (code, out, errors) = run(&house, &["keys", "rotate"]);
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("not in force yet") && out.contains("--copied"), "{out}");
    assert_eq!(listed(&house)[0].state, State::Waiting);
    let (code, _, errors) = run(&house, &["keys", "rotate"]);
    assert_eq!((code, errors.contains("--copied")), (1, true), "{errors}");
    let (code, out, _) = run(&house, &["keys", "rotate", "--copied"]);
    assert_eq!(code, 0);
    assert!(out.contains("were wrapped anew"), "{out}");
    assert_eq!(keyring(&house).keks().count(), 2, "the prepared key was put in force, no third one made");
}

#[test]
fn doctor_says_when_a_key_is_old_and_when_a_rotation_was_cut_off() {
    let database = TestDatabase::sqlite();
    let house = house(&database);
    furnish(&house, 1);
    let doctor = || run(&house, &["doctor"]).1;
    assert!(
        doctor().contains("ok       keys: one key-encryption key, younger than a quarter"),
        "{}",
        doctor()
    );
    let mut db = database.connect().unwrap();
    let change = |db: &mut candor::db::Db, sql: &str| {
        use diesel::connection::SimpleConnection as _;
        db.batch_execute(sql).unwrap();
    };
    change(&mut db, "UPDATE kek SET current_from = 1780000000000000");
    assert!(doctor().contains("note     keys: the current key-encryption key is"), "{}", doctor());
    change(&mut db, "UPDATE kek SET settled_at = NULL");
    assert!(doctor().contains("FINDING  keys: a rotation was cut off"), "{}", doctor());
}
