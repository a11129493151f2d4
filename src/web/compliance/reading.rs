//! Reading exceptions out of a pasted text: a table or OSCAL assessment results.
//!
//! Every row is read by the rules of the exception's own form, and everything that is wrong is named by its line. What
//! comes back is whole or it is nothing.

use super::exception_form::{FIELDS, parse};
use crate::exceptions::{Content, oscal};
use crate::text::Line;
use crate::text::csv;
use crate::web::form::Form;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The most exceptions of one import: more than any report has; a text of more is a mistake or an attack.
const MOST: usize = 1_000;
/// The most errors that are shown; whoever has more begins with these.
const SHOWN: usize = 100;
/// What stands where a text of another encoding could not be read.
const UNREADABLE: char = '\u{FFFD}';

/// An exception that was read, and where it stands in the text.
#[derive(Clone, Debug)]
pub struct Row {
    /// `Line 3`, `Finding 2`.
    pub place: String,
    /// What it says.
    pub content: Content,
}

/// What was read: the exceptions, or everything that is wrong.
pub type Reading = Result<Vec<Row>, Vec<String>>;

/// Reads a text of either format.
pub fn read(text: &str) -> Reading {
    let text = text.trim_start_matches('\u{FEFF}');
    let unreadable: Vec<String> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(UNREADABLE))
        .map(|(at, _)| format!("Line {}: characters of another encoding. Save the file as UTF-8.", at + 1))
        .collect();
    if !unreadable.is_empty() {
        return Err(shortened(unreadable));
    }
    let read = if text.trim_start().starts_with('{') { read_oscal(text) } else { read_csv(text) };
    read.map_err(shortened)
}

/// The first errors, and how many more there are.
fn shortened(mut errors: Vec<String>) -> Vec<String> {
    let more = errors.len().saturating_sub(SHOWN);
    errors.truncate(SHOWN);
    if more > 0 {
        errors.push(format!("There is more: {more} further errors are not shown."));
    }
    errors
}

/// Too many rows to be a report's.
fn too_many(rows: usize) -> Vec<String> {
    vec![format!("There are {rows} exceptions in it, and {MOST} at the most can be imported at once.")]
}

/// Reads a table.
fn read_csv(text: &str) -> Reading {
    let rows = csv::read(text).map_err(|error| vec![format!("The table cannot be read: {error}.")])?;
    let Some(((_, head), rows)) = rows.split_first() else {
        return Err(vec!["There is nothing in it. The first line names the columns.".to_owned()]);
    };
    if rows.len() > MOST {
        return Err(too_many(rows.len()));
    }
    let head: Vec<&str> = head.iter().map(|name| name.trim()).collect();
    let mut wrong: Vec<String> = head
        .iter()
        .filter(|name| !FIELDS.contains(name))
        .map(|name| format!("Line 1: there is no column {name:?}. The template has all that are known."))
        .collect();
    let twice = FIELDS.iter().filter(|name| head.iter().filter(|other| other == name).count() > 1);
    wrong.extend(twice.map(|name| format!("Line 1: the column {name:?} is there more than once.")));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let fields = rows.iter().map(|(line, cells)| {
        let named = head.iter().zip(cells).map(|(name, cell)| (*name, cell.as_str()));
        let extra = cells.get(head.len()..).is_some_and(|rest| rest.iter().any(|cell| !cell.is_empty()));
        (format!("Line {line}"), named.collect::<Vec<_>>(), extra)
    });
    gather(fields)
}

/// Reads a document.
fn read_oscal(text: &str) -> Reading {
    let found = oscal::read(text).map_err(|error| vec![format!("The document cannot be read: {error}.")])?;
    if found.len() > MOST {
        return Err(too_many(found.len()));
    }
    gather(found.iter().enumerate().map(|(number, fields)| {
        let named = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        (format!("Finding {}", number + 1), named.collect(), false)
    }))
}

/// Reads each row by the rules of the exception's form.
fn gather<'a>(rows: impl Iterator<Item = (String, Vec<(&'a str, &'a str)>, bool)>) -> Reading {
    let (mut read, mut errors) = (Vec::new(), Vec::new());
    let mut first: BTreeMap<Line, String> = BTreeMap::new();
    for (place, fields, extra) in rows {
        if extra {
            errors.push(format!("{place}: there are more cells than columns."));
        }
        let mut values: Vec<(&str, &str)> =
            fields.iter().copied().filter(|(name, _)| *name != "tests").collect();
        let tests = fields.iter().filter(|(name, _)| *name == "tests");
        let tests = tests.flat_map(|(_, text)| text.split(';')).map(str::trim);
        values.extend(tests.filter(|test| !test.is_empty()).map(|test| ("tests", test)));
        let mut form = Form::with(&values);
        let content = parse(&mut form);
        errors.extend(form.problems().iter().map(|problem| format!("{place}: {}", problem.text)));
        let Some(content) = content else { continue };
        match first.entry(content.reference.clone()) {
            Entry::Occupied(taken) => errors.push(format!(
                "{place}: the reference {} stands on {} already.",
                content.reference,
                taken.get().to_lowercase()
            )),
            Entry::Vacant(free) => {
                free.insert(place.clone());
                // A link means an exception of this house; no file of others can name one.
                read.push(Row { place, content: Content { repeats: None, ..content } });
            }
        }
    }
    if read.is_empty() && errors.is_empty() {
        errors.push("There is no exception in it.".to_owned());
    }
    if errors.is_empty() { Ok(read) } else { Err(errors) }
}

/// Refuses rows whose reference the draft has already.
pub fn already_there(rows: Vec<Row>, known: &[Line]) -> Reading {
    let taken = rows.iter().filter(|row| known.contains(&row.content.reference));
    let errors: Vec<String> = taken
        .map(|row| format!("{}: this report has an exception {} already.", row.place, row.content.reference))
        .collect();
    if errors.is_empty() { Ok(rows) } else { Err(shortened(errors)) }
}
