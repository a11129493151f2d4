//! What a document claims about itself: kept where it stays true, given up by name where it does not.

use super::{marked, marked_and_unchanged, unpacked};
use crate::watermark::made::{SQUARE, page, stream};
use crate::watermark::{nasa, prepared, refusal};
use candor::watermark::{IntakeRefusal, Prepared};

/// One page, and further entries of the catalog.
fn with_catalog(entries: &str, content: &[u8], page_entries: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let source = page(content, page_entries, more);
    let text: String = source.iter().map(|byte| char::from(*byte)).collect();
    text.replace("/Pages 2 0 R>>", &format!("/Pages 2 0 R{entries}>>"))
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

/// Whether the publisher is told this.
fn tells(ready: &Prepared, code: &str) -> bool {
    ready.manifest.warnings.iter().any(|warning| warning.code == code)
}

/// A small structure tree: the page's one paragraph is marked content 0.
fn tagged(content: &[u8]) -> Vec<u8> {
    let more = [
        b"<</Type/StructTreeRoot/K 7 0 R/ParentTree<</Nums[0[7 0 R]]>>>>".to_vec(),
        b"<</Type/StructElem/S/P/P 6 0 R/Pg 3 0 R/K 0>>".to_vec(),
    ];
    let catalog = "/StructTreeRoot 6 0 R/MarkInfo<</Marked true>>/Lang(en)";
    with_catalog(catalog, content, "/StructParents 0", &more)
}

#[test]
fn the_structure_of_a_tagged_page_is_kept() {
    let ready = marked_and_unchanged(&tagged(b"/P <</MCID 0>> BDC 0 0.6 0 rg 20 20 100 100 re f EMC"));
    if let Some(said) = unpacked(&ready.body) {
        for kept in
            ["/StructTreeRoot", "/StructElem", "/StructParents 0", "/Marked true", "/MCID 0", "/Lang (en)"]
        {
            assert!(said.contains(kept), "{kept} is gone");
        }
        assert!(said.contains("/Artifact"), "the mark is not told from the text");
    }
    assert!(!tells(&ready, "pages_isolated"));
}

#[test]
fn an_isolated_page_gives_up_its_part_of_the_structure() {
    let ready = marked(&tagged(b"/P <</MCID 0>> BDC 0 0.6 0 rg 20 20 100 100 re f EMC (never closed"));
    assert!(tells(&ready, "pages_isolated"));
    if let Some(said) = unpacked(&ready.body) {
        assert!(!said.contains("/StructParents"));
    }
}

#[test]
fn layers_are_kept_and_the_mark_is_in_none() {
    let more = [b"<</Type/OCG/Name(Drafts)>>".to_vec()];
    let catalog = "/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>";
    let source = with_catalog(catalog, b"/OC /L BDC 0 0.6 0 rg 20 20 100 100 re f EMC", "", &more);
    let text: String = source.iter().map(|byte| char::from(*byte)).collect();
    let source = text.replace("/Resources<<", "/Resources<</Properties<</L 6 0 R>>");
    let ready = marked(source.as_bytes());
    if let Some(said) = unpacked(&ready.body) {
        assert!(said.contains("/OCProperties") && said.contains("(Drafts)"));
        assert!(!said.contains("/OC 6 0 R"), "the mark could be switched off");
    }
}

/// Metadata that claims a part of PDF/A.
fn archived(part: u8) -> Vec<u8> {
    let claim = format!("<x><pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></x>");
    with_catalog("/Metadata 6 0 R", SQUARE, "", &[stream("/Type/Metadata/Subtype/XML", claim.as_bytes())])
}

#[test]
fn pdf_a_1_is_given_up_for_the_transparency_of_the_mark_and_later_parts_are_kept() {
    let first = marked(&archived(1));
    assert!(tells(&first, "pdfa_dropped"));
    let second = marked(&archived(2));
    assert!(!tells(&second, "pdfa_dropped"));
    let claims = |ready: &Prepared, what: &[u8]| ready.body.windows(what.len()).any(|window| window == what);
    assert!(!claims(&first, b"<pdfaid:part>"));
    assert!(claims(&second, b"<pdfaid:part>2</pdfaid:part>"));
}

#[test]
fn signatures_are_stripped_their_picture_stays_and_the_issued_file_is_recorded() {
    let more = [
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[200 200 260 260]/V 7 0 R/AP<</N 8 0 R>>>>".to_vec(),
        b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<DEADBEEF>/Reference[<</TransformMethod/DocMDP>>]>>".to_vec(),
        stream("/Subtype/Form/BBox[0 0 60 60]", b"1 0 0 rg 0 0 60 60 re f"),
    ];
    let catalog = "/AcroForm<</Fields[6 0 R]/SigFlags 3>>/Perms<</DocMDP 7 0 R>>/DSS<</Certs[8 0 R]>>";
    let source = with_catalog(catalog, SQUARE, "/Annots[6 0 R]", &more);
    let ready = marked(&source);
    assert!(tells(&ready, "signatures_removed"));
    let digest = ring::digest::digest(&ring::digest::SHA256, &source);
    assert_eq!(ready.manifest.source_sha256, candor::text::hex(digest.as_ref()));
    if let Some(said) = unpacked(&ready.body) {
        for gone in ["SigFlags", "ByteRange", "DocMDP", "/DSS", "/Perms", "PPKLite"] {
            assert!(!said.contains(gone), "{gone} is still there");
        }
        assert!(said.contains("1 0 0 rg 0 0 60 60 re f"), "the picture of the signature is gone");
    }
}

#[test]
fn a_collection_opens_as_a_plain_document() {
    let more =
        [b"<</Type/Filespec/F(a.txt)/EF<</F 7 0 R>>>>".to_vec(), stream("/Type/EmbeddedFile", b"attached")];
    let catalog =
        "/Collection<</View/D>>/PageMode/UseAttachments/Names<</EmbeddedFiles<</Names[(a) 6 0 R]>>>>";
    let ready = marked_and_unchanged(&with_catalog(catalog, SQUARE, "", &more));
    assert!(tells(&ready, "attachments_removed"));
    if let Some(said) = unpacked(&ready.body) {
        for gone in ["Collection", "UseAttachments", "attached", "Filespec"] {
            assert!(!said.contains(gone), "{gone} is still there");
        }
    }
}

#[test]
fn names_of_resources_never_clash() {
    let forms = [stream("/Type/XObject/Subtype/Form/BBox[0 0 300 400]", b"1 0 0 rg 200 200 50 50 re f")];
    let content = b"/M Do /S Do /C Do 0 0.6 0 rg 20 20 100 100 re f";
    let source = page(content, "", &forms);
    let text: String = source.iter().map(|byte| char::from(*byte)).collect();
    let source = text.replace("/Resources<<", "/Resources<</XObject<</M 6 0 R/S 6 0 R/C 6 0 R/A0 6 0 R>>");
    let (one, other) = (marked_and_unchanged(source.as_bytes()), prepared(source.as_bytes()));
    if let (Some(one), Some(other)) = (unpacked(&one.body), unpacked(&other.body)) {
        let name = |said: &str| said.lines().find(|line| line.contains("M Do Q EMC")).map(str::to_owned);
        assert_ne!(name(&one), name(&other), "the name of the mark can be guessed");
    }
}

#[test]
fn permissions_of_an_owner_are_recorded() {
    let ready = prepared(&nasa());
    let said = ready.manifest.warnings.iter().find(|warning| warning.code == "decrypted").unwrap();
    assert!(said.text.contains("refuse: changing"), "{}", said.text);
    // -3904 is 0xF0C0: of the eight permissions none is granted.
    let short = marked(include_bytes!("../fixtures/short-key.pdf"));
    let said = short.manifest.warnings.iter().find(|warning| warning.code == "decrypted").unwrap();
    assert!(said.text.contains("(-3904) refuse: printing, changing, copying"), "{}", said.text);
}

#[test]
fn a_crypt_filter_that_states_an_odd_key_length_is_read() {
    let ready = marked(include_bytes!("../fixtures/short-key.pdf"));
    assert!(!tells(&ready, "pages_isolated"), "decrypted with another key, the content is noise");
    if let Some(said) = unpacked(&ready.body) {
        assert!(said.contains("20 20 100 100 re f") && !said.contains("/Encrypt"));
    }
}

#[test]
fn an_unknown_security_handler_is_refused_by_name() {
    let source = page(SQUARE, "", &[b"<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5>>".to_vec()]);
    let text: String = source.iter().map(|byte| char::from(*byte)).collect();
    let source = text.replace("/Root 1 0 R>>", "/Root 1 0 R/Encrypt 6 0 R/ID[<00><00>]>>");
    assert_eq!(refusal(source.as_bytes()), IntakeRefusal::UnsupportedEncryption);
}

#[test]
fn the_file_is_written_with_object_streams_and_a_table_in_a_stream() {
    let body = marked_and_unchanged(&page(SQUARE, "", &[])).body;
    let count = |what: &[u8]| body.windows(what.len()).filter(|window| window == &what).count();
    assert_eq!((count(b"/Type /ObjStm"), count(b"/Type /XRef"), count(b"\ntrailer")), (1, 1, 0));
    // The slot, the stencil, the content, the metadata; everything else is packed.
    assert!(count(b" 0 obj\n") <= 6, "{} objects stand alone", count(b" 0 obj\n"));
    assert!(body.len() < 20_000, "{} bytes for one page", body.len());
}
