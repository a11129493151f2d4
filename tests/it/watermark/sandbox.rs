//! The sandbox, from inside: a real child tries every way out.

use candor::watermark::IntakeRefusal;
use candor::watermark::intake::probe::{Attempt, Held, attempt};
use std::path::Path;

/// What comes of an attempt in a child of this binary.
fn trying(what: Attempt) -> Held {
    attempt(Path::new(env!("CARGO_BIN_EXE_candor")), what)
}

/// Whether this kernel filters system calls; where it does not, `candor doctor` says so and these tests say less.
fn has_filters() -> bool {
    std::fs::read_to_string("/proc/self/status").unwrap().contains("Seccomp:")
}

#[test]
fn two_gibibytes_end_the_child_by_name_while_the_parent_lives() {
    assert!(matches!(trying(Attempt::Memory), Held::Killed(IntakeRefusal::TooMuchMemory { .. })));
}

#[test]
fn computing_without_end_ends_the_child_by_name() {
    assert_eq!(trying(Attempt::Time), Held::Killed(IntakeRefusal::TooMuchWork { limit_secs: 1 }));
}

#[test]
fn no_file_is_opened_or_made() {
    for what in [Attempt::Read, Attempt::Write] {
        let Held::Answered(words) = trying(what) else { panic!("{what:?} succeeded") };
        let expected = if has_filters() { "Operation not permitted" } else { "Too many open files" };
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn sockets_programs_and_threads_kill_the_child() {
    assert!(has_filters(), "this kernel filters no system calls: run the tests where it does");
    for what in [Attempt::Network, Attempt::Program, Attempt::Thread] {
        assert_eq!(trying(what), Held::Killed(IntakeRefusal::Forbidden), "{what:?}");
    }
}
