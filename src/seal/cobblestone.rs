//! The format: C2SP chunked encryption (c2sp.org/chunked-encryption), instance "Cobblestone-256", on `ring`.
//!
//! ```text
//! key 32 | base nonce 12 | commitment 32 =
//!     HKDF-Expand-SHA-512(secret, "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM" | 0x00 | salt | context)
//! sealed  = salt 24 | commitment 32 | chunk 0 | chunk 1 | ...
//! chunk k = AES-256-GCM(key, nonce = base nonce XOR k big-endian, no associated data)
//! ```
//!
//! Every chunk holds 16 KiB of plaintext except the last, which is **always** shorter and may be empty: that is the end
//! mark. `n` bytes therefore seal to `56 + n + 16 * (n / 16384 + 1)`, and chunk k begins at `56 + 16400 * k`.
//!
//! Promised: whatever opens is what was sealed, under this key, for this context, at this position. The commitment tells
//! a wrong key from damage. Not promised: that the length stays secret. `ring` does not erase the AES key schedule it
//! derives; it is a fresh one for every message, and it lives as long as its [`Opener`] or [`Sealer`].

use super::{SealError, same_bytes};
use crate::clock::Clock;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA512, KeyType, Prk};
use std::io::{self, Write};
use zeroize::Zeroizing;

/// Plaintext bytes in every chunk but the last.
pub const CHUNK: usize = 16_384;
/// Bytes of the authentication tag behind every chunk.
pub const TAG: usize = 16;
/// Sealed bytes of every chunk but the last.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes of salt and commitment before the first chunk.
pub const HEADER: usize = SALT + COMMITMENT;

/// Bytes of the salt, fresh for every message.
const SALT: usize = 24;
/// Bytes of the key commitment.
const COMMITMENT: usize = 32;
/// Bytes of the AES key.
const KEY: usize = 32;
/// Bytes of the AES-GCM nonce.
const NONCE: usize = 12;
/// Chunks a message may have: 4 PiB.
const MOST_CHUNKS: u64 = 1 << 38;
/// What the derivation starts with: the format, the AEAD by its IANA name, and a zero byte.
const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// Bytes that `n` bytes of plaintext take when sealed.
pub const fn sealed_len(n: u64) -> u64 {
    n.saturating_add(16 * chunks(n)).saturating_add(56)
}
/// How many chunks `n` bytes of plaintext make; at least one.
pub const fn chunks(n: u64) -> u64 {
    n / 16_384 + 1
}
/// Where chunk `index` begins in the sealed bytes.
pub const fn chunk_offset(index: u64) -> u64 {
    index.saturating_mul(16_400).saturating_add(56)
}

/// The length of the expanded key material, as `ring` wants to be told.
struct Material;

impl KeyType for Material {
    fn len(&self) -> usize {
        KEY + NONCE + COMMITMENT
    }
}

/// The key and base nonce of one message.
struct Message {
    key: LessSafeKey,
    base: [u8; NONCE],
}

