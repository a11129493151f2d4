//! The file: pages, contents, and the font with what is used of it.
//!
//! Each letter has a number of its own (CID), so that a program that reads the text finds exactly the letter that was
//! written, also where two letters share a glyph.

use super::Sheet;
use super::face::Face;
use super::layout::{self, HEAD, HEIGHT, Line, MARGIN, POINT, RUNNING, Style, WIDTH};
use crate::fault::Fault;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The letters in which pages are numbered.
pub(super) const NUMBERING: &str = "Page of 0123456789";
/// The name of the part of the font: the six letters say that it is one.
const FONT: &str = "CANDOR+NotoSans-Regular";

/// The number of each letter.
type Numbers = BTreeMap<char, u16>;

/// A length as PDF writes it.
fn points(length: i64) -> String {
    format!("{}.{:03}", length / POINT, length % POINT)
}

/// A text string that any script can stand in.
fn text_string(text: &str) -> Object {
    let bytes = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// A stream, deflated.
fn stream(dictionary: Dictionary, bytes: Vec<u8>) -> Result<Stream, Fault> {
    let mut stream = Stream::new(dictionary, bytes);
    stream.compress().map_err(|error| Fault::new("deflating a typeset page", error))?;
    Ok(stream)
}

/// Writes the file.
pub(super) fn write(
    sheet: &Sheet,
    pages: &[Vec<Line>],
    face: &Face,
    letters: &BTreeSet<char>,
) -> Result<Vec<u8>, Fault> {
    let numbers: Numbers = letters.iter().copied().zip(1..).collect();
    let mut document = Document::with_version("1.7");
    let tree = document.new_object_id();
    let font = add_font(&mut document, face, &numbers)?;
    let mut kids: Vec<Object> = Vec::new();
    for (lines, number) in pages.iter().zip(1_usize..) {
        let head = [sheet.head.clone(), format!("Page {number} of {}", pages.len())];
        let content = content(lines, &head, (face, &numbers));
        let content = document.add_object(stream(Dictionary::new(), content.into_bytes())?);
        let page = document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => tree,
            "MediaBox" => media_box(),
            "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
            "Contents" => content,
        });
        kids.push(page.into());
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    document.set_object(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog",
        "Pages" => tree,
        "Lang" => Object::string_literal("en"),
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    });
    let info = document.add_object(dictionary! { "Title" => text_string(&sheet.title) });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    let mut file = Vec::new();
    document.save_to(&mut file).map_err(|error| Fault::new("writing a typeset file", error))?;
    Ok(file)
}

/// The size of a page.
fn media_box() -> Vec<Object> {
    let number = |length: i64| {
        let text = points(length);
        Object::Real(text.parse().unwrap_or_default())
    };
    vec![0.into(), 0.into(), number(WIDTH), number(HEIGHT)]
}

/// What is painted on a page.
fn content(lines: &[Line], [left, right]: &[String; 2], (face, numbers): (&Face, &Numbers)) -> String {
    let mut content = String::new();
    let mut set = |text: &str, style: Style, x: i64, y: i64| {
        let codes = text.chars().filter_map(|letter| numbers.get(&letter));
        let codes = codes.fold(String::new(), |mut codes, code| {
            // Writing into a String does not fail.
            let _ = write!(codes, "{code:04X}");
            codes
        });
        let (x, y) = (points(x), points(y));
        let _ =
            writeln!(content, "BT {} g /F {} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET", style.grey, style.size);
    };
    set(left, RUNNING, MARGIN, HEAD);
    set(right, RUNNING, WIDTH - MARGIN - layout::width(right, RUNNING.size, face), HEAD);
    for line in lines {
        set(&line.text, line.style, MARGIN, line.y);
    }
    content
}

/// Adds the font: what is used of it, how wide each letter is, and which letter each number is.
fn add_font(document: &mut Document, face: &Face, numbers: &Numbers) -> Result<ObjectId, Fault> {
    let glyphs: BTreeSet<u16> = numbers.keys().filter_map(|letter| face.glyph(*letter)).collect();
    let file = face.subset(&glyphs);
    let length = i64::try_from(file.len()).unwrap_or(i64::MAX);
    let file = document.add_object(stream(dictionary! { "Length1" => length }, file)?);
    let measures = face.measures();
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => FONT,
        "Flags" => 4,
        "FontBBox" => measures.bounds.map(Object::Integer).to_vec(),
        "ItalicAngle" => 0,
        "Ascent" => measures.ascent,
        "Descent" => measures.descent,
        "CapHeight" => 714,
        "StemV" => 80,
        "FontFile2" => file,
    });
    let glyph_of = |letter: &char| face.glyph(*letter).unwrap_or(0).to_be_bytes();
    let places = [0, 0].into_iter().chain(numbers.keys().flat_map(glyph_of)).collect();
    let places = document.add_object(stream(Dictionary::new(), places)?);
    let widths: Vec<Object> = numbers.keys().map(|letter| face.width(*letter).into()).collect();
    let descendant = document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => FONT,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "CIDToGIDMap" => places,
        "W" => vec![1.into(), Object::Array(widths)],
    });
    let to_unicode = document.add_object(stream(Dictionary::new(), to_unicode(numbers).into_bytes())?);
    Ok(document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => FONT,
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()],
        "ToUnicode" => to_unicode,
    }))
}

/// Which letter each number is, for programs that read the text.
fn to_unicode(numbers: &Numbers) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let all: Vec<(&char, &u16)> = numbers.iter().collect();
    // A section has a hundred lines at the most.
    for some in all.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", some.len());
        for (letter, number) in some {
            let units = letter.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |mut units, unit| {
                let _ = write!(units, "{unit:04X}");
                units
            });
            let _ = writeln!(map, "<{number:04X}> <{units}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}
