//! Any bytes as a PDF: refused by name, or a body whose every page reads back as the copy it was issued as.
#![no_main]

use candor::clock::Clock;
use candor::watermark::{CopyId, Edits, MarkFonts, MarkText, PageReading, prepare, read_copy_id};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pdf: &[u8]| {
    let clock = Clock::system();
    let Ok(prepared) = prepare(pdf.to_vec(), &clock) else { return };
    let copy = CopyId::new(&clock);
    let text = MarkText {
        name: "Jane Doe".to_owned(),
        email: "jane@example.com".to_owned(),
        company: String::new(),
        copy,
        granted_on: "21 November 2026".to_owned(),
        verify_url: "https://trust.example.com/verify".to_owned(),
    };
    let mut body = prepared.body;
    Edits::for_copy(&MarkFonts::bundled(), &prepared.manifest, &text).expect("the mark fits").apply(0, &mut body);
    let reading = read_copy_id(&body).expect("a body can be read");
    assert_eq!(reading.pages.len(), usize::try_from(prepared.manifest.pages).expect("few"));
    assert!(reading.pages.iter().all(|page| *page == PageReading::Copy(copy)), "{reading:?}");
});
