//! The bytes of an issued mark, fixed: a copy fetched again next year must be the copy that was issued, whatever became
//! of the fonts' files, of the programs that read and shape them, and of our own drawing meanwhile.
//!
//! When this fails, nothing is wrong with the new bytes except that they are others: copies that were issued before
//! would change under their recorded SHA-256. Then the old drawing stays beside the new one, for reports prepared
//! with it; the digest here is never simply replaced.

use super::fonts::font;
use super::made::page;
use super::{jane, prepared};
use candor::text::hex;
use candor::watermark::{CopyId, Edits, MarkFonts, MarkText};
use ring::digest::{SHA256, digest};

/// The SHA-256 of the slot that says this.
fn slot(fonts: &MarkFonts, text: &MarkText) -> String {
    let mut ready = prepared(&page(b"", "", &[]));
    ready.manifest.mark_fonts = fonts.pins();
    Edits::for_copy(fonts, &ready.manifest, text).unwrap().apply(0, &mut ready.body);
    let from = usize::try_from(ready.manifest.slot.offset_bytes).unwrap();
    let length = usize::try_from(ready.manifest.slot.length_bytes).unwrap();
    hex(digest(&SHA256, &ready.body[from..from + length]).as_ref())
}

#[test]
fn marks_of_every_script_keep_their_bytes() {
    let copy: CopyId = "00000-00000".parse().unwrap();
    let fonts = ["arabic.ttf", "hebrew.ttf", "devanagari.ttf", "thai.ttf", "cjk.otf"].map(font);
    let fonts = MarkFonts::load(&fonts).unwrap();
    let every: String = (' '..='~').collect();
    let drawn: Vec<String> = [
        ("Jane Doe", "Example Insurance Ltd"),
        ("Łukasz Żółć-Ångström", "Ελένη Παπαδοπούλου и сыновья"),
        ("Nguye\u{302}\u{303}n To AV WA", "Größe & Söhne, Inc. (fi ffl)"),
        ("محمد الفارسي", "שרה כהן"),
        ("नरेंद्र สมชาย", "王小明 Ltd"),
        ("Dr. Maximiliane Theodora Freifrau von Hohenstein auf der Höhe zu Rabenstein und Falkenfels", ""),
        ("ASCII", &every[..80]),
    ]
    .into_iter()
    .map(|(name, company)| {
        let text = MarkText { name: name.to_owned(), company: company.to_owned(), ..jane(copy) };
        slot(&fonts, &text)
    })
    .collect();
    assert_eq!(drawn, GOLDEN, "copies that were issued before would change");
}

/// What was drawn when the first copies were issued.
const GOLDEN: [&str; 7] = [
    "9f2f972cd3e080b4913d5427c1cef56f5c2ae009f6035a78d30b4f28d07c3978",
    "b18d19c355b927b3e6d7a38d4802e2ccf56084b442c713475500e1e9ddbedb11",
    "51f17e538bba47c442a6fa804d0070248e075c4b8f4975497c80203ac71fb263",
    "7c52127699783a17cc85744ae51f641a85a7846b35ec1d9d40c3883bd0b57a61",
    "33c362dc431794c980d0799653a29e306afb72cf5221ed9113726f01b1ac9464",
    "bdb9df672cf5a356887b8106f4af7e3e966de09f508cd8795b7a87aa5ef2fc2b",
    "f667496fa5c55f3ec1f8b4172ff83c84294be45e343e802efdc43be4e59469bc",
];
