//! OSCAL both ways with a program of others: `scripts/interop-oscal` puts `theirs-*` into the folder before this test
//! runs, and reads `ours-*` after it. Run alone, this test writes and reads its own.

use candor::exceptions::oscal::{Fields, Head, read, write};
use std::fs;
use std::path::Path;
use uuid::Uuid;

/// Exceptions from the barest to one with every part, texts of several lines and signs that need care.
fn exceptions() -> Vec<(Uuid, Fields)> {
    let bare =
        [("reference", "E-1"), ("title", "Late"), ("finding", "3 of 25 were late."), ("criterion", "CC6.2")];
    let whole = [
        ("control", "Leavers lose access within 24 hours."),
        ("tests", "inquiry;observation;re_performance"),
        ("test_words", "Compared 25 leavers\nwith the directory."),
        ("nature", "Manual step \"forgotten\" <twice> & once more"),
        ("impact", "Access stayed open.\n\nNobody used it."),
        ("compensating", "Sign-ins are watched."),
        ("recommendation", "Automate it."),
        ("completed", "All 25 closed."),
        ("in_progress", "Connecting the HR system."),
        ("planned_date", "2027-01-31"),
        ("root_cause", "Übergabe ohne Prüfung"),
    ];
    let of = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    vec![
        (Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001), of(&bare)),
        (Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0002), of(&[&bare[..], &whole].concat())),
    ]
}

#[test]
fn both_ways() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-oscal");
    fs::create_dir_all(&folder).unwrap();
    let (start, end) = ("2025-10-01T00:00:00Z", "2026-09-30T00:00:00Z");
    let about = Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0003);
    let head = Head { title: "SOC 2 Type II, 2026", about, at: "2026-11-21T09:30:00Z", start, end };
    for (name, all) in [("none", Vec::new()), ("two", exceptions())] {
        let text = write(head, &all);
        fs::write(folder.join(format!("ours-{name}.json")), &text).unwrap();
        if !all.is_empty() {
            let expected: Vec<Fields> = all.into_iter().map(|(_, fields)| fields).collect();
            assert_eq!(read(&text).unwrap(), expected);
        }
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(rest) = name.strip_prefix("theirs-") else { continue };
        let found = read(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!found.is_empty(), "{name}");
        for fields in &found {
            assert!(
                ["title", "finding", "criterion"].iter().all(|name| fields.contains_key(*name)),
                "{fields:?}"
            );
        }
        fs::write(folder.join(format!("read-{rest}")), serde_json::to_vec(&found).unwrap()).unwrap();
    }
}
