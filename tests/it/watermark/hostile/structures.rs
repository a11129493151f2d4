//! Tables, objects and streams that lie about where they are, how long they are, or what they hold.

use super::set::{Hostile, Page, catalog, marked, on_page, refused, swapped, with_table_stream};
use crate::watermark::made::{SQUARE, page, stream};

/// A plain file of one page.
fn plain() -> Vec<u8> {
    Page::default().file()
}

/// A plain file whose end is replaced.
fn ending(end: &str) -> Vec<u8> {
    let mut pdf = plain();
    let place = pdf.windows(7).rposition(|window| window == b"trailer").unwrap();
    pdf.truncate(place);
    pdf.extend_from_slice(end.as_bytes());
    pdf
}

/// A plain file with further entries in its trailer.
fn trailer(entries: &str) -> Vec<u8> {
    let pdf = plain();
    let place = pdf.windows(9).rposition(|window| window == b"startxref").unwrap();
    let end = String::from_utf8(pdf[place..].to_vec()).unwrap();
    ending(&format!("trailer\n<</Size 5/Root 1 0 R{entries}>>\n{end}"))
}

/// The file's table stands there.
fn table_at() -> String {
    let pdf = plain();
    pdf.windows(5).position(|window| window == b"xref\n").unwrap().to_string()
}

/// A page whose content is a stream with this length.
fn length(value: &str) -> Vec<u8> {
    let mut objects = Page::default().objects();
    objects[3] = [format!("<</Length {value}>>\nstream\n").as_bytes(), SQUARE, b"\nendstream"].concat();
    crate::watermark::made::pdf(&objects)
}

/// A page with an object of an object stream with these entries and data.
fn packed(entries: &str, data: &[u8], more: &[(u32, u32, u8)]) -> Vec<u8> {
    let mut all = Page { entries: "/Group 40 0 R", ..Page::default() }.objects();
    all.push(stream(&format!("/Type/ObjStm{entries}"), data));
    with_table_stream(&all, &[&[(40, 5, 0)], more].concat(), "", |rows| rows)
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let mut all = tables();
    all.extend(streams());
    all.extend(objects());
    all
}

/// Tables.
fn tables() -> Vec<Hostile> {
    let table = table_at();
    vec![
        marked("table whose /Prev is itself", trailer(&format!("/Prev {table}"))),
        marked("table whose /XRefStm is itself", trailer(&format!("/XRefStm {table}"))),
        marked("table whose /Prev is negative", trailer("/Prev -1")),
        marked("table whose /Prev is beyond the file", trailer("/Prev 99999999999999999999")),
        marked("startxref beyond the file", ending("trailer\n<</Root 1 0 R>>\nstartxref\n2147483647\n%%EOF")),
        marked("startxref negative", ending("trailer\n<</Root 1 0 R>>\nstartxref\n-2147483648\n%%EOF")),
        marked("offsets beyond the file", swapped(plain(), "0000000009 00000 n", "9999999999 00000 n")),
        marked("offset to another object", swapped(plain(), "0000000009 00000 n", "0000000060 00000 n")),
        marked("generation negative", swapped(plain(), "4 0 obj", "4-1 obj")),
        marked(
            "object numbers beyond 2^31",
            on_page("/Group 2147483648 0 R/X 99999999999999999999 65536 R", &[]),
        ),
        marked("table of 2^31 rows", {
            let objects = Page::default().objects();
            with_table_stream(&objects, &[], "/Index[0 2147483647]", |rows| rows)
        }),
        marked("table with fields of 2^31 bytes", {
            let pdf = with_table_stream(&Page::default().objects(), &[], "", |rows| rows);
            swapped(pdf, "/W[1 4 1]", "/W[1 4e9]")
        }),
        marked("table with no fields", {
            let pdf = with_table_stream(&Page::default().objects(), &[], "", |rows| rows);
            swapped(pdf, "/W[1 4 1]", "/W[0 0 0]")
        }),
        marked("table of negative size", trailer("/Size -5")),
    ]
}

