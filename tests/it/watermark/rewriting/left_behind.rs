//! What does not come along into the rewritten file, and what must.

use super::{marked, unpacked};
use crate::watermark::made::{SQUARE, page, stream};

#[test]
fn what_acts_or_is_attached_is_left_behind_and_listed() {
    let more = [
        b"<</S/JavaScript/JS(app.alert\\(1\\))/Next 7 0 R>>".to_vec(),
        b"<</S/Launch/F(calc.exe)>>".to_vec(),
        b"<</Type/Filespec/F(secret.xlsx)/EF<</F 9 0 R>>>>".to_vec(),
        stream("/Type/EmbeddedFile", b"attached bytes"),
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(javascript:alert)>>/AA<</E 6 0 R>>>>"
            .to_vec(),
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.com/)>>>>".to_vec(),
        b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 8 0 R>>".to_vec(),
        b"<</Private(hidden revision)>>".to_vec(),
    ];
    let source = page(SQUARE, "/Annots[10 0 R 11 0 R 12 0 R]/AA<</O 6 0 R>>/PieceInfo<</X 13 0 R>>", &more);
    let text = String::from_utf8(source).unwrap();
    let source = text.replace(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R/AF[8 0 R]/Names<</EmbeddedFiles<</Names[(a) 8 0 R]>>/JavaScript<</Names[(j) 6 0 R]>>>>>>",
    );
    let ready = marked(source.as_bytes());
    let codes: Vec<&str> = ready.manifest.warnings.iter().map(|warning| warning.code.as_str()).collect();
    for code in ["actions_removed", "annotations_removed", "attachments_removed", "javascript_removed"] {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
    if let Some(said) = unpacked(&ready.body) {
        for gone in [
            "JavaScript",
            "Launch",
            "alert",
            "calc.exe",
            "attached",
            "secret",
            "hidden",
            "EmbeddedFile",
            "/AA",
            "/AF",
        ] {
            assert!(!said.contains(gone), "{gone} is still there");
        }
        assert!(said.contains("https://example.com/"));
    }
}

#[test]
fn a_font_called_like_an_action_is_kept() {
    let fonts = "/Resources<</Font<</AA 5 0 R/AF 5 0 R/EF 5 0 R/JS 5 0 R/Metadata 5 0 R/PieceInfo 5 0 R>>>>";
    let ready = marked(&page(b"BT /AA 12 Tf 50 200 Td (text) Tj ET", fonts, &[]));
    if let Some(said) = unpacked(&ready.body) {
        for name in ["/AA", "/AF", "/EF", "/JS", "/PieceInfo", "/Metadata"] {
            assert!(said.contains(name), "{name} was dropped");
        }
    }
}

#[test]
fn links_and_bookmarks_lead_to_the_new_pages() {
    let more = [
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest[3 0 R/Fit]>>".to_vec(),
        b"<</Type/Outlines/First 8 0 R/Last 8 0 R/Count 1>>".to_vec(),
        b"<</Title(Chapter)/Parent 7 0 R/Dest[3 0 R/XYZ 0 0 0]>>".to_vec(),
    ];
    let text = String::from_utf8(page(SQUARE, "/Annots[6 0 R]", &more)).unwrap();
    let source = text.replace("/Pages 2 0 R>>", "/Pages 2 0 R/Outlines 7 0 R>>");
    let ready = marked(source.as_bytes());
    if let Some(said) = unpacked(&ready.body) {
        assert!(said.contains("Chapter"));
        assert_eq!(said.matches("/Type /Pages").count(), 1, "the old tree was copied");
        assert_eq!(said.matches("/Type /Page\n").count(), 1, "an old page was copied");
    }
}

#[test]
fn an_earlier_revision_is_not_in_the_body() {
    let mut source = page(SQUARE, "", &[stream("", b"(the clean original)")]);
    let first = source.len();
    source.extend_from_slice(
        b"4 0 obj\n<</Length 29>>\nstream\n1 0 0 rg 20 20 100 100 re f Q\nendstream\nendobj\n",
    );
    let table = source.len();
    source.extend_from_slice(
        format!("xref\n4 1\n{first:010} 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev {}>>\nstartxref\n{table}\n%%EOF\n",
            String::from_utf8_lossy(&source[..first]).rsplit("startxref\n").next().unwrap().lines().next().unwrap()).as_bytes(),
    );
    let ready = marked(&source);
    let ends = ready.body.windows(5).filter(|window| window == b"%%EOF").count();
    assert_eq!(ends, 1, "a reader could go back to an earlier end");
}
