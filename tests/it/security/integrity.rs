//! The check of the whole log, from the page: green when it is whole, red with the first bad entry when it is not.

use super::Desk;
use crate::support::databases::on_both;
use crate::support::house::House;
use crate::support::visitor::Page;
use crate::support::webhook::webhook;
use candor::db::Db;
use candor::db::schema::ledger_checkpoint;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;
use candor::notices::outbox;
use candor::worker::Worker;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use std::time::Duration;

/// Presses the button and follows to the result.
fn verifies(desk: &mut Desk) -> Page {
    let page = desk.security.get("/security/integrity");
    assert_eq!(page.status, 200, "{}", page.words());
    let sent = desk.security.submit(&page, &page.form("/security/integrity"));
    assert_eq!(sent.status, 303, "{}", sent.words());
    desk.security.follow(&sent)
}

/// Takes the triggers away that keep the log append-only.
fn disarm(db: &mut Db) {
    let sql = match db {
        Db::Sqlite(_) => {
            "DROP TRIGGER ledger_entry_no_update; DROP TRIGGER ledger_personal_no_update; \
             DROP TRIGGER ledger_checkpoint_no_update; DROP TRIGGER ledger_entry_no_delete; PRAGMA foreign_keys = OFF"
        }
        Db::Pg(_) => {
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ALTER TABLE ledger_personal DISABLE TRIGGER ALL; \
             ALTER TABLE ledger_checkpoint DISABLE TRIGGER ALL"
        }
    };
    db.batch_execute(sql).unwrap();
}

#[test]
fn a_whole_log_is_found_whole_and_the_check_is_recorded() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        desk.says(5);
        let before = desk.house.app().writer.head().size;
        let page = verifies(&mut desk);
        let words = page.words();
        assert!(words.contains("The log is whole"), "{words}");
        assert!(words.contains(&format!("Checked {before} entries")), "{words}");
        let recorded = desk.entries(EventKind::LogVerified).remove(0);
        assert_eq!(recorded.index, before);
        assert_eq!(recorded.leaf.facts["verdict"].to_string(), "whole");
        assert!(desk.security.get("/security").words().contains("Found whole on 21 November 2026"));
        // Reloading shows it again without another check.
        assert!(desk.security.get("/security/integrity").words().contains("The log is whole"));
        assert_eq!(desk.entries(EventKind::LogVerified).len(), 1);
    });
}

#[test]
fn a_changed_entry_turns_the_page_red_and_is_named() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        desk.says(7);
        let victim = desk.entries(EventKind::ServerStarted)[3].clone();
        let mut db = desk.intruder();
        disarm(&mut db);
        let mut leaf = victim.leaf.clone();
        leaf.kind = EventKind::ServerStopped;
        let changed = diesel::sql_query("UPDATE ledger_entry SET leaf = $1 WHERE idx = $2")
            .bind::<Binary, _>(leaf.to_bytes().unwrap())
            .bind::<BigInt, _>(i64::try_from(victim.index).unwrap())
            .execute(&mut db);
        assert_eq!(changed.unwrap(), 1);

        let page = verifies(&mut desk);
        let words = page.words();
        assert!(words.contains("The log was tampered with"), "{words}");
        assert!(words.contains(&format!("First bad entry: {}", victim.index)), "{words}");
        assert!(page.html().contains("class=\"alarm\" role=\"alert\""));
        let recorded = desk.entries(EventKind::LogVerified).remove(0);
        assert_eq!(recorded.leaf.facts["first_bad"].to_string(), victim.index.to_string());
        assert!(desk.security.get("/security").words().contains("Found tampered with"));
        // The entry itself is not proven any more.
        let words = desk.security.get(&format!("/security/entries/{}", victim.index)).words();
        assert!(
            words.contains("Not proven") && words.contains("This entry is not what was written"),
            "{words}"
        );
        assert!(!words.contains("Tree size") && !words.contains("Download the receipt"), "{words}");
    });
}

