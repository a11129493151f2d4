//! Copies what is reachable from the old file into the new one, renumbered, without what acts.
//!
//! References are followed through a queue, so that their depth costs no stack; only objects written inside others
//! recurse, up to the limit. Objects of the old file are never changed: whoever needs another version makes a copy.

use super::active::{is_dropped, is_entry_dropped};
use super::file::{Node, Objects};
use super::notes::{Note, Notes};
use super::object::{Dict, Stream, Value};
use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::{NESTING, OBJECTS};
use hayro_syntax::Filter;
use hayro_syntax::object::{self, MaybeRef, Number, Object, ObjectIdentifier};
use hayro_syntax::xref::XRef;
use std::collections::{HashMap, VecDeque};

/// Copies objects on demand.
pub(crate) struct Copier<'a> {
    /// The old file.
    pub(crate) xref: &'a XRef,
    /// The new one.
    pub(crate) objects: Objects,
    /// What the publisher should know.
    pub(crate) notes: Notes,
    /// Where old objects went; `None` for what was left behind.
    targets: HashMap<ObjectIdentifier, Option<u32>>,
    /// Old objects that have a number and wait for being copied.
    waiting: VecDeque<(ObjectIdentifier, u32)>,
}

impl<'a> Copier<'a> {
    /// Nothing copied yet.
    pub(crate) fn new(xref: &'a XRef) -> Self {
        Self {
            xref,
            objects: Objects::default(),
            notes: Notes::default(),
            targets: HashMap::new(),
            waiting: VecDeque::new(),
        }
    }
    /// Says where references to an old object lead from now on; the first word counts.
    pub(crate) fn lead(&mut self, id: ObjectIdentifier, target: Option<u32>) {
        self.targets.entry(id).or_insert(target);
    }
    /// A reference to an old object, which is copied in its turn.
    pub(crate) fn refer(&mut self, id: ObjectIdentifier) -> Result<Value, IntakeRefusal> {
        if let Some(target) = self.targets.get(&id) {
            return Ok(target.map_or(Value::Null, Value::Ref));
        }
        if self.objects.len() >= OBJECTS {
            return Err(IntakeRefusal::TooManyObjects { limit: OBJECTS });
        }
        let number = self.objects.reserve();
        self.targets.insert(id, Some(number));
        self.waiting.push_back((id, number));
        Ok(Value::Ref(number))
    }
    /// Copies everything that waits, and what that refers to.
    pub(crate) fn finish(&mut self) -> Result<(), IntakeRefusal> {
        while let Some((id, number)) = self.waiting.pop_front() {
            let node = match self.xref.get::<Object<'a>>(id) {
                Some(object) => self.node(&object)?,
                None => Node::Value(Value::Null),
            };
            self.objects.put(number, node);
        }
        Ok(())
    }
    /// An old object as one of the new file.
    fn node(&mut self, object: &Object<'a>) -> Result<Node, IntakeRefusal> {
        match object {
            Object::Stream(stream) => {
                if is_dropped(stream.dict(), &mut self.notes) {
                    return Ok(Node::Value(Value::Null));
                }
                Ok(Node::Stream(self.stream(stream)?))
            }
            Object::Dict(dict) if is_tree(dict) => Ok(Node::Value(Value::Null)),
            other => Ok(Node::Value(self.direct(other, 0)?)),
        }
    }
    /// A stream with its bytes as they are, decrypted; plain ones are deflated.
    pub(crate) fn stream(&mut self, stream: &object::Stream<'a>) -> Result<Stream, IntakeRefusal> {
        let data = stream.raw_data();
        let stated = stream.dict().get::<Number>(b"Length").map_or(0, |length| length.as_i64());
        if data.is_empty() && stated > 32 && !stream.dict().contains_key(b"F") {
            // The parser gives nothing when it cannot decrypt; two AES blocks may rightly be nothing.
            return Err(IntakeRefusal::damaged("a stream cannot be read"));
        }
        let mut dict = self.dict(stream.dict(), 0)?;
        dict.remove("Length");
        dict.remove("DL");
        if dict.value("F").is_some() {
            // The data lies in another file: nothing of it is ours.
            for key in ["F", "FFilter", "FDecodeParms", "Filter", "DecodeParms"] {
                dict.remove(key);
            }
            return Ok(Stream { dict, data: Vec::new() });
        }
        if let Some(filter) =
            dict.value("Filter").filter(|filter| stands_elsewhere(filter)).and(direct_filter(stream))
        {
            dict.set("Filter", filter);
        }
        let filters = stream.filters();
        if filters.first() == Some(&Filter::Crypt) {
            drop_first_filter(&mut dict);
        }
        if dict.value("Filter").is_none() && data.len() > 64 {
            return Ok(Stream::deflated(dict, data.into_owned()));
        }
        Ok(Stream { dict, data: data.into_owned() })
    }
    /// A value that is written inside another or stands alone.
    pub(crate) fn value(
        &mut self,
        value: &MaybeRef<Object<'a>>,
        depth: usize,
    ) -> Result<Value, IntakeRefusal> {
        match value {
            MaybeRef::Ref(reference) => self.refer((*reference).into()),
            MaybeRef::NotRef(object) => self.direct(object, depth),
        }
    }
    /// A direct object.
    fn direct(&mut self, object: &Object<'a>, depth: usize) -> Result<Value, IntakeRefusal> {
        Ok(match object {
            Object::Null(_) => Value::Null,
            Object::Boolean(truth) => Value::Bool(*truth),
            Object::Number(number) => Value::Number(number.as_f64()),
            Object::String(text) => Value::Text(text.as_bytes().to_vec()),
            Object::Name(name) => Value::Name(name.to_vec()),
            Object::Array(items) => {
                let depth = deeper(depth)?;
                let items: Result<Vec<_>, _> =
                    items.raw_iter().map(|item| self.value(&item, depth)).collect();
                Value::Array(items?)
            }
            Object::Dict(dict) => {
                if is_dropped(dict, &mut self.notes) {
                    Value::Null
                } else {
                    Value::Dict(self.dict(dict, depth)?)
                }
            }
            Object::Stream(stream) => {
                let stream = self.stream(stream)?;
                Value::Ref(self.objects.add(Node::Stream(stream)))
            }
        })
    }
    /// A dictionary without the entries that act.
    pub(crate) fn dict(&mut self, dict: &object::Dict<'a>, depth: usize) -> Result<Dict, IntakeRefusal> {
        let depth = deeper(depth)?;
        let mut copy = Dict::default();
        for (key, value) in dict.entries() {
            if !is_entry_dropped(dict, &key, &mut self.notes) {
                copy.push(key.to_vec(), self.value(&value, depth)?);
            }
        }
        Ok(copy)
    }
    /// A resolved dictionary at a key, copied; empty if there is none.
    pub(crate) fn dict_at(&mut self, dict: &object::Dict<'a>, key: &[u8]) -> Result<Dict, IntakeRefusal> {
        match dict.get::<object::Dict<'a>>(key) {
            Some(inner) => self.dict(&inner, 0),
            None => Ok(Dict::default()),
        }
    }
    /// Notes something for the publisher.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.add(note);
    }
}

