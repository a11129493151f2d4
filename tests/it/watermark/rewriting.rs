//! One small file per pitfall of rewriting; each fails without its remedy.
//!
//! | pitfall | held by |
//! |---|---|
//! | truncating gives the original back | [`left_behind::an_earlier_revision_is_not_in_the_body`] |
//! | unbalanced q, Q, BT, BDC | [`states_left_open_or_closed_too_often_do_not_move_the_mark`] |
//! | unfinished string, inline image, unknown operator | [`unfinished_tokens_cannot_swallow_the_mark`] |
//! | content split inside a token | [`content_split_inside_a_token_is_joined`] |
//! | shared content, inherited resources | [`pages_that_share_content_and_resources_are_each_marked`] |
//! | Rotate, `CropBox`, `UserUnit` | [`turned_cropped_and_scaled_pages_are_marked_upright_inside_what_is_seen`] |
//! | name clash | [`kept::names_of_resources_never_clash`] |
//! | text too long | `marks::long_texts_shrink_and_endless_ones_are_refused`, `marks::whatever_a_form_takes_fits` |
//! | non-Latin names | `marks::names_of_every_script_are_drawn`, `fonts::a_named_font_draws_the_name_and_the_mark_still_reads` |
//! | transparency in PDF/A-1 | [`kept::pdf_a_1_is_given_up_for_the_transparency_of_the_mark_and_later_parts_are_kept`] |
//! | tagged PDF | [`kept::the_structure_of_a_tagged_page_is_kept`], [`kept::an_isolated_page_gives_up_its_part_of_the_structure`] |
//! | signatures | [`kept::signatures_are_stripped_their_picture_stays_and_the_issued_file_is_recorded`] |
//! | XFA | `hostile::a_dynamic_form_is_refused`, `hostile::a_static_form_loses_its_program_and_is_prepared` |
//! | fields above the mark | [`a_field_that_covers_the_page_does_not_cover_the_mark`], [`fields::a_value_without_a_picture_is_drawn`] |
//! | owner passwords | [`kept::permissions_of_an_owner_are_recorded`] |
//! | unknown security handlers | [`kept::an_unknown_security_handler_is_refused_by_name`] |
//! | odd RC4 key lengths | [`kept::a_crypt_filter_that_states_an_odd_key_length_is_read`] |
//! | page tree loops, the same page twice, kids that are streams or missing | `hostile::a_page_tree_that_contains_itself_ends`, `hostile::the_same_page_many_times_gets_a_page_each_up_to_the_limit`, [`pages_that_no_tree_leads_to_are_found`], [`kids_that_are_no_pages_are_passed_over`] |
//! | layers | [`kept::layers_are_kept_and_the_mark_is_in_none`] |
//! | attachments, collections | [`left_behind::what_acts_or_is_attached_is_left_behind_and_listed`], [`kept::a_collection_opens_as_a_plain_document`] |
//! | float noise in boxes | [`boxes_are_copied_as_written`] |
//! | file written with object streams | [`kept::the_file_is_written_with_object_streams_and_a_table_in_a_stream`] |

mod fields;
mod kept;
mod left_behind;

use super::made::{SQUARE, page, pdf, stream};
use super::{Scratch, blank, is_clean_for_qpdf, issued, jane, judge, pixels, prepared};
use candor::clock::Clock;
use candor::watermark::{CopyId, Edits, MarkFonts, PageReading, Prepared, read_copy_id};

/// Prepares, checks that every page is marked and reads back, and that a blank mark leaves the page as it was.
fn marked_and_unchanged(source: &[u8]) -> Prepared {
    let ready = marked(source);
    for (one, other) in
        pixels::pages(source, 400.0, None).iter().zip(&pixels::pages(&blank(&ready), 400.0, None))
    {
        let change = pixels::differing(one, other, 24);
        assert!(change < 0.0005, "the page changed: {change}");
    }
    ready
}

/// Prepares and checks that every page is marked, for two renderers, and reads back.
fn marked(source: &[u8]) -> Prepared {
    let ready = prepared(source);
    let copy = CopyId::new(&Clock::system());
    let (with, without) = (issued(&ready, copy), blank(&ready));
    is_clean_for_qpdf(&with, "prepared");
    for (one, other) in pixels::pages(&with, 400.0, None).iter().zip(&pixels::pages(&without, 400.0, None)) {
        let mark = pixels::differing(one, other, 16);
        assert!(mark > 0.01, "no visible mark: {mark}");
    }
    if let (Some(with), Some(without)) = (poppler(&with), poppler(&without)) {
        let differing = with.iter().zip(&without).filter(|(one, other)| one.abs_diff(**other) > 16).count();
        assert!(differing * 100 > with.len(), "poppler shows no mark");
    }
    let reading = read_copy_id(&with).unwrap();
    assert!(reading.pages.iter().all(|page| *page == PageReading::Copy(copy)), "{reading:?}");
    ready
}

