//! How much is taken in, and a look at a file before memory is spent on it.

use super::IntakeRefusal;
use std::io::Read as _;

/// The largest file.
pub const FILE_BYTES: usize = 100 * 1024 * 1024;
/// The most pages.
pub const PAGES: usize = 2_000;
/// The most bytes that all streams of a file may inflate to.
pub const DECODED_BYTES: u64 = 1024 * 1024 * 1024;
/// The most bytes that one stream we decode may have: no page's content is longer.
pub const STREAM_BYTES: usize = 128 * 1024 * 1024;
/// The deepest nesting of objects, of the page tree, of forms in forms.
pub const NESTING: usize = 100;
/// The most objects in a rewritten file.
pub const OBJECTS: usize = 2_000_000;
/// How far from the beginning the header may stand.
const HEADER_WITHIN: usize = 1024;

/// Refuses what is no PDF, is too large, or would inflate beyond the limit, in constant memory.
///
/// The parser inflates object streams without a limit while it opens a file, so every stream is inflated here
/// first, into nothing. Encrypted streams cannot be judged this way; the limits of the child process hold there.
pub(crate) fn look_at(pdf: &[u8]) -> Result<(), IntakeRefusal> {
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
    let mut left = DECODED_BYTES;
    let mut rest = pdf;
    while let Some(place) = find(rest, b"stream") {
        rest = rest.get(place.saturating_add(6)..).unwrap_or_default();
        let data = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
            .or_else(|| rest.strip_prefix(b"\r"));
        if let Some(data) = data {
            let refusal = IntakeRefusal::DecodeLimit { limit_bytes: DECODED_BYTES };
            left = left.checked_sub(inflated_length(data, left)).ok_or(refusal)?;
        }
    }
    Ok(())
}

/// The first place of a word.
pub(crate) fn find(data: &[u8], word: &[u8]) -> Option<usize> {
    let (first, _) = word.split_first()?;
    let mut from = 0;
    loop {
        let rest = data.get(from..)?;
        let place = from.saturating_add(rest.iter().position(|byte| byte == first)?);
        if data.get(place..)?.starts_with(word) {
            return Some(place);
        }
        from = place.saturating_add(1);
    }
}

/// How many bytes a zlib stream inflates to, counted up to a little over the limit.
fn inflated_length(data: &[u8], limit: u64) -> u64 {
    if data.first().is_none_or(|byte| byte & 0x0F != 8) {
        return 0;
    }
    let mut decoder = flate2::read::ZlibDecoder::new(data);
    let mut chunk = [0; 16 * 1024];
    let mut length = 0_u64;
    while length <= limit {
        match decoder.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => length = length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX)),
        }
    }
    length
}
