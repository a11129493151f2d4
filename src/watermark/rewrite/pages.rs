//! Finds the pages: walks the page tree and makes explicit what pages inherit.
//!
//! A page named several times gets a page each time, as viewers show it. A branch inside itself is passed over.

use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::{NESTING, PAGES};
use crate::watermark::marks::Frame;
use hayro_syntax::Pdf;
use hayro_syntax::object::array::ArrayIter;
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, Object, ObjectIdentifier};

/// The most branches of a page tree; they would cost time without giving pages.
const BRANCHES: usize = 20_000;

/// US Letter: what viewers assume when a page has no size.
const LETTER: [f64; 4] = [0.0, 0.0, 612.0, 792.0];

/// A page as found, with what it inherits.
pub(crate) struct Page<'a> {
    /// Its own dictionary.
    pub(crate) dict: Dict<'a>,
    /// Its number in the source, when it has one.
    pub(crate) id: Option<ObjectIdentifier>,
    /// The numbers of its `MediaBox`, as written.
    pub(crate) media: [f64; 4],
    /// The numbers of its `CropBox`, as written, if it has one.
    pub(crate) crop: Option<[f64; 4]>,
    /// 0, 90, 180 or 270.
    pub(crate) rotate: i32,
    /// Its resources.
    pub(crate) resources: Dict<'a>,
}

impl Page<'_> {
    /// The visible part: `CropBox` within `MediaBox`.
    pub(crate) fn frame(&self) -> Frame {
        let [x, y, x1, y1] = self.crop.map_or_else(|| ordered(self.media), |crop| common(crop, self.media));
        Frame { x, y, width: x1 - x, height: y1 - y, rotate: self.rotate }
    }
}

/// What two boxes have in common, its lower left corner first.
fn common(one: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    let ([a, b, c, d], [left, bottom, right, top]) = (ordered(one), ordered(other));
    [a.max(left), b.max(bottom), c.min(right), d.min(top)]
}

/// Whether a box shows anything. Viewers disagree about the others, so they are given up.
fn is_usable([x0, y0, x1, y1]: [f64; 4]) -> bool {
    x1 - x0 > 0.5 && y1 - y0 > 0.5 && x1 - x0 < 1e7 && y1 - y0 < 1e7
}

/// A box with its lower left corner first.
fn ordered([x0, y0, x1, y1]: [f64; 4]) -> [f64; 4] {
    [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)]
}

/// Four numbers at a key, as written.
pub(crate) fn rectangle(dict: &Dict<'_>, key: &[u8]) -> Option<[f64; 4]> {
    let numbers: Vec<f64> =
        dict.get::<Array<'_>>(key)?.iter::<Number>().map(|number| number.as_f64()).take(4).collect();
    <[f64; 4]>::try_from(numbers).ok().filter(|numbers| numbers.iter().all(|number| number.is_finite()))
}

/// What a branch hands down.
#[derive(Clone)]
struct Inherited<'a> {
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
    rotate: Option<i32>,
    resources: Option<Dict<'a>>,
}

impl<'a> Inherited<'a> {
    /// With what this node says itself.
    fn with(&self, dict: &Dict<'a>) -> Self {
        Self {
            media: rectangle(dict, b"MediaBox").or(self.media),
            crop: rectangle(dict, b"CropBox").or(self.crop),
            rotate: dict
                .get::<Number>(b"Rotate")
                .and_then(|turn| i32::try_from(turn.as_i64()).ok())
                .or(self.rotate),
            resources: dict.get::<Dict<'a>>(b"Resources").or_else(|| self.resources.clone()),
        }
    }
    /// The page of this leaf.
    fn page(&self, dict: Dict<'a>, id: Option<ObjectIdentifier>) -> Page<'a> {
        let all = self.with(&dict);
        let rotate = all.rotate.unwrap_or(0).rem_euclid(360);
        let media = all.media.filter(|media| is_usable(ordered(*media))).unwrap_or(LETTER);
        Page {
            dict,
            id,
            media,
            crop: all.crop.filter(|crop| is_usable(common(*crop, media))),
            rotate: if rotate % 90 == 0 { rotate } else { 0 },
            resources: all.resources.unwrap_or_default(),
        }
    }
}

/// A branch being walked.
struct Branch<'a> {
    id: Option<ObjectIdentifier>,
    kids: ArrayIter<'a>,
    inherited: Inherited<'a>,
}