#[test]
fn an_entry_that_cannot_be_read_leads_to_the_check() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        desk.says(3);
        let victim = desk.entries(EventKind::ServerStarted)[1].index;
        let mut db = desk.intruder();
        disarm(&mut db);
        let changed = diesel::sql_query("UPDATE ledger_entry SET leaf = $1 WHERE idx = $2")
            .bind::<Binary, _>(b"\x01{}".to_vec())
            .bind::<BigInt, _>(i64::try_from(victim).unwrap())
            .execute(&mut db);
        assert_eq!(changed.unwrap(), 1);
        let page = desk.security.get(&format!("/security/entries/{victim}"));
        assert_eq!(page.status, 500);
        assert!(page.links().contains(&"/security/integrity".to_owned()), "{}", page.words());
        // In the list its row says so, and the others are there as ever.
        let page = desk.security.get("/security");
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(page.words().contains(&format!("{victim} 21 November 2026")), "{}", page.words());
        assert!(page.words().contains("This entry cannot be read: see Integrity."), "{}", page.words());
        for other in [victim - 1, victim + 1] {
            assert!(page.links().contains(&format!("/security/entries/{other}")), "{}", page.words());
        }
        let words = verifies(&mut desk).words();
        assert!(words.contains(&format!("First bad entry: {victim}")), "{words}");
    });
}

#[test]
fn whatever_was_done_to_a_row_the_page_is_red_and_letters_go_out() {
    for (statement, at) in [
        // No id is that long: the row cannot be read.
        ("UPDATE ledger_entry SET actor_id = substr(leaf, 1, 3) WHERE idx = 3", 3),
        // This one holds a peak of the tree.
        ("DELETE FROM ledger_entry WHERE idx = 7", 7),
    ] {
        on_both(|database| {
            let mut desk = Desk::open(database);
            desk.says(12);
            let mut db = desk.intruder();
            disarm(&mut db);
            db.batch_execute(statement).unwrap();
            let worker = Worker::new(desk.house.app().clone());
            actix_web::rt::System::new().block_on(async { worker.check_log().await.unwrap() });
            assert!(desk.house.app().checks.is_alarmed(), "{statement}");
            let queued = desk.read(|db| outbox::list_newest(db, 50));
            let app = desk.house.app();
            let letters: Vec<_> =
                queued.iter().map(|one| desk.read(|db| one.open(db, &app.keyring))).collect();
            let alarm = letters.iter().find(|letter| letter.kind == LetterKind::Alarm).unwrap();
            assert!(alarm.text.contains(&format!("The first bad entry is {at}")), "{}", alarm.text);
            let page = verifies(&mut desk);
            assert!(page.words().contains(&format!("First bad entry: {at}")), "{}", page.words());
            assert!(page.html().contains("class=\"alarm\" role=\"alert\""));
        });
    }
}

#[test]
fn exchanged_personal_data_is_found() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let signed_in = desk.entries(EventKind::StaffSignedIn).remove(0);
        let mut db = desk.intruder();
        disarm(&mut db);
        let sql = "UPDATE ledger_personal SET sealed = $1 WHERE entry_idx = $2 AND field = 'network_address'";
        let changed = diesel::sql_query(sql)
            .bind::<Binary, _>(vec![7_u8; 120])
            .bind::<BigInt, _>(i64::try_from(signed_in.index).unwrap())
            .execute(&mut db);
        assert_eq!(changed.unwrap(), 1);
        let words = verifies(&mut desk).words();
        assert!(words.contains(&format!("First bad entry: {}", signed_in.index)), "{words}");
        assert!(words.contains("network address"), "{words}");
    });
}

