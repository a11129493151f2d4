//! Annotations: viewers paint them above the page, so above the mark. All but links become part of the page.

use super::copier::Copier;
use super::fields;
use super::file::Node;
use super::notes::Note;
use super::object::{Dict, Stream, Value};
use super::pages::{Page, rectangle};
use crate::watermark::IntakeRefusal;
use crate::watermark::marks::number;
use hayro_syntax::object::{self, Array, MaybeRef, Name, Number, Object, ObjectIdentifier};
use std::fmt::Write as _;

/// Annotations without a place on the page: hidden (bit 2), not viewed (bit 6).
const UNSEEN: i64 = 0b10_0010;
/// What a link keeps.
const LINK_KEYS: [&[u8]; 13] = [
    b"A",
    b"BS",
    b"Border",
    b"C",
    b"Contents",
    b"Dest",
    b"F",
    b"H",
    b"NM",
    b"PA",
    b"QuadPoints",
    b"Rect",
    b"StructParent",
];
/// A border of a link that is broader than this would cover the page.
const LINK_BORDER: f64 = 3.0;

/// What becomes of a page's annotations.
#[derive(Default)]
pub(crate) struct Flattened {
    /// Content that paints the appearances.
    pub(crate) content: String,
    /// The forms it paints, by resource name.
    pub(crate) forms: Vec<(String, Value)>,
    /// The annotations that stay: links.
    pub(crate) links: Vec<Value>,
}

/// Paints the annotations of a page into content and keeps its links. `prefix` makes resource names unique.
pub(crate) fn flatten<'a>(
    copier: &mut Copier<'a>,
    page: &Page<'a>,
    prefix: &str,
) -> Result<Flattened, IntakeRefusal> {
    let mut flat = Flattened::default();
    let Some(annotations) = page.dict.get::<Array<'a>>(b"Annots") else { return Ok(flat) };
    for item in annotations.raw_iter() {
        let (id, dict) = match item {
            MaybeRef::Ref(reference) => {
                let id = ObjectIdentifier::from(reference);
                (Some(id), copier.xref.get::<object::Dict<'a>>(id))
            }
            MaybeRef::NotRef(object) => (None, object.into_dict()),
        };
        let Some(dict) = dict else { continue };
        let kind = dict.get::<Name<'a>>(b"Subtype");
        if kind.as_deref() == Some(b"Link") {
            keep_link(copier, &dict, id, &mut flat)?;
            continue;
        }
        if let Some(id) = id {
            copier.lead(id, None);
        }
        paint(copier, &dict, prefix, &mut flat)?;
    }
    Ok(flat)
}

/// Keeps a link, without an appearance or a border that could cover the mark.
fn keep_link<'a>(
    copier: &mut Copier<'a>,
    dict: &object::Dict<'a>,
    id: Option<ObjectIdentifier>,
    flat: &mut Flattened,
) -> Result<(), IntakeRefusal> {
    let number = copier.objects.reserve();
    if let Some(id) = id {
        copier.lead(id, Some(number));
    }
    let copied = copier.dict(dict, 0)?;
    let mut link = Dict::typed("Annot");
    link.set("Subtype", Value::name("Link"));
    for key in LINK_KEYS {
        let key = std::str::from_utf8(key).unwrap_or_default();
        // An action that was dropped has become null and says nothing any more.
        if let Some(value) = copied.value(key).filter(|value| **value != Value::Null) {
            link.set(key, value.clone());
        }
    }
    if has_broad_border(dict) {
        link.remove("BS");
        link.set("Border", Value::numbers(&[0.0, 0.0, 0.0]));
    }
    copier.objects.put(number, Node::Value(Value::Dict(link)));
    flat.links.push(Value::Ref(number));
    Ok(())
}

/// Whether a border is broader than a link needs.
fn has_broad_border(dict: &object::Dict<'_>) -> bool {
    let style = dict.get::<object::Dict<'_>>(b"BS").and_then(|style| style.get::<Number>(b"W"));
    let border =
        dict.get::<Array<'_>>(b"Border").and_then(|border| border.iter::<Object<'_>>().nth(2)?.into_number());
    [style, border].into_iter().flatten().any(|width| width.as_f64() > LINK_BORDER)
}

