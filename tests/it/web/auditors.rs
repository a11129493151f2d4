//! Letters to auditors: what they bring checks an export, however it was kept, and nobody is told that they left before they did.

use crate::support::folder::TestFolder;
use crate::support::house::House;
use crate::support::mailbox::{Letter, Mailbox};
use crate::support::mime::Part;
use candor::identity::Role;
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::store::{self as log, Filter};
use candor::ledger::verify::{Outside, Verdict, verify_export};
use candor::ledger::{Checkpoint, EventKind, anchors};
use candor::worker::Worker;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A house whose mail goes to this port of this machine, and whose log is sent to an auditor.
fn house(port: u16) -> House {
    House::with(&format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"trust@house.example\"\n\
         [log]\nauditors = [\"auditor@firm.example\"]\nanchor_every_secs = 3600\nanchor_alert_secs = 3600"
    ))
}

/// Does a duty of the worker once.
fn mail_and_send(house: &House) {
    let mut worker = Worker::new(house.app().clone());
    actix_web::rt::System::new().block_on(async move {
        worker.mail_auditors().await.unwrap();
        worker.send_letters().await.unwrap();
    });
}

/// Where the letters to auditors stand, once that is noted.
fn noted(house: &House) -> anchors::Anchored {
    for _ in 0..200 {
        let all = anchors::list(&mut house.app().database.read().unwrap()).unwrap();
        if let Some(mail) = all.into_iter().find(|anchor| anchor.name == anchors::MAIL) {
            return mail;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing was noted of the letters to auditors");
}

/// The newest letter to the auditor.
fn letter(house: &House, mailbox: &Mailbox) -> Letter {
    mail_and_send(house);
    mailbox.wait_for("auditor@firm.example", "Checkpoint of the access log")
}

/// An export of the log.
fn export_to(house: &House, out: &Path) {
    let app = house.app();
    let db = &mut *app.database.read().unwrap();
    let key = log::log_key(db, &app.keyring).unwrap();
    let signer = Signer { keyring: &app.keyring, key: &key, witnesses: &app.witnesses };
    let head = log::checked_head(db, &key, None).unwrap();
    export::write(db, signer, head, Disclose::Nothing, out).unwrap();
}

#[test]
fn whatever_an_auditor_keeps_of_the_letter_anchors_an_export() {
    let mailbox = Mailbox::open();
    let house = house(mailbox.address().port());
    house.add_staff("Ada", Role::Sales);
    let letter = letter(&house, &mailbox);
    let leaves = Part::parse(&letter.raw).leaves();
    let kinds: Vec<String> = leaves.iter().map(Part::kind).collect();
    assert_eq!(kinds, ["text/plain", "text/html", "text/plain"]);
    assert!(leaves[2].raw_header("content-disposition").unwrap().contains("filename=\"checkpoint.txt\""));
    let file = String::from_utf8(leaves[2].bytes()).unwrap();
    let size = Checkpoint::open(&file, house.app().writer.verifier()).unwrap().head.size;
    let text = letter.text();
    assert!(text.contains(&format!("Entries  {size}\n")), "{text}");
    for said in ["--checkpoint checkpoint.txt", "candor ledger export"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let folder = TestFolder::new();
    let out = folder.join("export");
    house.add_staff("Bob", Role::Sales);
    export_to(&house, &out);
    let quoted = format!("> {}", text.replace('\n', "\n> "));
    let raw = String::from_utf8(letter.raw.clone()).unwrap();
    let shown = letter.html().unwrap();
    for (what, kept) in
        [("file", &file), ("saved", &raw), ("html", &shown), ("quoted", &quoted), ("text", &text)]
    {
        let outside = Outside { notes: vec![kept.clone()], ..Outside::default() };
        let verdict = verify_export(&out, &outside);
        assert!(
            matches!(&verdict, Verdict::Whole(whole) if whole.anchored_at == Some(size)),
            "{what}: {verdict:?}"
        );
        let path = folder.join(what);
        fs::write(&path, kept).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-export");
        let Ok(said) = Command::new("python3").arg(script).arg(&out).arg("--checkpoint").arg(path).output()
        else {
            continue;
        };
        let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(
            (&said["verdict"], &said["anchored_at"]),
            (&"whole".into(), &size.into()),
            "{what}: {said}"
        );
    }
}

#[test]
fn a_letter_to_an_auditor_counts_when_it_was_sent() {
    let mailbox = Mailbox::open();
    let house = house(mailbox.address().port());
    let mut security = house.staff("Sentinel", Role::Security);
    assert!(security.get("/security/integrity").words().contains("Letters to auditors"));
    letter(&house, &mailbox);
    let mail = noted(&house);
    assert!(mail.error.is_none() && mail.size > 0, "{mail:?}");
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Sent on 21 November 2026"), "{words}");
}

#[test]
fn letters_that_cannot_leave_are_a_silence_that_is_told() {
    // Nobody listens on port 1 of this machine.
    let house = house(1);
    let mut security = house.staff("Sentinel", Role::Security);
    mail_and_send(&house);
    let mail = noted(&house);
    assert!(mail.size == 0 && mail.error.unwrap().contains("the mail server could not be reached"));
    let words = security.get("/security/integrity").words();
    assert!(words.contains("Failed, is tried again") && !words.contains("Sent on"), "{words}");
    // The log has grown beyond what auditors know, and mail fails for an hour.
    house.advance_secs(3_601);
    let mut worker = Worker::new(house.app().clone());
    actix_web::rt::System::new().block_on(async { worker.tell_anchors().await.unwrap() });
    let filter = Filter { kind: Some(EventKind::AnchorOverdue), ..Filter::default() };
    let told = log::list(&mut house.app().database.read().unwrap(), &filter, 9).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].leaf.facts.get("anchor"), Some(&"mail".into()));
}
