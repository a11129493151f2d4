//! Writes objects as a file: streams one by one, all other objects packed into object streams, one table at the end.
//!
//! The slot comes first, right behind the header. Nothing is written as an update of an older
//! file: a reader that goes back to an earlier end of file finds none.

use super::object::{Dict, Stream, Value, deflate};
use crate::watermark::manifest::SlotPlace;
use std::fmt::Write as _;

/// How many objects share one object stream.
const PACK: usize = 200;

/// An object of the new file.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A stream.
    Stream(Stream),
    /// Anything else.
    Value(Value),
}

/// All objects of the new file, numbered from 1.
#[derive(Debug, Default)]
pub(crate) struct Objects(Vec<Option<Node>>);

impl Objects {
    /// Takes the next number; the object follows with [`Objects::put`].
    pub(crate) fn reserve(&mut self) -> u32 {
        self.0.push(None);
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
    /// Puts an object at its number.
    pub(crate) fn put(&mut self, number: u32, node: Node) {
        let place = usize::try_from(number).ok().and_then(|number| self.0.get_mut(number.saturating_sub(1)));
        if let Some(place) = place {
            *place = Some(node);
        }
    }
    /// Adds an object and answers its number.
    pub(crate) fn add(&mut self, node: Node) -> u32 {
        let number = self.reserve();
        self.put(number, node);
        number
    }
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What the trailer says.
pub(crate) struct Trailer {
    /// The catalog.
    pub(crate) root: u32,
    /// The document information.
    pub(crate) info: u32,
    /// The identifier, the same for every copy.
    pub(crate) id: Vec<u8>,
    /// The slot's form.
    pub(crate) slot: u32,
}

/// Where an object stands.
#[derive(Clone, Copy)]
enum Entry {
    /// Free.
    Free,
    /// At this offset.
    At(usize),
    /// In this object stream, at this place.
    Packed(u32, usize),
}

/// Writes the file; answers its bytes and where the slot lies.
pub(crate) fn write(objects: Objects, trailer: &Trailer) -> (Vec<u8>, SlotPlace) {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut entries = vec![Entry::Free; objects.len().saturating_add(1)];
    let mut place = SlotPlace { offset_bytes: 0, length_bytes: 0 };
    let mut packable = Vec::new();
    let mut streams = Vec::new();
    for (number, node) in (1_u32..).zip(objects.0) {
        match node {
            Some(Node::Stream(stream)) => streams.push((number, stream)),
            Some(Node::Value(value)) => packable.push((number, value)),
            None => packable.push((number, Value::Null)),
        }
    }
    // The slot first: a stable sort keeps the others in the order they were found.
    streams.sort_by_key(|(number, _)| *number != trailer.slot);
    for (number, stream) in streams {
        let length = stream.data.len();
        let data_at = write_stream(&mut out, &mut entries, number, stream);
        if number == trailer.slot {
            place = SlotPlace {
                offset_bytes: u64::try_from(data_at).unwrap_or(0),
                length_bytes: u32::try_from(length).unwrap_or(0),
            };
        }
    }
    write_packs(&mut out, &mut entries, packable);
    write_table(&mut out, entries, trailer);
    (out, place)
}

/// Writes one stream object; answers where its data begins.
fn write_stream(out: &mut Vec<u8>, entries: &mut Vec<Entry>, number: u32, mut stream: Stream) -> usize {
    set_entry(entries, number, Entry::At(out.len()));
    stream.dict.set("Length", Value::count(stream.data.len()));
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    stream.dict.write(out);
    out.extend_from_slice(b"\nstream\n");
    let data_at = out.len();
    out.append(&mut stream.data);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    data_at
}

/// Writes where an object stands; the table grows for the streams that hold others.
fn set_entry(entries: &mut Vec<Entry>, number: u32, entry: Entry) {
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    if place >= entries.len() && place < usize::MAX {
        entries.resize(place.saturating_add(1), Entry::Free);
    }
    if let Some(slot) = entries.get_mut(place) {
        *slot = entry;
    }
}

/// Packs objects into object streams.
fn write_packs(out: &mut Vec<u8>, entries: &mut Vec<Entry>, packable: Vec<(u32, Value)>) {
    for pack in packable.chunks(PACK) {
        let number = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let (mut index, mut body) = (String::new(), Vec::new());
        for (place, (inner, value)) in pack.iter().enumerate() {
            let _ = write!(index, "{inner} {} ", body.len());
            value.write(&mut body);
            body.push(b'\n');
            set_entry(entries, *inner, Entry::Packed(number, place));
        }
        let mut dict = Dict::typed("ObjStm");
        dict.set("N", Value::count(pack.len()));
        dict.set("First", Value::count(index.len()));
        let plain = [index.as_bytes(), &body].concat();
        write_stream(out, entries, number, Stream::deflated(dict, plain));
    }
}

/// Writes the cross-reference stream and the end of the file.
fn write_table(out: &mut Vec<u8>, mut entries: Vec<Entry>, trailer: &Trailer) {
    let table_at = out.len();
    let number = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    entries.push(Entry::At(table_at));
    let mut rows = Vec::with_capacity(entries.len().saturating_mul(7));
    for entry in &entries {
        let (kind, wide, narrow) = match entry {
            Entry::Free => (0, 0, u16::MAX),
            Entry::At(offset) => (1, u32::try_from(*offset).unwrap_or(0), 0),
            Entry::Packed(pack, place) => (2, *pack, u16::try_from(*place).unwrap_or(0)),
        };
        rows.push(kind);
        rows.extend_from_slice(&wide.to_be_bytes());
        rows.extend_from_slice(&narrow.to_be_bytes());
    }
    let mut dict = Dict::typed("XRef");
    dict.set("Size", Value::count(entries.len()));
    dict.set("W", Value::numbers(&[1.0, 4.0, 2.0]));
    dict.set("Root", Value::Ref(trailer.root));
    dict.set("Info", Value::Ref(trailer.info));
    dict.set("ID", Value::Array(vec![Value::Text(trailer.id.clone()), Value::Text(trailer.id.clone())]));
    dict.set("Filter", Value::name("FlateDecode"));
    let data = deflate(&rows);
    dict.set("Length", Value::count(data.len()));
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    dict.write(out);
    out.extend_from_slice(b"\nstream\n");
    out.extend_from_slice(&data);
    out.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{table_at}\n%%EOF\n").as_bytes());
}