/// Paints one annotation's appearance where it stood.
fn paint<'a>(
    copier: &mut Copier<'a>,
    dict: &object::Dict<'a>,
    prefix: &str,
    flat: &mut Flattened,
) -> Result<(), IntakeRefusal> {
    let kind = dict.get::<Name<'a>>(b"Subtype");
    let is_field = kind.as_deref() == Some(b"Widget");
    let is_popup = kind.as_deref() == Some(b"Popup");
    if is_popup || dict.get::<Number>(b"F").is_some_and(|flags| flags.as_i64() & UNSEEN != 0) {
        return Ok(());
    }
    let Some((form, target)) = appearance(dict) else {
        if is_field && fields::has_value(dict) {
            let drawn = fields::drawn(dict);
            copier.note(if drawn.is_some() { Note::FieldsDrawn } else { Note::FieldsWithoutAppearance });
            flat.content.push_str(&drawn.unwrap_or_default());
        } else if !is_field {
            copier.note(Note::AnnotationsRemoved);
        }
        return Ok(());
    };
    let Some(matrix) = placing(dict, &form) else { return Ok(()) };
    let name = format!("{prefix}A{}", flat.forms.len());
    let layer = dict.get_raw::<Object<'a>>(b"OC");
    let is_form = form.dict().get::<Name<'a>>(b"Subtype").as_deref() == Some(b"Form");
    let value = match (target, layer) {
        (Some(id), None) if is_form => copier.refer(id)?,
        (_, layer) => copy_of_form(copier, &form, layer)?,
    };
    let _ = writeln!(flat.content, "q {matrix} cm /{name} Do Q");
    flat.forms.push((name, value));
    copier.note(if is_field { Note::FieldsFlattened } else { Note::AnnotationsFlattened });
    Ok(())
}

/// The normal appearance in the present state, and its number in the old file.
fn appearance<'a>(dict: &object::Dict<'a>) -> Option<(object::Stream<'a>, Option<ObjectIdentifier>)> {
    let appearances = dict.get::<object::Dict<'a>>(b"AP")?;
    if let Some(form) = appearances.get::<object::Stream<'a>>(b"N") {
        return Some((form, appearances.get_ref(b"N").map(Into::into)));
    }
    let states = appearances.get::<object::Dict<'a>>(b"N")?;
    let state = dict.get::<Name<'a>>(b"AS").map_or_else(|| b"Off".to_vec(), |state| state.to_vec());
    let form = states.get::<object::Stream<'a>>(&state)?;
    Some((form, states.get_ref(&state).map(Into::into)))
}

/// A copy of an appearance that says it is a form, and in which layer.
fn copy_of_form<'a>(
    copier: &mut Copier<'a>,
    form: &object::Stream<'a>,
    layer: Option<MaybeRef<Object<'a>>>,
) -> Result<Value, IntakeRefusal> {
    let layer = layer.map(|layer| copier.value(&layer, 0)).transpose()?;
    let Stream { mut dict, data } = copier.stream(form)?;
    dict.set("Type", Value::name("XObject"));
    dict.set("Subtype", Value::name("Form"));
    if let Some(layer) = layer.filter(|layer| *layer != Value::Null) {
        dict.set("OC", layer);
    }
    Ok(Value::Ref(copier.objects.add(Node::Stream(Stream { dict, data }))))
}

/// The matrix that puts an appearance into the annotation's rectangle (ISO 32000-1, 12.5.5, algorithm 8.1).
fn placing(dict: &object::Dict<'_>, form: &object::Stream<'_>) -> Option<String> {
    let [x0, y0, x1, y1] = rectangle(dict, b"Rect")?;
    let [bx0, by0, bx1, by1] = rectangle(form.dict(), b"BBox")?;
    let turn: Vec<f64> = form
        .dict()
        .get::<Array<'_>>(b"Matrix")
        .map_or_else(Vec::new, |matrix| matrix.iter::<Number>().map(|number| number.as_f64()).collect());
    let [m0, m1, m2, m3, m4, m5] = <[f64; 6]>::try_from(turn).unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [(bx0, by0), (bx1, by0), (bx0, by1), (bx1, by1)]
        .map(|(x, y)| (m0 * x + m2 * y + m4, m1 * x + m3 * y + m5));
    let low =
        corners.iter().fold((f64::MAX, f64::MAX), |low, point| (low.0.min(point.0), low.1.min(point.1)));
    let high =
        corners.iter().fold((f64::MIN, f64::MIN), |high, point| (high.0.max(point.0), high.1.max(point.1)));
    let (width, height) = (high.0 - low.0, high.1 - low.1);
    if !(width > 1e-6 && height > 1e-6) {
        return None;
    }
    let (scale_x, scale_y) = ((x1 - x0).abs() / width, (y1 - y0).abs() / height);
    let (shift_x, shift_y) = (x0.min(x1) - low.0 * scale_x, y0.min(y1) - low.1 * scale_y);
    Some([scale_x, 0.0, 0.0, scale_y, shift_x, shift_y].map(number).join(" "))
}
