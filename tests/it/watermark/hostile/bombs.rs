//! Little data that becomes much: packed several times, packed by every filter, where the parser unpacks by itself.

use super::locks::encrypted;
use super::set::{Hostile, Page, marked, refused, with_table_stream};
use crate::watermark::made::{SQUARE, stream};
use std::io::Write as _;

/// Deflated to as many MiB of blanks: after the first chunk, every further one deflates to the same bytes.
pub(in crate::watermark) fn bomb(mebibytes: usize) -> Vec<u8> {
    let mut packer = flate2::Compress::new(flate2::Compression::best(), true);
    let chunk = vec![b' '; 1 << 20];
    let mut pack = || {
        let mut packed = Vec::with_capacity(1 << 16);
        packer.compress_vec(&chunk, &mut packed, flate2::FlushCompress::Sync).unwrap();
        packed
    };
    let (first, further) = (pack(), pack());
    [first, further.repeat(mebibytes - 1)].concat()
}

/// Deflated.
pub(in crate::watermark) fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// In hexadecimal digits.
fn hexed(data: &[u8]) -> Vec<u8> {
    data.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).chain(*b">").collect()
}

/// In base 85.
fn based(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for group in data.chunks(4) {
        let mut bytes = [0; 4];
        bytes[..group.len()].copy_from_slice(group);
        let value = u32::from_be_bytes(bytes);
        let digits: Vec<u8> =
            (0..5).rev().map(|place| u8::try_from(value / 85_u32.pow(place) % 85).unwrap() + b'!').collect();
        out.extend_from_slice(&digits[..=group.len()]);
    }
    out.extend_from_slice(b"~>");
    out
}

/// LZW codes for blanks, seven megabytes each time.
fn lzw(times: usize) -> Vec<u8> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u64, 0);
    let mut push = |code: u64, width: u32| {
        held = held << width | code;
        bits += width;
        while bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    };
    for time in 0..times {
        push(256, if time == 0 { 9 } else { 12 });
        push(u64::from(b' '), 9);
        for next in 258..4094_u64 {
            let width = match next {
                ..=510 => 9,
                511..=1022 => 10,
                1023..=2046 => 11,
                _ => 12,
            };
            push(next, width);
        }
    }
    out
}

/// A page whose content is packed like this.
fn content(filters: &str, data: &[u8]) -> Vec<u8> {
    Page { stream: &format!("/Filter{filters}"), content: Some(data), ..Page::default() }.file()
}

/// The page of every such file, with the content's and the catalog's further entries.
fn objects(more: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    Page { more, ..Page::default() }.objects()
}

/// A page that needs an object from an object stream, which is packed like this.
fn object_stream(entries: &str, data: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut all = Page { entries: "/Group 40 0 R", ..Page::default() }.objects();
    all.push(stream(&format!("/Type/ObjStm/N 1/First 6{entries}"), data));
    all.extend_from_slice(more);
    with_table_stream(&all, &[(40, 5, 0)], "", |rows| rows)
}

/// A gibibyte in a few kilobytes.
fn twice() -> Vec<u8> {
    deflated(&bomb(1_024))
}

/// Content that is packed.
fn contents() -> Vec<Hostile> {
    let twice = twice();
    let plain = [SQUARE, &b" "[..]].concat();
    let runs = deflated(&deflated(&[129, b' '].repeat(1 << 20)));
    vec![
        refused("1 GiB in 1 MB of deflate", "decode_limit", content("/FlateDecode", &bomb(1_100))),
        refused(
            "1 GiB in 3 KB: deflate in deflate",
            "decode_limit",
            content("[/FlateDecode/FlateDecode]", &twice),
        ),
        refused("1 GiB: deflate in deflate in hex", "decode_limit", content("[/AHx/Fl/Fl]", &hexed(&twice))),
        refused(
            "1 GiB: deflate in deflate in base 85",
            "decode_limit",
            content("[/A85/Fl/Fl]", &based(&twice)),
        ),
        refused(
            "1 GiB: filters with escapes in their names",
            "decode_limit",
            content("[/Fl#61teDecode/#46l]", &twice),
        ),
        refused("LZW in deflate", "decode_limit", content("[/FlateDecode/LZWDecode]", &deflated(&lzw(200)))),
        refused(
            "run lengths in deflate in deflate",
            "decode_limit",
            content("[/Fl/Fl/RunLengthDecode]", &runs),
        ),
        refused("packed twelve times", "damaged", content(&format!("[{}]", "/Fl".repeat(12)), &plain)),
        refused("filters in another object", "decode_limit", {
            let list = Page {
                stream: "/Filter 5 0 R",
                content: Some(&twice),
                more: vec![b"[/FlateDecode/FlateDecode]".to_vec()],
                ..Page::default()
            };
            list.file()
        }),
    ]
}