/// The first page in grey, as poppler shows it, when it is installed.
fn poppler(body: &[u8]) -> Option<Vec<u8>> {
    let file = Scratch::new(body);
    let output = std::process::Command::new("pdftoppm")
        .args(["-scale-to", "600", "-gray", "-f", "1", "-l", "1", file.path()])
        .output()
        .ok()?;
    Some(output.stdout)
}

/// Whether a body says this anywhere outside of compressed streams, or inside as qpdf unpacks them.
fn unpacked(body: &[u8]) -> Option<String> {
    let file = Scratch::new(body);
    let (_, said) = judge("qpdf", &["--qdf", "--object-streams=disable", file.path(), "-"])?;
    Some(said)
}

#[test]
fn a_plain_page_is_marked() {
    marked_and_unchanged(&page(SQUARE, "", &[]));
}

#[test]
fn a_body_as_stored_says_unassigned_copy() {
    let ready = prepared(&page(SQUARE, "", &[]));
    assert_eq!(read_copy_id(&ready.body).unwrap().pages, [PageReading::Unassigned]);
}

#[test]
fn states_left_open_or_closed_too_often_do_not_move_the_mark() {
    for content in [
        "q q 0.1 0 0 0.1 0 0 cm 1 0 0 rg 0 0 900 900 re f",
        "Q Q 0.1 0 0 0.1 0 0 cm Q 1 0 0 rg 0 0 900 900 re f Q",
        "0.1 0 0 0.1 0 0 cm 1 0 0 rg 0 0 900 900 re f",
        "0 0 10 10 re W n 1 0 0 rg 0 0 300 300 re f",
        "BT /F1 12 Tf 50 50 Td 3 Tr (open text) Tj",
        "/Span <</MCID 0>> BDC /Tag BMC 1 0 0 rg 0 0 50 50 re f",
        "10 10 m 100 100 l",
        "BX 1 0 0 rg 0 0 50 50 re f unknownoperator",
        "",
    ] {
        marked_and_unchanged(&page(content.as_bytes(), "", &[]));
    }
}

#[test]
fn unfinished_tokens_cannot_swallow_the_mark() {
    for content in [
        &b"0 0.6 0 rg 20 20 100 100 re f (never closed"[..],
        b"0 0.6 0 rg 20 20 100 100 re f <41",
        b"0 0.6 0 rg 20 20 100 100 re f [ 1 2 3",
        b"0 0.6 0 rg 20 20 100 100 re f /Span << /A 1",
        b"0 0.6 0 rg 20 20 100 100 re f BI /W 9 /H 9 /BPC 8 /CS /G ID abc",
        b"0 0.6 0 rg 20 20 100 100 re f 1 0 0",
        b"0 0.6 0 rg 20 20 100 100 re f ETBT",
        b"0 0.6 0 rg 20 20 100 100 re f 1e5 w >> } )",
        b"0 0.6 0 rg 20 20 100 100 re f % comment without end",
    ] {
        marked(&page(content, "", &[]));
    }
}

#[test]
fn content_split_inside_a_token_is_joined() {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents[4 0 R 5 0 R 6 0 R]>>".to_vec(),
        stream("", b"q 1 0 0 rg 20 2"),
        stream("", b"0 100 100 re f BT (spl"),
        stream("", b"it) Tj ET Q"),
    ];
    marked(&pdf(&objects));
}

#[test]
fn a_page_with_nothing_on_it_is_not_told_to_be_damaged() {
    let codes = |packed: &[u8]| {
        let source = pdf(&[
            &b"<</Type/Catalog/Pages 2 0 R>>"[..],
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>",
            &stream("/Filter/FlateDecode", packed),
        ]);
        let warnings = marked(&source).manifest.warnings;
        warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(b"x\x9c\x03\0\0\0\0\x01"), Vec::<String>::new());
    assert_eq!(codes(&[0xFF; 40]), ["content_damaged"]);
}

#[test]
fn pages_that_share_content_and_resources_are_each_marked() {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 300 400]/Resources 6 0 R/Rotate 90>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 5 0 R>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 5 0 R/Rotate 0>>".to_vec(),
        stream("", b"q 0 0.6 0 rg 20 20 100 100 re f Q /X Do"),
        b"<</XObject<</X 7 0 R>>>>".to_vec(),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 300 400]", b"1 0 0 rg 200 200 50 50 re f"),
    ];
    let ready = marked_and_unchanged(&pdf(&objects));
    assert_eq!(ready.manifest.pages, 2);
}

#[test]
fn turned_cropped_and_scaled_pages_are_marked_upright_inside_what_is_seen() {
    for rotate in [0, 90, 180, 270, -90, 450, 45] {
        for boxes in [
            "/CropBox[100 150 250 300]",
            "/CropBox[250 300 100 150]/UserUnit 2.5",
            "/CropBox[-50 -50 900 200]",
            "/BleedBox[1 1 299.5 399.25]",
        ] {
            marked_and_unchanged(&page(SQUARE, &format!("/Rotate {rotate}{boxes}"), &[]));
        }
    }
}

