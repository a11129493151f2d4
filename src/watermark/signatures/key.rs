//! Whether a signature fits the key of its certificate: by `ring`, with the algorithms that are still good.

use super::certificate::Algorithm;
use super::der::{Elements, INTEGER, SEQUENCE, numbered};
use super::{Obstacle, cms::SignedData};
use ring::digest::{self, SHA256, SHA384, SHA512};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

/// The beginning that the names of all RSA algorithms share; the last byte says which.
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
/// The beginning of the names of SHA-2; the last byte says which.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
/// A key on an elliptic curve.
const CURVE_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// The beginning of the names of ECDSA with SHA-2; the last byte says which.
const ECDSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];
/// The curve P-256.
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
/// The curve P-384.
const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];
/// Ed25519, as key and as algorithm.
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
/// RSA keys that prove something, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A digest that is still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The digest an algorithm names.
    pub(super) fn of(algorithm: Algorithm<'_>) -> Result<Self, Obstacle> {
        match algorithm.id.strip_prefix(SHA2) {
            Some([1]) => Ok(Self::Sha256),
            Some([2]) => Ok(Self::Sha384),
            Some([3]) => Ok(Self::Sha512),
            _ if algorithm.id == [0x2B, 0x0E, 0x03, 0x02, 0x1A] => Err(Obstacle::weak("SHA-1")),
            _ => Err(Obstacle::Algorithm(format!("the digest {}", dotted(algorithm.id)))),
        }
    }
    /// The digest of these bytes, one piece after the other.
    pub(super) fn digest(self, pieces: [&[u8]; 2]) -> digest::Digest {
        let mut context = digest::Context::new(match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        });
        for piece in pieces {
            context.update(piece);
        }
        context.finish()
    }
    /// How long it is.
    const fn bytes(self) -> u8 {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// Whether the signature over `message` fits the key.
pub(super) fn fits(data: &SignedData<'_>, message: &[u8]) -> Result<bool, Obstacle> {
    let certificate = data.certificate.as_ref().ok_or(Obstacle::NoCertificate)?;
    let algorithm = algorithm(data, certificate.key_algorithm, certificate.key)?;
    Ok(UnparsedPublicKey::new(algorithm, certificate.key).verify(message, data.signature).is_ok())
}

/// The algorithm by which was signed.
fn algorithm(
    data: &SignedData<'_>,
    key_algorithm: Algorithm<'_>,
    key: &[u8],
) -> Result<&'static dyn VerificationAlgorithm, Obstacle> {
    let unknown = || Obstacle::Algorithm(format!("the algorithm {}", dotted(data.algorithm.id)));
    if key_algorithm.id == ED25519 {
        return if data.algorithm.id == ED25519 { Ok(&signature::ED25519) } else { Err(unknown()) };
    }
    if key_algorithm.id == CURVE_KEY {
        let hash = match data.algorithm.id.strip_prefix(ECDSA) {
            Some([2]) => Hash::Sha256,
            Some([3]) => Hash::Sha384,
            _ if data.algorithm.id == CURVE_KEY => Hash::of(data.digest)?,
            _ => return Err(unknown()),
        };
        return ecdsa(key_algorithm.parameters.map_or(&[], |curve| curve.content), hash);
    }
    if !key_algorithm.id.starts_with(RSA) {
        return Err(Obstacle::Algorithm(format!("the key {}", dotted(key_algorithm.id))));
    }
    let bits = rsa_bits(key).ok_or_else(unknown)?;
    if !RSA_BITS.contains(&bits) {
        return Err(Obstacle::weak(&format!("RSA with {bits} bits")));
    }
    match data.algorithm.id.strip_prefix(RSA) {
        Some([1]) => Ok(pkcs1(Hash::of(data.digest)?)),
        Some([5]) => Err(Obstacle::weak("SHA-1")),
        Some([10]) => pss(data.algorithm).map(pss_with).ok_or_else(unknown),
        Some([11]) => Ok(pkcs1(Hash::Sha256)),
        Some([12]) => Ok(pkcs1(Hash::Sha384)),
        Some([13]) => Ok(pkcs1(Hash::Sha512)),
        _ => Err(unknown()),
    }
}

