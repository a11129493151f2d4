//! A second parser reads the written body: page count, boxes and turn of every page must be what hayro reads.
//!
//! Two programs that were written apart and agree are the best sign that viewers will agree too. A page that only one of
//! them finds is a page that some reader would get without a mark, or not at all.

use crate::watermark::IntakeRefusal;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Number};
use lopdf::{Dictionary, Document, Object};

/// As far as two readings of the same number may lie apart: one parser reads numbers as `f32`.
const APART: f64 = 0.01;

/// Checks that both parsers find the same pages.
pub(super) fn check(body: &[u8], pdf: &Pdf, expected: u32) -> Result<(), IntakeRefusal> {
    let other = Document::load_mem(body)
        .map_err(|_| disagree("a second parser cannot open what was written".to_owned()))?;
    let pages: Vec<_> = other.page_iter().collect();
    let counts = [pdf.pages().len(), pages.len()];
    let expected = usize::try_from(expected).unwrap_or(usize::MAX);
    if let Some(found) = counts.into_iter().find(|count| *count != expected) {
        return Err(IntakeRefusal::PageCountMismatch { expected, found });
    }
    for (number, (page, id)) in (1_usize..).zip(pdf.pages().iter().zip(pages)) {
        let theirs = other
            .get_dictionary(id)
            .map_err(|_| disagree(format!("a second parser finds no page {number}")))?;
        for key in ["MediaBox", "CropBox"] {
            let mine = page.raw().get::<Array<'_>>(key);
            let mine: Option<Vec<f64>> =
                mine.map(|numbers| numbers.iter::<Number>().map(|number| number.as_f64()).collect());
            if !same(mine.as_deref(), numbers(&other, theirs, key).as_deref()) {
                return Err(disagree(format!("two parsers read another {key} on page {number}")));
            }
        }
        let mine = page.raw().get::<Number>("Rotate").map(|turn| vec![turn.as_f64()]);
        if !same(mine.as_deref(), numbers(&other, theirs, "Rotate").as_deref()) {
            return Err(disagree(format!("two parsers read another turn of page {number}")));
        }
    }
    Ok(())
}

/// The refusal.
const fn disagree(what: String) -> IntakeRefusal {
    IntakeRefusal::ParsersDisagree { what }
}

/// Whether two readings are the same numbers.
fn same(one: Option<&[f64]>, other: Option<&[f64]>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one - other).abs() <= APART)
        }
        _ => false,
    }
}

/// The number or numbers at a key, as the second parser reads them.
fn numbers(document: &Document, page: &Dictionary, key: &str) -> Option<Vec<f64>> {
    let number = |object: &Object| match document.dereference(object) {
        // The longest way round: a lossless conversion of i64 does not exist, and boxes are small.
        Ok((_, Object::Integer(whole))) => whole.to_string().parse().ok(),
        Ok((_, Object::Real(part))) => Some(f64::from(*part)),
        _ => None,
    };
    match page.get_deref(key.as_bytes(), document).ok()? {
        Object::Array(items) => items.iter().map(number).collect(),
        single => number(single).map(|number| vec![number]),
    }
}
