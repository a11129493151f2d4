//! Any bytes as the digital signature of a PDF: a verdict, and never a good one, since nobody signed that file.
#![no_main]

use candor::watermark::read_signatures;
use candor::watermark::signatures::Verdict;
use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;

fuzz_target!(|contents: &[u8]| {
    let before = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[<</FT/Sig/V 4 0 R>>]>>>>\nendobj\n\
                  2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n\
                  4 0 obj\n<</SubFilter/adbe.pkcs7.detached/ByteRange[0 ";
    let after = ">>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n";
    let hex = contents.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes all");
        hex
    });
    let start = before.len() + 32 + "]/Contents".len();
    let second = start + hex.len() + 2;
    let pdf = format!("{before}{start:010} {second:010} {:010}]/Contents<{hex}>{after}", after.len());
    let all = read_signatures(pdf.as_bytes()).expect("the file around it is sound");
    assert_eq!(all.found.len(), 1, "{pdf}");
    assert!(all.found.iter().all(|one| matches!(one.verdict, Verdict::Broken { .. } | Verdict::NotChecked { .. })));
});