/// ECDSA on a curve.
fn ecdsa(curve: &[u8], hash: Hash) -> Result<&'static dyn VerificationAlgorithm, Obstacle> {
    match (curve, hash) {
        (P256, Hash::Sha256) => Ok(&signature::ECDSA_P256_SHA256_ASN1),
        (P256, Hash::Sha384) => Ok(&signature::ECDSA_P256_SHA384_ASN1),
        (P384, Hash::Sha256) => Ok(&signature::ECDSA_P384_SHA256_ASN1),
        (P384, Hash::Sha384) => Ok(&signature::ECDSA_P384_SHA384_ASN1),
        _ => Err(Obstacle::Algorithm(format!("ECDSA on the curve {} with {hash:?}", dotted(curve)))),
    }
}

/// RSA as it always was.
fn pkcs1(hash: Hash) -> &'static dyn VerificationAlgorithm {
    match hash {
        Hash::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Hash::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Hash::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
    }
}

/// RSA with random padding.
fn pss_with(hash: Hash) -> &'static dyn VerificationAlgorithm {
    match hash {
        Hash::Sha256 => &signature::RSA_PSS_2048_8192_SHA256,
        Hash::Sha384 => &signature::RSA_PSS_2048_8192_SHA384,
        Hash::Sha512 => &signature::RSA_PSS_2048_8192_SHA512,
    }
}

/// The digest of RSA with random padding, when its parameters are those everybody uses: one digest throughout, and a
/// salt as long as it.
fn pss(algorithm: Algorithm<'_>) -> Option<Hash> {
    let mut parts = algorithm.parameters?.parts();
    let digest = parts.take(numbered(0)).ok()?.parts().take(SEQUENCE).ok()?;
    let hash = Hash::of(Algorithm::read(digest).ok()?).ok()?;
    let mask = parts.take(numbered(1)).ok()?.parts().take(SEQUENCE).ok()?;
    let mask = Algorithm::read(mask).ok()?.parameters?;
    let same = Hash::of(Algorithm::read(mask).ok()?).ok()? == hash;
    let salt = parts.take(numbered(2)).ok()?.parts().take(INTEGER).ok()?;
    (same && salt.content == [hash.bytes()]).then_some(hash)
}

/// How long an RSA key is.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let modulus = Elements::of(key).take(SEQUENCE).ok()?.parts().take(INTEGER).ok()?.content;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let digits = modulus.get(zeros..)?;
    let unused = usize::try_from(digits.first()?.leading_zeros()).ok()?;
    digits.len().checked_mul(8)?.checked_sub(unused)
}

/// The name of an algorithm as people write it: `1.2.840.113549.1.1.11`.
fn dotted(id: &[u8]) -> String {
    let (mut numbers, mut number) = (Vec::new(), 0_u64);
    // None that is known is longer.
    for byte in id.iter().take(32) {
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first.to_string());
                number = number.saturating_sub(first.saturating_mul(40));
            }
            numbers.push(number.to_string());
            number = 0;
        }
    }
    numbers.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_algorithms_are_written_as_people_write_them() {
        assert_eq!(
            dotted(&[&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1][..], &[11]].concat()),
            "1.2.840.113549.1.1.11"
        );
        assert_eq!(dotted(P384), "1.3.132.0.34");
        assert_eq!(dotted(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]), "2.16.840.1.101.3.4.2.1");
        assert_eq!(dotted(&[0xFF; 100]), "");
    }

    #[test]
    fn the_length_of_a_key_is_counted_in_bits() {
        let key = |modulus: &[u8]| {
            let number = [&[INTEGER, u8::try_from(modulus.len()).unwrap()], modulus].concat();
            rsa_bits(&[&[SEQUENCE, u8::try_from(number.len()).unwrap()], &number[..]].concat())
        };
        assert_eq!(key(&[0, 0x80, 1]), Some(16));
        assert_eq!(key(&[1, 1]), Some(9));
        assert_eq!(key(&[0]), None);
    }
}
