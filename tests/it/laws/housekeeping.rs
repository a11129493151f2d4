//! What changes state without an entry in the log is listed here, by name, with its reason.

use super::must_hold;
use super::source::{Source, closing, rust_files};

/// The whole list: name and why it needs no entry.
const LISTED: &[(&str, &str)] = &[];

/// Compares the names in the source with the list.
fn check(sources: &[Source], listed: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used = Vec::new();
    for source in sources {
        for at in source.find(".housekeeping").into_iter().filter(|at| *at < source.tests_at()) {
            // `.housekeeping("name", ..)`, `.housekeeping_blocking::<_, (), Fault>("name", ..)`.
            let mut open = at + source.bare[at..].find(['(', '<']).unwrap();
            if source.bare[open..].starts_with('<') {
                open = closing(&source.bare, open).unwrap() + 1;
            }
            let end = closing(&source.bare, open).unwrap();
            match source.texts(open..end).first() {
                Some(name) if source.bare[open + 1..].trim_start().starts_with('"') => {
                    used.push((source, at, name.clone()))
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
    let unused = listed.iter().filter(|name| !used.iter().any(|(_, _, used)| used == *name));
    complaints
        .extend(unused.map(|name| format!("{name:?} is on the list of housekeeping, and nobody does it")));
    complaints
}

#[test]
fn housekeeping_is_what_the_list_says() {
    let names: Vec<&str> = LISTED.iter().map(|(name, _)| *name).collect();
    must_hold(&check(&rust_files("src"), &names));
    assert!(LISTED.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn housekeeping_beside_the_list_is_found() {
    let source = |text| [Source::new("src/identity/sessions.rs", text)];
    must_hold(&check(
        &source("writer.housekeeping(\"session.seen\", move |db| touch(db)).await"),
        &["session.seen"],
    ));
    must_hold(&check(&source("#[cfg(test)] mod tests { fn f() { w.housekeeping(\"x\", g) } }"), &[]));
    for (text, listed, wanted) in [
        ("writer.housekeeping(\"quiet.change\", f)", vec![], "not on the list"),
        ("writer.housekeeping_blocking::<_, (), Fault>(\"quiet.change\", f)", vec![], "not on the list"),
        ("writer.housekeeping(NAME, |db| set(db, \"x\"))", vec!["x"], "names itself with a text"),
        ("", vec!["session.seen"], "nobody does it"),
    ] {
        assert!(check(&source(text), &listed)[0].contains(wanted), "{text}");
    }
}
