//! Any bytes as a manifest, and its edits on any chunk: refused, or applied within the slot.
#![no_main]

use candor::watermark::{Edits, Manifest, MarkFonts, SampleText};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u64, u16)| {
    let (manifest, offset, length) = input;
    let Ok(manifest) = Manifest::from_bytes(manifest.as_bytes()) else { return };
    assert_eq!(Manifest::from_bytes(&manifest.to_bytes()).expect("written by us"), manifest);
    let text = SampleText { name: "Jane".to_owned(), email: "j@example.com".to_owned(), company: String::new() };
    let Ok(edits) = Edits::for_sample(&MarkFonts::bundled(), &manifest, &text) else { return };
    for range in edits.ranges() {
        assert!(range.end <= manifest.body_bytes);
    }
    let mut chunk = vec![0_u8; usize::from(length)];
    edits.apply(offset, &mut chunk);
});
