//! What the mark says, and that it is read back.

use super::made::{SQUARE, page};
use super::{Scratch, blank, is_clean_for_qpdf, issued, jane, judge, nasa, pixels, prepared};
use candor::clock::Clock;
use candor::watermark::{
    CopyId, Edits, IntakeRefusal, MarkFonts, MarkText, PageReading, SampleText, read_copy_id,
};

#[test]
fn names_of_every_script_are_drawn() {
    let ready = prepared(&page(b"", "", &[]));
    let plain = &pixels::pages(&blank(&ready), 600.0, None)[0];
    for name in [
        "Łukasz Żółć-Ångström",
        "Ελένη Παπαδοπούλου",
        "Наталия Щербакова",
        "王小明",
        "山田 太郎",
        "김민수",
        "שרה כהן",
        "محمد الفارسي",
        "नरेंद्र",
        "สมชาย",
        "O\u{2019}Brien \u{202E}evil\u{200B}",
        "🦀 Ferris",
    ] {
        let copy = CopyId::new(&Clock::system());
        let text = MarkText { name: name.to_owned(), ..jane(copy) };
        let mut body = ready.body.clone();
        Edits::for_copy(&MarkFonts::bundled(), &ready.manifest, &text).unwrap().apply(0, &mut body);
        assert_eq!(read_copy_id(&body).unwrap().pages, [PageReading::Copy(copy)], "{name}");
        assert!(pixels::differing(plain, &pixels::pages(&body, 600.0, None)[0], 24) > 0.01, "{name}");
        is_clean_for_qpdf(&body, name);
    }
}

#[test]
fn long_texts_shrink_and_endless_ones_are_refused() {
    let ready = prepared(&page(b"", "", &[]));
    let copy = CopyId::new(&Clock::system());
    let email = format!("{}@{}.example.com", "a.very.long.local.part".repeat(2), "department".repeat(2));
    let long = MarkText {
        name: "Dr. Maximiliane Theodora Freifrau von Hohenstein".to_owned(),
        company: "Internationale Rückversicherungsgesellschaft Winterthur AG".to_owned(),
        email,
        verify_url: "https://trust.internationale.example.com/verify".to_owned(),
        ..jane(copy)
    };
    let mut body = ready.body.clone();
    Edits::for_copy(&MarkFonts::bundled(), &ready.manifest, &long).unwrap().apply(0, &mut body);
    assert_eq!(read_copy_id(&body).unwrap().copies(), [copy]);
    for endless in [
        MarkText { name: "x".repeat(2_000), ..jane(copy) },
        MarkText { email: "x".repeat(2_000), ..jane(copy) },
        // So many different letters that their outlines alone are too long.
        MarkText { email: ('\u{400}'..'\u{482}').chain('\u{C0}'..'\u{240}').collect(), ..jane(copy) },
    ] {
        let refused = Edits::for_copy(&MarkFonts::bundled(), &ready.manifest, &endless);
        assert!(matches!(refused, Err(IntakeRefusal::SlotOverflow { .. })), "{endless:?}");
    }
}

#[test]
fn whatever_a_form_takes_fits() {
    use candor::text::{CompanyName, EmailAddress, PersonName};
    let ready = prepared(&page(b"", "", &[]));
    let copy = CopyId::new(&Clock::system());
    let label = format!("{}x", "w9-".repeat(17));
    let email = format!("{}@{label}.{label}.{label}.example", "W!#$%&'*+/=?^_`{|}~".repeat(3));
    let letters: Vec<char> = ('\u{C0}'..'\u{180}').chain('\u{400}'..'\u{480}').collect();
    for name in [
        letters[..120].iter().collect::<String>(),
        letters[120..240].iter().collect(),
        "W".repeat(120),
        "\u{9F98}".repeat(120),
        ('\u{4E00}'..).take(120).collect(),
        ('\u{1F600}'..).take(120).collect(),
        ('\u{E000}'..).take(120).collect(),
    ] {
        let name = PersonName::parse(&name).unwrap().to_string();
        let text = MarkText {
            company: CompanyName::parse(&name.chars().rev().collect::<String>()).unwrap().to_string(),
            name,
            email: EmailAddress::parse(&email).unwrap().to_string(),
            ..jane(copy)
        };
        let mut body = ready.body.clone();
        let edits = Edits::for_copy(&MarkFonts::bundled(), &ready.manifest, &text);
        edits.unwrap_or_else(|refusal| panic!("{refusal}: {text:?}")).apply(0, &mut body);
        assert_eq!(read_copy_id(&body).unwrap().pages, [PageReading::Copy(copy)]);
        is_clean_for_qpdf(&body, &text.name);
    }
}

#[test]
fn a_sample_says_so_and_names_no_copy() {
    let ready = prepared(&nasa());
    let text =
        SampleText { name: "Jane".to_owned(), email: "jane@example.com".to_owned(), company: String::new() };
    let mut body = ready.body.clone();
    Edits::for_sample(&MarkFonts::bundled(), &ready.manifest, &text).unwrap().apply(0, &mut body);
    let reading = read_copy_id(&body).unwrap();
    assert!(reading.pages.iter().all(|page| *page == PageReading::Sample));
    assert!(reading.copies().is_empty());
}