/// What the parser unpacks by itself.
fn tables() -> Vec<Hostile> {
    let twice = twice();
    vec![
        refused("object stream of 1 GiB", "decode_limit", object_stream("/Filter[/Fl/Fl]", &twice, &[])),
        refused(
            "object stream of 1 GiB, filters in another object",
            "decode_limit",
            object_stream("/Filter 6 0 R", &twice, &[b"[/FlateDecode/FlateDecode]".to_vec()]),
        ),
        refused(
            "table of 1 GiB",
            "decode_limit",
            with_table_stream(&objects(Vec::new()), &[], "/Filter[/FlateDecode/FlateDecode]", |_| {
                twice.clone()
            }),
        ),
        refused("object stream of 1 GiB, deflate without its header", "decode_limit", {
            let bare = |data: &[u8]| data[2..].to_vec();
            object_stream("/Filter[/Fl/Fl]", &bare(&deflated(&bare(&bomb(1_024)))), &[])
        }),
        refused("object stream of 1 GiB, filters far before", "decode_limit", {
            let far = format!("/Filter[/Fl/Fl]/X({})", "stream\n".repeat(1_000));
            object_stream(&far, &twice, &[])
        }),
        refused("metadata of 1 GiB", "decode_limit", {
            let more = vec![stream("/Type/Metadata/Subtype/XML/Filter[/Fl/Fl]", &twice)];
            Page { catalog: "/Metadata 5 0 R", more, ..Page::default() }.file()
        }),
        marked("predictor with two thousand million columns", {
            let entries = "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 2147483647/Colors 32>>";
            Page { stream: entries, content: Some(&deflated(SQUARE)), ..Page::default() }.file()
        }),
        refused("table whose predictor has two thousand million columns", "crashed", {
            let entries = "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2147483647/Colors 32>>";
            with_table_stream(&objects(Vec::new()), &[], entries, |rows| deflated(&rows))
        }),
    ]
}

/// What cannot be counted from outside.
fn locked() -> Vec<Hostile> {
    let twice = twice();
    vec![
        refused("encrypted object stream of 1 GiB", "decode_limit", {
            let mut all = Page { entries: "/Group 40 0 R", ..Page::default() }.objects();
            all.push(stream("/Type/ObjStm/N 1/First 6/Filter[/FlateDecode/FlateDecode]", &twice));
            encrypted(all, &[(40, 5, 0)])
        }),
        refused("encrypted object stream of 1 GiB, filters escaped in another object", "decode_limit", {
            let mut all = Page { entries: "/Group 40 0 R", ..Page::default() }.objects();
            all.push(stream("/Type/ObjStm/N 1/First 6/Fi#6cter 6 0 R", &twice));
            all.push(b"[/#46l %\n/FlateDecode]".to_vec());
            encrypted(all, &[(40, 5, 0)])
        }),
        refused("encrypted object stream of 600 MiB in as many kilobytes", "too_much_memory", {
            let mut all = Page { entries: "/Group 40 0 R", ..Page::default() }.objects();
            all.push(stream("/Type/ObjStm/N 1/First 6/Filter/FlateDecode", &bomb(600)));
            encrypted(all, &[(40, 5, 0)])
        }),
        refused("encrypted font of 1 GiB that is only painted", "decode_limit", {
            let font = "/Resources<</Font<</F 5 0 R>>>>";
            let more = vec![
                b"<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor 6 0 R>>".to_vec(),
                b"<</Type/FontDescriptor/FontName/A/Flags 4/FontFile2 7 0 R>>".to_vec(),
                stream("/Filter/FlateDecode", &bomb(1_100)),
            ];
            let page =
                Page { entries: font, content: Some(b"BT /F 9 Tf (a) Tj ET"), more, ..Page::default() };
            encrypted(page.objects(), &[])
        }),
        refused("encrypted content of 1 GiB", "decode_limit", {
            let page = Page {
                stream: "/Filter[/FlateDecode/FlateDecode]",
                content: Some(&twice),
                ..Page::default()
            };
            encrypted(page.objects(), &[])
        }),
    ]
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let mut all = contents();
    all.extend(tables());
    all.extend(locked());
    all
}
