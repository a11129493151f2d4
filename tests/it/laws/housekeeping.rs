//! What changes state without an entry in the log is listed here, by name, with its reason.

use super::must_hold;
use super::source::{Source, closing, is_word, rust_files};

/// The whole list: name and why it needs no entry. The writer's own list must hold the same names.
const LISTED: &[(&str, &str)] = &[
    ("alert.posted", "that a webhook took a notice; the notice itself was recorded by an act"),
    ("anchor.noted", "what an anchor outside knows of the log; it is asked again if this is lost"),
    (
        "excerpt.told",
        "how far an export is and how it ended, for whoever waits; that it was made was recorded by an act",
    ),
    ("head.read", "nothing at all: what other nodes have appended becomes known to this one"),
    ("letter.claimed", "which node sends a letter; if it is lost, another one sends it"),
    ("letter.retry", "when a letter is tried again; the letter itself was queued by an act"),
    ("letter.sent", "progress of the outbox; what was sent and why stands in the act that queued it"),
    ("node.alive", "that a node lives; what it does stands in its own entries"),
    ("preparation.begun", "that an upload is being prepared; what becomes of it is an act"),
    ("preparation.ended", "that a preparation broke down on our side; its upload has changed nothing"),
    ("preparation.told", "how far a preparation is, for whoever waits"),
    ("session.touch", "when a session was last used, for its idle limit"),
    ("shipment.claimed", "which node ships a batch; if it is lost, another one ships it"),
    ("shipment.noted", "how far the log was shipped; if it is lost, the batch is shipped again"),
    ("witness.cosigned", "a signature that others made; it says nothing that the log does not hold"),
];

/// Names whose chore is not built yet. May only shrink: a name that somebody uses must leave the list.
const AWAITED: &[&str] = &[];

/// The names the writer accepts; it refuses all others at run time.
fn accepted(sources: &[Source]) -> Option<Vec<String>> {
    let start = "const HOUSEKEEPING: &[&str] = &[";
    let source = sources.iter().find(|source| source.bare.contains(start))?;
    let open = source.bare.find(start)? + start.len() - 1;
    Some(source.texts(open..closing(&source.bare, open)?))
}

/// Compares the names in the source with the list.
fn check(sources: &[Source], listed: &[&str], awaited: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used = Vec::new();
    for source in sources {
        for at in source.find(".housekeeping").into_iter().filter(|at| *at < source.tests_at()) {
            // `.housekeeping("name", ..)`, `.housekeeping_blocking::<_, (), Fault>("name", ..)`; a field is no call.
            let after = source.bare[at + 1..].trim_start_matches(is_word);
            let mut open = source.bare.len() - after.len();
            if after.starts_with("::<") {
                open = closing(&source.bare, open + 2).unwrap() + 1;
            }
            if !source.bare[open..].starts_with('(') {
                continue;
            }
            let end = closing(&source.bare, open).unwrap();
            match source.texts(open..end).first() {
                Some(name) if source.bare[open + 1..].trim_start().starts_with('"') => {
                    used.push((source, at, name.clone()));
                }
                _ => complaints.push(source.complain(at, "housekeeping names itself with a text, here")),
            }
        }
    }
    for (source, at, name) in &used {
        if !listed.contains(&name.as_str()) {
            complaints.push(source.complain(*at, &format!("{name:?} is not on the list of housekeeping")));
        }
    }
    for name in listed {
        let is_used = used.iter().any(|(_, _, used)| used == name);
        if is_used == awaited.contains(name) {
            let what =
                if is_used { "is awaited, and somebody does it" } else { "is listed, and nobody does it" };
            complaints.push(format!("the housekeeping {name:?} {what}"));
        }
    }
    complaints
}

#[test]
fn housekeeping_is_what_the_list_says() {
    let sources = rust_files("src");
    let names: Vec<&str> = LISTED.iter().map(|(name, _)| *name).collect();
    must_hold(&check(&sources, &names, AWAITED));
    assert_eq!(accepted(&sources).unwrap(), names, "the writer's list and this one");
    assert!(LISTED.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn housekeeping_beside_the_list_is_found() {
    let found = |text: &str, listed: &[&str], awaited: &[&str]| {
        check(&[Source::new("src/identity/sessions.rs", text)], listed, awaited)
    };
    must_hold(&found("writer.housekeeping(\"seen\", move |db| touch(db)).await", &["seen"], &[]));
    must_hold(&found("if batch.housekeeping && job.is_housekeeping() {}", &[], &[]));
    must_hold(&found("#[cfg(test)] mod tests { fn f() { w.housekeeping(\"x\", g) } }", &["y"], &["y"]));
    for (text, listed, awaited, wanted) in [
        ("writer.housekeeping(\"quiet\", f)", vec![], vec![], "not on the list"),
        ("writer.housekeeping_blocking::<_, (), Fault>(\"quiet\", f)", vec![], vec![], "not on the list"),
        ("writer.housekeeping(NAME, |db| set(db, \"x\"))", vec![], vec![], "names itself with a text"),
        ("", vec!["seen"], vec![], "is listed, and nobody does it"),
        ("writer.housekeeping(\"seen\", f)", vec!["seen"], vec!["seen"], "is awaited, and somebody does it"),
    ] {
        let complaints = found(text, &listed, &awaited);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{text}: {complaints:?}");
    }
    let list = Source::new(
        "src/ledger/writer.rs",
        "pub const HOUSEKEEPING: &[&str] = &[\n \"a\", // \"b\"\n \"c\"];",
    );
    assert_eq!(accepted(&[list]).unwrap(), ["a", "c"]);
}