/// The pages of a document in order, and how many the document says it has.
pub(crate) fn find<'a>(
    pdf: &'a Pdf,
    catalog: &Dict<'a>,
) -> Result<(Vec<Page<'a>>, Option<i64>), IntakeRefusal> {
    let none = Inherited { media: None, crop: None, rotate: None, resources: None };
    let root = catalog.get::<Dict<'a>>(b"Pages").unwrap_or_default();
    let said = root.get::<Number>(b"Count").map(|count| count.as_i64());
    let mut pages = Vec::new();
    let kids = root.get::<Array<'a>>(b"Kids").map(|kids| kids.raw_iter());
    let mut path: Vec<Branch<'a>> = kids
        .map(|kids| Branch {
            id: catalog.get_ref(b"Pages").map(Into::into),
            kids,
            inherited: none.with(&root),
        })
        .into_iter()
        .collect();
    let mut branches = 0_usize;
    while let Some(branch) = path.last_mut() {
        let Some(kid) = branch.kids.next() else {
            path.pop();
            continue;
        };
        let inherited = branch.inherited.clone();
        let Some((dict, id)) = resolve(pdf, kid) else { continue };
        if let Some(kids) = kids_of(&dict) {
            branches += 1;
            if branches > BRANCHES || path.len() >= NESTING {
                return Err(IntakeRefusal::Nesting { limit: NESTING });
            }
            if id.is_none() || path.iter().all(|branch| branch.id != id) {
                path.push(Branch { id, kids, inherited: inherited.with(&dict) });
            }
        } else {
            pages.push(inherited.page(dict, id));
            if pages.len() > PAGES {
                return Err(IntakeRefusal::TooManyPages { limit: PAGES });
            }
        }
    }
    if pages.is_empty() {
        // The parser searches the whole file for pages when the tree is lost.
        pages = pdf
            .pages()
            .iter()
            .take(PAGES)
            .map(|page| none.page(page.raw().clone(), page.raw().obj_id()))
            .collect();
    }
    if !pages.is_empty() {
        return Ok((pages, said));
    }
    // The tree leads nowhere, but pages may lie about. Without the tree nobody knows how many there should be.
    pages = stray_pages(pdf).map(|page| none.page(page.clone(), page.obj_id())).take(PAGES).collect();
    if pages.is_empty() { Err(IntakeRefusal::NoPages) } else { Ok((pages, None)) }
}

/// All pages of a file, in the order in which they stand in it, whether a tree leads to them or not.
fn stray_pages(pdf: &Pdf) -> impl Iterator<Item = Dict<'_>> {
    let dicts = pdf.objects().into_iter().filter_map(Object::into_dict);
    dicts.filter(|dict| dict.get::<Name<'_>>(b"Type").as_deref() == Some(b"Page"))
}

/// The dictionary of a kid and its number. A stream has a dictionary too, but is no page.
fn resolve<'a>(pdf: &'a Pdf, kid: MaybeRef<Object<'a>>) -> Option<(Dict<'a>, Option<ObjectIdentifier>)> {
    match kid {
        MaybeRef::Ref(reference) => {
            let id = ObjectIdentifier::from(reference);
            match pdf.xref().get::<Object<'a>>(id)? {
                Object::Dict(dict) => Some((dict, Some(id))),
                _ => None,
            }
        }
        MaybeRef::NotRef(Object::Dict(dict)) => Some((dict, None)),
        MaybeRef::NotRef(_) => None,
    }
}

/// The kids of a branch, `None` for a page.
fn kids_of<'a>(dict: &Dict<'a>) -> Option<ArrayIter<'a>> {
    let kind = dict.get::<Name<'_>>(b"Type");
    if kind.as_deref() == Some(b"Page") {
        return None;
    }
    match dict.get::<Array<'a>>(b"Kids") {
        Some(kids) => Some(kids.raw_iter()),
        None if kind.as_deref() == Some(b"Pages") => Some(Array::default().raw_iter()),
        None => None,
    }
}
