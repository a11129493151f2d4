//! Packs the slot: a deflated stream of exactly as many bytes as were asked for.
//!
//! A mark repeats its letters, so every outline is written once and then pointed at. The codes are fixed, made for
//! numbers and path operators: no search, no statistics, and the same text gives the same bytes in every version. What is
//! left is filled with blanks in a stored block, so that the stream ends where the slot ends.
//!
//! ```text
//! 78 01  block with our codes (RFC 1951, 3.2.7)  end of block  stored block of blanks, final  Adler-32
//! ```

use std::sync::OnceLock;

/// Bits of the code of each literal. Anything else cannot be written, and no content of ours has anything else.
const LITERALS: [(&[u8], u8); 6] =
    [(b" ", 2), (b"0123456789", 4), (b"\nc", 5), (b"-l", 6), (b"Bhm", 8), (b".Qq", 10)];
/// The symbol that ends a block, and the bits of its code.
const END: (usize, u8) = (256, 10);
/// The least length, additional bits and the bits of the code of each length symbol, from 257 on.
#[rustfmt::skip]
const LENGTHS: [(usize, u8, u8); 29] = [
    (3, 0, 12), (4, 0, 12), (5, 0, 12), (6, 0, 12), (7, 0, 12), (8, 0, 12), (9, 0, 12), (10, 0, 12),
    (11, 1, 11), (13, 1, 11), (15, 1, 11), (17, 1, 11), (19, 2, 11), (23, 2, 11), (27, 2, 11), (31, 2, 11),
    (35, 3, 11), (43, 3, 11), (51, 3, 11), (59, 3, 11), (67, 4, 11), (83, 4, 11), (99, 4, 11), (115, 4, 11),
    (131, 5, 11), (163, 5, 11), (195, 5, 11), (227, 5, 11), (258, 0, 8),
];
/// The least distance, additional bits and the bits of the code of each distance symbol.
#[rustfmt::skip]
const DISTANCES: [(usize, u8, u8); 30] = [
    (1, 0, 5), (2, 0, 5), (3, 0, 5), (4, 0, 5), (5, 1, 5), (7, 1, 5), (9, 2, 5), (13, 2, 5), (17, 3, 5), (25, 3, 5),
    (33, 4, 5), (49, 4, 5), (65, 5, 5), (97, 5, 5), (129, 6, 5), (193, 6, 5), (257, 7, 5), (385, 7, 5), (513, 8, 5),
    (769, 8, 5), (1_025, 9, 5), (1_537, 9, 5), (2_049, 10, 5), (3_073, 10, 5), (4_097, 11, 5), (6_145, 11, 5),
    (8_193, 12, 4), (12_289, 12, 4), (16_385, 13, 5), (24_577, 13, 5),
];
/// In the order of RFC 1951: which number of bits, and the bits of the code that says so.
const BITS_OF_BITS: [(u8, u8); 16] = [
    (16, 0),
    (17, 0),
    (18, 0),
    (0, 1),
    (8, 5),
    (7, 0),
    (9, 0),
    (6, 5),
    (10, 5),
    (5, 4),
    (11, 2),
    (4, 5),
    (12, 5),
    (3, 0),
    (13, 0),
    (2, 5),
];
/// How far back a stream may point.
const WINDOW: usize = 32_768;
/// What a stored block needs around its bytes, with the checksum behind it.
const CLOSING: usize = 8;

/// A code: its bits in the order they are written, and how many.
type Code = (u32, u8);

/// The codes of all symbols.
struct Codes {
    /// Literals, the end, lengths.
    literals: Vec<Code>,
    /// Distances.
    distances: Vec<Code>,
    /// What tells a reader of the stream all that.
    header: Vec<Code>,
}

/// The codes, computed once.
fn codes() -> &'static Codes {
    static CODES: OnceLock<Codes> = OnceLock::new();
    CODES.get_or_init(|| Codes {
        literals: canonical(&literal_bits()),
        distances: canonical(&DISTANCES.map(|(_, _, bits)| bits)),
        header: header(),
    })
}

/// The beginning of a block with our codes (RFC 1951, 3.2.7).
fn header() -> Vec<Code> {
    // Not the last block, codes of our own: 286 literals and lengths, 30 distances, 16 numbers of bits.
    let mut header = vec![(0, 1), (2, 2), (29, 5), (29, 5), (12, 4)];
    header.extend(BITS_OF_BITS.map(|(_, bits)| (u32::from(bits), 3)));
    let mut by_value = [0; 19];
    for (value, bits) in BITS_OF_BITS {
        if let Some(place) = by_value.get_mut(usize::from(value)) {
            *place = bits;
        }
    }
    let names = canonical(&by_value);
    let distances = DISTANCES.map(|(_, _, bits)| bits);
    let bits = literal_bits().into_iter().chain(distances);
    header.extend(bits.map(|bits| names.get(usize::from(bits)).copied().unwrap_or_default()));
    header
}

/// The bits of every literal, end and length symbol.
fn literal_bits() -> Vec<u8> {
    let of = |byte: u8| LITERALS.iter().find(|(bytes, _)| bytes.contains(&byte)).map_or(0, |(_, bits)| *bits);
    let lengths = LENGTHS.iter().map(|(_, _, bits)| *bits);
    (0..=u8::MAX).map(of).chain([END.1]).chain(lengths).collect()
}