impl Message {
    /// Derives key, base nonce and commitment. `ring` refuses lengths beyond its limits only, and ours are constants.
    #[expect(
        clippy::expect_used,
        reason = "76 bytes of HKDF-SHA-512 and a 32-byte AES key are never refused"
    )]
    fn derive(secret: &[u8; 32], context: &[u8], salt: &[u8]) -> (Self, [u8; COMMITMENT]) {
        let mut material = Zeroizing::new([0; KEY + NONCE + COMMITMENT]);
        Prk::new_less_safe(HKDF_SHA512, secret)
            .expand(&[LABEL, salt, context], Material)
            .and_then(|expanded| expanded.fill(material.as_mut_slice()))
            .expect("HKDF-SHA-512 expands to 76 bytes");
        let (key, rest) = material.split_at(KEY);
        let (nonce, promised) = rest.split_at(NONCE);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("a key of 32 bytes"));
        let (mut base, mut commitment) = ([0; NONCE], [0; COMMITMENT]);
        base.copy_from_slice(nonce);
        commitment.copy_from_slice(promised);
        (Self { key, base }, commitment)
    }
    /// The nonce of chunk `index`.
    fn nonce(&self, index: u64) -> Nonce {
        let mut nonce = self.base;
        for (byte, counted) in nonce.iter_mut().skip(NONCE - 8).zip(index.to_be_bytes()) {
            *byte ^= counted;
        }
        Nonce::assume_unique_for_key(nonce)
    }
    /// Seals what stands in `buffer` from `start` on as chunk `index`, and appends the tag.
    #[expect(clippy::expect_used, reason = "AES-GCM refuses more than 64 GiB; a chunk has 16 KiB")]
    fn seal_tail(&self, index: u64, buffer: &mut Vec<u8>, start: usize) {
        let (_, chunk) = buffer.split_at_mut(start);
        let tag = self.key.seal_in_place_separate_tag(self.nonce(index), Aad::empty(), chunk);
        buffer.extend_from_slice(tag.expect("a chunk of at most 16 KiB").as_ref());
    }
    /// Opens what stands in `buffer` from `start` on as chunk `index`, and drops the tag; nothing stays there when refused.
    fn open_tail(&self, index: u64, last: bool, buffer: &mut Vec<u8>, start: usize) -> Result<(), SealError> {
        let sealed = buffer.len().saturating_sub(start);
        let fits = if last { (TAG..SEALED_CHUNK).contains(&sealed) } else { sealed == SEALED_CHUNK };
        let opened = fits
            && index < MOST_CHUNKS
            && buffer.split_at_mut_checked(start).is_some_and(|(_, chunk)| {
                self.key.open_in_place(self.nonce(index), Aad::empty(), chunk).is_ok()
            });
        buffer.truncate(if opened { start + sealed - TAG } else { start });
        if opened { Ok(()) } else { Err(SealError::Damaged) }
    }
    /// Opens every chunk in `body`, which must end with a short one.
    fn open_body(&self, body: &[u8]) -> Result<Vec<u8>, SealError> {
        let (whole, tail) = body.split_at(body.len() / SEALED_CHUNK * SEALED_CHUNK);
        let mut plaintext = Vec::with_capacity(body.len());
        for (index, chunk) in (0..).zip(whole.chunks(SEALED_CHUNK).chain([tail])) {
            let start = plaintext.len();
            plaintext.extend_from_slice(chunk);
            self.open_tail(index, chunk.len() < SEALED_CHUNK, &mut plaintext, start)?;
        }
        Ok(plaintext)
    }
}

/// Seals `plaintext` under `secret`, bound to `context`: the result has [`sealed_len`] bytes and differs every time.
///
/// `secret` must be 32 uniformly random bytes, never a password.
pub fn seal(secret: &[u8; 32], context: &[u8], clock: &Clock, plaintext: &[u8]) -> Vec<u8> {
    let full = plaintext.len() / CHUNK;
    let mut sealed = Vec::with_capacity(HEADER + plaintext.len() + TAG * (full + 1));
    let salt: [u8; SALT] = clock.random();
    let (message, commitment) = Message::derive(secret, context, &salt);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&commitment);
    let (whole, tail) = plaintext.split_at(full * CHUNK);
    for (index, chunk) in (0..).zip(whole.chunks(CHUNK).chain([tail])) {
        let start = sealed.len();
        sealed.extend_from_slice(chunk);
        message.seal_tail(index, &mut sealed, start);
    }
    sealed
}

/// Opens what [`seal`] made, if `secret` and `context` are the same.
///
/// # Errors
/// [`SealError::WrongKey`] when secret or context differ, [`SealError::Damaged`] when a bit or the length does.
pub fn open(secret: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (header, body) = sealed.split_first_chunk::<HEADER>().ok_or(SealError::Damaged)?;
    Opener::new(secret, context, header)?.0.open_body(body)
}

/// Opens the chunks of one message in any order. Made from the header, which proves that key and context fit.
pub struct Opener(Message);

