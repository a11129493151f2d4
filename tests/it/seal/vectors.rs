//! Wycheproof's vectors for Cobblestone-256: what they open we open, what they refuse we refuse.
#![expect(clippy::as_conversions, reason = "lengths of a few megabytes, and bytes cut on purpose")]

use candor::seal::SealError;
use candor::seal::cobblestone::{self, CHUNK, HEADER, Opener, SEALED_CHUNK};
use flate2::read::ZlibDecoder;
use ring::digest::{SHA512, digest};
use serde::Deserialize;
use std::io::Read as _;

const FILE: &str = include_str!("../../vectors/chunked-encryption/wycheproof.json");

/// The file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    test_groups: Vec<Group>,
}

/// Tests of one instance of the format.
#[derive(Deserialize)]
struct Group {
    aead: String,
    sha: String,
    tests: Vec<Vector>,
}

/// One test.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    tc_id: u32,
    comment: String,
    key: String,
    ctx: String,
    ct: String,
    result: String,
    msg_length: Option<u64>,
    msg_sha512: Option<String>,
}

impl Vector {
    /// The key, when it has the one length our functions take.
    fn key(&self) -> Option<[u8; 32]> {
        bytes(&self.key).try_into().ok()
    }
    /// The sealed bytes.
    fn sealed(&self) -> Vec<u8> {
        let mut inflated = Vec::new();
        ZlibDecoder::new(bytes(&self.ct).as_slice()).read_to_end(&mut inflated).unwrap();
        inflated
    }
    /// What our code makes of it; a key of another length cannot even be written down.
    fn open(&self) -> Result<Vec<u8>, SealError> {
        let key = self.key().ok_or(SealError::WrongKey)?;
        cobblestone::open(&key, &bytes(&self.ctx), &self.sealed())
    }
}

/// The tests for Cobblestone-256.
fn vectors() -> Vec<Vector> {
    let file: Vectors = serde_json::from_str(FILE).unwrap();
    let ours = |group: &Group| group.aead == "AEAD_AES_256_GCM" && group.sha == "SHA-512";
    file.test_groups.into_iter().filter(ours).flat_map(|group| group.tests).collect()
}

/// The bytes that hexadecimal digits stand for.
fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn every_vector_opens_or_is_refused_as_it_says() {
    let (mut opened, mut refused) = (0, 0);
    for vector in vectors() {
        let name = format!("{} {}", vector.tc_id, vector.comment);
        match (vector.result.as_str(), vector.open()) {
            ("valid", Ok(text)) => {
                assert_eq!(Some(text.len() as u64), vector.msg_length, "{name}");
                let wanted = bytes(vector.msg_sha512.as_deref().unwrap());
                assert_eq!(digest(&SHA512, &text).as_ref(), wanted, "{name}");
                assert_eq!(
                    vector.sealed().len() as u64,
                    cobblestone::sealed_len(text.len() as u64),
                    "{name}"
                );
                opened += 1;
            }
            ("invalid", Err(_)) => refused += 1,
            (result, ours) => panic!("{name}: {result}, but for us {:?}", ours.map(|text| text.len())),
        }
    }
    assert_eq!((opened, refused), (8, 25));
}

#[test]
fn a_wrong_header_is_told_from_a_wrong_chunk() {
    let refused = |id| vectors().into_iter().find(|vector| vector.tc_id == id).unwrap().open().unwrap_err();
    for header in [21, 22, 25, 26] {
        assert_eq!(refused(header), SealError::WrongKey, "{header}");
    }
    for chunk in (11..=20).chain(27..=35) {
        assert_eq!(refused(chunk), SealError::Damaged, "{chunk}");
    }
}

#[test]
fn chunks_open_one_by_one_from_the_last_to_the_first() {
    let mut seen = 0;
    for vector in vectors().iter().filter(|vector| vector.result == "valid") {
        let (sealed, whole) = (vector.sealed(), vector.open().unwrap());
        let (header, body) = sealed.split_first_chunk::<HEADER>().unwrap();
        let opener = Opener::new(&vector.key().unwrap(), &bytes(&vector.ctx), header).unwrap();
        let chunks = whole.len() / CHUNK + 1;
        let mut buffer = Vec::new();
        for index in (0..chunks).rev() {
            buffer.clear();
            buffer.extend_from_slice(body.chunks(SEALED_CHUNK).nth(index).unwrap());
            opener.open_chunk(index as u64, index + 1 == chunks, &mut buffer).unwrap();
            assert_eq!(buffer, whole[index * CHUNK..whole.len().min((index + 1) * CHUNK)]);
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}
