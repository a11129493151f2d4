//! Others check the log too: `scripts/verify-export`, which shares no line with the program, and two crates that others
//! wrote. They must say what our own verifier says, of whole exports and of twenty ways to tamper with one.

use super::House;
use super::exports::{export_to, regrow};
use crate::support::databases::TestDatabase;
use crate::support::folder::TestFolder;
use candor::ledger::export::Disclose;
use candor::ledger::note::LogKey;
use candor::ledger::verify::{Outside, Verdict, verify_export};
use candor::ledger::{Event, EventKind, store};
use candor::text::hex;
use ring::digest::{SHA256, digest};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the script says; none where there is no Python.
fn script(export: &Path, outside: &Outside) -> Option<(i32, Value)> {
    let folder = TestFolder::new();
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-export")).arg(export);
    if let Some(key) = &outside.key {
        command.arg("--key").arg(key.to_string());
    }
    for (number, note) in outside.notes.iter().enumerate() {
        let file = folder.join(&number.to_string());
        fs::write(&file, note).unwrap();
        command.arg("--checkpoint").arg(file);
    }
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let verdict = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    Some((output.status.code().unwrap(), verdict))
}

/// Both verdicts, which must agree on everything but the words. Ours is given.
pub fn agreed(what: &str, export: &Path, outside: &Outside) -> Verdict {
    let ours = verify_export(export, outside);
    if let Some((code, theirs)) = script(export, outside) {
        assert_eq!(code, i32::from(ours.exit_code()), "{what}: ours {ours:?}, theirs {theirs}");
        let mut ours = serde_json::to_value(&ours).unwrap();
        let mut theirs = theirs;
        for verdict in [&mut ours, &mut theirs] {
            verdict.as_object_mut().unwrap().remove("why");
        }
        assert_eq!(ours, theirs, "{what}");
    }
    ours
}

/// Two downloads of two people, with a checkpoint in between.
struct Story {
    house: House,
    database: TestDatabase,
    folder: TestFolder,
    early: String,
}

impl Story {
    /// Tells it.
    fn new() -> Self {
        let database = TestDatabase::sqlite();
        let house = House::open(&database);
        house.download(house.person(&database));
        let early = house.writer.checkpoint();
        // The writer keeps one checkpoint a second as a row.
        std::thread::sleep(std::time::Duration::from_millis(1_050));
        house.download(house.person(&database));
        Self { house, database, folder: TestFolder::new(), early }
    }

    /// The key that signs, as the operator holds it.
    fn key(&self) -> LogKey {
        store::log_key(&mut self.database.connect().unwrap(), &self.house.keyring).unwrap()
    }
}

/// Writes the list of files anew and signs it, as an operator with the key can.
pub(super) fn sign_again(export: &Path, key: &LogKey) {
    let mut names: Vec<String> = fs::read_dir(export)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "manifest")
        .collect();
    names.sort();
    let mut text = format!("candor ledger export v1\n{}\n", key.origin());
    for name in names {
        let bytes = fs::read(export.join(&name)).unwrap();
        let sha256 = hex(digest(&SHA256, &bytes).as_ref());
        writeln!(text, "{sha256} {} {name}", bytes.len()).unwrap();
    }
    fs::write(export.join("manifest"), key.sign(&text)).unwrap();
}

/// Something done to the lines of a file.
type Edit = (&'static str, &'static str, fn(&mut Vec<String>));

/// Ways to change an export: what, which file, how. After each the list of files is signed again.
const EDITS: &[Edit] = &[
    ("an entry changed", "entries.jsonl", |lines| lines[2] = lines[2].replacen("\"at\":1", "\"at\":2", 1)),
    ("a kind changed", "entries.jsonl", |lines| {
        lines[8] = lines[8].replace("download.completed", "download.aborted");
    }),
    ("a fact changed", "entries.jsonl", |lines| lines[4] = lines[4].replace("\"bytes\":7", "\"bytes\":8")),
    ("a commitment changed", "entries.jsonl", |lines| {
        lines[1] = lines[1].replacen("\"network_address\":\"", "\"network_address\":\"0", 1);
    }),
    ("a member more", "entries.jsonl", |lines| lines[3] = lines[3].replacen('{', "{\"x\":1,", 1)),
    ("a space more", "entries.jsonl", |lines| lines[3] = lines[3].replacen(':', ": ", 1)),
    ("an entry left out", "entries.jsonl", |lines| drop(lines.remove(2))),
    ("the first entry left out", "entries.jsonl", |lines| drop(lines.remove(0))),
    ("an end left out", "entries.jsonl", |lines| drop(lines.remove(4))),
    ("two entries exchanged", "entries.jsonl", |lines| lines.swap(1, 2)),
    ("an entry twice", "entries.jsonl", |lines| lines.insert(5, lines[5].clone())),
    ("an end twice", "entries.jsonl", |lines| lines.push(lines[8].clone())),
    ("the last entry left out", "entries.jsonl", |lines| lines.truncate(8)),
    ("cut after the first checkpoint", "entries.jsonl", |lines| lines.truncate(5)),
    ("an entry added", "entries.jsonl", |lines| lines.push(lines[0].replacen("\"id\":\"", "\"id\":\"0", 1))),
    ("no entries", "entries.jsonl", Vec::clear),
    ("the last checkpoint left out", "checkpoints.jsonl", |lines| drop(lines.pop())),
    ("checkpoints exchanged", "checkpoints.jsonl", |lines| lines.reverse()),
    ("a checkpoint's size changed", "checkpoints.jsonl", |lines| {
        let last = lines.len() - 1;
        lines[last] = lines[last].replacen("\\n9\\n", "\\n8\\n", 1);
    }),
    ("a disclosure changed", "disclosures.jsonl", |lines| {
        lines[0] = lines[0].replace("203.0.113.7", "203.0.113.8");
    }),
    ("a disclosure of another entry", "disclosures.jsonl", |lines| {
        lines[0] = lines[0].replace("\"entry\":1", "\"entry\":0");
    }),
    ("a disclosure twice", "disclosures.jsonl", |lines| lines.insert(0, lines[0].clone())),
];

