//! Writes one page: its own content stream and its own resources, with the mark painted last.

use super::annotations::{self, Flattened};
use super::content;
use super::copier::Copier;
use super::decode::{Budget, decode};
use super::file::Node;
use super::notes::Note;
use super::object::{Dict, Stream, Value};
use super::pages::{Page, rectangle};
use super::stencils::Stencils;
use crate::watermark::IntakeRefusal;
use hayro_syntax::object::{self, Array, MaybeRef, Object, ObjectIdentifier};

/// Boxes that are copied as written when the page has them.
const BOXES: [&str; 3] = ["BleedBox", "TrimBox", "ArtBox"];
/// Other entries that are copied.
const KEPT: [&str; 4] = ["Group", "StructParents", "Tabs", "UserUnit"];

/// So few bytes may be nothing, packed: the wrapping of deflate, and a block of it.
const PACKED_NOTHING: usize = 16;

/// What all pages of a document share while they are written.
pub(crate) struct Press<'p> {
    /// The forms that paint the mark, by size.
    pub(crate) stencils: Stencils,
    /// What may still be decoded.
    pub(crate) budget: Budget,
    /// Begins the names of our resources.
    pub(crate) prefix: &'p str,
    /// The node that holds all pages.
    pub(crate) parent: u32,
}

/// Writes one page.
pub(crate) fn write<'a>(
    copier: &mut Copier<'a>,
    press: &mut Press<'_>,
    page: &Page<'a>,
) -> Result<Dict, IntakeRefusal> {
    let mut dict = Dict::typed("Page");
    dict.set("Parent", Value::Ref(press.parent));
    dict.set("MediaBox", Value::numbers(&page.media));
    if let Some(crop) = page.crop {
        dict.set("CropBox", Value::numbers(&crop));
    }
    dict.set("Rotate", Value::Number(f64::from(page.rotate)));
    for key in BOXES {
        if let Some(numbers) = rectangle(&page.dict, key.as_bytes()) {
            dict.set(key, Value::numbers(&numbers));
        }
    }
    for key in KEPT {
        if let Some(value) = page.dict.get_raw::<Object<'a>>(key) {
            dict.set(key, copier.value(&value, 0)?);
        }
    }
    let flat = annotations::flatten(copier, page, press.prefix)?;
    if !flat.links.is_empty() {
        dict.set("Annots", Value::Array(flat.links.clone()));
    }
    let (content, resources) = compose(copier, press, page, flat, &mut dict)?;
    let stream = Stream::deflated(Dict::default(), content);
    dict.set("Contents", Value::Ref(copier.objects.add(Node::Stream(stream))));
    dict.set("Resources", Value::Dict(resources));
    Ok(dict)
}

/// The page's content with everything closed and the mark last, and the resources it needs.
fn compose<'a>(
    copier: &mut Copier<'a>,
    press: &mut Press<'_>,
    page: &Page<'a>,
    flat: Flattened,
    dict: &mut Dict,
) -> Result<(Vec<u8>, Dict), IntakeRefusal> {
    let original = joined(copier, page, &mut press.budget)?;
    let ending = content::judge(&original);
    let mut resources = copier.dict(&page.resources, 0)?;
    let mut forms = copier.dict_at(&page.resources, b"XObject")?;
    let mut content = ending.enclose(&original);
    if ending.isolate {
        copier.note(Note::PagesIsolated);
        // Marked content inside a form has other numbers: the page's part of the structure is given up.
        dict.remove("StructParents");
        let name = format!("{}C", press.prefix);
        let form = enclosing_form(page, resources, content);
        resources = Dict::default();
        forms = Dict::default();
        forms.set(&name, Value::Ref(copier.objects.add(Node::Stream(form))));
        content = format!("q /{name} Do Q\n").into_bytes();
    }
    content.extend_from_slice(flat.content.as_bytes());
    for (name, form) in flat.forms {
        forms.set(&name, form);
    }
    let name = format!("{}M", press.prefix);
    let frame = page.frame();
    forms.set(&name, Value::Ref(press.stencils.of(&mut copier.objects, frame.shown())));
    let mark = format!(
        "/Artifact <</Type /Pagination /Subtype /Watermark>> BDC q {} cm /{name} Do Q EMC\n",
        frame.matrix()
    );
    content.extend_from_slice(mark.as_bytes());
    resources.set("XObject", Value::Dict(forms));
    Ok((content, resources))
}

/// A form that holds content of a page which viewers may read in different ways: an unfinished token ends with it.
fn enclosing_form(page: &Page<'_>, resources: Dict, content: Vec<u8>) -> Stream {
    let mut dict = Dict::typed("XObject");
    dict.set("Subtype", Value::name("Form"));
    let frame = page.frame();
    let bounds = [frame.x, frame.y, frame.x + frame.width, frame.y + frame.height];
    dict.set("BBox", Value::numbers(&bounds));
    dict.set("Resources", Value::Dict(resources));
    Stream::deflated(dict, content)
}

/// The decoded content of a page: its parts joined by line ends.
fn joined<'a>(
    copier: &mut Copier<'a>,
    page: &Page<'a>,
    budget: &mut Budget,
) -> Result<Vec<u8>, IntakeRefusal> {
    let mut content = Vec::new();
    let mut is_damaged = false;
    for part in parts(copier, &page.dict) {
        let plain = decode(&part, budget)?;
        // An empty page is eight bytes of deflate that unpack to nothing, and is in order.
        is_damaged |= plain.as_ref().is_none_or(Vec::is_empty) && part.raw_data().len() > PACKED_NOTHING;
        content.extend(plain.unwrap_or_default());
        content.push(b'\n');
    }
    if is_damaged {
        copier.note(Note::ContentDamaged);
    }
    Ok(content)
}

/// The streams of a page's content, in order.
fn parts<'a>(copier: &Copier<'a>, dict: &object::Dict<'a>) -> Vec<object::Stream<'a>> {
    if let Some(alone) = dict.get::<object::Stream<'a>>(b"Contents") {
        return vec![alone];
    }
    let Some(list) = dict.get::<Array<'a>>(b"Contents") else { return Vec::new() };
    let streams = list.raw_iter().filter_map(|item| match item {
        MaybeRef::Ref(reference) => copier.xref.get::<object::Stream<'a>>(ObjectIdentifier::from(reference)),
        MaybeRef::NotRef(object) => object.into_stream(),
    });
    streams.collect()
}
