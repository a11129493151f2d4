//! What costs whoever paints it: recursion, images and functions without measure, content that wants to swallow the mark.

use super::bombs::deflated;
use super::set::{Hostile, Page, marked, refused};
use crate::watermark::made::stream;

/// A page with resources, content and further objects from 5 on.
fn painted(resources: &str, content: &[u8], more: Vec<Vec<u8>>) -> Vec<u8> {
    Page { entries: &format!("/Resources<<{resources}>>"), content: Some(content), more, ..Page::default() }
        .file()
}

/// A page that paints an image with these entries and this data.
fn image(entries: &str, data: &[u8]) -> Vec<u8> {
    let image = stream(&format!("/Type/XObject/Subtype/Image{entries}"), data);
    painted("/XObject<</X 5 0 R>>", b"q 300 0 0 400 0 0 cm /X Do Q", vec![image])
}

/// A page with nothing but this content.
fn content(content: &[u8]) -> Vec<u8> {
    Page { stream: "/Filter/FlateDecode", content: Some(&deflated(content)), ..Page::default() }.file()
}

/// A form that paints another one.
fn form(content: &str, resources: &str) -> Vec<u8> {
    stream(
        &format!("/Type/XObject/Subtype/Form/BBox[0 0 300 400]/Resources<<{resources}>>"),
        content.as_bytes(),
    )
}

/// Ten forms, each of which paints the next one ten times.
fn laughs() -> Vec<u8> {
    let forms = (6..16).map(|next| form(&"/X Do ".repeat(10), &format!("/XObject<</X {next} 0 R>>")));
    let forms = forms.chain([form("0 0 9 9 re f", "")]).collect();
    painted("/XObject<</X 5 0 R>>", b"/X Do", forms)
}

/// Images.
fn images() -> Vec<Hostile> {
    let size = "/Width 2147483647/Height 2147483647/BitsPerComponent 16/ColorSpace/DeviceCMYK";
    let gray = "/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceGray";
    let jpeg =
        b"\xFF\xD8\xFF\xC0\x00\x11\x08\xFF\xFF\xFF\xFF\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xFF\xD9";
    let mut jpx =
        b"\x00\x00\x00\x0CjP  \r\n\x87\n\x00\x00\x00\x00jp2c\xFF\x4F\xFF\x51\x00\x29\x00\x00".to_vec();
    jpx.extend_from_slice(&[0xFF; 8]);
    jpx.extend_from_slice(&[0; 8]);
    jpx.extend_from_slice(&[0xFF; 8]);
    let jbig2 = b"\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    vec![
        marked("image of 2^62 pixels", image(size, b"x")),
        marked(
            "image of 10,000 million pixels, deflated",
            image(&format!("{gray}/Filter/FlateDecode"), &deflated(&[0; 99])),
        ),
        marked("JPEG of 65,535 by 65,535", image(&format!("{gray}/Filter/DCTDecode"), jpeg)),
        marked("JPEG 2000 of 2^32 by 2^32", image(&format!("{gray}/Filter/JPXDecode"), &jpx)),
        marked(
            "JBIG2 of 2^32 by 2^32",
            image("/Width 1/Height 1/BitsPerComponent 1/Filter/JBIG2Decode", jbig2),
        ),
        marked(
            "JBIG2 whose shared part is itself",
            image("/Width 1/Height 1/Filter/JBIG2Decode/DecodeParms<</JBIG2Globals 5 0 R>>", jbig2),
        ),
        refused(
            "fax of 2^31 columns",
            "too_much_memory",
            image(
                "/Width 9/Height 9/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2147483647/Rows 2147483647>>",
                &[0; 64],
            ),
        ),
        marked(
            "mask in a ring",
            image(
                "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 5 0 R/Mask 5 0 R/Alternates[<</Image 5 0 R>>]",
                b"x",
            ),
        ),
        marked("colors in a ring", {
            painted(
                "/ColorSpace<</C 5 0 R>>",
                b"/C cs 1 scn 9 9 99 99 re f",
                vec![b"[/Indexed 5 0 R 255 6 0 R]".to_vec(), b"[/ICCBased 5 0 R]".to_vec()],
            )
        }),
        marked("inline image of 10^12 pixels", content(b"BI /W 1000000 /H 1000000 /BPC 8 /CS /RGB ID x EI")),
        marked(
            "inline image without an end",
            content(b"BI /W 9 /H 9 /BPC 8 /CS /G ID EIEIEI EI\x00\x01 Q Q Q"),
        ),
    ]
}

/// Patterns, masks, forms.
fn recursions() -> Vec<Hostile> {
    vec![
        marked(
            "form that paints itself",
            painted("/XObject<</X 5 0 R>>", b"/X Do", vec![form("/X Do", "/XObject<</X 5 0 R>>")]),
        ),
        marked("forms that paint each other", {
            let forms = vec![form("/X Do", "/XObject<</X 6 0 R>>"), form("/X Do", "/XObject<</X 5 0 R>>")];
            painted("/XObject<</X 5 0 R>>", b"/X Do", forms)
        }),
        refused("ten thousand million forms in ten", "too_much_to_paint", laughs()),
        marked("pattern that paints itself", {
            let pattern = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.0001/YStep 0.0001/Resources<</Pattern<</P 5 0 R>>>>";
            painted(
                "/Pattern<</P 5 0 R>>",
                b"/Pattern cs /P scn 0 0 300 400 re f",
                vec![stream(pattern, b"/Pattern cs /P scn 0 0 9 9 re f")],
            )
        }),
        marked("mask that paints its own page", {
            let state = b"<</SMask<</S/Luminosity/G 6 0 R>>>>".to_vec();
            painted(
                "/ExtGState<</G 5 0 R>>",
                b"/G gs 0 0 99 99 re f",
                vec![state, form("/G gs 0 0 9 9 re f", "/ExtGState<</G 5 0 R>>")],
            )
        }),
    ]
}

