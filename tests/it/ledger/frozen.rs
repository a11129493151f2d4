//! A log that was written once and never again: every later program must read it and say the same.

use super::independent::agreed;
use candor::ledger::verify::{Outside, verify_receipt};
use candor::ledger::{EventKind, receipt::Receipt};
use std::fs;
use std::path::Path;

/// The folder of the frozen log.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/ledger");

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