#[test]
fn a_checkpoint_that_was_not_signed_here_is_found() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        // A checkpoint is kept once a second at most. The newest one stays good: it is looked at in any case.
        let kept = || {
            let sizes =
                ledger_checkpoint::table.select(ledger_checkpoint::size).order(ledger_checkpoint::size);
            desk.read(|db| Ok(sizes.load::<i64>(db)?))
        };
        for _ in 0..200 {
            if kept().len() > 1 {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            desk.says(1);
        }
        let (smallest, size) = (kept()[0], desk.house.app().writer.head().size);
        let note = desk.house.app().writer.checkpoint();
        let forged = note.replacen(&format!("\n{size}\n"), &format!("\n{smallest}\n"), 1);
        assert_ne!(forged, note);
        let mut db = desk.intruder();
        disarm(&mut db);
        let changed = diesel::update(ledger_checkpoint::table.find(smallest))
            .set(ledger_checkpoint::note.eq(forged))
            .execute(&mut db);
        assert_eq!(changed.unwrap(), 1);
        let words = verifies(&mut desk).words();
        assert!(words.contains("The log was tampered with"), "{words}");
        assert!(words.contains("signature does not fit"), "{words}");
    });
}

#[test]
fn what_an_outsider_keeps_can_be_taken_along() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let key = desk.security.get("/security/integrity/key");
        let note = desk.security.get("/security/integrity/checkpoint");
        assert_eq!(key.html().trim(), desk.house.app().writer.verifier().to_string());
        let checkpoint =
            candor::ledger::Checkpoint::open(&note.html(), &key.html().trim().parse().unwrap()).unwrap();
        assert_eq!(checkpoint.head, desk.house.app().writer.head());
        let words = desk.security.get("/security/integrity").words();
        assert!(
            words.contains(&format!("{:?}", checkpoint.head.root)) && words.contains("no witness is set up"),
            "{words}"
        );
    });
}

#[test]
fn whoever_guards_the_log_is_told_when_the_servers_own_check_fails() {
    on_both(|database| {
        let (url, heard) = webhook("/alerts", &[200]);
        let lines = format!("[log]\nalert_webhook = {{ url = \"{url}\", secret = \"0123456789abcdef\" }}");
        let house = House::on(database, &lines);
        let security = house.staff("Sentinel", Role::Security);
        house.add_staff("Boss", Role::Admin);
        house.add_staff("Vera", Role::Sales);
        let desk = Desk { house, security };
        desk.says(3);
        let victim = desk.entries(EventKind::ServerStarted)[1].clone();
        let mut db = desk.intruder();
        disarm(&mut db);
        let mut leaf = victim.leaf.clone();
        leaf.kind = EventKind::ServerStopped;
        let changed = diesel::sql_query("UPDATE ledger_entry SET leaf = $1 WHERE idx = $2")
            .bind::<Binary, _>(leaf.to_bytes().unwrap())
            .bind::<BigInt, _>(i64::try_from(victim.index).unwrap())
            .execute(&mut db);
        assert_eq!(changed.unwrap(), 1);
        let worker = Worker::new(desk.house.app().clone());
        actix_web::rt::System::new().block_on(async { worker.check_log().await.unwrap() });
        let (head, body) = heard.recv().unwrap();
        assert!(head.contains(&candor::notices::webhook::sign("0123456789abcdef", &body)), "{head}");
        let message: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(message["event"], "log_check_failed");
        let words = message["text"].as_str().unwrap();
        assert!(words.contains(&format!("The first bad entry is {}", victim.index)), "{words}");
        let queued = desk.read(|db| outbox::list_newest(db, 50));
        let app = desk.house.app();
        let letters = queued.iter().map(|one| desk.read(|db| one.open(db, &app.keyring)));
        let told: Vec<_> = letters.filter(|letter| letter.kind == LetterKind::Alarm).collect();
        let mut to: Vec<_> = told.iter().map(|letter| letter.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["boss@house.example", "sentinel@house.example"]);
        assert_eq!(told[0].subject, "Alarm: The log did not pass its check");
        assert!(told[0].text.contains(words) && told[0].text.contains("/security/integrity"));
        assert_eq!(desk.entries(EventKind::LogVerified).len(), 1);
    });
}
