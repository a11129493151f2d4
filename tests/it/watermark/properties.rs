//! Properties: whatever goes in, what comes out is marked, or refused by name.

use super::made::{SQUARE, page};
use super::{blank, issued, nasa, pixels, prepared};
use candor::clock::Clock;
use candor::watermark::{CopyId, IntakeRefusal, PageReading, prepare, read_copy_id};
use hayro_syntax::Pdf;
use hayro_syntax::content::UntypedIter;
use proptest::prelude::*;

/// Pieces of content, well-formed and not.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "q",
        "Q",
        "BT",
        "ET",
        "/Tag BMC",
        "/Span <</MCID 1>> BDC",
        "EMC",
        "BX",
        "EX",
        "1 0 0 rg",
        "0 0 50 50 re",
        "f",
        "W n",
        "0.5 0 0 0.5 10 10 cm",
        "/F1 12 Tf",
        "(text) Tj",
        "[(a) -20 (b)] TJ",
        "10 10 m",
        "90 90 l",
        "S",
        "h",
        "/X Do",
        "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
        "BI ID",
        "(open",
        "<41",
        "<zz>",
        "[",
        "]",
        "<<",
        ">>",
        ")",
        "{",
        "%",
        "\n",
        "1e9",
        "--3",
        "nonsense",
        "1 2 3",
        "/",
        "\\",
        "\0",
        "0 Tr 3 Tr",
        "/GS gs",
        "BMC",
        "100 w 1 J",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.join(" ").into_bytes())
}

/// The operators of a page's content, as another program than ours reads them.
fn operators(body: &[u8]) -> Vec<String> {
    let body = Pdf::new(body.to_vec()).unwrap();
    let mut found = Vec::new();
    let mut content = UntypedIter::new(body.pages()[0].page_stream().unwrap());
    while let Some(instruction) = content.next() {
        found.push(instruction.operator.to_string());
    }
    found
}

/// What is open behind some operators: states, texts, marked content; `None` where something was closed that was not
/// open.
fn open(operators: &[String]) -> Option<[u32; 3]> {
    operators.iter().try_fold([0_u32; 3], |[states, texts, marked], operator| {
        Some(match operator.as_str() {
            "q" => [states + 1, texts, marked],
            "Q" => [states.checked_sub(1)?, texts, marked],
            // Texts do not nest.
            "BT" => [states, 1, marked],
            "ET" => [states, 0, marked],
            "BMC" | "BDC" => [states, texts, marked + 1],
            // One too many ends nothing, in no viewer.
            "EMC" => [states, texts, marked.saturating_sub(1)],
            _ => [states, texts, marked],
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_operators_in_marked_page_out(content in content()) {
        let ready = prepared(&page(&content, "", &[]));
        let copy = CopyId::new(&Clock::system());
        let marked = issued(&ready, copy);
        prop_assert_eq!(read_copy_id(&marked).unwrap().pages, vec![PageReading::Copy(copy)]);
        // The mark comes last, and nothing before it is open: neither a state nor a text that it would fall into.
        let all = operators(&marked);
        let (page, mark) = all.split_at(all.len() - 6);
        prop_assert_eq!(mark, ["BDC", "q", "cm", "Do", "Q", "EMC"]);
        prop_assert_eq!(open(page), Some([0, 0, 0]), "{:?}", page);
        let (with, without) = (pixels::pages(&marked, 300.0, None), pixels::pages(&blank(&ready), 300.0, None));
        prop_assert!(pixels::differing(&with[0], &without[0], 24) > 0.01);
    }

    #[test]
    fn random_bytes_as_content_cannot_hide_the_mark(content in prop::collection::vec(any::<u8>(), 0..400)) {
        let ready = prepared(&page(&content, "", &[]));
        let copy = CopyId::new(&Clock::system());
        prop_assert_eq!(read_copy_id(&issued(&ready, copy)).unwrap().pages, vec![PageReading::Copy(copy)]);
    }

    #[test]
    fn a_cut_or_flipped_file_is_prepared_or_refused(
        cut in 0_usize..3_000, flips in prop::collection::vec((0_usize..3_000, any::<u8>()), 0..6)
    ) {
        let mut source = made();
        for (place, byte) in flips {
            let place = place % source.len();
            source[place] = byte;
        }
        if cut % 3 == 0 {
            source.truncate(cut % (source.len() + 1));
        }
        let _ = prepare(source, &Clock::system());
    }
}

/// A small file with a bit of everything.
fn made() -> Vec<u8> {
    let more = [
        b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest[3 0 R/Fit]>>".to_vec(),
        b"<</Type/Annot/Subtype/Stamp/Rect[0 0 99 99]/AP<</N 8 0 R>>>>".to_vec(),
        super::made::stream("/Subtype/Form/BBox[0 0 10 10]/Matrix[1 0 0 1 5 5]", b"0 0 5 5 re f"),
    ];
    page(SQUARE, "/Annots[6 0 R 7 0 R]/Rotate 90/Group<</S/Transparency>>", &more)
}

#[test]
fn flips_and_cuts_of_a_real_report_never_panic() {
    let source = nasa();
    let clock = Clock::system();
    for round in 0..6 {
        let mut damaged = source.clone();
        let random: [u8; 64] = clock.random();
        for bytes in random.chunks_exact(8) {
            let place = usize::try_from(
                u64::from_le_bytes(bytes.try_into().unwrap()) % u64::try_from(damaged.len()).unwrap(),
            )
            .unwrap();
            damaged[place] ^= bytes[0] | 1;
        }
        if round % 2 == 0 {
            let end = damaged.len() * (round + 1) / 7;
            damaged.truncate(end);
        }
        match prepare(damaged, &clock) {
            // What we write has pages and opens again, even when streams that were copied are damaged.
            Ok(ready) => {
                let opened = Pdf::new(ready.body).unwrap();
                assert_eq!(u32::try_from(opened.pages().len()), Ok(ready.manifest.pages));
            }
            Err(refusal) => assert!(!matches!(refusal, IntakeRefusal::PageCountMismatch { .. }), "{refusal}"),
        }
    }
}
