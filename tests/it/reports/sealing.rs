//! What is confided rests as ciphertext, and opens only in its own cell.

use super::desk::{Desk, content, facts};
use crate::support::databases::on_both;
use candor::db::schema::{ledger_entry, report_exception, report_version};
use candor::exceptions::store;
use candor::ids::VersionId;
use candor::ledger::EventKind;
use diesel::prelude::*;

/// The newest entry of this kind, as text.
pub fn leaf(desk: &Desk, kind: EventKind) -> String {
    let leaf: Vec<u8> = ledger_entry::table
        .filter(ledger_entry::kind.eq(kind.as_str()))
        .order(ledger_entry::idx.desc())
        .select(ledger_entry::leaf)
        .first(&mut *desk.read())
        .unwrap();
    String::from_utf8_lossy(&leaf).into_owned()
}

#[test]
fn sealed_columns_and_the_log_hold_no_plaintext() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, _) = desk.publishes("soc2-2026");
        let facts: Vec<Vec<u8>> =
            report_version::table.select(report_version::facts).load(&mut *desk.read()).unwrap();
        let exceptions: Vec<Vec<u8>> =
            report_exception::table.select(report_exception::content).load(&mut *desk.read()).unwrap();
        let leaves: Vec<Vec<u8>> =
            ledger_entry::table.select(ledger_entry::leaf).load(&mut *desk.read()).unwrap();
        let cards: Vec<String> =
            report_version::table.select(report_version::card).load(&mut *desk.read()).unwrap();
        let cells = facts
            .into_iter()
            .chain(exceptions)
            .chain(leaves)
            .chain(cards.into_iter().map(String::into_bytes));
        for cell in cells {
            assert!(
                !String::from_utf8_lossy(&cell).contains("SECRET"),
                "a confided word stands in the clear"
            );
        }
        if let Some(file) = desk.database.file() {
            for path in [file.to_owned(), file.with_extension("db-wal")] {
                let bytes = std::fs::read(&path).unwrap_or_default();
                assert!(
                    !String::from_utf8_lossy(&bytes).contains("SECRET"),
                    "{} holds a confided word",
                    path.display()
                );
            }
        }
        // The search finds what it looks for: the same words, opened.
        assert!(format!("{:?}", desk.exceptions(&version)).contains("SECRETFINDING"));
    });
}

#[test]
fn an_exception_moved_to_another_row_opens_nothing() {
    on_both(|database| {
        let desk = Desk::new(database);
        let version = desk.creates("soc2-2026").unwrap();
        let first = desk.records(version.id, content("E-1")).unwrap();
        let second = desk.records(version.id, content("E-2")).unwrap();
        let cell: Vec<u8> = report_exception::table
            .find(first)
            .select(report_exception::content)
            .first(&mut *desk.read())
            .unwrap();
        diesel::update(report_exception::table.find(second))
            .set(report_exception::content.eq(cell))
            .execute(&mut desk.intruder())
            .unwrap();
        let rows = store::list_sealed(&mut desk.read(), version.id).unwrap();
        assert!(store::open_all(&desk.key(&version), rows).is_err());
    });
}

#[test]
fn the_key_of_one_report_opens_no_other() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (ours, theirs) = (desk.creates("ours").unwrap(), desk.creates("theirs").unwrap());
        assert!(ours.open_facts(&desk.key(&theirs)).is_err());
        assert_eq!(ours.open_facts(&desk.key(&ours)).unwrap(), facts());
        desk.records(ours.id, content("E-1")).unwrap();
        let rows = store::list_sealed(&mut desk.read(), ours.id).unwrap();
        assert!(store::open_all(&desk.key(&theirs), rows).is_err());
    });
}

#[test]
fn nothing_confided_is_printed_for_debugging() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, _) = desk.publishes("soc2-2026");
        assert!(!format!("{version:?}").contains("SECRET"));
        let rows = store::list_sealed(&mut desk.read(), version.id).unwrap();
        assert!(!format!("{rows:?}").contains("SECRET"));
        assert!(candor::reports::store::require(&mut desk.read(), VersionId::from_bytes([9; 16])).is_err());
    });
}
