//! Form fields: what they say stays, whether they have a picture of it or not.

use super::{blank, marked, pixels};
use crate::watermark::made::{page, stream};
use candor::watermark::Prepared;

/// A page with one field; further objects from number 7 on.
fn form(field: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let field = format!("<</Type/Annot/Subtype/Widget/T(a)/F 4/Rect[50 50 250 90]{field}>>");
    page(b"", "/Annots[6 0 R]", &[vec![field.into_bytes()], more.to_vec()].concat())
}

/// How much of the page the field fills.
fn ink(ready: &Prepared) -> f64 {
    let [with, without] = [blank(ready), blank(&marked(&page(b"", "", &[])))]
        .map(|body| pixels::pages(&body, 800.0, None).remove(0));
    pixels::differing(&with, &without, 60)
}

#[test]
fn a_value_without_a_picture_is_drawn() {
    for field in [
        "/FT/Tx/V(Forty-two)/DA(/Helv 12 Tf 0 g)",
        "/FT/Tx/V<FEFF041F044004380432043504420021>",
        "/FT/Tx/Ff 4096/V(several words that need more than one line to stand in this box\\rand another paragraph)",
        "/FT/Ch/V(de)/Opt[[(en)(English)][(de)(German)]]",
        "/FT/Ch/V[(one)(two)]",
        "/FT/Btn/V/Yes/AS/Yes",
        // Kind and value inherited from the field above.
        "/Parent 7 0 R",
    ] {
        let ready = marked(&form(field, &[b"<</FT/Tx/V(inherited)/Kids[6 0 R]>>".to_vec()]));
        assert!(ready.manifest.warnings.iter().any(|warning| warning.code == "fields_drawn"), "{field}");
        let ink = ink(&ready);
        assert!((0.0005..0.05).contains(&ink), "{field}: {ink}");
    }
}

#[test]
fn what_a_field_does_not_say_is_not_drawn() {
    for field in ["/FT/Tx", "/FT/Tx/V()", "/FT/Btn/V/Off/AS/Off", "/FT/Btn/Ff 65536", "/FT/Tx/V(hidden)/F 2"]
    {
        let ready = marked(&form(field, &[]));
        assert!(ready.manifest.warnings.iter().all(|warning| warning.code != "fields_drawn"), "{field}");
        assert!(ink(&ready) < 0.0001, "{field}");
    }
}

#[test]
fn the_picture_of_a_field_is_shown_as_it_is() {
    let shown = stream("/Subtype/Form/BBox[0 0 200 40]", b"1 0 0 rg 0 0 200 40 re f");
    let ready = marked(&form("/FT/Tx/V(other)/AP<</N 7 0 R>>", &[shown]));
    assert!(ink(&ready) > 0.05);
    let states = "/FT/Btn/AS/On/AP<</N<</On 7 0 R>>>>";
    let shown = stream("/Subtype/Form/BBox[0 0 200 40]", b"0 0 1 rg 0 0 200 40 re f");
    assert!(ink(&marked(&form(states, &[shown]))) > 0.05);
}
