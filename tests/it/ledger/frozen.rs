//! A log that was written once and never again: every later program must read it and say the same.

use super::independent::agreed;
use candor::ledger::verify::{Outside, verify_receipt};
use candor::ledger::{EventKind, receipt::Receipt};
use std::fs;
use std::path::Path;

/// The folder of the frozen log.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/ledger");

/// The folder of the frozen log whose key was handed over.
const HANDED_OVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/handover");

/// A file of it.
fn text(name: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(name)).unwrap()
}

#[test]
fn the_frozen_log_is_read_as_on_the_day_it_was_written() {
    let key = text("export/log.vkey").trim().parse().unwrap();
    let outside = Outside { key: Some(key), notes: vec![text("kept.txt")], policy: None };
    let found = agreed("the frozen log", &Path::new(FOLDER).join("export"), &outside);
    let found = serde_json::to_value(&found).unwrap();
    let wanted: serde_json::Value = serde_json::from_str(&text("verdict.json")).unwrap();
    assert_eq!(found, wanted);
}

#[test]
fn the_frozen_receipt_proves_its_download() {
    let outside =
        Outside { key: Some(text("export/log.vkey").trim().parse().unwrap()), ..Outside::default() };
    let receipt = text("download.tlog-proof");
    assert_eq!(verify_receipt(&receipt, &outside).exit_code(), 0);
    let (leaf, _) = Receipt::parse(&receipt).unwrap().check(outside.key.as_ref().unwrap()).unwrap();
    assert_eq!(leaf.kind, EventKind::DownloadStarted);
    assert!(leaf.copy.is_some() && leaf.facts.contains_key("sha256"));
}

#[test]
fn the_frozen_hand_overs_are_followed_from_the_first_key() {
    let text = |name: &str| fs::read_to_string(Path::new(HANDED_OVER).join(name)).unwrap();
    let key = text("first.vkey").trim().parse().unwrap();
    let outside = Outside { key: Some(key), notes: vec![text("kept.txt")], policy: None };
    let found = agreed("the frozen hand-overs", &Path::new(HANDED_OVER).join("export"), &outside);
    let wanted: serde_json::Value = serde_json::from_str(&text("verdict.json")).unwrap();
    assert_eq!(serde_json::to_value(&found).unwrap(), wanted);
    // The receipt of before stands under the first key; the one of after needs the hand-overs.
    assert_eq!(verify_receipt(&text("before.tlog-proof"), &outside).exit_code(), 0);
    let alone = Outside { notes: Vec::new(), ..outside.clone() };
    assert_eq!(verify_receipt(&text("after.tlog-proof"), &alone).exit_code(), 2);
    let lines = text("export/handovers.jsonl");
    let notes = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verify_receipt(&text("after.tlog-proof"), &Outside { notes, ..outside }).exit_code(), 0);
}