#[test]
fn a_copy_saved_anew_by_another_program_is_still_named() {
    let ready = prepared(&nasa());
    let copy = CopyId::new(&Clock::system());
    let file = Scratch::new(&issued(&ready, copy));
    for options in [
        &["--object-streams=disable"][..],
        &["--qdf", "--object-streams=disable"],
        &["--object-streams=generate", "--recompress-flate", "--compression-level=9"],
        &["--normalize-content=y", "--coalesce-contents", "--stream-data=uncompress"],
        &["--linearize"],
    ] {
        let saved = Scratch::new(b"");
        let arguments = [options, &[file.path(), saved.path()][..]].concat();
        if judge("qpdf", &arguments).is_some() {
            let reading = read_copy_id(&std::fs::read(saved.path()).unwrap()).unwrap();
            assert_eq!(reading.pages, vec![PageReading::Copy(copy); 49], "{options:?}");
        }
    }
    let split = Scratch::new(b"");
    if judge("qpdf", &[file.path(), "--pages", ".", "7", "--", split.path()]).is_some() {
        assert_eq!(
            read_copy_id(&std::fs::read(split.path()).unwrap()).unwrap().pages,
            [PageReading::Copy(copy)]
        );
    }
}

#[test]
fn a_foreign_file_has_no_mark() {
    assert_eq!(read_copy_id(&page(SQUARE, "", &[])).unwrap().pages, [PageReading::Nothing]);
    assert!(read_copy_id(&nasa()).unwrap().pages.iter().all(|page| *page == PageReading::Nothing));
}

#[test]
fn a_mark_that_no_page_paints_is_not_read() {
    // The forms are still in the file; what counts is what the page draws.
    let ready = prepared(&page(SQUARE, "", &[]));
    let file = Scratch::new(&issued(&ready, CopyId::new(&Clock::system())));
    let saved = Scratch::new(b"");
    if judge("qpdf", &["--qdf", "--object-streams=disable", file.path(), saved.path()]).is_some() {
        let bytes = std::fs::read(saved.path()).unwrap();
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let stripped = text.replace("M Do Q EMC", "M % Q EMC ");
        assert_ne!(stripped, text);
        let stripped: Vec<u8> =
            stripped.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        assert_eq!(read_copy_id(&stripped).unwrap().pages, [PageReading::Nothing]);
    }
}

/// The relative luminance of a grey of 0 to 255 (WCAG 2).
fn luminance(grey: f64) -> f64 {
    let part = grey / 255.0;
    if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

/// How much the letters of the diagonal mark stand out: the contrast of a tenth of the pixels they change is higher.
fn contrast(source: &[u8]) -> f64 {
    let ready = prepared(source);
    let plain = &pixels::pages(&blank(&ready), 2_000.0, None)[0];
    let marked = &pixels::pages(&issued(&ready, CopyId::new(&Clock::system())), 2_000.0, None)[0];
    // The middle of the page, where only a diagonal mark stands.
    let (width, height) = (usize::from(marked.width()), usize::from(marked.height()));
    let middle =
        (height / 3..height * 2 / 3).flat_map(|row| (0..width).map(move |column| (row * width + column) * 4));
    let mut found: Vec<f64> = middle
        .filter_map(|place| {
            let (one, other) = (marked.data_as_u8_slice()[place], plain.data_as_u8_slice()[place]);
            let (light, dark) = (luminance(f64::from(one)), luminance(f64::from(other)));
            (one != other).then(|| (light.max(dark) + 0.05) / (light.min(dark) + 0.05))
        })
        .collect();
    found.sort_by(f64::total_cmp);
    found[found.len() * 9 / 10]
}

/// A page that is one picture of speckled paper with grey lines on it.
fn scanned() -> Vec<u8> {
    let noise: [u8; 32] = Clock::system().random();
    let speckle = |place: usize| noise[(place * 7 + place / 300 * 13) % 32] % 24;
    let paper = |place: usize| if place / 300 % 9 < 3 && place % 5 < 3 { 70 } else { 215 };
    let picture: Vec<u8> = (0..300 * 400).map(|place| paper(place) + speckle(place)).collect();
    let entries = "/Type/XObject/Subtype/Image/Width 300/Height 400/BitsPerComponent 8/ColorSpace/DeviceGray";
    let picture = super::made::stream(entries, &picture);
    let source = page(b"q 300 0 0 400 0 0 cm /I Do Q", "", &[picture]);
    // The picture is no text: byte by byte into letters and back.
    let text: String = source.iter().map(|byte| char::from(*byte)).collect();
    let text = text.replace("/Resources<<", "/Resources<</XObject<</I 6 0 R>>");
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures stand in docs/performance.md, printed with --nocapture")]
fn the_mark_stands_out_from_white_black_grey_and_scanned_pages() {
    for grey in ["0", "0.2", "0.35", "0.5", "0.65", "0.7", "0.75", "0.8", "0.9", "1"] {
        let found = contrast(&page(format!("{grey} g 0 0 300 400 re f").as_bytes(), "", &[]));
        println!("contrast over grey {grey}: {found:.2}");
        assert!(found >= 1.3, "contrast {found:.2} over grey {grey}");
    }
    let found = contrast(&scanned());
    println!("contrast over a scanned page: {found:.2}");
    assert!(found >= 1.3, "contrast {found:.2} over a scanned page");
}
