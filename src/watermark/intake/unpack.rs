//! Undoes the filters of streams piece by piece, so that whoever reads decides how much memory is spent.
//!
//! Damaged data gives what could be unpacked before the damage, as viewers do. Image filters are left to renderers.

use std::collections::VecDeque;
use std::io::{self, Read};

/// As much packed data is taken at once: LZW makes a few thousand bytes of one code.
const PIECE_BYTES: usize = 512;

/// A filter that packs any data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// `ASCII85Decode`.
    Base85,
    /// `FlateDecode` whose data begins without a header, or with bytes that only look like one.
    Deflate,
    /// `FlateDecode`.
    Flate,
    /// `ASCIIHexDecode`.
    Hex,
    /// `LZWDecode` whose codes become wider one code early, which is the rule.
    Lzw,
    /// `LZWDecode` with `EarlyChange 0`.
    LzwLate,
    /// `RunLengthDecode`.
    RunLength,
}

impl Packing {
    /// Whether it makes much of little. The others make four bytes of one at the most, and none of their own output.
    pub(crate) const fn multiplies(self) -> bool {
        match self {
            Self::Deflate | Self::Flate | Self::Lzw | Self::LzwLate | Self::RunLength => true,
            Self::Base85 | Self::Hex => false,
        }
    }
}

/// What unpacked data is read from.
type Source<'a> = Box<dyn Read + 'a>;

/// The data with all these filters undone, the first one first.
pub(crate) fn unpacked<'a>(data: &'a [u8], packings: &[Packing]) -> Source<'a> {
    packings.iter().fold(Box::new(data), |input, packing| match packing {
        Packing::Base85 => undone(input, Base85::default()),
        Packing::Deflate => Box::new(flate2::read::DeflateDecoder::new(input)),
        Packing::Flate => inflated(input),
        Packing::Hex => undone(input, Hex::default()),
        Packing::Lzw => undone(input, Lzw::new(1)),
        Packing::LzwLate => undone(input, Lzw::new(0)),
        Packing::RunLength => undone(input, RunLength::default()),
    })
}

/// Whether these bytes are the header that zlib puts before deflated data.
pub(crate) const fn is_zlib_header([method, flags]: [u8; 2]) -> bool {
    method & 0x0F == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31)
}

/// A source inflated, with a header or without, as the parser does it, which passes over wrong check sums too.
fn inflated(mut input: Source<'_>) -> Source<'_> {
    let mut head = Vec::new();
    // A source that cannot be read gives nothing.
    let _ = input.by_ref().take(2).read_to_end(&mut head);
    if <[u8; 2]>::try_from(head.as_slice()).is_ok_and(is_zlib_header) {
        head.clear();
    }
    Box::new(flate2::read::DeflateDecoder::new(io::Cursor::new(head).chain(input)))
}

/// A source with one filter undone.
fn undone<'a>(input: Source<'a>, undo: impl Undo + 'a) -> Source<'a> {
    Box::new(Undone { input, undo, ready: VecDeque::new(), ended: false })
}

/// Undoes a filter byte by byte.
trait Undo {
    /// Takes a byte and gives what follows from it; `false` after the end of the data.
    fn take(&mut self, byte: u8, out: &mut VecDeque<u8>) -> bool;
    /// What is left at the end.
    fn finish(&mut self, _out: &mut VecDeque<u8>) {}
}

/// A filter at work.
struct Undone<'a, U> {
    input: Source<'a>,
    undo: U,
    ready: VecDeque<u8>,
    ended: bool,
}

impl<U: Undo> Read for Undone<'_, U> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut piece = [0; PIECE_BYTES];
        while self.ready.is_empty() && !self.ended {
            // A damage further in is the end of the data.
            let length = self.input.read(&mut piece).unwrap_or(0);
            let taken = piece.get(..length).unwrap_or_default();
            self.ended = length == 0 || !taken.iter().all(|byte| self.undo.take(*byte, &mut self.ready));
            if self.ended {
                self.undo.finish(&mut self.ready);
            }
        }
        self.ready.read(buffer)
    }
}

/// Base 85: the digits of the group that is open.
#[derive(Default)]
struct Base85 {
    group: Vec<u8>,
}

impl Base85 {
    /// Five digits as four bytes; what does not fit wraps, as it does in viewers.
    fn value(&self) -> [u8; 4] {
        let value = self
            .group
            .iter()
            .fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit)));
        value.to_be_bytes()
    }
}

impl Undo for Base85 {
    fn take(&mut self, byte: u8, out: &mut VecDeque<u8>) -> bool {
        match byte {
            b'~' => return false,
            b'z' if self.group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => self.group.push(byte - b'!'),
            _ => {}
        }
        if self.group.len() == 5 {
            out.extend(self.value());
            self.group.clear();
        }
        true
    }
    fn finish(&mut self, out: &mut VecDeque<u8>) {
        if self.group.len() > 1 {
            let kept = self.group.len() - 1;
            self.group.resize(5, 84);
            out.extend(self.value().into_iter().take(kept));
        }
    }
}

/// Hexadecimal: the first digit of a pair.
#[derive(Default)]
struct Hex {
    high: Option<u8>,
}

impl Undo for Hex {
    fn take(&mut self, byte: u8, out: &mut VecDeque<u8>) -> bool {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (digit, self.high) {
            (Some(low), Some(high)) => {
                out.push_back(high << 4 | low);
                self.high = None;
            }
            (Some(digit), None) => self.high = Some(digit),
            (None, _) => {}
        }
        byte != b'>'
    }
    fn finish(&mut self, out: &mut VecDeque<u8>) {
        out.extend(self.high.take().map(|high| high << 4));
    }
}

