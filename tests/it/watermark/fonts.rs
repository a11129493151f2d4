//! Names in their own script, by fonts the operator names.

use super::made::{SQUARE, page};
use super::{is_clean_for_qpdf, jane, pixels, prepared};
use candor::clock::Clock;
use candor::watermark::{
    CopyId, Edits, IntakeRefusal, MarkFontError, MarkFonts, MarkText, PageReading, Prepared, read_copy_id,
};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A font of the tests.
pub fn font(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/watermark/fixtures/fonts").join(name)
}

/// The copy of somebody with this name.
fn drawn(ready: &Prepared, fonts: &MarkFonts, text: &MarkText) -> Vec<u8> {
    let mut body = ready.body.clone();
    Edits::for_copy(fonts, &ready.manifest, text).unwrap().apply(0, &mut body);
    body
}

#[test]
fn a_named_font_draws_the_name_and_the_mark_still_reads() {
    for (file, name) in [
        ("arabic.ttf", "محمد الفارسي"),
        ("hebrew.ttf", "שרה כהן"),
        ("devanagari.ttf", "नरेंद्र"),
        ("thai.ttf", "สมชาย ใจดี"),
        ("cjk.otf", "王小明"),
    ] {
        let fonts = MarkFonts::load(&[font(file)]).unwrap();
        let mut ready = prepared(&page(b"", "", &[]));
        let text = MarkText { name: name.to_owned(), ..jane(CopyId::new(&Clock::system())) };
        let transliterated = drawn(&ready, &fonts, &text);
        ready.manifest.mark_fonts = fonts.pins();
        let own = drawn(&ready, &fonts, &text);
        assert_eq!(read_copy_id(&own).unwrap().pages, [PageReading::Copy(text.copy)], "{name}");
        is_clean_for_qpdf(&own, name);
        let [one, other] = [&own, &transliterated].map(|body| pixels::pages(body, 800.0, None).remove(0));
        assert!(pixels::differing(&one, &other, 24) > 0.002, "{name} is drawn as without a font");
    }
}

#[test]
fn a_copy_keeps_the_fonts_its_report_was_prepared_with() {
    let (hebrew, arabic) =
        (MarkFonts::load(&[font("hebrew.ttf")]).unwrap(), MarkFonts::load(&[font("arabic.ttf")]).unwrap());
    let both = MarkFonts::load(&[font("arabic.ttf"), font("hebrew.ttf")]).unwrap();
    let mut ready = prepared(&page(SQUARE, "", &[]));
    ready.manifest.mark_fonts = hebrew.pins();
    let text = MarkText { name: "שרה כהן".to_owned(), ..jane(CopyId::new(&Clock::system())) };
    assert!(
        drawn(&ready, &hebrew, &text) == drawn(&ready, &both, &text),
        "a font that came changed the copy"
    );
    let refused = Edits::for_copy(&arabic, &ready.manifest, &text);
    assert_eq!(refused, Err(IntakeRefusal::MarkFontMissing { name: "hebrew.ttf".to_owned() }));
    let plain = MarkText { name: "Sarah Cohen".to_owned(), ..text };
    assert!(drawn(&ready, &arabic, &plain) == drawn(&ready, &hebrew, &plain), "plain names need no font");
}

#[test]
fn a_file_that_is_no_font_is_refused_by_name() {
    let missing = MarkFonts::load(&[font("missing.ttf")]).unwrap_err();
    assert!(
        matches!(&missing, MarkFontError::Unreadable { .. }) && missing.to_string().contains("missing.ttf")
    );
    let wrong = MarkFonts::load(&[font("OFL.txt")]).unwrap_err();
    assert!(matches!(&wrong, MarkFontError::Unusable { .. }) && wrong.to_string().contains("OFL.txt"));
}

#[test]
fn the_command_line_takes_fonts() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, out) = (folder.join("font-in.pdf"), folder.join("font-out.pdf"));
    std::fs::write(&source, page(SQUARE, "", &[])).unwrap();
    let sample = |fonts: &[PathBuf]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.args(["watermark", "sample"]).arg(&source).arg("--out").arg(&out);
        command.args(["--name", "שרה כהן", "--email", "sarah@example.com"]);
        for font in fonts {
            command.arg("--font").arg(font);
        }
        let code = command.output().unwrap().status.code();
        (code, std::fs::read(&out).unwrap_or_default())
    };
    let (plain, named) = (sample(&[]), sample(&[font("hebrew.ttf")]));
    assert_eq!((plain.0, named.0), (Some(0), Some(0)));
    let slot = |body: &[u8]| body.get(..16_000).unwrap_or_default().to_vec();
    assert!(slot(&plain.1) != slot(&named.1));
    assert_eq!(sample(&[font("OFL.txt")]).0, Some(2));
}
