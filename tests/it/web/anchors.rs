//! Checkpoints leave the house: to witnesses, a webhook, auditors; silence is noticed.

use crate::support::house::House;
use crate::support::witness::Witness;
use candor::identity::Role;
use candor::ledger::export::{self, Disclose, Signer};
use candor::ledger::note::SignedNote;
use candor::ledger::store::{self as log, Filter};
use candor::ledger::verify::{Outside, Verdict, verify_export};
use candor::ledger::{EventKind, anchors};
use candor::notices::letter::LetterKind;
use candor::notices::outbox;
use candor::worker::Worker;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

/// A house whose policy names these witnesses, all of which must sign.
fn watched(witnesses: &[&Witness], more: &str) -> House {
    let folder = crate::support::folder::TestFolder::new();
    // The server asks once by itself as soon as it runs: it gets no answer that counts.
    for witness in witnesses {
        witness.answers(Some(503));
    }
    let lines: Vec<String> = witnesses.iter().map(|witness| witness.line()).collect();
    let names: Vec<String> = witnesses.iter().map(|witness| witness.name.replace('.', "-")).collect();
    let policy = format!("{}group all all {}\nquorum all\n", lines.concat(), names.join(" "));
    let file = folder.join("policy");
    fs::write(&file, policy).unwrap();
    // The worker of the running server must not be faster than the test: its own clock ticks once an hour.
    let house = House::with(&format!(
        "mail = \"files\"\n[log]\nanchor_every_secs = 3600\nanchor_alert_secs = 3600\nwitnesses = \"{}\"\n{more}",
        file.display()
    ));
    for witness in witnesses {
        witness.trusts(house.app().writer.verifier());
    }
    // The server's own first entries and first try come at any moment; the log stands still only after them.
    for _ in 0..250 {
        let tried = anchors::list(&mut house.app().database.read().unwrap()).unwrap();
        if entries(&house, EventKind::ServerStarted) == 1 && tried.len() > witnesses.len() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for witness in witnesses {
        witness.answers(None);
    }
    house
}

/// Does the duty once.
fn tell(worker: &mut Worker) {
    actix_web::rt::System::new().block_on(async { worker.tell_anchors().await.unwrap() });
}

/// The anchor of this name.
fn anchor(house: &House, name: &str) -> anchors::Anchored {
    let all = anchors::list(&mut house.app().database.read().unwrap()).unwrap();
    all.into_iter().find(|anchor| anchor.name == name).unwrap()
}

/// The newest entries of a kind.
fn entries(house: &House, kind: EventKind) -> usize {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    log::list(&mut house.app().database.read().unwrap(), &filter, 99).unwrap().len()
}

#[test]
fn witnesses_sign_what_grows_and_the_quorum_shows_on_the_page() {
    let (one, two) = (Witness::open("one.example"), Witness::open("two.example"));
    let house = watched(&[&one, &two], "");
    let app = house.app();
    let mut worker = Worker::new(app.clone());
    let mut security = house.staff("Sentinel", Role::Security);
    assert!(security.get("/security/integrity").words().contains("have not signed anything yet"));
    two.answers(Some(500));
    tell(&mut worker);
    assert!(one.size() > 0 && two.size() == 0);
    assert_eq!(anchor(&house, "witness two-example").error.as_deref(), Some("the witness answered 500"));
    assert!(security.get("/security/integrity").words().contains("Failed, is tried again"));
    two.answers(None);
    tell(&mut worker);
    let (size, note) =
        anchors::newest_cosigned(&mut app.database.read().unwrap(), &app.writer).unwrap().unwrap();
    assert!(app.witnesses.is_met(&SignedNote::parse(&note).unwrap()), "{note}");
    assert_eq!((size, one.size()), (two.size(), size));
    let words = security.get("/security/integrity").words();
    assert!(words.contains(&format!("have signed the first {size} of")), "{words}");
    // An export carries what they signed; whoever verifies it asks for whom they trust.
    let folder = crate::support::folder::TestFolder::new();
    let db = &mut *app.database.read().unwrap();
    let key = log::log_key(db, &app.keyring).unwrap();
    let signer = Signer { keyring: &app.keyring, key: &key, witnesses: &app.witnesses };
    let out = folder.join("export");
    let head = log::checked_head(db, &key, None).unwrap();
    export::write(db, signer, head, Disclose::Nothing, &out).unwrap();
    let asks = |witness: &Witness| {
        let text = format!("{}quorum {}\n", witness.line(), witness.name.replace('.', "-"));
        let policy = Some(candor::ledger::witness::Policy::parse(&text).unwrap());
        verify_export(&out, &Outside { policy, ..Outside::default() })
    };
    assert!(matches!(asks(&two), Verdict::Whole(whole) if whole.witnessed_at == Some(size)));
    assert_eq!(asks(&Witness::open("three.example")).exit_code(), 2);
    // Nothing new, nothing asked.
    let asked = one.asked();
    tell(&mut worker);
    assert_eq!(one.asked(), asked);
}

#[test]
fn a_witness_that_has_seen_more_or_something_else_is_heard() {
    let one = Witness::open("one.example");
    let house = watched(&[&one], "");
    let app = house.app();
    let mut worker = Worker::new(app.clone());
    // It has seen an earlier head that we do not remember telling it of: it says so, and we begin from there.
    one.has_seen(app.writer.head());
    house.add_staff("Ada", Role::Sales);
    tell(&mut worker);
    assert_eq!(anchor(&house, "witness one-example").error, None);
    assert_eq!(one.size(), app.writer.head().size);
    // It has seen another log of this size.
    let forked = candor::ledger::path::TreeHead {
        size: one.size(),
        root: candor::ledger::tree::leaf_hash(b"another"),
    };
    one.has_seen(forked);
    house.add_staff("Bob", Role::Security);
    tell(&mut worker);
    let why = anchor(&house, "witness one-example").error.unwrap();
    assert!(why.contains("seen another log, which this one does not extend"), "{why}");
    // That is told at once, once, and in red on every page; also by another worker.
    tell(&mut worker);
    tell(&mut Worker::new(app.clone()));
    assert_eq!(entries(&house, EventKind::AnchorDisputed), 1);
    let mut sales = house.staff("Cleo", Role::Sales);
    assert!(sales.get("/sales").words().contains("contradicts the log"));
    // Silence for too long is an entry, once, and red on the page.
    house.advance_secs(3_601);
    tell(&mut worker);
    tell(&mut worker);
    assert_eq!(entries(&house, EventKind::AnchorOverdue), 1);
    // After a restart, and on another node, it is the same silence.
    tell(&mut Worker::new(app.clone()));
    assert_eq!(entries(&house, EventKind::AnchorOverdue), 1);
    let db = &mut app.database.read().unwrap();
    let queued = outbox::list_newest(db, 50).unwrap();
    let letters = queued.iter().map(|one| one.open(db, &app.keyring).unwrap());
    let told: Vec<_> = letters.filter(|letter| letter.kind == LetterKind::Alarm).collect();
    assert_eq!(told.len(), 2, "once each, to the one who guards the log");
    for letter in told {
        assert_eq!(letter.to.as_str(), "bob@house.example");
        for said in ["witness one-example", "which this one does not extend", "/security/integrity"] {
            assert!(letter.text.contains(said), "{said}: {}", letter.text);
        }
    }
    let mut security = house.staff("Sentinel", Role::Security);
    assert!(security.get("/security/integrity").words().contains("Contradicts the log"));
    // It has seen more than there is; then it was a mistake of the witness, and all is well again.
    one.has_seen(candor::ledger::path::TreeHead { size: 10_000, ..forked });
    tell(&mut worker);
    let why = anchor(&house, "witness one-example").error.unwrap();
    assert!(why.contains("it has seen 10000 entries, and this log has"), "{why}");
    one.has_seen(app.writer.head());
    house.add_staff("Dora", Role::Sales);
    tell(&mut worker);
    assert!(!security.get("/security/integrity").words().contains("ontradicts the log"));
}

#[test]
fn an_anchor_file_that_knows_more_than_the_log_is_told_of_at_once() {
    let house = House::open();
    let app = house.app();
    let mut worker = Worker::new(app.clone());
    let key = log::log_key(&mut app.database.read().unwrap(), &app.keyring).unwrap();
    let head = app.writer.head();
    let more = key.sign_head(candor::ledger::path::TreeHead { size: head.size + 50, ..head });
    fs::write(app.config.anchor_file(), &more).unwrap();
    let keep = |worker: &mut Worker| {
        actix_web::rt::System::new()
            .block_on(async { worker.keep_anchor().await.map_err(|fault| fault.what()) })
    };
    assert_eq!(keep(&mut worker), Err(candor::ledger::anchor::NEWER));
    assert_eq!(keep(&mut worker), Err(candor::ledger::anchor::NEWER));
    assert_eq!(entries(&house, EventKind::AnchorDisputed), 1);
    assert_eq!(
        fs::read_to_string(app.config.anchor_file()).unwrap(),
        more,
        "it stays for whoever looks into it"
    );
}

#[test]
fn a_webhook_gets_the_checkpoint_with_a_signature_that_fits() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/candor", listener.local_addr().unwrap());
    let (to, from) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head += &line;
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(stream, "HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n").unwrap();
            to.send((head, String::from_utf8(body).unwrap())).unwrap();
        }
    });
    let secret = "a secret of two dozen letters";
    let house = House::with(&format!(
        "mail = \"files\"\n[log]\nanchor_every_secs = 3600\nanchor_alert_secs = 3600\nwebhook = {{ url = \"{url}\", secret = \"{secret}\" }}"
    ));
    tell(&mut Worker::new(house.app().clone()));
    let (head, body) = from.recv().unwrap();
    let signed = candor::notices::webhook::sign(secret, &body);
    assert!(head.to_ascii_lowercase().contains(&format!("candor-signature: {signed}")), "{head}");
    let message: serde_json::Value = serde_json::from_str(&body).unwrap();
    let note = message["checkpoint"].as_str().unwrap();
    let checkpoint = candor::ledger::Checkpoint::open(note, house.app().writer.verifier()).unwrap();
    assert_eq!(message["size"], checkpoint.head.size);
    assert_eq!(anchor(&house, "webhook").error, None);
}