/// One level further down, within the limit.
fn deeper(depth: usize) -> Result<usize, IntakeRefusal> {
    if depth >= NESTING { Err(IntakeRefusal::Nesting { limit: NESTING }) } else { Ok(depth + 1) }
}

/// Whether a dictionary is a node of the old page tree or an old page that the new file does not have.
fn is_tree(dict: &object::Dict<'_>) -> bool {
    let kind = dict.get::<object::Name<'_>>(b"Type");
    let kind = kind.as_deref();
    (kind == Some(b"Pages") && dict.contains_key(b"Kids"))
        || (kind == Some(b"Page") && dict.contains_key(b"Parent"))
}

/// Whether a filter, or one of a list, stands in another object.
fn stands_elsewhere(filter: &Value) -> bool {
    match filter {
        Value::Array(items) => items.iter().any(|item| matches!(item, Value::Ref(_))),
        other => matches!(other, Value::Ref(_)),
    }
}

/// The filters of a stream without references: whoever looks at the new file before it is parsed reads them there.
fn direct_filter(stream: &object::Stream<'_>) -> Option<Value> {
    let dict = stream.dict();
    let name = |name: object::Name<'_>| Value::Name(name.to_vec());
    dict.get::<object::Name<'_>>(b"Filter").map(name).or_else(|| {
        let names = dict.get::<object::Array<'_>>(b"Filter")?;
        Some(Value::Array(names.iter::<object::Name<'_>>().map(name).collect()))
    })
}

/// Takes the first filter and its parameters out.
fn drop_first_filter(dict: &mut Dict) {
    for key in ["Filter", "DecodeParms"] {
        match dict.value(key).cloned() {
            Some(Value::Array(items)) if items.len() > 1 => {
                dict.set(key, Value::Array(items.into_iter().skip(1).collect()));
            }
            _ => dict.remove(key),
        }
    }
}
