//! How much is taken in.

/// The largest file.
pub const FILE_BYTES: usize = 100 * 1024 * 1024;
/// The most pages.
pub const PAGES: usize = 2_000;
/// The most bytes that all streams of a file may inflate to.
pub const DECODED_BYTES: u64 = 1024 * 1024 * 1024;
/// As much may unpacked data have beside what [`DEFLATE_RATIO`] gives for the file's size.
const DECODED_BASE_BYTES: u64 = 64 * 1024 * 1024;
/// Deflate makes at most so many bytes of one: more comes only of data that is packed twice.
const DEFLATE_RATIO: u64 = 1032;
/// The most pixels of an image that is painted, and of a page.
pub const IMAGE_PIXELS: u64 = 100_000_000;
/// The most bytes that one stream we decode may have: no page's content is longer.
pub const STREAM_BYTES: usize = 128 * 1024 * 1024;
/// The deepest nesting of objects, of the page tree, of forms in forms.
pub const NESTING: usize = 100;
/// The most objects in a rewritten file.
pub const OBJECTS: usize = 2_000_000;

/// The most bytes that all streams of a file of this size may inflate to: what packs a small file larger is a bomb.
pub(crate) fn decoded_bytes(file_bytes: usize) -> u64 {
    let file_bytes = u64::try_from(file_bytes).unwrap_or(u64::MAX);
    file_bytes.saturating_mul(DEFLATE_RATIO).saturating_add(DECODED_BASE_BYTES).min(DECODED_BYTES)
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
