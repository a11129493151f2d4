//! The format: what was sealed opens, and nothing else does.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "lengths of a few megabytes, and bytes cut on purpose"
)]

use candor::clock::Clock;
use candor::seal::SealError;
use candor::seal::cobblestone::{
    self, CHUNK, HEADER, Opener, SEALED_CHUNK, Sealer, TAG, chunk_offset, sealed_len,
};
use proptest::prelude::*;
use std::io;

const KEY: [u8; 32] = [7; 32];
const CONTEXT: &[u8] = b"candor/test/v1";
/// Lengths around every edge of the chunks.
const SIZES: [usize; 11] =
    [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 100_000, 1 << 20];

/// `length` bytes that differ from place to place.
fn text(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place * 31 + place / 251) as u8).collect()
}

/// Seals with the system's clock.
fn seal(plaintext: &[u8]) -> Vec<u8> {
    cobblestone::seal(&KEY, CONTEXT, &Clock::system(), plaintext)
}

/// Seals as a stream, in pieces of the given lengths over and over.
fn stream(plaintext: &[u8], pieces: &[usize]) -> Vec<u8> {
    let mut sealer = Sealer::new(&KEY, CONTEXT, &Clock::system(), Vec::new()).unwrap();
    let (mut rest, mut lengths) = (plaintext, pieces.iter().cycle());
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
        sealer.write(now).unwrap();
        rest = later;
    }
    sealer.finish().unwrap()
}

#[test]
fn what_was_sealed_opens_and_has_the_promised_length() {
    for size in SIZES {
        let plaintext = text(size);
        for sealed in [seal(&plaintext), stream(&plaintext, &[4096]), stream(&plaintext, &[1 << 20])] {
            assert_eq!(sealed.len() as u64, sealed_len(size as u64), "{size}");
            assert_eq!(cobblestone::open(&KEY, CONTEXT, &sealed).unwrap(), plaintext, "{size}");
        }
    }
    assert_eq!(sealed_len(0), 72);
    assert_eq!(sealed_len(16_383), 56 + 16_383 + 16);
    assert_eq!(sealed_len(16_384), 56 + 16_384 + 32);
    assert_eq!(chunk_offset(3), 56 + 3 * 16_400);
    assert_eq!(sealed_len(u64::MAX), u64::MAX);
}

#[test]
fn the_same_text_never_seals_to_the_same_bytes() {
    let (one, other) = (seal(b"same"), seal(b"same"));
    assert_ne!(one[..24], other[..24]);
    assert_ne!(one[24..56], other[24..56]);
    assert_ne!(one[56..], other[56..]);
}

#[test]
fn another_key_or_context_is_told_from_damage() {
    let sealed = seal(b"text");
    for bit in 0..256 {
        let mut key = KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(cobblestone::open(&key, CONTEXT, &sealed), Err(SealError::WrongKey));
    }
    for context in [b"".as_slice(), b"candor/test/v2", b"candor/test/v1\0", b"candor/test/v"] {
        assert_eq!(cobblestone::open(&KEY, context, &sealed), Err(SealError::WrongKey));
    }
}

#[test]
fn every_single_bit_of_a_short_message_counts() {
    let sealed = seal(b"every bit counts");
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = if bit / 8 < HEADER { SealError::WrongKey } else { SealError::Damaged };
        assert_eq!(cobblestone::open(&KEY, CONTEXT, &changed), Err(expected), "bit {bit}");
    }
}

#[test]
fn a_message_cut_anywhere_near_an_edge_is_refused() {
    let sealed = seal(&text(2 * CHUNK));
    let edges = [0, 24, HEADER, HEADER + TAG, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK, sealed.len()];
    for edge in edges {
        for length in edge.saturating_sub(20)..(edge + 20).min(sealed.len()) {
            assert_eq!(
                cobblestone::open(&KEY, CONTEXT, &sealed[..length]),
                Err(SealError::Damaged),
                "{length}"
            );
        }
    }
    for more in [1, TAG, SEALED_CHUNK - 1, SEALED_CHUNK] {
        let mut longer = sealed.clone();
        longer.resize(sealed.len() + more, 0);
        assert_eq!(cobblestone::open(&KEY, CONTEXT, &longer), Err(SealError::Damaged), "{more}");
    }
}

