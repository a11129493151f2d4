//! Files that cannot be prepared, or should not be: each is refused by name, or neutralised.

mod active;
mod bombs;
mod disguises;
mod every_one;
mod locks;
mod painting;
pub(crate) mod set;
mod structures;
mod trees;

use self::bombs::bomb;
use super::made::{SQUARE, page, pdf, stream};
use super::{prepared, refusal};
use candor::watermark::IntakeRefusal;

#[test]
fn what_is_no_pdf_is_refused_by_name() {
    assert_eq!(refusal(b""), IntakeRefusal::EmptyFile);
    assert_eq!(refusal(b"Dear auditors, please find attached"), IntakeRefusal::NotAPdf);
    assert!(matches!(refusal(b"%PDF-1.7\nnothing else"), IntakeRefusal::Damaged { .. }));
    assert!(matches!(refusal(&vec![0; 100 * 1024 * 1024 + 1]), IntakeRefusal::TooLarge { .. }));
}

#[test]
fn a_file_without_pages_is_refused() {
    let empty = pdf(&["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]);
    assert_eq!(refusal(&empty), IntakeRefusal::NoPages);
}

#[test]
fn a_file_with_an_opening_password_is_refused() {
    assert_eq!(refusal(include_bytes!("fixtures/user-password.pdf")), IntakeRefusal::PasswordNeeded);
}

#[test]
fn a_dynamic_form_is_refused() {
    let text = String::from_utf8(page(SQUARE, "", &[])).unwrap();
    let source =
        text.replace("/Pages 2 0 R>>", "/Pages 2 0 R/NeedsRendering true/AcroForm<</XFA(x)/Fields[]>>>>");
    assert_eq!(refusal(source.as_bytes()), IntakeRefusal::DynamicXfa);
}

#[test]
fn a_static_form_loses_its_program_and_is_prepared() {
    let text = String::from_utf8(page(SQUARE, "", &[])).unwrap();
    let source = text.replace("/Pages 2 0 R>>", "/Pages 2 0 R/AcroForm<</XFA(x)/Fields[5 0 R]>>>>");
    let codes: Vec<String> =
        prepared(source.as_bytes()).manifest.warnings.into_iter().map(|warning| warning.code).collect();
    assert!(codes.contains(&"xfa_removed".to_owned()), "{codes:?}");
}

#[test]
fn a_page_tree_that_contains_itself_ends() {
    let looped = pdf(&[
        &b"<</Type/Catalog/Pages 2 0 R>>"[..],
        b"<</Type/Pages/Kids[2 0 R 3 0 R 4 0 R]/Count 1>>",
        b"<</Type/Pages/Kids[2 0 R 3 0 R]>>",
        b"<</Type/Page/MediaBox[0 0 300 400]>>",
    ]);
    assert_eq!(prepared(&looped).manifest.pages, 1);
}

#[test]
fn the_same_page_many_times_gets_a_page_each_up_to_the_limit() {
    let kids = |count: usize| {
        let kids = "3 0 R ".repeat(count);
        pdf(&[
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            format!("<</Type/Pages/Kids[{kids}]/Count {count}>>").into_bytes(),
            b"<</Type/Page/MediaBox[0 0 300 400]/Contents 4 0 R>>".to_vec(),
            stream("", SQUARE),
        ])
    };
    assert_eq!(prepared(&kids(50)).manifest.pages, 50);
    assert!(matches!(refusal(&kids(2_001)), IntakeRefusal::TooManyPages { .. }));
}

#[test]
fn branches_that_multiply_are_refused() {
    let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned()];
    for level in 2..40 {
        objects.push(format!("<</Type/Pages/Kids[{0} 0 R {0} 0 R {0} 0 R]>>", level + 1));
    }
    objects.push("<</Type/Pages/Kids[]>>".to_owned());
    assert!(matches!(refusal(&pdf(&objects)), IntakeRefusal::Nesting { .. }));
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |depth: usize| format!("/Group {}{}", "[".repeat(depth), "]".repeat(depth));
    prepared(&page(SQUARE, &deep(90), &[]));
    assert!(matches!(refusal(&page(SQUARE, &deep(110), &[])), IntakeRefusal::Nesting { .. }));
    // Deeper than the parser follows, the whole object is nothing to it.
    let hopeless = page(SQUARE, &deep(100_000), &[]);
    assert!(candor::watermark::prepare(hopeless, &candor::clock::Clock::system()).is_err());
    let dicts = format!("/Group {}1{}", "<</A ".repeat(300), ">>".repeat(300));
    assert!(matches!(refusal(&page(SQUARE, &dicts, &[])), IntakeRefusal::Nesting { .. }));
}

#[test]
fn a_small_file_that_inflates_without_end_is_refused_before_memory_is_spent() {
    let bomb = bomb(1_100);
    assert!(bomb.len() < 2 << 20);
    let mut source = page(SQUARE, "", &[stream("/Filter/FlateDecode", &bomb)]);
    assert!(matches!(refusal(&source), IntakeRefusal::DecodeLimit { .. }));
    source = String::from_utf8_lossy(&source).into_owned().into_bytes();
    assert!(
        candor::watermark::prepare(source, &candor::clock::Clock::system()).is_ok(),
        "only the bomb was the reason"
    );
}

#[test]
fn content_that_other_filters_inflate_is_held_to_the_limit() {
    // Two layers of deflate: the first look sees only the outer one.
    let outer = {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&bomb(200)).unwrap();
        encoder.finish().unwrap()
    };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>".to_vec(),
        stream("/Filter[/FlateDecode/FlateDecode]", &outer),
    ];
    assert!(matches!(refusal(&pdf(&objects)), IntakeRefusal::DecodeLimit { .. }));
}

#[test]
fn a_refusal_has_a_stable_code_and_words_that_say_what_to_do() {
    for (refusal, code) in [
        (IntakeRefusal::PasswordNeeded, "password_needed"),
        (IntakeRefusal::NotAPdf, "not_a_pdf"),
        (IntakeRefusal::DynamicXfa, "dynamic_xfa"),
        (IntakeRefusal::TimedOut { limit_secs: 60 }, "timed_out"),
        (IntakeRefusal::damaged("x"), "damaged"),
    ] {
        assert_eq!(refusal.code(), code);
        assert!(refusal.to_string().contains("Please"), "{refusal}");
    }
}
