//! What happens beneath a server that runs: its log is handed over, or put back. It ends, and the anchor file never goes back.

use super::{Running, play};
use crate::support::databases::on_both;
use crate::support::put_back::put_back;
use candor::ledger::note::SignedNote;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// The size that the anchor file of a house speaks of.
fn anchored(house: &Running) -> u64 {
    let note = fs::read_to_string(house.folder.join("house.anchor")).unwrap();
    let note = SignedNote::parse(&note).unwrap();
    note.unchecked_text().lines().nth(1).unwrap().parse().unwrap()
}

/// Waits for the server to end by itself: its exit code.
fn ends(house: &mut Running) -> Option<i32> {
    let (mut child, _) = house.server.take().unwrap();
    for _ in 0..300 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("the server goes on");
}

#[test]
fn a_server_whose_log_was_handed_over_leaves_the_newer_anchor_alone() {
    play(|mut house| {
        house.candor(&["keys", "rotate", "--log", "--reason", "drill"]);
        let newest = anchored(&house);
        assert_eq!(ends(&mut house), Some(2));
        assert_eq!(anchored(&house), newest, "the dying server has put its own checkpoint there");
        house.start();
        house.staff("Ada", "sales");
        house.stop();
        assert!(anchored(&house) > newest);
    });
}

#[test]
fn a_server_beneath_which_an_older_log_is_put_ends_and_starts_no_more() {
    on_both(|database| {
        let mut house = Running::install(database);
        house.staff("Ada", "sales");
        // The server writes its anchor within a second.
        thread::sleep(Duration::from_millis(1_500));
        let known = anchored(&house);
        put_back(database, known - 3);
        assert_eq!(ends(&mut house), Some(2));
        assert!(anchored(&house) >= known);
        let again = Command::new(env!("CARGO_BIN_EXE_candor"))
            .current_dir(house.folder.path())
            .args(["serve", "--data", "house"])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&again.stderr);
        assert_eq!(again.status.code(), Some(2), "{errors}");
        assert!(errors.contains("refuses to sign"), "{errors}");
    });
}