/// Canonical codes (RFC 1951, 3.2.2), turned round because deflate writes them from the highest bit.
fn canonical(bits: &[u8]) -> Vec<Code> {
    let mut codes = vec![(0, 0); bits.len()];
    let mut next = 0_u32;
    for length in 1..=15_u8 {
        next <<= 1;
        for (code, _) in codes.iter_mut().zip(bits).filter(|(_, bits)| **bits == length) {
            *code = (next.reverse_bits() >> (32 - u32::from(length)), length);
            next += 1;
        }
    }
    codes
}

/// Writes a slot.
pub(super) struct Packer {
    /// Whole bytes.
    out: Vec<u8>,
    /// Bits that wait to be a byte, and how many.
    held: (u64, u32),
    /// How many bytes were packed.
    plain: usize,
    /// Their checksum.
    sum: Adler,
    /// Where each piece stood last. A mark has few different letters: comparing beats hashing all their outlines.
    seen: Vec<(String, usize)>,
}

impl Packer {
    /// Begins: what the stream is, and which codes it uses.
    pub(super) fn new() -> Self {
        let mut packer =
            Self { out: vec![0x78, 0x01], held: (0, 0), plain: 0, sum: Adler::default(), seen: Vec::new() };
        for code in &codes().header {
            packer.bits(*code);
        }
        packer
    }
    /// Writes text that is hardly repeated.
    pub(super) fn text(&mut self, text: &str) {
        let literals = &codes().literals;
        for byte in text.bytes() {
            self.bits(literals.get(usize::from(byte)).copied().unwrap_or_default());
        }
        self.count(text);
    }
    /// Writes a piece that may stand there already: then only where.
    pub(super) fn piece(&mut self, piece: &str) {
        let before = self.seen.iter_mut().find(|(seen, _)| seen == piece);
        let back = before.map(|(_, place)| self.plain - std::mem::replace(place, self.plain));
        if back.is_none() {
            self.seen.push((piece.to_owned(), self.plain));
        }
        match back {
            Some(back) if back <= WINDOW && piece.len() >= 6 => self.repeat(piece, back),
            _ => self.text(piece),
        }
    }
    /// Writes that a text stands so far back.
    fn repeat(&mut self, text: &str, back: usize) {
        let mut left = text.len();
        while left > 0 {
            // Never leaves one or two bytes, which have no symbol.
            let length = if left > 258 && left < 261 { 255 } else { left.min(258) };
            let (length_code, distance_code) = (&codes().literals, &codes().distances);
            self.symbol(length, &LENGTHS, length_code.get(END.0 + 1..).unwrap_or_default());
            self.symbol(back, &DISTANCES, distance_code);
            left -= length;
        }
        self.count(text);
    }
    /// Writes a length or distance: its symbol and how much more.
    fn symbol(&mut self, value: usize, table: &[(usize, u8, u8)], codes: &[Code]) {
        let fitting = table.iter().zip(codes).rev().find(|((least, _, _), _)| *least <= value);
        if let Some(((least, more, _), code)) = fitting {
            self.bits(*code);
            self.bits((u32::try_from(value - least).unwrap_or(0), *more));
        }
    }
    /// Counts text that was written.
    fn count(&mut self, text: &str) {
        self.plain += text.len();
        self.sum.add(text.as_bytes());
    }
    /// Writes bits, the lowest first.
    fn bits(&mut self, (value, count): Code) {
        self.held.0 |= u64::from(value) << self.held.1;
        self.held.1 += u32::from(count);
        while self.held.1 >= 8 {
            let [byte, ..] = self.held.0.to_le_bytes();
            self.out.push(byte);
            self.held = (self.held.0 >> 8, self.held.1 - 8);
        }
    }
    /// The stream, filled up to `length` bytes; `None` if it is longer.
    pub(super) fn finish(mut self, length: usize) -> Option<Vec<u8>> {
        self.bits(codes().literals.get(END.0).copied().unwrap_or_default());
        // The last block, stored; then up to a whole byte.
        self.bits((0b001, 3));
        self.bits((0, u8::try_from((8 - self.held.1) % 8).unwrap_or(0)));
        let blanks = length.checked_sub(self.out.len())?.checked_sub(CLOSING)?;
        let stored = u16::try_from(blanks).ok()?;
        self.out.extend_from_slice(&stored.to_le_bytes());
        self.out.extend_from_slice(&(!stored).to_le_bytes());
        let fill = vec![b' '; blanks];
        self.out.extend_from_slice(&fill);
        self.sum.add(&fill);
        self.out.extend_from_slice(&self.sum.value().to_be_bytes());
        Some(self.out)
    }
}

/// The checksum of zlib (RFC 1950, 8.2).
struct Adler(u32, u32);

impl Default for Adler {
    fn default() -> Self {
        Self(1, 0)
    }
}

impl Adler {
    /// Adds bytes.
    fn add(&mut self, bytes: &[u8]) {
        // As many sums as fit into 32 bits before a remainder is taken.
        for chunk in bytes.chunks(5_552) {
            for byte in chunk {
                self.0 += u32::from(*byte);
                self.1 += self.0;
            }
            self.0 %= 65_521;
            self.1 %= 65_521;
        }
    }
    /// The sum of all.
    const fn value(&self) -> u32 {
        self.1 << 16 | self.0
    }
}
