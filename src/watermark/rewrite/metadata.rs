//! Metadata of the new file, reduced: title, and the standards it still keeps. No author, no tool, no history.

use super::copier::Copier;
use super::decode::{Budget, decode};
use super::file::Node;
use super::notes::Note;
use super::object::{Dict, Stream, Value};
use crate::watermark::IntakeRefusal;
use crate::watermark::intake::limits::find;
use hayro_syntax::Pdf;
use hayro_syntax::object;
use std::fmt::Write as _;

/// What old metadata claims about standards.
#[derive(Debug, Default, PartialEq, Eq)]
struct Claims {
    /// PDF/A part.
    archive: Option<char>,
    /// PDF/A conformance level.
    conformance: Option<char>,
    /// PDF/UA part.
    accessible: Option<char>,
}

/// Writes document information and metadata; answers their numbers.
pub(crate) fn write<'a>(
    copier: &mut Copier<'a>,
    pdf: &Pdf,
    catalog: &object::Dict<'a>,
    budget: &mut Budget,
) -> Result<(u32, u32), IntakeRefusal> {
    let title = pdf.metadata().title.as_deref().map(text).unwrap_or_default();
    let mut claims = match catalog.get::<object::Stream<'a>>(b"Metadata") {
        Some(stream) => decode(&stream, budget)?.map(|xmp| Claims::read(&xmp)).unwrap_or_default(),
        None => Claims::default(),
    };
    if claims.archive == Some('1') {
        copier.note(Note::PdfaDropped);
        (claims.archive, claims.conformance) = (None, None);
    }
    let mut information = Dict::default();
    if !title.is_empty() {
        information.set("Title", Value::Text(utf16(&title)));
    }
    information.set("Producer", Value::Text(b"Candor".to_vec()));
    let mut dict = Dict::typed("Metadata");
    dict.set("Subtype", Value::name("XML"));
    // Uncompressed, as the archive profiles ask for.
    let xmp = Stream { dict, data: claims.xmp(&title).into_bytes() };
    let information = copier.objects.add(Node::Value(Value::Dict(information)));
    Ok((information, copier.objects.add(Node::Stream(xmp))))
}

impl Claims {
    /// Finds the claims, as element or attribute.
    fn read(xmp: &[u8]) -> Self {
        Self {
            archive: value_of(xmp, b"pdfaid:part"),
            conformance: value_of(xmp, b"pdfaid:conformance"),
            accessible: value_of(xmp, b"pdfuaid:part"),
        }
    }
    /// The new metadata packet.
    fn xmp(&self, title: &str) -> String {
        let mut inner = String::new();
        if !title.is_empty() {
            let title = escaped(title);
            let _ = writeln!(
                inner,
                "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>"
            );
        }
        inner.push_str("<pdf:Producer>Candor</pdf:Producer>\n");
        if let Some(part) = self.archive {
            let _ = writeln!(inner, "<pdfaid:part>{part}</pdfaid:part>");
        }
        if let Some(level) = self.conformance {
            let _ = writeln!(inner, "<pdfaid:conformance>{level}</pdfaid:conformance>");
        }
        if let Some(part) = self.accessible {
            let _ = writeln!(inner, "<pdfuaid:part>{part}</pdfuaid:part>");
        }
        format!(
            "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
             xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">\n\
             {inner}</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"
        )
    }
}

/// The first letter or digit behind a name in metadata, as element or as attribute.
fn value_of(xmp: &[u8], name: &[u8]) -> Option<char> {
    let behind = xmp.get(find(xmp, name)?.saturating_add(name.len())..)?;
    let value = behind.iter().take(8).find(|byte| byte.is_ascii_alphanumeric())?;
    Some(char::from(*value))
}

/// A string of document information as text: UTF-16, UTF-8 or nearly Latin 1.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = if let Some(wide) = bytes.strip_prefix(b"\xFE\xFF") {
        let units =
            wide.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).map(u16::from_be_bytes);
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else if let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
        text.to_owned()
    } else {
        bytes.iter().map(|byte| char::from(*byte)).collect::<String>()
    };
    text.chars().filter(|letter| !letter.is_control()).take(500).collect()
}

/// Text as a string of document information.
fn utf16(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_be_bytes).collect()
}

/// Text as it stands in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
