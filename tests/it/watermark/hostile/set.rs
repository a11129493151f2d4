//! Hostile files, made by hand: what each is, and what has to come of it.

use super::{active, bombs, disguises, locks, painting, structures, trees};
use crate::watermark::made::{SQUARE, pdf, stream};

/// What has to come of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A body with so many pages, each marked, and nothing in it that acts.
    Marked(u32),
    /// A refusal with this code.
    Refused(&'static str),
}

/// A file that means harm.
pub(crate) struct Hostile {
    /// What it tries.
    pub(crate) name: &'static str,
    /// Its bytes.
    pub(crate) pdf: Vec<u8>,
    /// What has to come of it.
    pub(crate) due: Due,
}

/// A file that is neutralised: one page.
pub(super) fn marked(name: &'static str, pdf: Vec<u8>) -> Hostile {
    Hostile { name, pdf, due: Due::Marked(1) }
}

/// A file that is refused.
pub(super) fn refused(name: &'static str, code: &'static str, pdf: Vec<u8>) -> Hostile {
    Hostile { name, pdf, due: Due::Refused(code) }
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    let mut all = bombs::files();
    all.extend(structures::files());
    all.extend(trees::files());
    all.extend(active::files());
    all.extend(painting::files());
    all.extend(locks::files());
    all.extend(disguises::files());
    all
}

/// Further entries of a file with one page.
#[derive(Default)]
pub(super) struct Page<'a> {
    /// Of its catalog.
    pub(super) catalog: &'a str,
    /// Of the page itself; resources have to be in it when they are wanted.
    pub(super) entries: &'a str,
    /// What it paints instead of a square.
    pub(super) content: Option<&'a [u8]>,
    /// Entries of the content's stream.
    pub(super) stream: &'a str,
    /// Objects from 5 on.
    pub(super) more: Vec<Vec<u8>>,
}

impl Page<'_> {
    /// Its objects: catalog, page tree, page, content, and the others.
    pub(super) fn objects(self) -> Vec<Vec<u8>> {
        let Self { catalog, entries, content, stream: of_stream, more } = self;
        let mut objects = vec![
            format!("<</Type/Catalog/Pages 2 0 R{catalog}>>").into_bytes(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R{entries}>>").into_bytes(),
            stream(of_stream, content.unwrap_or(SQUARE)),
        ];
        objects.extend(more);
        objects
    }
    /// The file.
    pub(super) fn file(self) -> Vec<u8> {
        pdf(&self.objects())
    }
}

/// A file with further entries in its catalog.
pub(super) fn catalog(entries: &str, more: &[&str]) -> Vec<u8> {
    let more = more.iter().map(|object| object.as_bytes().to_vec()).collect();
    Page { catalog: entries, more, ..Page::default() }.file()
}

/// A file with further entries on its page.
pub(super) fn on_page(entries: &str, more: &[&str]) -> Vec<u8> {
    let more = more.iter().map(|object| object.as_bytes().to_vec()).collect();
    Page { entries, more, ..Page::default() }.file()
}

/// Replaces bytes of a file by as many others, so that its offsets stay.
pub(super) fn swapped(mut pdf: Vec<u8>, old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let place = pdf.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
    pdf[place..place + old.len()].copy_from_slice(new.as_bytes());
    pdf
}

/// A file whose table is a stream: objects from 1 on, then those that lie in an object stream (number, stream, place).
pub(super) fn with_table_stream(
    objects: &[Vec<u8>],
    packed: &[(u32, u32, u8)],
    entries: &str,
    filtered: impl Fn(Vec<u8>) -> Vec<u8>,
) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut rows: Vec<[u8; 6]> = vec![[0; 6]];
    for (number, object) in (1..).zip(objects) {
        let [a, b, c, d] = u32::try_from(out.len()).unwrap().to_be_bytes();
        rows.push([1, a, b, c, d, 0]);
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let table = out.len();
    let number = u32::try_from(rows.len()).unwrap();
    let [a, b, c, d] = u32::try_from(table).unwrap().to_be_bytes();
    rows.push([1, a, b, c, d, 0]);
    for (inner, holder, place) in packed {
        let [a, b, c, d] = holder.to_be_bytes();
        let at = usize::try_from(*inner).unwrap();
        rows.resize(rows.len().max(at + 1), [0; 6]);
        rows[at] = [2, a, b, c, d, *place];
    }
    let size = rows.len();
    let data = filtered(rows.concat());
    let entries = format!("/Type/XRef/Root 1 0 R/Size {size}/W[1 4 1]{entries}");
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    out.extend_from_slice(&stream(&entries, &data));
    out.extend_from_slice(format!("\nendobj\nstartxref\n{table}\n%%EOF\n").as_bytes());
    out
}
