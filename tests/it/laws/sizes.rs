//! Budgets: a file has 300 lines at the most, a function 60 lines of code, a signature 5 parameters.
//!
//! A file's tests at its end are not counted. Exceptions stand here with their number and reason; the number follows
//! the file down, so the list can only shrink.

use super::must_hold;
use super::source::{Source, rust_files};

/// Lines of a file, without the tests at its end.
const FILE: usize = 300;
/// Lines with code in a function's body.
const FUNCTION: usize = 60;
/// Parameters of a function.
const PARAMETERS: usize = 5;
/// How far a file may shrink below its exception before the number must follow.
const SLACK: usize = 20;

/// Larger files: path, lines allowed, and why it is one file.
const EXCEPTIONS: &[(&str, usize, &str)] = &[(
    "src/db/schema.rs",
    342,
    "one table after the other, written by hand and compared with both databases",
)];

/// What is measured of a file or function: the number, what it is of, and where.
type Measure = (usize, String);

/// Lines of each file.
fn file_lines(sources: &[Source]) -> Vec<Measure> {
    let lines = |source: &Source| source.text[..source.tests_at()].lines().count();
    sources.iter().map(|source| (lines(source), source.path.clone())).collect()
}

/// Something of each function, largest first.
fn functions(
    sources: &[Source],
    measure: impl Fn(&Source, &super::source::Function) -> usize,
) -> Vec<Measure> {
    let mut all = Vec::new();
    for source in sources {
        for function in source.functions() {
            let number = source.text[..function.at].matches('\n').count() + 1;
            all.push((measure(source, &function), format!("{}:{number} {}", source.path, function.name)));
        }
    }
    largest_first(all)
}

/// Sorted, the largest first.
fn largest_first(mut all: Vec<Measure>) -> Vec<Measure> {
    all.sort_by(|a, b| b.cmp(a));
    all
}

/// Lines with code in each function.
fn function_lines(sources: &[Source]) -> Vec<Measure> {
    functions(sources, |source, function| {
        source.code[function.body.clone()].lines().filter(|line| !line.trim().is_empty()).count()
    })
}

/// Parameters of each function whose signature is ours to choose.
fn parameters(sources: &[Source]) -> Vec<Measure> {
    functions(sources, |source, function| {
        let of_trait = source.trait_impls().iter().any(|block| block.contains(&function.at));
        if of_trait { 0 } else { function.parameters.len() }
    })
}

/// Whatever is over its budget, and exceptions that have become too generous.
fn check(sources: &[Source], exceptions: &[(&str, usize, &str)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (lines, path) in file_lines(sources) {
        let allowed = exceptions.iter().find(|(other, ..)| *other == path).map(|(_, allowed, _)| *allowed);
        if lines > allowed.unwrap_or(FILE) {
            complaints.push(format!("{path}: {lines} lines, {} allowed: part it", allowed.unwrap_or(FILE)));
        }
        if allowed.is_some() && lines <= FILE {
            complaints.push(format!("{path}: {lines} lines, within the budget: strike the exception"));
        } else if let Some(allowed) = allowed.filter(|allowed| lines + SLACK < *allowed) {
            complaints.push(format!("{path}: {lines} lines: lower the exception from {allowed}"));
        }
    }
    let gone = exceptions.iter().filter(|(path, ..)| !sources.iter().any(|source| source.path == *path));
    complaints.extend(gone.map(|(path, ..)| format!("{path} is gone: strike its exception")));
    let over = |measures: Vec<Measure>, budget: usize, unit: &str| -> Vec<String> {
        let over = measures.into_iter().filter(|(number, _)| *number > budget);
        over.map(|(number, what)| format!("{what}: {number} {unit}, {budget} allowed")).collect()
    };
    complaints.extend(over(function_lines(sources), FUNCTION, "lines of code"));
    complaints.extend(over(parameters(sources), PARAMETERS, "parameters"));
    complaints
}

/// The five largest of each kind, for whoever reads the test's output.
fn worst(sources: &[Source]) -> String {
    let parts = [
        ("lines a file", largest_first(file_lines(sources))),
        ("lines a function", function_lines(sources)),
        ("parameters", parameters(sources)),
    ];
    let show = |(unit, measures): &(&str, Vec<Measure>)| {
        let five: Vec<String> =
            measures.iter().take(5).map(|(number, what)| format!("{number:>5} {what}")).collect();
        format!("{unit}\n{}", five.join("\n"))
    };
    parts.iter().map(show).collect::<Vec<_>>().join("\n")
}

#[test]
fn files_functions_and_signatures_are_small() {
    let mut sources = rust_files("src");
    sources.extend(rust_files("tests/it"));
    let complaints = check(&sources, EXCEPTIONS);
    if !complaints.is_empty() {
        must_hold(&[complaints, vec![format!("The worst five of each:\n{}", worst(&sources))]].concat());
    }
    assert!(EXCEPTIONS.iter().all(|(.., reason)| !reason.is_empty()));
}

#[test]
fn what_is_too_large_is_found() {
    let lines = |count: usize| "let x = 1;\n".repeat(count);
    let file = |count: usize| Source::new("src/a.rs", &lines(count));
    must_hold(&check(&[file(300)], &[]));
    must_hold(&check(&[file(320)], &[("src/a.rs", 330, "why")]));
    must_hold(&check(
        &[Source::new("src/a.rs", &format!("{}#[cfg(test)]\n{}", lines(300), lines(200)))],
        &[],
    ));
    let function =
        |count: usize| Source::new("src/a.rs", &format!("fn f() {{\n// why\n\n{}}}", lines(count)));
    must_hold(&check(&[function(60)], &[]));
    must_hold(&check(&[Source::new("src/a.rs", "fn f(a: A<B, C>, b: (D, E), c: F, d: G, e: H) {}")], &[]));
    let foreign = "impl Pen for Glyph { fn f(&mut self, a: A, b: B, c: C, d: D, e: E) {} }";
    must_hold(&check(&[Source::new("src/a.rs", foreign)], &[]));
    for (source, exceptions, wanted) in [
        (file(301), vec![], "301 lines, 300 allowed"),
        (file(331), vec![("src/a.rs", 330, "why")], "331 lines, 330 allowed"),
        (file(305), vec![("src/a.rs", 330, "why")], "lower the exception"),
        (file(300), vec![("src/a.rs", 330, "why")], "strike the exception"),
        (file(1), vec![("src/b.rs", 330, "why")], "src/b.rs is gone"),
        (function(61), vec![], "src/a.rs:1 f: 61 lines of code"),
        (Source::new("src/a.rs", "fn f(a: A, b: B, c: C, d: D, e: E, f: F) {}"), vec![], "f: 6 parameters"),
    ] {
        let complaints = check(&[source], &exceptions);
        assert!(complaints.len() == 1 && complaints[0].contains(wanted), "{wanted}: {complaints:?}");
    }
    assert!(worst(&[function(61)]).contains("61 src/a.rs:1 f"));
}
