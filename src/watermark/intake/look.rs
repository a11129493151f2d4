//! A look at a file before the parser gets it, in constant memory.
//!
//! The parser unpacks object streams without a limit while it opens a file, so every stream is unpacked here first, into
//! nothing, through the [`filters`] that the text around it names.
//!
//! What is encrypted cannot be unpacked here, and need not be: packed once, data becomes no more than a file of its size
//! may unpack to ([`decoded_bytes`]). An encrypted stream that is packed twice, as no program packs, is refused unseen.
//! What is left, a gibibyte in an encrypted megabyte, or filters that lie in an object stream, is stopped by the memory of
//! the child that writes, and counted once more in what it has written ([`count_streams`]) before a page is painted.

mod filters;

use super::IntakeRefusal;
use super::limits::{FILE_BYTES, decoded_bytes, find};
use super::unpack::{Packing, is_zlib_header, unpacked};
use filters::{Elsewhere, FILTERS, List, packed_too_often, unescaped};
use std::io::Read;
use std::ops::Range;

/// How far from the beginning the header may stand.
const HEADER_WITHIN: usize = 1024;
/// As far back a stream's filters are looked for at least; further when its object begins further back.
const DICT_BYTES: usize = 4096;

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
    count_streams(pdf)
}

/// Refuses a file whose streams unpack to more than a file of its size may.
pub(crate) fn count_streams(pdf: &[u8]) -> Result<(), IntakeRefusal> {
    let limit_bytes = decoded_bytes(pdf.len());
    let beyond = IntakeRefusal::DecodeLimit { limit_bytes };
    let (is_locked, mut elsewhere) = (is_locked(pdf), Elsewhere::new(pdf));
    let (mut left, mut at, mut object) = (limit_bytes, 0, 0);
    while let Some(place) = pdf.get(at..).and_then(|rest| find(rest, b"stream")) {
        let keyword = at.saturating_add(place);
        let from = at;
        at = keyword.saturating_add(6);
        if pdf.get(..keyword).is_some_and(|before| before.ends_with(b"end")) {
            // No dictionary ends there, and the way back to its object leads through a whole stream.
            continue;
        }
        object = last_object(pdf, from..keyword).unwrap_or(object);
        if let Some(data) = pdf.get(at..).and_then(behind_line_end) {
            let before = pdf.get(object.min(keyword.saturating_sub(DICT_BYTES))..keyword).unwrap_or_default();
            let lists = filters::lists(&unescaped(before), &mut elsewhere)?;
            if is_locked && lists.iter().any(is_packed_twice) {
                return Err(beyond);
            }
            let most = length(data, lists, left)?;
            left = left.checked_sub(most).ok_or_else(|| beyond.clone())?;
        }
    }
    Ok(())
}

/// Whether a file says that it is encrypted, however the name is written.
fn is_locked(pdf: &[u8]) -> bool {
    /// Room for the name with every letter escaped.
    const WRITTEN: usize = 24;
    let mut rest = pdf;
    while let Some(place) = find(rest, b"/") {
        rest = rest.get(place.saturating_add(1)..).unwrap_or_default();
        if unescaped(rest.get(..WRITTEN).unwrap_or(rest)).starts_with(b"Encrypt") {
            return true;
        }
    }
    false
}

/// Where the last object in a range begins, as far as its text tells.
fn last_object(pdf: &[u8], range: Range<usize>) -> Option<usize> {
    let start = range.start;
    let place = pdf.get(range)?.windows(3).rposition(|window| window == b"obj")?;
    Some(start.saturating_add(place))
}

/// The data of a stream: what follows the line end behind the keyword.
fn behind_line_end(rest: &[u8]) -> Option<&[u8]> {
    rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"))
}

/// Whether two of these filters make much of little, one of what the other made.
fn is_packed_twice(list: &List) -> bool {
    list.iter().filter(|packing| packing.multiplies()).count() > 1
}

/// How many bytes a stream is unpacked to at the most, counted up to a little over the limit.
///
/// Every list of filters that its dictionary seems to have is tried, and deflate as often as the data looks like it.
fn length(data: &[u8], mut tries: Vec<List>, limit: u64) -> Result<u64, IntakeRefusal> {
    let mut deflated = List::new();
    while is_deflated(unpacked(data, &deflated)) {
        deflated.push(Packing::Flate);
        if deflated.len() > FILTERS {
            return Err(packed_too_often());
        }
    }
    if !deflated.is_empty() && !tries.contains(&deflated) {
        tries.push(deflated);
    }
    // Ever more filters may make ever more of the data: what lies between them is counted as well.
    let parts = tries.iter().flat_map(|packings| (1..=packings.len()).filter_map(|end| packings.get(..end)));
    Ok(parts.map(|packings| count(unpacked(data, packings), limit)).max().unwrap_or(0))
}

/// Whether data begins as deflated data does.
fn is_deflated(data: impl Read) -> bool {
    let mut head = Vec::new();
    data.take(2).read_to_end(&mut head).is_ok()
        && <[u8; 2]>::try_from(head.as_slice()).is_ok_and(is_zlib_header)
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