/// Functions.
fn programs() -> Vec<Hostile> {
    let shading = |function: &str| {
        format!("/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function {function}>>>>")
    };
    let program = format!("{}{}", "{".repeat(50_000), "}".repeat(50_000));
    vec![
        refused("function of 50,000 nested blocks", "crashed", {
            painted(
                &shading("5 0 R"),
                b"/S sh",
                vec![stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", program.as_bytes())],
            )
        }),
        marked("function that never comes to the point", {
            let copies = format!("{{{}}}", "100 copy ".repeat(10_000));
            painted(
                &shading("5 0 R"),
                b"/S sh",
                vec![stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", copies.as_bytes())],
            )
        }),
        marked("function of 2^48 samples", {
            painted(
                &shading("5 0 R"),
                b"/S sh",
                vec![stream(
                    "/FunctionType 0/Domain[0 1 0 1 0 1]/Range[0 1]/Size[65535 65535 65535]/BitsPerSample 32",
                    b"x",
                )],
            )
        }),
        marked("function that stitches itself", {
            painted(
                &shading("5 0 R"),
                b"/S sh",
                vec![
                    b"<</FunctionType 3/Domain[0 1]/Functions[5 0 R 5 0 R]/Bounds[0]/Encode[0 1 0 1]>>"
                        .to_vec(),
                ],
            )
        }),
    ]
}

/// Fonts.
fn fonts() -> Vec<Hostile> {
    let font = |entries: &str| format!("<</Type/Font{entries}>>").into_bytes();
    vec![
        marked("font whose letters are texts in it", {
            let letter = stream("", b"100 0 d0 BT /F 9 Tf (a) Tj ET");
            let three = font(
                "/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>",
            );
            painted("/Font<</F 5 0 R>>", b"BT /F 9 Tf (a) Tj ET", vec![three, letter])
        }),
        marked("font with tables beyond its end", {
            let file = [
                &b"\x00\x01\x00\x00\xFF\xFF\x00\x00\x00\x00\x00\x00"[..],
                &b"glyf\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF".repeat(50),
            ]
            .concat();
            let more = vec![
                font("/Subtype/TrueType/BaseFont/A/FontDescriptor 6 0 R"),
                b"<</Type/FontDescriptor/FontFile2 7 0 R/Flags 4>>".to_vec(),
                stream("/Length1 4294967295", &file),
            ];
            painted("/Font<</F 5 0 R>>", b"BT /F 9 Tf (a) Tj ET", more)
        }),
        marked("font with letters for every number", {
            let cmap = b"1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange 1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange /A usecmap";
            let more = vec![
                font("/Subtype/Type0/BaseFont/A/Encoding 6 0 R/ToUnicode 6 0 R/DescendantFonts[5 0 R]"),
                stream("/Type/CMap/UseCMap 6 0 R", cmap),
            ];
            painted("/Font<</F 5 0 R>>", b"BT /F 9 Tf <00000001> Tj ET", more)
        }),
    ]
}

/// Content.
fn contents() -> Vec<Hostile> {
    let times = |words: &str, count: usize| words.repeat(count).into_bytes();
    vec![
        marked("500,000 states that are never restored", content(&times("q ", 500_000))),
        marked("500,000 states that were never saved", content(&times("Q ", 500_000))),
        marked(
            "dash of 200,000 numbers",
            content(&[b"[".to_vec(), times("1e-9 ", 200_000), b"] 0 d 0 0 m 9 9 l S".to_vec()].concat()),
        ),
        marked("100,000 arrays in an operand", content(&times("[", 100_000))),
        marked(
            "50,000 dictionaries in an operand",
            content(&[times("/A <</B ", 50_000), b"BDC".to_vec()].concat()),
        ),
        marked("number of 1,000,000 digits", content(&[times("9", 1_000_000), b" w".to_vec()].concat())),
        marked("string that swallows what follows", content(b"0 g (")),
        marked("image that swallows what follows", content(b"BI /W 1 /H 1 ID ")),
        marked("dictionary that swallows what follows", content(b"/Span <<")),
        marked("comment that swallows what follows", content(b"0 g %")),
        marked("clip to nothing and text that hides", content(b"0 0 0 0 re W n BT 7 Tr")),
        marked("matrix that leaves nothing", content(b"0 0 0 0 0 0 cm 1e38 0 0 1e38 0 0 cm")),
        marked("structure that is never closed", content(&times("/A BMC ", 100_000))),
    ]
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let mut all = images();
    all.extend(recursions());
    all.extend(programs());
    all.extend(fonts());
    all.extend(contents());
    all
}