#[test]
fn two_verifiers_agree_on_whole_exports_and_on_every_class_of_tampering() {
    let story = Story::new();
    let key = story.key();
    let export =
        export_to(&story.house, &story.database, Disclose::PersonalData, story.folder.join("export"));
    let outside = Outside {
        key: Some(story.house.writer.verifier().clone()),
        notes: vec![story.early.clone(), story.house.writer.checkpoint()],
        policy: None,
    };
    for (what, outside) in [("alone", &Outside::default()), ("with what was kept", &outside)] {
        assert_eq!(agreed(what, &export, outside).exit_code(), 0, "{what}");
    }
    for (what, file, edit) in EDITS {
        let path = export.join(file);
        let good = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
        edit(&mut lines);
        let bad = lines.iter().fold(String::new(), |text, line| text + line + "\n");
        assert_ne!(bad, good, "{what} changes nothing");
        fs::write(&path, &bad).unwrap();
        // Whoever lacks the key is found by the digests, whoever has it by the checkpoints.
        let unsigned = agreed(what, &export, &Outside::default());
        assert_eq!(unsigned.exit_code(), 1, "{what}: {unsigned:?}");
        sign_again(&export, &key);
        let found = agreed(what, &export, &Outside::default());
        assert_eq!(found.exit_code(), 1, "{what}, signed again: {found:?}");
        let found = agreed(what, &export, &outside);
        // Whoever holds the last checkpoint does not miss it in the export.
        let missed = *what != "the last checkpoint left out";
        assert_eq!(found.exit_code(), u8::from(missed), "{what}, signed again: {found:?}");
        fs::write(&path, &good).unwrap();
        sign_again(&export, &key);
    }
    assert_eq!(agreed("mended", &export, &outside).exit_code(), 0);
}

#[test]
fn two_verifiers_agree_on_logs_that_were_regrown_and_on_other_keys() {
    let story = Story::new();
    let second = TestDatabase::sqlite();
    let regrown = regrow(&story.house.keyring, &second);
    regrown.download(regrown.person(&second));
    regrown.download(regrown.person(&second));
    let export = export_to(&regrown, &second, Disclose::Nothing, story.folder.join("regrown"));
    assert_eq!(agreed("regrown, alone", &export, &Outside::default()).exit_code(), 0);
    for note in [&story.early, &story.house.writer.checkpoint()] {
        let outside = Outside { notes: vec![note.clone()], ..Outside::default() };
        assert_eq!(agreed("regrown", &export, &outside).exit_code(), 1);
    }
    let third = TestDatabase::sqlite();
    let other = House::open(&third);
    let outside = Outside { key: Some(other.writer.verifier().clone()), ..Outside::default() };
    assert_eq!(agreed("another key", &export, &outside).exit_code(), 1);
    let outside = Outside { notes: vec![other.writer.checkpoint()], ..Outside::default() };
    assert_eq!(agreed("another log's checkpoint", &export, &outside).exit_code(), 1);
    let outside = Outside { notes: vec!["no checkpoint".to_owned()], ..Outside::default() };
    assert_eq!(agreed("no checkpoint", &export, &outside).exit_code(), 2);
    fs::write(export.join("more"), "").unwrap();
    assert_eq!(agreed("a file more", &export, &Outside::default()).exit_code(), 2);
}

#[test]
fn others_read_our_checkpoints_receipts_and_proofs() {
    use signed_note::{Note, StandardVerifier, VerifierList};
    use tlog_tiles::{Checkpoint, check_record, check_tree, record_hash};
    let database = TestDatabase::sqlite();
    let house = House::open(&database);
    let verifier = StandardVerifier::new(&house.writer.verifier().to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    let open = |note: &str| {
        let note = Note::from_bytes(note.as_bytes()).unwrap();
        assert_eq!(note.verify(&known).unwrap().0.len(), 1);
        Checkpoint::from_bytes(note.text()).unwrap()
    };
    let theirs = |hashes: &[candor::ledger::tree::Hash]| -> Vec<tlog_tiles::Hash> {
        hashes.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect()
    };
    let mut earlier: Vec<Checkpoint> = Vec::new();
    for _ in 0..20 {
        house.say(Event::new(EventKind::LogSearched));
        let now = open(&house.writer.checkpoint());
        let mut db = database.connect().unwrap();
        for index in 0..now.size() {
            let receipt = store::receipt(&mut db, &house.writer, index).unwrap().unwrap();
            let signed = open(&receipt.note);
            assert_eq!(signed.size(), now.size());
            let path = theirs(&receipt.path);
            let leaf = record_hash(&receipt.leaf);
            check_record(&path, signed.size(), *signed.hash(), index, leaf).unwrap();
            let wrong = check_record(&path, signed.size(), *signed.hash(), index, record_hash(b"another"));
            assert!(wrong.is_err(), "another leaf passes at {index} of {}", signed.size());
        }
        for old in &earlier {
            let proof = store::consistency(&mut db, old.size(), now.size()).unwrap().unwrap();
            check_tree(&theirs(&proof), now.size(), *now.hash(), old.size(), *old.hash()).unwrap();
        }
        earlier.push(now);
    }
}
