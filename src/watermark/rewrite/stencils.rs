//! The forms that paint the mark: the slot, once per document, and a stencil per page size.

use super::file::{Node, Objects};
use super::object::{Dict, Stream, Value};
use crate::watermark::marks::slot::{LINE_PITCH, LINE_WIDTH, LINES};
use crate::watermark::marks::{
    DIAGONAL_LETTERS, DIAGONAL_OUTLINE, FOOTER_LETTERS, FOOTER_OUTLINE, SLOT_NAME, stencil,
};
use std::collections::HashMap;

/// How opaque filling and stroke are in each state. Below the diagonal marks the text stays readable, so they have
/// little ink: letters are seen over white and light grey, outlines over black and dark grey, and both together stand out
/// at least 1.3 to 1 over every grey. The footer itself has to be read.
const OPACITIES: [(&str, f64, f64); 4] = [
    (DIAGONAL_OUTLINE, 0.0, 0.34),
    (DIAGONAL_LETTERS, 0.18, 0.0),
    (FOOTER_OUTLINE, 0.0, 0.7),
    (FOOTER_LETTERS, 0.92, 0.0),
];

/// The stencils made so far.
pub(crate) struct Stencils {
    /// The slot's form.
    pub(crate) slot: u32,
    /// The resources of every stencil.
    resources: u32,
    /// Stencils by the exact size of the page.
    by_size: HashMap<(u64, u64), u32>,
}

impl Stencils {
    /// The slot, saying what is given, and no stencil yet.
    pub(crate) fn new(objects: &mut Objects, slot: Vec<u8>) -> Self {
        let mut dict = form([0.0, 0.0, f64::from(LINE_WIDTH), f64::from(LINES * LINE_PITCH)]);
        dict.set("Resources", Value::Dict(Dict::default()));
        dict.set("Filter", Value::name("FlateDecode"));
        let slot = objects.add(Node::Stream(Stream { dict, data: slot }));
        let mut states = Dict::default();
        for (name, fill, stroke) in OPACITIES {
            states.set(name, state(fill, stroke));
        }
        let mut forms = Dict::default();
        forms.set(SLOT_NAME, Value::Ref(slot));
        let mut resources = Dict::default();
        resources.set("ExtGState", Value::Dict(states));
        resources.set("XObject", Value::Dict(forms));
        let resources = objects.add(Node::Value(Value::Dict(resources)));
        Self { slot, resources, by_size: HashMap::new() }
    }
    /// The stencil for pages shown at this size.
    pub(crate) fn of(&mut self, objects: &mut Objects, (width, height): (f64, f64)) -> u32 {
        let resources = self.resources;
        *self.by_size.entry((width.to_bits(), height.to_bits())).or_insert_with(|| {
            let mut dict = form([0.0, 0.0, width, height]);
            dict.set("Resources", Value::Ref(resources));
            objects.add(Node::Stream(Stream::deflated(dict, stencil(width, height).into_bytes())))
        })
    }
}

/// The dictionary of a form.
fn form(bounds: [f64; 4]) -> Dict {
    let mut dict = Dict::typed("XObject");
    dict.set("Subtype", Value::name("Form"));
    dict.set("BBox", Value::numbers(&bounds));
    dict
}

/// A graphics state with these opacities for filling and stroking, whatever the page left.
fn state(fill: f64, stroke: f64) -> Value {
    let mut dict = Dict::typed("ExtGState");
    dict.set("ca", Value::Number(fill));
    dict.set("CA", Value::Number(stroke));
    dict.set("BM", Value::name("Normal"));
    dict.set("SMask", Value::name("None"));
    dict.set("AIS", Value::Bool(false));
    Value::Dict(dict)
}
