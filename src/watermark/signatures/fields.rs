//! The signatures in the form of a file, as it stands in its newest revision.

use crate::watermark::intake::limits::NESTING;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name};

/// As many fields are visited: a form that has more, or leads in circles, is not followed further.
const FIELDS: usize = 10_000;

/// The dictionaries of all signatures, each once.
pub(super) fn signed(pdf: &Pdf) -> Vec<Dict<'_>> {
    let xref = pdf.xref();
    let fields = xref
        .get::<Dict<'_>>(xref.root_id())
        .and_then(|catalog| catalog.get::<Dict<'_>>(b"AcroForm"))
        .and_then(|form| form.get::<Array<'_>>(b"Fields"));
    let mut walk = Walk { found: Vec::new(), visited: 0 };
    if let Some(fields) = fields {
        walk.through(&fields, false, 0);
    }
    walk.found
}

/// A walk through the fields of a form.
struct Walk<'a> {
    found: Vec<Dict<'a>>,
    visited: usize,
}

impl<'a> Walk<'a> {
    /// Through these fields and those below them; `is_signature` is what they inherit.
    fn through(&mut self, fields: &Array<'a>, is_signature: bool, depth: usize) {
        for field in fields.iter::<Dict<'a>>() {
            self.visited = self.visited.saturating_add(1);
            if self.visited > FIELDS || depth > NESTING {
                return;
            }
            let own = field.get::<Name<'a>>(b"FT").map(|kind| &*kind == b"Sig");
            let is_signature = own.unwrap_or(is_signature);
            if let Some(kids) = field.get::<Array<'a>>(b"Kids") {
                self.through(&kids, is_signature, depth.saturating_add(1));
            }
            if let Some(value) = field.get::<Dict<'a>>(b"V").filter(|_| is_signature) {
                self.keep(value);
            }
        }
    }
    /// Keeps a signature, unless another field shows the same.
    fn keep(&mut self, signature: Dict<'a>) {
        if !self.found.iter().any(|known| std::ptr::eq(known.data(), signature.data())) {
            self.found.push(signature);
        }
    }
}
