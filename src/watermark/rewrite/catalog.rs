//! The catalog of the new file: what helps to read the document, nothing that acts when it is opened.

use super::copier::Copier;
use super::file::Node;
use super::notes::Note;
use super::object::{Dict, Value};
use crate::watermark::IntakeRefusal;
use hayro_syntax::object::{self, Array, Name, Object};

/// Entries that are copied.
const KEPT: [&str; 11] = [
    "Dests",
    "Lang",
    "MarkInfo",
    "OCProperties",
    "Outlines",
    "OutputIntents",
    "PageLabels",
    "PageLayout",
    "StructTreeRoot",
    "URI",
    "ViewerPreferences",
];
/// Name trees that are copied.
const NAMES: [&str; 1] = ["Dests"];

/// Writes the catalog and answers its number.
pub(crate) fn write<'a>(
    copier: &mut Copier<'a>,
    old: &object::Dict<'a>,
    pages: u32,
    metadata: u32,
) -> Result<u32, IntakeRefusal> {
    let mut catalog = Dict::typed("Catalog");
    catalog.set("Pages", Value::Ref(pages));
    for key in KEPT {
        if let Some(value) = old.get_raw::<Object<'a>>(key) {
            catalog.set(key, copier.value(&value, 0)?);
        }
    }
    if let Some(names) = old.get::<object::Dict<'a>>(b"Names") {
        let mut kept = Dict::default();
        for key in NAMES {
            if let Some(tree) = names.get_raw::<Object<'a>>(key) {
                kept.set(key, copier.value(&tree, 0)?);
            }
        }
        if !kept.is_empty() {
            catalog.set("Names", Value::Dict(kept));
        }
    }
    if let Some(mode) = old.get::<Name<'a>>(b"PageMode").filter(|mode| &**mode != b"UseAttachments") {
        catalog.set("PageMode", Value::Name(mode.to_vec()));
    }
    if let Some(opening) = opening(copier, old)? {
        catalog.set("OpenAction", opening);
    }
    catalog.set("Metadata", Value::Ref(metadata));
    tell_what_is_left(copier, old);
    Ok(copier.objects.add(Node::Value(Value::Dict(catalog))))
}

/// What is shown first: a place in the document; any other action is left behind.
fn opening<'a>(copier: &mut Copier<'a>, old: &object::Dict<'a>) -> Result<Option<Value>, IntakeRefusal> {
    let Some(raw) = old.get_raw::<Object<'a>>(b"OpenAction") else { return Ok(None) };
    if old.get::<Array<'a>>(b"OpenAction").is_some() {
        return copier.value(&raw, 0).map(Some);
    }
    let Some(action) = old.get::<object::Dict<'a>>(b"OpenAction") else { return Ok(None) };
    match action.get::<Name<'a>>(b"S").as_deref() {
        Some(b"GoTo") => copier.value(&raw, 0).map(Some),
        Some(b"JavaScript") => {
            copier.note(Note::JavaScript);
            Ok(None)
        }
        _ => {
            copier.note(Note::Actions);
            Ok(None)
        }
    }
}

/// Notes what of the catalog has no successor.
fn tell_what_is_left<'a>(copier: &mut Copier<'a>, old: &object::Dict<'a>) {
    if old.contains_key(b"AA") {
        copier.note(Note::Actions);
    }
    if old.contains_key(b"AF") || old.contains_key(b"Collection") {
        copier.note(Note::Attachments);
    }
    if let Some(names) = old.get::<object::Dict<'a>>(b"Names") {
        if names.contains_key(b"JavaScript") {
            copier.note(Note::JavaScript);
        }
        if names.contains_key(b"EmbeddedFiles") {
            copier.note(Note::Attachments);
        }
    }
    let Some(form) = old.get::<object::Dict<'a>>(b"AcroForm") else { return };
    if form.contains_key(b"XFA") {
        copier.note(Note::Xfa);
    }
    for _ in 0..signatures(&form) {
        copier.note(Note::Signatures);
    }
}

/// How many signed fields a form has at its top level.
fn signatures(form: &object::Dict<'_>) -> usize {
    let Some(fields) = form.get::<Array<'_>>(b"Fields") else { return 0 };
    let signed = |field: &object::Dict<'_>| {
        field.get::<Name<'_>>(b"FT").as_deref() == Some(b"Sig") && field.contains_key(b"V")
    };
    fields.iter::<object::Dict<'_>>().filter(signed).count()
}

/// Whether the pages exist only while a form program runs.
pub(crate) fn is_dynamic_form(catalog: &object::Dict<'_>) -> bool {
    let Some(form) = catalog.get::<object::Dict<'_>>(b"AcroForm") else { return false };
    let has_fields =
        form.get::<Array<'_>>(b"Fields").is_some_and(|fields| fields.raw_iter().next().is_some());
    let needs_rendering =
        catalog.get::<Object<'_>>(b"NeedsRendering").and_then(Object::into_bool) == Some(true);
    form.contains_key(b"XFA") && (needs_rendering || !has_fields)
}
