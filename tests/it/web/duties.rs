//! Duties of the server: letters leave with the log's checkpoint, and the anchor follows the log.

use crate::support::house::House;
use crate::support::mailbox::Mailbox;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::ledger::store::{self as log, Filter};
use candor::notices::letter::LetterKind;
use candor::notices::outbox::{self, LetterState};
use candor::worker::Worker;
use std::fs;

/// Queues a letter to Ada.
pub(super) fn queue(house: &House, ada: candor::ids::PersonId) {
    let app = house.app().clone();
    let parts = app.house.clone();
    let done = app.writer.act_blocking::<_, (), candor::fault::Fault>("test.letter", move |mut act| {
        let person = candor::identity::store::require_person(act.db(), &parts.keyring, ada)?;
        let context = serde_json::json!({
            "company": "House", "person": "Ada", "code": "7K2M-9QXD", "items": "a report",
            "link": "https://trust.example/confirm/x", "valid": "10 minutes", "network": "203.0.113.0/24",
            "asked_at": "21 November 2026, 09:30 UTC",
        });
        let letter = parts.letters.render(LetterKind::Code, &person.email, &context)?;
        outbox::enqueue(act.db(), &parts, ada, &letter)?;
        let event = candor::ledger::Event::new(EventKind::CodeIssued).about(ada);
        Ok(act.record(event, ()))
    });
    done.unwrap();
}

/// The newest letter's row.
fn newest(house: &House) -> outbox::Queued {
    let mut db = house.app().database.read().unwrap();
    outbox::list_newest(&mut db, 1).unwrap().remove(0)
}

/// Sends what is due, once.
fn send_once(house: &House) -> usize {
    let mut worker = Worker::new(house.app().clone());
    actix_web::rt::System::new().block_on(async move { worker.send_letters().await.unwrap() })
}

#[test]
fn letters_leave_with_the_checkpoint_and_are_noted_as_sent() {
    let mailbox = Mailbox::open();
    let smtp = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"trust@house.example\"",
        mailbox.address().port()
    );
    let house = House::with(&smtp);
    let ada = house.add_staff("Ada", Role::Sales);
    queue(&house, ada);
    let letter = mailbox.wait_for("ada@house.example", "7K2M-9QXD");
    assert_eq!(letter.code(), "7K2M-9QXD");
    let origin = house.app().writer.checkpoint().lines().next().unwrap().to_owned();
    assert!(letter.text().contains(&origin), "no checkpoint in {}", letter.text());
    for _ in 0..100 {
        if newest(&house).state == LetterState::Sent {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the letter was sent and not noted");
}

#[test]
fn a_letter_that_cannot_be_sent_waits_and_is_tried_again_later() {
    // Nobody listens on port 1 of this machine.
    let smtp = "[mail]\nhost = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\nfrom = \"trust@house.example\"";
    let house = House::with(smtp);
    let ada = house.add_staff("Ada", Role::Sales);
    queue(&house, ada);
    for _ in 0..100 {
        if newest(&house).tries > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let queued = newest(&house);
    assert_eq!((queued.tries, queued.state), (1, LetterState::Waiting));
    assert!(queued.next_try_at > house.app().clock.now());
    assert_eq!(send_once(&house), 0);
    assert_eq!(newest(&house).tries, 1, "tried again before its time");
}

#[test]
fn the_anchor_follows_the_log() {
    let house = House::open();
    house.add_staff("Ada", Role::Sales);
    // The server's own first entry may come at any moment; the log stands still only after it.
    let begun = Filter { kind: Some(EventKind::ServerStarted), ..Filter::default() };
    for _ in 0..250 {
        if !log::list(&mut house.app().database.read().unwrap(), &begun, 1).unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut worker = Worker::new(house.app().clone());
    let wrote = actix_web::rt::System::new()
        .block_on(async move { (worker.keep_anchor().await.unwrap(), worker.keep_anchor().await.unwrap()) });
    assert_eq!(wrote, (true, false));
    let anchor = fs::read_to_string(house.app().config.anchor_file()).unwrap();
    let size: u64 = anchor.lines().nth(1).unwrap().parse().unwrap();
    assert!(size >= 2, "{anchor}");
}

#[test]
fn settings_are_recorded_when_they_change_and_hold_no_secret() {
    let house = House::open();
    let recorded = || {
        let changed = Filter { kind: Some(EventKind::ConfigurationChanged), ..Filter::default() };
        log::list(&mut house.app().database.read().unwrap(), &changed, 9).unwrap()
    };
    for _ in 0..250 {
        if !recorded().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let first = recorded().remove(0).leaf;
    assert_eq!(first.facts["changed"].to_string(), "all");
    // The same house, opened again beside the running one: nothing new, then one other limit.
    let again = |upload_limit_bytes| {
        let config = candor::config::Config { upload_limit_bytes, ..house.app().config.clone() };
        let app = candor::app::App::open(config, house.app().clock.clone()).unwrap();
        let record = async { candor::server::settings::record(&app).await.unwrap() };
        let told = actix_web::rt::System::new().block_on(record);
        app.writer.finish();
        told
    };
    assert!(!again(house.app().config.upload_limit_bytes));
    assert!(again(7));
    let second = recorded().remove(0).leaf;
    assert_eq!(second.facts["changed"].to_string(), "upload_limit_bytes");
    assert_ne!(second.facts["sha256"], first.facts["sha256"]);

    // The file that names the witnesses counts by what stands in it.
    let policy = house.folder().join("witnesses.policy");
    let mut watched = house.app().config.clone();
    watched.log.witnesses = Some(policy.clone());
    let account = |text: &str| {
        fs::write(&policy, text).unwrap();
        candor::server::settings::account(&watched)
    };
    let (one, other) = (account("quorum none\n"), account("quorum none\n\n"));
    let differ: Vec<_> =
        one.iter().zip(&other).filter(|(one, other)| one != other).map(|(one, _)| one.0).collect();
    assert_eq!(differ, ["witnesses_file"]);

    let mut secret = house.app().config.clone();
    let lines = "mail = \"files\"\ndatabase = \"postgres://u:hunter2@127.0.0.1/c\"";
    let lines = crate::support::house::settings(lines);
    secret.database =
        candor::config::Config::parse(&lines, &secret.data.join("candor.toml")).unwrap().database;
    let account = candor::server::settings::account(&secret);
    assert!(account.contains(&("database", "postgres".to_owned())), "{account:?}");
    assert!(!format!("{account:?}").contains("hunter2"), "{account:?}");
}
