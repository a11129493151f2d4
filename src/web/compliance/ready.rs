//! Whether a report can be shared: computed from what is there, never from what somebody ticked.

use super::OnDesk;
use super::way::missing;
use crate::exceptions::priority::Priority;
use crate::remediation::weighed::Weighed;
use crate::reports::review::Review;
use crate::reports::{Missing, State};
use crate::web::page::{Action, Status, Tone};
use serde::Serialize;

/// What has to hold, and whether it does.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    words: String,
    holds: bool,
    needed: bool,
    mend: Action,
}

impl Check {
    /// Without it the report is not shared.
    fn needed(words: impl Into<String>, holds: bool, href: String, label: &'static str) -> Self {
        Self { words: words.into(), holds, needed: true, mend: Action { href, label } }
    }
    /// Better with it.
    fn advised(words: impl Into<String>, holds: bool, href: String, label: &'static str) -> Self {
        Self { needed: false, ..Self::needed(words, holds, href, label) }
    }
}

/// What stands outside the report.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Whether the company is named.
    pub company: bool,
    /// Whether an NDA is in force.
    pub nda: bool,
    /// Whether a cover note is written.
    pub cover_note: bool,
}

/// The references of the exceptions that something is to be said about.
fn which(desk: &OnDesk, is: impl Fn(&Weighed) -> bool) -> Vec<String> {
    let all = desk.weighed.iter().filter(|one| is(one));
    all.map(|one| one.exception.content.reference.to_string()).collect()
}

/// What is said when there are none of them, and else with their list.
fn said(none: &str, some: &str, which: &[String]) -> String {
    if which.is_empty() { none.to_owned() } else { format!("{some}: {}.", which.join(", ")) }
}

/// What has to hold about the exceptions.
fn about_exceptions(desk: &OnDesk) -> [Check; 3] {
    let href = || format!("{}#exceptions", desk.href());
    let silent = which(desk, |one| one.exception.content.response.is_none());
    let blocking = which(desk, Weighed::blocks);
    let undated = which(desk, |one| one.priority() == Priority::P2 && !one.has_plan());
    [
        Check::needed(
            said("Every exception has a response.", "Without a response", &silent),
            silent.is_empty(),
            href(),
            "Write them",
        ),
        Check::needed(
            said(
                "Every P1 has a dated plan, is mended, or its risk is accepted.",
                "P1 without a dated plan",
                &blocking,
            ),
            blocking.is_empty(),
            href(),
            "Plan them",
        ),
        Check::advised(
            said("Every P2 has a date or is mended.", "P2 without a date", &undated),
            undated.is_empty(),
            href(),
            "Give them a date",
        ),
    ]
}

/// Everything that has to hold, in the order in which it is best mended.
pub fn checks(desk: &OnDesk, around: Around) -> Vec<Check> {
    let href = |path: &str| format!("{}{path}", desk.href());
    let lacking = missing(desk);
    let open = desk.review.as_ref().map_or(0, Review::open);
    let corrections = if open == 0 { "No correction is open." } else { "Corrections wait for an answer." };
    let mut all = vec![
        Check::needed("The company is named.", around.company, "/compliance/company".to_owned(), "Name it"),
        Check::needed("An NDA is in force.", around.nda, "/compliance/nda".to_owned(), "Publish one"),
        Check::needed("The file is prepared.", desk.version.file.is_some(), href("#file"), "Choose the file"),
        Check::needed(
            "The facts are complete.",
            lacking.iter().all(|missing| *missing == Missing::File),
            href("/facts"),
            "State the facts",
        ),
    ];
    all.extend(about_exceptions(desk));
    all.extend([
        Check::needed(corrections, open == 0, href("/review"), "Answer them"),
        Check::advised("A cover note is written.", around.cover_note, href("/cover-note"), "Write it"),
        Check::needed(
            "It is finalized and offered.",
            matches!(desk.version.state, State::Finalized(_)),
            super::way::finalize(desk).href.unwrap_or_else(|| href("#finalize")),
            "Finalize",
        ),
    ]);
    all
}

/// The verdict in a word or two.
pub fn verdict(checks: &[Check]) -> Status {
    let lacking = |needed: bool| checks.iter().filter(|check| check.needed == needed && !check.holds).count();
    match (lacking(true), lacking(false)) {
        (0, 0) => Status::new(Tone::Ok, "Ready for sharing"),
        (0, _) => Status::new(Tone::Ok, "Ready for sharing, and it could be better"),
        (1, _) => Status::new(Tone::Warn, "Not ready: one thing is missing"),
        (many, _) => Status::new(Tone::Warn, format!("Not ready: {many} things are missing")),
    }
}