/// Run lengths: what the next bytes are.
#[derive(Default)]
enum RunLength {
    /// A length.
    #[default]
    Length,
    /// As many plain bytes.
    Plain(u8),
    /// A byte to be repeated so often.
    Repeated(u16),
}

impl Undo for RunLength {
    fn take(&mut self, byte: u8, out: &mut VecDeque<u8>) -> bool {
        *self = match (&*self, byte) {
            (Self::Length, 0..=127) => Self::Plain(byte + 1),
            (Self::Length, 128) => return false,
            (Self::Length, 129..) => Self::Repeated(257 - u16::from(byte)),
            (Self::Plain(left), _) => {
                out.push_back(byte);
                if *left > 1 { Self::Plain(*left - 1) } else { Self::Length }
            }
            (Self::Repeated(times), _) => {
                out.extend(std::iter::repeat_n(byte, usize::from(*times)));
                Self::Length
            }
        };
        true
    }
}

/// LZW: the strings so far, each a range of what was written.
struct Lzw {
    /// How many codes early the width grows.
    early: usize,
    /// What was written since the table was empty, as long as strings are made of it.
    history: Vec<u8>,
    /// From code 258 on. The newest one ends with the byte that is written next.
    entries: Vec<(usize, usize)>,
    bits: u32,
    held: u32,
    width: u32,
}

/// Codes have twelve bits at the most.
const LZW_CODES: usize = 4096;
/// The first code of a string.
const LZW_FIRST: usize = 258;

impl Lzw {
    /// An empty table.
    const fn new(early: usize) -> Self {
        Self { early, history: Vec::new(), entries: Vec::new(), bits: 0, held: 0, width: 9 }
    }
    /// Takes a code; `None` at the end and after a code that means nothing.
    fn take_code(&mut self, code: usize, out: &mut VecDeque<u8>) -> Option<()> {
        /// Empties the table.
        const CLEAR: usize = 256;
        /// Ends the data.
        const END: usize = 257;
        let start = self.history.len();
        match code {
            CLEAR => {
                *self = Self { bits: self.bits, held: self.held, ..Self::new(self.early) };
                return Some(());
            }
            END => return None,
            LZW_FIRST.. => {
                let (from, to) = self.entries.get(code - LZW_FIRST).copied()?;
                self.history.extend_from_within(from..to.min(start));
                if to > start {
                    self.history.push(self.history.get(from).copied()?);
                }
            }
            _ => self.history.extend(u8::try_from(code)),
        }
        out.extend(self.history.get(start..)?);
        if self.entries.len() < LZW_CODES - LZW_FIRST {
            self.entries.push((start, self.history.len().saturating_add(1)));
        } else {
            // No string will be made of it any more; the newest one needs a byte of it.
            self.history.truncate(start.saturating_add(1));
        }
        self.width = match self.entries.len().saturating_add(LZW_FIRST - 1).saturating_add(self.early) {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        Some(())
    }
}

impl Undo for Lzw {
    fn take(&mut self, byte: u8, out: &mut VecDeque<u8>) -> bool {
        self.bits = (self.bits << 8) | u32::from(byte);
        self.held += 8;
        if self.held < self.width {
            return true;
        }
        self.held -= self.width;
        let code = usize::try_from((self.bits >> self.held) & ((1 << self.width) - 1)).unwrap_or(usize::MAX);
        self.take_code(code, out).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything, unpacked.
    fn all(data: &[u8], packings: &[Packing]) -> Vec<u8> {
        let mut plain = Vec::new();
        unpacked(data, packings).read_to_end(&mut plain).unwrap();
        plain
    }

    #[test]
    fn the_examples_of_the_standard_are_unpacked() {
        // ISO 32000-1, 7.4.4.2.
        let packed = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(all(&packed, &[Packing::Lzw]), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        assert_eq!(all(b"9jqo^BlbD-BleB1DJ+*+F(f,q~>", &[Packing::Base85]), b"Man is distinguished");
        assert_eq!(all(b"z5sb~>more", &[Packing::Base85]), [&[0; 4][..], b"AB"].concat());
        assert_eq!(all(b"4 1 42\n7>43", &[Packing::Hex]), b"ABp");
        assert_eq!(all(&[2, b'a', b'b', b'c', 254, b'd', 128, 9], &[Packing::RunLength]), b"abcddd");
    }

    #[test]
    fn filters_are_undone_one_after_the_other() {
        assert_eq!(all(b"800B6050220C0C8501", &[Packing::Hex, Packing::Lzw]).len(), 10);
        // Damage gives what came before.
        assert_eq!(all(b"x\x9cdamaged", &[Packing::Flate, Packing::Hex]), b"");
        // The same stored block with a header and a wrong check sum, and without both.
        let stored = b"x\x9c\x01\x02\x00\xfd\xffAB????";
        assert_eq!(all(stored, &[Packing::Flate]), b"AB");
        assert_eq!(all(&stored[2..], &[Packing::Flate]), b"AB");
        assert_eq!(all(&stored[2..], &[Packing::Deflate]), b"AB");
        // The codes 256, 47 and, out of the table, 511.
        assert_eq!(all(&[0x80, 0x0B, 0xFF, 0xFF], &[Packing::Lzw]), b"/");
    }
}
