//! A look at a file before the parser gets it, in constant memory.
//!
//! The parser unpacks object streams without a limit while it opens a file, so every stream is unpacked here first, into
//! nothing, through the filters that its dictionary names. Encrypted streams, and filters that stand in another
//! object, cannot be judged this way; the memory that the child may take holds there.

use super::IntakeRefusal;
use super::limits::{FILE_BYTES, decoded_bytes, find};
use super::unpack::{Packing, unpacked};
use std::io::Read;

/// How far from the beginning the header may stand.
const HEADER_WITHIN: usize = 1024;
/// As far back a stream's dictionary is looked for.
const DICT_BYTES: usize = 4096;
/// The most filters of one stream; honest files have two.
const FILTERS: usize = 8;

/// Refuses what is no PDF, is too large, or would be unpacked beyond the limit.
pub(super) fn look_at(pdf: &[u8]) -> Result<(), IntakeRefusal> {
    if pdf.is_empty() {
        return Err(IntakeRefusal::EmptyFile);
    }
    if pdf.len() > FILE_BYTES {
        return Err(IntakeRefusal::TooLarge { limit_bytes: FILE_BYTES });
    }
    let head = pdf.get(..HEADER_WITHIN).unwrap_or(pdf);
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(IntakeRefusal::NotAPdf);
    }
    let limit_bytes = decoded_bytes(pdf.len());
    let (mut left, mut at) = (limit_bytes, 0);
    while let Some(place) = pdf.get(at..).and_then(|rest| find(rest, b"stream")) {
        let keyword = at.saturating_add(place);
        at = keyword.saturating_add(6);
        if let Some(data) = pdf.get(at..).and_then(behind_line_end) {
            let before = pdf.get(keyword.saturating_sub(DICT_BYTES)..keyword).unwrap_or_default();
            let most = length(data, before, left)?;
            left = left.checked_sub(most).ok_or(IntakeRefusal::DecodeLimit { limit_bytes })?;
        }
    }
    Ok(())
}

/// The data of a stream: what follows the line end behind the keyword.
fn behind_line_end(rest: &[u8]) -> Option<&[u8]> {
    rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"))
}

/// How many bytes a stream is unpacked to at the most, counted up to a little over the limit.
///
/// Every list of filters that its dictionary seems to have is tried, and deflate wherever the data looks like it.
fn length(data: &[u8], before: &[u8], limit: u64) -> Result<u64, IntakeRefusal> {
    let mut tries = filter_lists(before)?;
    if data.first().is_some_and(|byte| byte & 0x0F == 8) && !tries.contains(&vec![Packing::Flate]) {
        tries.push(vec![Packing::Flate]);
    }
    // Ever more filters may make ever more of the data: what lies between them is counted as well.
    let parts = tries.iter().flat_map(|packings| (1..=packings.len()).filter_map(|end| packings.get(..end)));
    Ok(parts.map(|packings| count(unpacked(data, packings), limit)).max().unwrap_or(0))
}

/// The lists of filters in the text before a stream, back to the beginning of its object.
fn filter_lists(before: &[u8]) -> Result<Vec<Vec<Packing>>, IntakeRefusal> {
    let start = before.windows(3).rposition(|window| window == b"obj").unwrap_or(0);
    let mut dict = before.get(start..).unwrap_or_default();
    let mut lists: Vec<Vec<Packing>> = Vec::new();
    while let Some(place) = find(dict, b"/F") {
        dict = dict.get(place.saturating_add(2)..).unwrap_or_default();
        let value = dict.strip_prefix(b"ilter").unwrap_or(dict).trim_ascii_start();
        let names = match value.strip_prefix(b"[") {
            Some(list) => list.split(|byte| *byte == b']').next().unwrap_or_default(),
            None if value.starts_with(b"/") => {
                let end =
                    value.iter().skip(1).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#');
                value.get(..end.map_or(value.len(), |end| end.saturating_add(1))).unwrap_or_default()
            }
            None => continue,
        };
        let list: Vec<Packing> = names.split(|byte| *byte == b'/').filter_map(packing).collect();
        if list.len() > FILTERS {
            return Err(IntakeRefusal::damaged("a stream is packed more often than any program packs"));
        }
        if list.contains(&Packing::Lzw) && find(before, b"EarlyChange").is_some() {
            lists.push(
                list.iter().map(|one| if *one == Packing::Lzw { Packing::LzwLate } else { *one }).collect(),
            );
        }
        if !list.is_empty() && !lists.contains(&list) {
            lists.push(list);
        }
    }
    Ok(lists)
}

/// The filter of a name, which may be written with escapes; `None` for one that is no packing.
fn packing(name: &[u8]) -> Option<Packing> {
    let mut plain = Vec::with_capacity(name.len());
    let mut bytes = name.trim_ascii().iter().copied();
    while let Some(byte) = bytes.next() {
        if byte == b'#' {
            let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
            let code = digit()?.checked_mul(16)?.checked_add(digit()?)?;
            plain.push(u8::try_from(code).ok()?);
        } else {
            plain.push(byte);
        }
    }
    match plain.as_slice() {
        b"A85" | b"ASCII85Decode" => Some(Packing::Base85),
        b"AHx" | b"ASCIIHexDecode" => Some(Packing::Hex),
        b"Fl" | b"FlateDecode" => Some(Packing::Flate),
        b"LZW" | b"LZWDecode" => Some(Packing::Lzw),
        b"RL" | b"RunLengthDecode" => Some(Packing::RunLength),
        _ => None,
    }
}

/// How many bytes come, up to a little over the limit; a damage ends them.
fn count(mut source: impl Read, limit: u64) -> u64 {
    let mut piece = [0; 16 * 1024];
    let mut length = 0_u64;
    while length <= limit {
        match source.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(read) => length = length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX)),
        }
    }
    length
}
