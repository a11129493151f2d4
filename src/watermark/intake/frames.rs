//! What parent and child say to each other: frames of a kind, a length and as many bytes.
//!
//! ```text
//! frame    kind (1 byte)  length (u64, big-endian)  payload
//! request  [A arguments] [K password] [B body] D document  E
//! answer   S stage*  then  P part* E   or   R refusal
//! ```
//! Stages and refusals are JSON; what arguments and parts are, every command decides. Whoever reads says how much
//! it takes in all, so that a liar at the other end costs no memory.

use std::io::{self, Read, Write};

/// Arguments of a command.
pub(super) const ARGUMENTS: u8 = b'A';
/// What was prepared from the PDF.
pub(super) const BODY: u8 = b'B';
/// The PDF.
pub(super) const DOCUMENT: u8 = b'D';
/// Nothing follows.
pub(super) const END: u8 = b'E';
/// The password that opens the PDF.
pub(super) const PASSWORD: u8 = b'K';
/// A part of the answer.
pub(super) const PART: u8 = b'P';
/// Why there is no answer.
pub(super) const REFUSAL: u8 = b'R';
/// How far the work is.
pub(super) const STAGE: u8 = b'S';

/// Writes a frame.
pub(super) fn write(output: &mut impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    output.write_all(&[kind])?;
    output.write_all(&u64::try_from(payload.len()).unwrap_or(u64::MAX).to_be_bytes())?;
    output.write_all(payload)?;
    output.flush()
}

/// Reads frames up to a number of bytes in all.
pub(super) struct Frames<R> {
    input: R,
    left: usize,
}

impl<R: Read> Frames<R> {
    /// Takes up to `most` bytes of payload.
    pub(super) const fn new(input: R, most: usize) -> Self {
        Self { input, left: most }
    }
    /// The next frame: its kind and payload.
    pub(super) fn next(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let (mut kind, mut length) = ([0; 1], [0; 8]);
        self.input.read_exact(&mut kind)?;
        self.input.read_exact(&mut length)?;
        let length = u64::from_be_bytes(length);
        let wanted = usize::try_from(length).ok();
        let left = wanted.and_then(|wanted| self.left.checked_sub(wanted));
        let (Some(wanted), Some(left)) = (wanted, left) else {
            return Err(io::Error::other("a frame is longer than what is taken"));
        };
        self.left = left;
        let mut payload = Vec::new();
        payload.try_reserve_exact(wanted).map_err(io::Error::other)?;
        self.input.by_ref().take(length).read_to_end(&mut payload)?;
        if payload.len() == wanted {
            let [kind] = kind;
            Ok((kind, payload))
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}
