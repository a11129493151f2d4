//! What is something else besides, or instead; and files that end too early.

use super::set::{Hostile, Page, marked, refused};

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let plain = Page::default().file();
    let cut = |end: usize| plain[..end].to_vec();
    let half = plain.len() / 2;
    vec![
        marked("archive behind", [&plain[..], b"PK\x05\x06evil", &[0; 18]].concat()),
        marked("page of the web before", [&b"<html><script>alert(1)</script></html>\n"[..], &plain].concat()),
        marked("program before", [&b"MZ\x90\x00evil"[..], &plain].concat()),
        marked("script behind", [&plain[..], b"\n*/ app.alert(1); /*"].concat()),
        marked("two files in one", [plain.clone(), plain.clone()].concat()),
        marked("a megabyte of nothing behind", [plain.clone(), vec![0; 1 << 20]].concat()),
        refused("header too far in", "not_a_pdf", [vec![b' '; 1_100], plain.clone()].concat()),
        refused("nothing", "empty_file", Vec::new()),
        refused("text", "not_a_pdf", b"Dear auditors, please find attached".to_vec()),
        refused("header and nothing else", "damaged", b"%PDF-1.7\n".to_vec()),
        marked("half a file", cut(half)),
        marked("a file without its last byte", cut(plain.len() - 1)),
        refused("header and noise", "damaged", {
            let noise = (0..200_000_u32).map(|place| place.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
            b"%PDF-1.7\n".iter().copied().chain(noise).collect()
        }),
    ]
}