/// Streams and what they hold.
fn streams() -> Vec<Hostile> {
    vec![
        marked("length of 2^31", length("2147483647")),
        marked("length negative", length("-1")),
        marked("length that is its own stream", length("4 0 R")),
        marked("object stream of 2^31 objects", packed("/N 2147483647/First 5", b"40 0 <<>>", &[])),
        marked(
            "object stream whose data begins beyond its end",
            packed("/N 1/First 2147483647", b"40 0 <<>>", &[]),
        ),
        marked("object stream in itself", packed("/N 1/First 4", b"5 0 <<>>", &[(5, 5, 0)])),
        marked(
            "object stream in an object stream",
            packed("/N 1/First 5", b"40 0 <<>>", &[(41, 40, 0), (42, 41, 0)]),
        ),
        marked("object stream that extends itself", packed("/N 1/First 5/Extends 5 0 R", b"40 0 <<>>", &[])),
        marked("object stream that holds itself", packed("/N 1/First 5", b"40 0 40 0 R", &[])),
    ]
}

/// Objects.
fn objects() -> Vec<Hostile> {
    let nested =
        |open: &str, close: &str, depth| format!("/Group {}{}", open.repeat(depth), close.repeat(depth));
    vec![
        marked("references in a ring", on_page("/Group 5 0 R", &["6 0 R", "7 0 R", "5 0 R"])),
        marked("100,000 references in a row", {
            let chain: Vec<String> = (6..100_006).map(|next| format!("[{next} 0 R]")).collect();
            let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
            on_page("/Group 5 0 R", &chain)
        }),
        refused("100,000 nested arrays", "no_pages", on_page(&nested("[", "]", 100_000), &[])),
        refused("300 nested dictionaries", "nesting", on_page(&nested("<</A ", "/B 1>>", 300), &[])),
        marked(
            "100,000 nested arrays in another object",
            on_page("/Group 5 0 R", &[&nested("[", "]", 100_000)[7..]]),
        ),
        marked("string without an end", on_page("/Group 5 0 R", &[&format!("({}", "(".repeat(1 << 20))])),
        marked("comment without an end", [plain(), b"%".repeat(1 << 20)].concat()),
        marked("20,000 objects that begin and never end", {
            [ending("trailer\n<</Root 1 0 R>>\n"), b"9 0 obj\n<</A".repeat(20_000)].concat()
        }),
        marked("20,000 streams without an end", {
            [plain(), b"9 0 obj\n<</Length 99999999>>\nstream\n".repeat(20_000)].concat()
        }),
        marked("names with a null byte", on_page("/A#00B 5 0 R/#00 1/\0 2", &["<</#00#00 /#00>>"])),
        marked("info that is no text", {
            let objects: &[&str] = &["<</Title<FEFFD800D800DC>/Author<FFFE00>/Producer(\\777\\0)/Title[1]>>"];
            catalog("/Lang<FEFFD8>", objects)
        }),
        refused(
            "numbers that are none",
            "no_pages",
            on_page("/UserUnit 1e999/Tabs --5/Dur 5.5.5/StructParents -99999999999999999999", &[]),
        ),
        marked("page turned by 2^31 and of no size", {
            swapped(on_page("/Rotate 2147483647", &[]), "/MediaBox[0 0 300 400]", "/MediaBox[9 9 9.0 9.0]")
        }),
        marked("empty stream", Page { content: Some(b""), ..Page::default() }.file()),
        marked("content that does not exist", swapped(plain(), "/Contents 4 0 R", "/Contents 9 9 R")),
        marked("content that is the page", swapped(plain(), "/Contents 4 0 R", "/Contents 3 0 R")),
        marked(
            "2,000 parts of content",
            page(SQUARE, &format!("/Contents[{}]", "4 0 R ".repeat(2_000)), &[]),
        ),
    ]
}