#[test]
fn chunks_cannot_change_places_nor_messages() {
    let (one, other) = (seal(&text(3 * CHUNK)), seal(&text(3 * CHUNK)));
    let chunk = |index: usize| HEADER + index * SEALED_CHUNK..HEADER + (index + 1) * SEALED_CHUNK;
    let mut swapped = one.clone();
    swapped[chunk(0)].copy_from_slice(&one[chunk(1)]);
    swapped[chunk(1)].copy_from_slice(&one[chunk(0)]);
    let mut borrowed = one.clone();
    borrowed[chunk(1)].copy_from_slice(&other[chunk(1)]);
    let mut without = one.clone();
    without.drain(chunk(1));
    for changed in [swapped, borrowed, without] {
        assert_eq!(cobblestone::open(&KEY, CONTEXT, &changed), Err(SealError::Damaged));
    }
}

#[test]
fn a_chunk_opens_only_as_the_chunk_it_is_and_leaves_nothing_when_refused() {
    let sealed = seal(&text(CHUNK + 5));
    let (header, body) = sealed.split_first_chunk::<HEADER>().unwrap();
    let (first, last) = body.split_at(SEALED_CHUNK);
    let opener = Opener::new(&KEY, CONTEXT, header).unwrap();
    let open = |index, is_last, bytes: &[u8]| {
        let mut buffer = bytes.to_vec();
        let opened = opener.open_chunk(index, is_last, &mut buffer);
        assert!(opened.is_ok() || buffer.is_empty());
        opened.map(|()| buffer)
    };
    assert_eq!(open(0, false, first).unwrap(), text(CHUNK));
    assert_eq!(open(1, true, last).unwrap().len(), 5);
    for (index, is_last, bytes) in [
        (0, true, first), // a full chunk is never the last
        (1, false, first),
        (2, true, last),
        (1, false, last), // a short chunk always is
        (1, true, b"".as_slice()),
        (1, true, last.split_at(TAG - 1).0),
        (1 << 38, true, last), // beyond the longest message
        (u64::MAX, true, last),
    ] {
        assert_eq!(open(index, is_last, bytes), Err(SealError::Damaged), "{index} {is_last}");
    }
}

#[test]
fn a_chunk_opens_without_a_new_buffer() {
    let sealed = seal(&text(3 * CHUNK));
    let (header, body) = sealed.split_first_chunk::<HEADER>().unwrap();
    let opener = Opener::new(&KEY, CONTEXT, header).unwrap();
    let mut buffer = Vec::with_capacity(SEALED_CHUNK);
    let place = buffer.as_ptr();
    for (index, chunk) in (0..).zip(body.chunks_exact(SEALED_CHUNK)) {
        buffer.clear();
        buffer.extend_from_slice(chunk);
        opener.open_chunk(index, false, &mut buffer).unwrap();
        assert_eq!((buffer.len(), buffer.as_ptr()), (CHUNK, place));
    }
}

#[test]
fn a_stream_broken_off_does_not_open() {
    for size in [0, 5, CHUNK, 2 * CHUNK + 5] {
        let mut written = Vec::new();
        let mut sealer = Sealer::new(&KEY, CONTEXT, &Clock::system(), &mut written).unwrap();
        sealer.write(&text(size)).unwrap();
        drop(sealer);
        assert_eq!(cobblestone::open(&KEY, CONTEXT, &written), Err(SealError::Damaged), "{size}");
    }
}

#[test]
fn a_writer_that_fails_is_heard() {
    /// Takes a few bytes, then is full.
    struct Full(usize);
    impl io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let full = |room| Sealer::new(&KEY, CONTEXT, &Clock::system(), Full(room));
    assert!(full(30).is_err());
    let mut sealer = full(100).unwrap();
    assert_eq!(sealer.write(&text(CHUNK)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert!(full(60).unwrap().finish().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_of_any_size_give_the_same_text(
        size in 0..3 * CHUNK,
        pieces in prop::collection::vec(1_usize..40_000, 1..5),
    ) {
        let plaintext = text(size);
        let sealed = stream(&plaintext, &pieces);
        prop_assert_eq!(sealed.len() as u64, sealed_len(size as u64));
        prop_assert_eq!(cobblestone::open(&KEY, CONTEXT, &sealed), Ok(plaintext));
    }

    #[test]
    fn any_flipped_bit_is_refused(size in 0..3 * CHUNK, place in any::<prop::sample::Index>(), bit in 0..8) {
        let mut sealed = seal(&text(size));
        let place = place.index(sealed.len());
        sealed[place] ^= 1_u8 << bit;
        prop_assert!(cobblestone::open(&KEY, CONTEXT, &sealed).is_err());
    }

    #[test]
    fn any_cut_is_refused(size in 0..3 * CHUNK, length in any::<prop::sample::Index>()) {
        let sealed = seal(&text(size));
        let length = length.index(sealed.len());
        prop_assert_eq!(cobblestone::open(&KEY, CONTEXT, &sealed[..length]), Err(SealError::Damaged));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(cobblestone::open(&KEY, CONTEXT, &bytes).is_err());
    }
}