#[test]
fn a_time_with_nothing_to_tell_is_no_silence() {
    let one = Witness::open("one.example");
    let house = watched(&[&one], "");
    let mut worker = Worker::new(house.app().clone());
    tell(&mut worker);
    assert_eq!(anchor(&house, "witness one-example").error, None);
    // A quiet night; then the log grows, and the witness is away for a moment.
    house.advance_secs(10 * 3_600);
    house.add_staff("Ada", Role::Security);
    one.answers(Some(503));
    tell(&mut worker);
    assert_eq!(anchor(&house, "witness one-example").error.as_deref(), Some("the witness answered 503"));
    assert_eq!(entries(&house, EventKind::AnchorOverdue), 0);
    house.advance_secs(3_000);
    tell(&mut worker);
    assert_eq!(entries(&house, EventKind::AnchorOverdue), 0);
    house.advance_secs(601);
    tell(&mut worker);
    assert_eq!(entries(&house, EventKind::AnchorOverdue), 1);
}

#[test]
fn auditors_get_a_letter_when_the_log_has_grown_and_their_time_has_come() {
    let house = House::with("mail = \"files\"\n[log]\nauditors = [\"auditor@firm.example\"]");
    let mut worker = Worker::new(house.app().clone());
    let mut mail = || actix_web::rt::System::new().block_on(async { worker.mail_auditors().await.unwrap() });
    house.add_staff("Ada", Role::Sales);
    mail();
    assert_eq!(entries(&house, EventKind::CheckpointMailed), 1);
    mail();
    assert_eq!(entries(&house, EventKind::CheckpointMailed), 1, "not before its time");
    house.advance_secs(24 * 3_600);
    house.add_staff("Bob", Role::Sales);
    mail();
    assert_eq!(entries(&house, EventKind::CheckpointMailed), 2);
    let mut db = house.app().database.read().unwrap();
    let letter = outbox::list_newest(&mut db, 1).unwrap().remove(0);
    assert_eq!(letter.kind, "checkpoint");
    let letter = letter.open(&mut db, &house.app().keyring).unwrap();
    assert!(letter.text.contains(&house.app().writer.verifier().to_string()), "{}", letter.text);
}
