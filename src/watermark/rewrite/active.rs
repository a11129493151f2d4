//! What is left behind on the way into the new file: everything that acts, attaches or identifies.
//!
//! Kept are contents, links within the document and to the web, bookmarks, structure for screen readers, layers.
//! The judgement looks at the shape of an entry, not only at its key: a font may well be called `/AA`.

use super::notes::{Note, Notes};
use hayro_syntax::object::{Array, Dict, Name, Object};

/// Actions that leave the document or run something: dropped wherever they stand.
const ACTING: [&[u8]; 18] = [
    b"JavaScript",
    b"JScript",
    b"Launch",
    b"GoToR",
    b"GoToE",
    b"GoToDp",
    b"SubmitForm",
    b"ResetForm",
    b"ImportData",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"SetOCGState",
    b"Thread",
    b"Trans",
    b"GoTo3DView",
    b"RichMediaExecute",
    b"Hide",
];

/// Named actions that turn a page; viewers know others, which save, print or close.
const TURNING: [&[u8]; 4] = [b"FirstPage", b"LastPage", b"NextPage", b"PrevPage"];

/// Whether a name is at a key.
fn says(dict: &Dict<'_>, key: &[u8], name: &[u8]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|found| &*found == name)
}

/// Whether an object is dropped as a whole wherever it stands.
pub(crate) fn is_dropped(dict: &Dict<'_>, notes: &mut Notes) -> bool {
    if let Some(kind) = dict.get::<Name<'_>>(b"S") {
        let is_structure = says(dict, b"Type", b"StructElem") && dict.contains_key(b"P");
        if !is_structure && ACTING.contains(&&*kind) {
            notes.add(if matches!(&*kind, b"JavaScript" | b"JScript") {
                Note::JavaScript
            } else {
                Note::Actions
            });
            return true;
        }
        let is_foreign = &*kind == b"Named" && !TURNING.iter().any(|name| says(dict, b"N", name));
        if is_foreign || &*kind == b"URI" && says_unsafe_address(dict, b"URI") {
            notes.add(Note::Actions);
            return true;
        }
    }
    // A program for printers, which painted whatever it liked where nobody looks.
    if says(dict, b"Subtype", b"PS") {
        notes.add(Note::Actions);
        return true;
    }
    if says(dict, b"Type", b"EmbeddedFile") {
        notes.add(Note::Attachments);
        return true;
    }
    false
}

/// Whether a web link leads to something else than the web, mail or telephone.
fn says_unsafe_address(dict: &Dict<'_>, key: &[u8]) -> bool {
    let Some(address) = dict.get::<hayro_syntax::object::String<'_>>(key) else { return false };
    let address: Vec<u8> =
        address.as_bytes().iter().filter(|b| **b > 32).map(u8::to_ascii_lowercase).collect();
    let Some(colon) = address.iter().position(|byte| matches!(byte, b':' | b'/' | b'?' | b'#')) else {
        return false;
    };
    let scheme = address.get(..colon).unwrap_or_default();
    address.get(colon) == Some(&b':') && !matches!(scheme, b"http" | b"https" | b"mailto" | b"tel" | b"ftp")
}

/// Whether an entry of a dictionary is dropped.
pub(crate) fn is_entry_dropped(dict: &Dict<'_>, key: &[u8], notes: &mut Notes) -> bool {
    match key {
        b"AA" => is_event_table(dict, notes),
        b"Next" if says(dict, b"S", b"GoTo") || says(dict, b"S", b"URI") || says(dict, b"S", b"Named") => {
            notes.add(Note::Actions);
            true
        }
        b"JS" => dict.contains_key(b"S"),
        // A font may be called so; the files of a file specification are a dictionary without a type.
        b"EF" | b"RF" => {
            let files = dict.get::<Dict<'_>>(key).is_some_and(|files| !files.contains_key(b"Type"));
            if files {
                notes.add(Note::Attachments);
            }
            files
        }
        b"AF" => {
            first_dict(dict, b"AF").is_some_and(|file| file.contains_key(b"EF") || file.contains_key(b"F"))
        }
        b"Metadata" => dict
            .get::<Dict<'_>>(key)
            .or_else(|| stream_dict(dict, key))
            .is_some_and(|m| says(&m, b"Type", b"Metadata")),
        b"PieceInfo" => dict.contains_key(b"Type") || dict.contains_key(b"Subtype"),
        // What other links begin with.
        b"Base" => says_unsafe_address(dict, b"Base"),
        // Another image for printers, a page of another file, a program instead of a form: a second face.
        b"Alternates" => says(dict, b"Subtype", b"Image"),
        b"PS" | b"Ref" | b"Subtype2" => says(dict, b"Subtype", b"Form"),
        b"OPI" => says(dict, b"Subtype", b"Image") || says(dict, b"Subtype", b"Form"),
        _ => false,
    }
}

/// Whether `AA` holds actions by event: a dictionary whose entries are actions.
fn is_event_table(dict: &Dict<'_>, notes: &mut Notes) -> bool {
    let Some(events) = dict.get::<Dict<'_>>(b"AA") else { return false };
    if events.contains_key(b"Subtype") || says(&events, b"Type", b"Font") {
        return false;
    }
    notes.add(Note::Actions);
    true
}

/// The dictionary of a stream at a key.
fn stream_dict<'a>(dict: &Dict<'a>, key: &[u8]) -> Option<Dict<'a>> {
    dict.get::<Object<'a>>(key)?.into_stream().map(|stream| stream.dict().clone())
}

/// The dictionary at a key, or the first one of an array there.
fn first_dict<'a>(dict: &Dict<'a>, key: &[u8]) -> Option<Dict<'a>> {
    dict.get::<Dict<'a>>(key).or_else(|| dict.get::<Array<'a>>(key)?.iter::<Dict<'a>>().next())
}