impl Opener {
    /// An opener for the message with this header.
    ///
    /// # Errors
    /// [`SealError::WrongKey`] when the commitment in the header is not the one of `secret` and `context`.
    pub fn new(secret: &[u8; 32], context: &[u8], header: &[u8; HEADER]) -> Result<Self, SealError> {
        let (salt, promised) = header.split_at(SALT);
        let (message, commitment) = Message::derive(secret, context, salt);
        if same_bytes(&commitment, promised) { Ok(Self(message)) } else { Err(SealError::WrongKey) }
    }
    /// Opens chunk `index` in place: `buffer` holds its sealed bytes and then its plaintext. Allocates nothing.
    ///
    /// `last` says whether it is the last chunk of the message; which one that is must come from whoever knows the
    /// length, or from the end of the sealed bytes.
    ///
    /// # Errors
    /// [`SealError::Damaged`]; `buffer` is then empty.
    pub fn open_chunk(&self, index: u64, last: bool, buffer: &mut Vec<u8>) -> Result<(), SealError> {
        self.0.open_tail(index, last, buffer, 0)
    }
}

/// Seals a stream: takes plaintext in pieces of any size, writes sealed chunks to `W`.
///
/// Without [`Sealer::finish`] the last chunk is missing and what was written does not open.
pub struct Sealer<W> {
    message: Message,
    /// Chunks written so far.
    index: u64,
    /// The plaintext of the chunk being filled, always shorter than [`CHUNK`] between calls.
    pending: Zeroizing<Vec<u8>>,
    out: W,
}

impl<W: Write> Sealer<W> {
    /// Begins a message under `secret`, bound to `context`, and writes its header to `out`.
    pub fn new(secret: &[u8; 32], context: &[u8], clock: &Clock, mut out: W) -> io::Result<Self> {
        let salt: [u8; SALT] = clock.random();
        let (message, commitment) = Message::derive(secret, context, &salt);
        out.write_all(&salt)?;
        out.write_all(&commitment)?;
        Ok(Self { message, index: 0, pending: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK)), out })
    }
    /// Takes the next piece of plaintext.
    pub fn write(&mut self, mut piece: &[u8]) -> io::Result<()> {
        while !piece.is_empty() {
            let room = CHUNK - self.pending.len();
            let (now, later) = piece.split_at(room.min(piece.len()));
            self.pending.extend_from_slice(now);
            piece = later;
            if self.pending.len() == CHUNK {
                self.flush_chunk()?;
            }
        }
        Ok(())
    }
    /// Writes the last chunk and hands back the writer, not flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush_chunk()?;
        Ok(self.out)
    }
    /// Seals and writes what is pending.
    fn flush_chunk(&mut self) -> io::Result<()> {
        if self.index >= MOST_CHUNKS {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a sealed message holds at most 4 PiB"));
        }
        self.message.seal_tail(self.index, &mut self.pending, 0);
        self.out.write_all(&self.pending)?;
        self.pending.clear();
        self.index += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use std::io::Read as _;

    /// The bytes that hexadecimal digits stand for.
    fn bytes(digits: &str) -> Vec<u8> {
        let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn foreign_chunks_open_or_are_refused_as_their_vectors_say() {
        let file = include_str!("../../tests/vectors/chunked-encryption/vectors.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let mut counted = (0, 0);
        for vector in file["vectors"].as_array().unwrap() {
            let (Some(key), "AEAD_AES_256_GCM") =
                (vector["aead_key"].as_str(), vector["aead"].as_str().unwrap())
            else {
                continue;
            };
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes(key)).unwrap());
            let base = bytes(vector["base_nonce"].as_str().unwrap()).try_into().unwrap();
            let mut sealed = STANDARD.decode(vector["ciphertext"].as_str().unwrap()).unwrap();
            if vector["compressed"] == true {
                let deflated = std::mem::take(&mut sealed);
                flate2::read::ZlibDecoder::new(deflated.as_slice()).read_to_end(&mut sealed).unwrap();
            }
            let opened = Message { key, base }.open_body(&sealed[HEADER..]);
            assert_eq!(opened.is_ok(), vector["expect"] == "success", "{}", vector["name"]);
            let Ok(opened) = opened else {
                counted.1 += 1;
                continue;
            };
            let found = ring::digest::digest(&ring::digest::SHA256, &opened);
            assert_eq!(
                found.as_ref(),
                bytes(vector["payload_sha256"].as_str().unwrap()),
                "{}",
                vector["name"]
            );
            counted.0 += 1;
        }
        assert_eq!(counted, (9, 15));
    }
}