#[test]
fn a_box_that_shows_nothing_is_given_up() {
    // Viewers disagree about what such a page shows; without the box they agree.
    for boxes in ["/CropBox[900 900 950 950]", "/MediaBox[5 5 5 5]", "/MediaBox[0 0 10]", "/MediaBox(none)"] {
        marked(&page(SQUARE, boxes, &[]));
    }
}

#[test]
fn every_size_of_page_is_marked() {
    for size in ["252 144", "2384 3370", "3370 2384", "100 2000", "2000 100", "14400 14400", "40 40"] {
        marked(&page(b"", &format!("/MediaBox[0 0 {size}]"), &[]));
    }
}

#[test]
fn pages_that_no_tree_leads_to_are_found() {
    let lost = pdf(&[
        &b"<</Type/Catalog/Pages 2 0 R>>"[..],
        b"<</Type/Pages/Kids[9 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>",
        &stream("", SQUARE),
    ]);
    let ready = marked(&lost);
    assert!(ready.manifest.warnings.iter().any(|warning| warning.code == "page_count_differs"));
}

#[test]
fn kids_that_are_no_pages_are_passed_over() {
    let odd = pdf(&[
        &b"<</Type/Catalog/Pages 2 0 R>>"[..],
        b"<</Type/Pages/Kids[4 0 R 3 0 R 17 null 99 0 R]/Count 4>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>",
        &stream("", SQUARE),
    ]);
    let ready = marked(&odd);
    assert_eq!(ready.manifest.pages, 1);
    assert!(ready.manifest.warnings.iter().any(|warning| warning.code == "page_count_differs"));
}

#[test]
fn boxes_are_copied_as_written() {
    let source = page(SQUARE, "/CropBox[10.123456789 20 287.52 377.000001]", &[]);
    if let Some(said) = unpacked(&prepared(&source).body) {
        for number in ["10.123456789", "287.52\n", "377.000001"] {
            assert!(said.contains(number), "{number} is not in the page");
        }
    }
}

#[test]
fn a_black_and_a_grey_page_show_the_mark() {
    for grey in ["0", "0.25", "0.5", "0.75", "1"] {
        marked_and_unchanged(&page(format!("{grey} g 0 0 300 400 re f").as_bytes(), "", &[]));
    }
}

#[test]
fn a_field_that_covers_the_page_does_not_cover_the_mark() {
    let field =
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/F 4/Rect[0 0 300 400]/AP<</N 7 0 R>>>>".to_vec();
    let cover = stream("/Subtype/Form/BBox[0 0 1 1]", b"0.9 0.9 0.5 rg 0 0 1 1 re f");
    let source = page(SQUARE, "/Annots[6 0 R]", &[field, cover]);
    let ready = marked(&source);
    assert!(ready.manifest.warnings.iter().any(|warning| warning.code == "fields_flattened"));
    let flattened = &pixels::pages(&blank(&ready), 400.0, None)[0];
    let white = &pixels::pages(&blank(&prepared(&page(b"", "", &[]))), 400.0, None)[0];
    assert!(pixels::differing(flattened, white, 24) > 0.9, "the field is not seen any more");
}

#[test]
fn patching_gives_the_same_bytes_at_every_chunk_size() {
    let ready = prepared(&page(SQUARE, "", &[]));
    let edits = Edits::for_copy(&MarkFonts::bundled(), &ready.manifest, &jane(CopyId::new(&Clock::system())))
        .unwrap();
    let mut whole = ready.body.clone();
    edits.apply(0, &mut whole);
    assert_ne!(whole, ready.body);
    for size in [1, 7, 100, 4_096, 16_384, 48 * 1_024, 65_536] {
        let mut patched = ready.body.clone();
        let mut offset = 0;
        for chunk in patched.chunks_mut(size) {
            edits.apply(offset, chunk);
            offset += u64::try_from(chunk.len()).unwrap();
        }
        assert!(patched == whole, "chunks of {size}");
    }
    let changed = whole
        .iter()
        .zip(&ready.body)
        .enumerate()
        .filter(|(_, (one, other))| one != other)
        .map(|(place, _)| place);
    let slot = edits.ranges().next().unwrap();
    assert!(changed.map(|place| u64::try_from(place).unwrap()).all(|place| slot.contains(&place)));
}

#[test]
fn a_manifest_reads_back_and_a_foreign_one_is_refused() {
    use candor::watermark::Manifest;
    let manifest = prepared(&page(SQUARE, "", &[])).manifest;
    let stored = manifest.to_bytes();
    assert_eq!(Manifest::from_bytes(&stored).unwrap(), manifest);
    let later = String::from_utf8(stored.clone()).unwrap().replace("manifest/v1", "manifest/v2");
    assert!(Manifest::from_bytes(later.as_bytes()).is_err());
    let outside = String::from_utf8(stored).unwrap().replace("\"body_bytes\":", "\"body_bytes\":1,\"was\":");
    assert!(Manifest::from_bytes(outside.as_bytes()).is_err());
}
