//! Tricks: ranges that leave out too much, forms in circles, damaged signatures.

use super::super::made::pdf;
use super::super::signed::{Draft, place};
use super::{FORM, contents, flaw, jane, judged, with};
use candor::watermark::read_signatures;
use candor::watermark::signatures::{Flaw, SIGNATURES, Verdict};
use proptest::prelude::*;

#[test]
fn a_signature_may_leave_out_nothing_but_itself() {
    let signer = &jane().0;
    // Each is signed as it says, so that its mathematics holds.
    let with_range = |behind: &str, range: &dyn Fn(&Draft) -> (usize, usize)| {
        let mut draft = Draft::new(FORM, behind);
        let (length, second) = range(&draft);
        let end = draft.bytes.len();
        draft.says([0, length, second, end - second]);
        let contents = signer.signs(&draft.without(&(length..second)), &["-md", "sha256"]);
        draft.with(&contents)
    };
    let honest = with_range("/Reason(I agree)", &|draft| (draft.gap.start, draft.gap.end));
    assert_eq!(judged(&honest).verdict, Verdict::Intact);
    let more_behind = with_range("/Reason(I agree)", &|draft| (draft.gap.start, draft.gap.end + 7));
    assert_eq!(flaw(&more_behind), Flaw::Gap);
    let more_before = with_range("", &|draft| (draft.gap.start - 4, draft.gap.end));
    assert_eq!(flaw(&more_before), Flaw::Gap);
    let brackets_signed = with_range("", &|draft| (draft.gap.start + 1, draft.gap.end - 1));
    assert_eq!(judged(&brackets_signed).verdict, Verdict::Intact);
    let half_a_bracket = with_range("", &|draft| (draft.gap.start + 1, draft.gap.end));
    assert_eq!(flaw(&half_a_bracket), Flaw::Gap);
    // Another string of digits that happens to lie there.
    let elsewhere = with_range("/Cert<3030>", &|draft| (draft.gap.end + 5, draft.gap.end + 11));
    assert_eq!(flaw(&elsewhere), Flaw::Gap);
}

#[test]
fn a_range_that_does_not_lie_in_the_file_is_refused() {
    let file = &jane().1;
    let (at, end) = (Draft::new(FORM, "").gap, file.len());
    let ranges = [
        [0, at.start, at.start - 10, end - at.start + 10],
        [0, at.end, at.start, end - at.start],
        [0, at.start, at.end, end - at.end + 1],
        [0, at.start, 9_999_999_999, 9_999_999_999],
        [0, 0, at.end, end - at.end],
        [0, at.start, at.end, 0],
    ];
    for range in ranges {
        let mut draft = Draft { bytes: file.clone(), gap: at.clone() };
        let said = place(&draft.bytes, b"/ByteRange[0 ");
        let text = format!("/ByteRange[0 {:010} {:010} {:010}]", range[1], range[2], range[3]);
        draft.bytes[said..said + text.len()].copy_from_slice(text.as_bytes());
        assert_eq!(flaw(&draft.bytes), Flaw::Range, "{range:?}");
    }
    let said = place(file, b"/ByteRange[0 ");
    for text in ["/ByteRange[9 ", "/ByteRange[-1", "/ByteRank [0 ", "/ByteRange[0 1 "] {
        let mut file = file.clone();
        file[said..said + text.len()].copy_from_slice(text.as_bytes());
        assert_eq!(flaw(&file), Flaw::Range, "{text}");
    }
}

#[test]
fn a_form_with_many_fields_or_in_circles_is_followed_so_far() {
    let signature = |at: usize| format!("<</Type/Sig/SubFilter/Acme.{at}/ByteRange[0 1 2 3]/Contents<00>>>");
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>".to_owned(),
    ];
    let kids = (0..20).map(|at| format!("{} 0 R ", 5 + 2 * at)).collect::<Vec<_>>().concat();
    // The kids inherit what they are; each leads back to the top.
    objects.push(format!("<</T(all)/FT/Sig/Kids[{kids}]>>"));
    for at in 0..20 {
        objects.push(format!("<</T(one)/V {} 0 R/Kids[4 0 R]>>", 6 + 2 * at));
        objects.push(signature(at));
    }
    let all = read_signatures(&pdf(&objects)).unwrap();
    assert_eq!((all.found.len(), all.omitted), (SIGNATURES, 4));
    assert!(all.omitted_words().unwrap().contains("4 further signatures"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_of_what_was_signed_passes(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut file = jane().1.clone();
        let gap = Draft::new(FORM, "").gap;
        let at = at.index(file.len() - gap.len());
        let at = if at < gap.start { at } else { at + gap.len() };
        file[at] ^= 1 << bit;
        // The change may make another file of it, without this signature; it never leaves one that holds.
        for one in read_signatures(&file).map(|all| all.found).unwrap_or_default() {
            prop_assert!(!matches!(one.verdict, Verdict::Intact | Verdict::ChangedAfterwards { .. }), "{at}: {one:?}");
        }
    }

    #[test]
    fn a_damaged_signature_is_answered(
        flips in prop::collection::vec((0_usize..1_200, any::<u8>()), 1..6),
        cut in 0_usize..1_200,
    ) {
        let file = &jane().1;
        let (mut bytes, _) = contents(file);
        for (at, byte) in flips {
            bytes[at] = byte;
        }
        judged(&with(file, &bytes));
        bytes[cut..].fill(0);
        judged(&with(file, &bytes));
    }
}
