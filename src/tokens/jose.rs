//! What `jsonwebtoken` signs and verifies with: Ed25519 of `ring`, and nothing else.
//!
//! The library brings no provider on `ring`; this one refuses every other algorithm by name. Source: RFC 8032 for the
//! signature, RFC 8410 for the private key's DER.

use crate::fault::Fault;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

/// What stands before the seed in the DER of an Ed25519 private key (RFC 8410, section 7).
const DER_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The provider. No JWK is ever read or written, so its utilities stay empty.
static RING: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// The pair of keys that a seed of 32 bytes makes. Installs the provider, if nothing has yet.
pub(super) fn keys(seed: &[u8; 32]) -> Result<(EncodingKey, DecodingKey), Fault> {
    // A second installation can only mean that it is installed already.
    let _ = RING.install_default();
    let der = Zeroizing::new([&DER_HEAD[..], &seed[..]].concat());
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
        .map_err(|_| Fault::bare("the key of API tokens cannot be made"))?;
    Ok((EncodingKey::from_ed_der(&der), DecodingKey::from_ed_der(pair.public_key().as_ref())))
}

/// Signs with a key of [`keys`].
struct Signing(Ed25519KeyPair);

impl Signer<Vec<u8>> for Signing {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Signing {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// Verifies with a key of [`keys`].
struct Verifying(Vec<u8>);

impl Verifier<Vec<u8>> for Verifying {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Verifying {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

/// The one signer there is.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the provider's signature")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    if *algorithm != Algorithm::EdDSA {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes())
        .map_err(|_| Error::from(ErrorKind::InvalidKeyFormat))?;
    Ok(Box::new(Signing(pair)))
}

/// The one verifier there is.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the provider's signature")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if *algorithm != Algorithm::EdDSA {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Box::new(Verifying(key.try_get_as_bytes()?.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // RFC 8037, appendix A.4.
        let seed: [u8; 32] =
            B64.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap().try_into().unwrap();
        let (signing, checking) = keys(&seed).unwrap();
        let said = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(jsonwebtoken::crypto::sign(said, &signing, Algorithm::EdDSA).unwrap(), signature);
        assert!(jsonwebtoken::crypto::verify(signature, said, &checking, Algorithm::EdDSA).unwrap());
        assert!(!jsonwebtoken::crypto::verify(signature, b"else", &checking, Algorithm::EdDSA).unwrap());
    }

    #[test]
    fn no_other_algorithm_is_signed_or_verified() {
        let (signing, checking) = keys(&[7; 32]).unwrap();
        for other in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::PS512] {
            assert!(signer(&other, &signing).is_err() && verifier(&other, &checking).is_err());
        }
    }
}
