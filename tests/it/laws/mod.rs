//! The laws of the house, read from its source as text. Each prints the offending lines, and each is shown to fail.
//!
//! A law is a function from sources to complaints; its first test reads the repository, the others made-up sources.
//! Lists of exceptions stand in the law's own file, so that adding to one is a visible change.

mod entries;
mod events;
mod housekeeping;
mod layers;
mod lexer;
mod raw_transactions;
mod routes;
mod schema;
mod sizes;
mod source;
mod supply;
mod templates;

/// Fails with every complaint on a line of its own.
#[track_caller]
fn must_hold(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
