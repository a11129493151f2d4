//! Every act leaves an entry, and every kind of event has somebody who records it.

use super::must_hold;
use super::source::{Source, is_word, rust_files};

/// Kinds whose act is not built yet. May only shrink: a kind that has its act must leave the list.
const AWAITED: &[&str] = &[];

/// Whether a file holds acts of a noun: `src/grants/acts.rs`, `src/identity/acts/codes.rs`.
fn holds_acts(path: &str) -> bool {
    path.split('/').nth(2).is_some_and(|part| part == "acts" || part == "acts.rs")
}

/// Public functions of `acts` files that take an act and do not answer with what was recorded.
fn acts_without_entry(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| holds_acts(&source.path)) {
        for function in source.functions().iter().filter(|function| function.public) {
            let kind = |parameter: &String| parameter.split_once(':').map(|(_, kind)| kind.trim().to_owned());
            let takes_act = function.parameters.iter().filter_map(kind).any(|kind| kind.starts_with("Act<"));
            let answer = function.answer.split("where").next().unwrap_or_default();
            if takes_act && !answer.contains("Recorded<") {
                let what = format!("the act `{}` must return Recorded", function.name);
                complaints.push(source.complain(function.at, &what));
            }
        }
    }
    complaints
}

/// The file that declares the kinds of events.
fn declares_kinds(source: &Source) -> bool {
    source.path.starts_with("src/ledger/") && source.bare.contains("EventKind {") && !kinds(source).is_empty()
}

/// The kinds: variants with a dotted name, `GrantRevoked = "grant.revoked"`, and their place.
fn kinds(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in source.code.split_inclusive('\n') {
        if let Some((variant, value)) = line.trim().split_once(" = \"") {
            let name = value.split('"').next().unwrap_or_default();
            let is_kind = name.contains('.') && name.chars().all(|c| is_word(c) || c == '.');
            if is_kind && !variant.is_empty() && variant.chars().all(is_word) {
                found.push((variant.to_owned(), at));
            }
        }
        at += line.len();
    }
    found
}

/// Whether an event may be recorded here. Pages, the verifier and tests only speak about kinds.
fn records(path: &str) -> bool {
    !path.starts_with("src/web/") && !path.starts_with("src/ledger/verify") && !path.contains("tests")
}

/// Kinds that nobody records, and entries of the list that say so wrongly.
fn kinds_without_act(sources: &[Source], awaited: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let Some(list) = sources.iter().find(|source| declares_kinds(source)) else { return complaints };
    let recording: Vec<&Source> =
        sources.iter().filter(|source| source.path != list.path && records(&source.path)).collect();
    let kinds = kinds(list);
    for (kind, at) in &kinds {
        let named = format!("EventKind::{kind}");
        let in_code = |source: &&Source| {
            let uses = source.find(&named).into_iter().filter(|at| *at < source.tests_at());
            uses.filter(|at| !source.bare[at + named.len()..].starts_with(is_word)).count() > 0
        };
        let used = recording.iter().any(in_code);
        let listed = awaited.contains(&kind.as_str());
        if !used && !listed {
            complaints.push(list.complain(*at, "no act records this kind"));
        }
        if used && listed {
            complaints
                .push(list.complain(*at, "this kind has its act: take it off the list of awaited ones"));
        }
    }
    let unknown = awaited.iter().filter(|awaited| !kinds.iter().any(|(kind, _)| kind == *awaited));
    complaints.extend(unknown.map(|awaited| format!("{awaited} is awaited, and no kind of event")));
    complaints
}

#[test]
fn every_act_leaves_an_entry() {
    must_hold(&acts_without_entry(&rust_files("src")));
}

#[test]
fn every_kind_of_event_has_an_act() {
    let sources = rust_files("src");
    assert!(sources.iter().any(declares_kinds), "the law no longer finds the kinds of events");
    must_hold(&kinds_without_act(&sources, AWAITED));
}

#[test]
fn an_act_without_an_entry_is_found() {
    let act = |path: &str, text: &str| acts_without_entry(&[Source::new(path, text)]);
    let quiet = "pub fn revoke(mut act: Act<'_>, id: GrantId) -> Result<(), Fault> { Ok(()) }";
    assert!(act("src/grants/acts.rs", quiet)[0].contains("`revoke` must return Recorded"));
    assert_eq!(act("src/identity/acts/codes.rs", &quiet.replace("Act<'_>", "Act<'a>")).len(), 1);
    must_hold(&act("src/grants/store.rs", quiet));
    must_hold(&act("src/grants/acts.rs", &quiet.replace("()", "Recorded<'_, ()>")));
    must_hold(&act("src/grants/acts.rs", &quiet.replace("pub ", "")));
    must_hold(&act("src/grants/acts.rs", &quiet.replace("mut act: Act<'_>", "act: &mut Act<'_>")));
}

#[test]
fn a_kind_without_an_act_is_found() {
    let list = Source::new(
        "src/ledger/kind.rs",
        "enum EventKind {\n  GrantRevoked = \"grant.revoked\",\n  Plain = \"plain\",\n}",
    );
    let found =
        |path, text, awaited: &[&str]| kinds_without_act(&[list.clone(), Source::new(path, text)], awaited);
    let used = "act.record(Event::new(EventKind::GrantRevoked), ())";
    must_hold(&found("src/grants/acts.rs", used, &[]));
    must_hold(&found("src/grants/acts.rs", "", &["GrantRevoked"]));
    for (path, text, awaited, wanted) in [
        ("src/grants/acts.rs", "EventKind::GrantRevokedTwice", vec![], "kind.rs:2: no act records"),
        ("src/grants/acts.rs", "#[cfg(test)] mod t { EventKind::GrantRevoked }", vec![], "no act records"),
        ("src/web/security/log.rs", used, vec![], "no act records"),
        ("src/grants/acts.rs", used, vec!["GrantRevoked"], "take it off"),
        ("src/grants/acts.rs", used, vec!["GrantLost"], "no kind of event"),
    ] {
        let complaints = found(path, text, &awaited);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{text}: {complaints:?}");
    }
}
