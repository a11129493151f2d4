//! What the tests share: databases, folders, a mail server, and people who use the web as people do.
//!
//! Nothing here reaches behind the public faces of the house: a person fetches pages and fills in forms.

pub mod countries;
pub mod databases;
pub mod events;
pub mod folder;
pub mod forms;
pub mod house;
pub mod http;
pub mod large;
pub mod mailbox;
pub mod mime;
pub mod put_back;
pub mod sealed;
pub mod visitor;
pub mod webhook;
pub mod witness;

/// A real report by the name of its file: `short-report` has eight pages of the fictional one, so that a house is
/// furnished in a moment; `large-report` is made here; every other name is one of the demo's files.
pub fn report_pdf(name: &str) -> Vec<u8> {
    if name == "large-report" {
        return large::large_pdf();
    }
    let folder = if name == "short-report" { "tests/fixtures" } else { "demo" };
    std::fs::read(format!("{}/{folder}/{name}.pdf", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
