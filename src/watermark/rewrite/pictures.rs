//! Writes a file whose pages are pictures, each with the mark's form painted on top: the last resort for files that cannot
//! be rewritten but can be painted.
//!
//! Nothing of the old file is in the new one but how its pages look: no text, no structure, no link. A page keeps its
//! size as it was shown; its turn is part of the picture. Pictures are lossless, since pages are mostly text.

use super::file::{self, Node, Objects, Trailer};
use super::object::{Dict, Stream, Value};
use super::stencils::Stencils;
use super::{Rewritten, resource_prefix};
use crate::clock::Clock;
use crate::watermark::intake::Watch;
use crate::watermark::intake::limits::FILE_BYTES;
use crate::watermark::manifest::Warning;
use crate::watermark::marks::{Frame, number, slot};
use crate::watermark::render::{Extent, Painter, Picture};
use crate::watermark::{IntakeRefusal, MarkFonts, Progress, Stage};
use hayro_syntax::Pdf;

/// The most pages; more would take longer than a publisher waits.
const PAGES: usize = 300;
/// Dots per inch, and the most pixels of a page: text of 6 points stays readable, a poster stays small.
const EXTENT: Extent = Extent::Resolution { dpi: 150.0, pixels: 4_500_000.0 };
/// What the publisher is told.
const AS_PICTURES: &str = "The pages are published as pictures: their text cannot be searched, copied or read aloud, and links are gone.";

/// Pages that were painted, and those of them, counted from 0, whose pictures are of one colour all over.
pub(crate) struct Painted {
    /// What was written.
    pub(crate) written: Rewritten,
    /// The pages on which nothing is seen.
    pub(crate) blank: Vec<usize>,
}

/// Paints every page and writes the pictures; `watch` hears how far it is.
pub(crate) fn write(pdf: &Pdf, clock: &Clock, watch: Watch<'_>) -> Result<Painted, IntakeRefusal> {
    let mut painter = Painter::new(pdf);
    let pages = painter.pages();
    if pages == 0 {
        return Err(IntakeRefusal::NoPages);
    }
    if pages > PAGES {
        return Err(IntakeRefusal::TooManyPages { limit: PAGES });
    }
    let mut objects = Objects::default();
    let mut stencils = Stencils::new(&mut objects, slot::Lines::unassigned().to_slot(&MarkFonts::bundled())?);
    let (slot, parent, prefix) = (stencils.slot, objects.reserve(), resource_prefix(clock));
    let (mut kids, mut blank, mut size_bytes) = (Vec::new(), Vec::new(), 0_usize);
    for place in 0..pages {
        let unpaintable = IntakeRefusal::NotRenderable { page: place + 1 };
        let shown = painter.shown(place).ok_or(unpaintable.clone())?;
        let painted = painter.paint(place, EXTENT).ok_or(unpaintable.clone())?;
        if painted.is_blank() {
            blank.push(place);
        }
        let picture = image(&painted).ok_or(unpaintable)?;
        size_bytes = size_bytes.saturating_add(picture.data.len());
        if size_bytes > FILE_BYTES {
            return Err(IntakeRefusal::TooLarge { limit_bytes: FILE_BYTES });
        }
        let (width, height) = (f64::from(shown.0), f64::from(shown.1));
        let stencil = stencils.of(&mut objects, (width, height));
        let page = Page { parent, prefix: &prefix, width, height, stencil };
        kids.push(Value::Ref(page.write(&mut objects, picture)));
        watch(Progress { stage: Stage::Writing, done: place + 1, of: pages });
    }
    let mut tree = Dict::typed("Pages");
    tree.set("Count", Value::count(kids.len()));
    tree.set("Kids", Value::Array(kids));
    objects.put(parent, Node::Value(Value::Dict(tree)));
    let mut catalog = Dict::typed("Catalog");
    catalog.set("Pages", Value::Ref(parent));
    let root = objects.add(Node::Value(Value::Dict(catalog)));
    let info = objects.add(Node::Value(Value::Dict(Dict::default())));
    let trailer = Trailer { root, info, id: clock.random::<16>().to_vec(), slot };
    let (body, slot) = file::write(objects, &trailer);
    let warning = Warning { code: "pages_as_pictures".to_owned(), text: AS_PICTURES.to_owned() };
    Ok(Painted { written: Rewritten { body, slot, pages, warnings: vec![warning] }, blank })
}

/// A page that shows one picture.
struct Page<'p> {
    parent: u32,
    prefix: &'p str,
    width: f64,
    height: f64,
    stencil: u32,
}

impl Page<'_> {
    /// Writes the page; answers its number.
    fn write(&self, objects: &mut Objects, picture: Stream) -> u32 {
        let (image, mark) = (format!("{}P", self.prefix), format!("{}M", self.prefix));
        let frame = Frame { x: 0.0, y: 0.0, width: self.width, height: self.height, rotate: 0 };
        let content = format!(
            "q {} 0 0 {} 0 0 cm /{image} Do Q\n/Artifact <</Type /Pagination /Subtype /Watermark>> BDC q {} cm /{mark} Do Q EMC\n",
            number(self.width),
            number(self.height),
            frame.matrix()
        );
        let mut shapes = Dict::default();
        shapes.set(&image, Value::Ref(objects.add(Node::Stream(picture))));
        shapes.set(&mark, Value::Ref(self.stencil));
        let mut resources = Dict::default();
        resources.set("XObject", Value::Dict(shapes));
        let content = Stream::deflated(Dict::default(), content.into_bytes());
        let mut dict = Dict::typed("Page");
        dict.set("Parent", Value::Ref(self.parent));
        dict.set("MediaBox", Value::numbers(&[0.0, 0.0, self.width, self.height]));
        dict.set("Contents", Value::Ref(objects.add(Node::Stream(content))));
        dict.set("Resources", Value::Dict(resources));
        objects.add(Node::Value(Value::Dict(dict)))
    }
}

/// A picture as an image of the file: the data of a PNG is what PDF calls Flate with predictor 15.
fn image(picture: &Picture) -> Option<Stream> {
    let (channels, data) = picture.to_png_data()?;
    let colours = if channels == 1 { "DeviceGray" } else { "DeviceRGB" };
    let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
    let mut filter = Dict::default();
    filter.set("Predictor", Value::count(15));
    filter.set("Colors", Value::count(channels));
    filter.set("BitsPerComponent", Value::count(8));
    filter.set("Columns", Value::count(width));
    let mut dict = Dict::typed("XObject");
    dict.set("Subtype", Value::name("Image"));
    dict.set("Width", Value::count(width));
    dict.set("Height", Value::count(height));
    dict.set("ColorSpace", Value::name(colours));
    dict.set("BitsPerComponent", Value::count(8));
    dict.set("Interpolate", Value::Bool(true));
    dict.set("Filter", Value::name("FlateDecode"));
    dict.set("DecodeParms", Value::Dict(filter));
    Some(Stream { dict, data })
}
