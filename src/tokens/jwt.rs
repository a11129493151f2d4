//! The form of a token: a JWT (RFC 7519) signed with Ed25519 (RFC 8037), by `jsonwebtoken` over `ring`.
//!
//! The key is derived from the installation's token key for this one purpose. Only `EdDSA` is ever accepted: the
//! algorithm is ours to choose, never the token's. Time is judged by the house's clock, not by the library's.

use super::SCOPE;
use super::jose;
use crate::clock::Micros;
use crate::fault::Fault;
use crate::ids::{ApiTokenId, GrantId};
use crate::seal::Keyring;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// The longest text that is looked at: ours are a third of it.
const MOST_BYTES: usize = 2_048;

/// What a token says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// This installation.
    iss: String,
    /// The interface it is for.
    aud: String,
    /// The grant it reads under.
    sub: GrantId,
    /// Which token.
    jti: ApiTokenId,
    /// Since when, in seconds since 1970.
    iat: i64,
    /// Until when, in seconds since 1970.
    exp: i64,
    /// What it may do.
    scope: String,
}

impl Claims {
    /// The grant it reads under.
    pub const fn grant(&self) -> GrantId {
        self.sub
    }
    /// Which token.
    pub const fn id(&self) -> ApiTokenId {
        self.jti
    }
}

/// Why a token is not accepted. What exactly is wrong with it is nobody's business but its maker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// Its time has ended.
    #[error("This token has expired. Make a new one on the page My access.")]
    Expired,
    /// Not one of ours, or changed since.
    #[error("This is no token of this installation, or it was changed. Make one on the page My access.")]
    Foreign,
}

/// Makes tokens of this installation and checks them.
pub struct Mint {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
}

impl std::fmt::Debug for Mint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mint({})", self.issuer)
    }
}

impl Mint {
    /// The mint of the installation that is reached under `base_url`.
    pub fn new(keyring: &Keyring, base_url: &str) -> Result<Self, Fault> {
        let (signing, checking) = jose::keys(&keyring.api_seed())?;
        let audience = format!("{base_url}/api/v1");
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[base_url]);
        validation.set_audience(&[&audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_exp = false;
        Ok(Self { signing, checking, validation, issuer: base_url.to_owned(), audience })
    }
    /// A token.
    pub fn sign(
        &self,
        id: ApiTokenId,
        grant: GrantId,
        (from, until): (Micros, Micros),
    ) -> Result<String, Fault> {
        self.sign_claims(&Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: grant,
            jti: id,
            iat: from.0 / SECOND,
            exp: until.0 / SECOND,
            scope: SCOPE.to_owned(),
        })
    }
    /// Claims, signed.
    fn sign_claims(&self, claims: &Claims) -> Result<String, Fault> {
        encode(&header(), claims, &self.signing).map_err(|error| Fault::new("signing an API token", error))
    }
    /// What a token says, if it is one of ours and its time has not ended.
    pub fn check(&self, token: &str, now: Micros) -> Result<Claims, Unacceptable> {
        if token.len() > MOST_BYTES {
            return Err(Unacceptable::Foreign);
        }
        let said =
            decode::<Claims>(token, &self.checking, &self.validation).map_err(|_| Unacceptable::Foreign)?;
        // Anything else in the header (a key, an address of one, an extension that must be understood) is a wish of
        // whoever made the token.
        if said.header != header() || said.claims.scope != SCOPE {
            return Err(Unacceptable::Foreign);
        }
        if now.0 / SECOND >= said.claims.exp { Err(Unacceptable::Expired) } else { Ok(said.claims) }
    }
}

/// The header of every token.
fn header() -> Header {
    Header::new(Algorithm::EdDSA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;

    /// A mint, and a token of it that lives for an hour.
    fn minted() -> (Mint, Clock, String) {
        let clock = Clock::held(Micros(1_795_000_000_000_000));
        let mint = Mint::new(&Keyring::generate(&clock), "https://trust.example").unwrap();
        let until = clock.now().plus_secs(3_600);
        let token = mint.sign(ApiTokenId::new(&clock), GrantId::new(&clock), (clock.now(), until)).unwrap();
        (mint, clock, token)
    }

    /// The token with another header or other claims, its signature kept.
    fn with(token: &str, place: usize, change: impl FnOnce(String) -> String) -> String {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let text = String::from_utf8(B64.decode(&parts[place]).unwrap()).unwrap();
        parts[place] = B64.encode(change(text));
        parts.join(".")
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_ends() {
        let (mint, clock, token) = minted();
        assert!(mint.check(&token, clock.now()).is_ok());
        assert_eq!(mint.check(&token, clock.now().plus_secs(3_600)).unwrap_err(), Unacceptable::Expired);
        let header = String::from_utf8(B64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!(header, r#"{"typ":"JWT","alg":"EdDSA"}"#);
    }

    #[test]
    fn what_was_forged_is_foreign() {
        let (mint, clock, token) = minted();
        let foreign = |token: &str| mint.check(token, clock.now()).unwrap_err() == Unacceptable::Foreign;
        for alg in ["none", "HS256", "RS256", "ES256"] {
            assert!(foreign(&with(&token, 0, |header| header.replace("EdDSA", alg))), "{alg}");
        }
        assert!(foreign(&with(&token, 0, |header| header.replace('}', ",\"crit\":[\"b64\"]}"))));
        // Signed with the public key as if it were a shared secret: the classic confusion.
        let public = mint.checking.try_get_as_bytes().unwrap();
        let text = with(&token, 0, |header| header.replace("EdDSA", "HS256"));
        let (said, _) = text.rsplit_once('.').unwrap();
        let mac = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public), said.as_bytes());
        assert!(foreign(&format!("{said}.{}", B64.encode(mac.as_ref()))));
        for (was, is) in
            [("exceptions:read", "everything"), ("trust.example", "evil.example"), ("\"exp\":1", "\"exp\":9")]
        {
            let changed = with(&token, 1, |claims| claims.replace(was, is));
            assert!(changed != token && foreign(&changed), "{was}");
        }
        assert!(foreign("") && foreign("a.b.c") && foreign(&"x".repeat(1 << 20)));
        // Another installation's, with the same address.
        let other = Mint::new(&Keyring::generate(&clock), "https://trust.example").unwrap();
        assert_eq!(other.check(&token, clock.now()).unwrap_err(), Unacceptable::Foreign);
    }

    #[test]
    fn a_token_for_another_interface_or_scope_is_foreign_although_we_signed_it() {
        let (mint, clock, token) = minted();
        let claims = mint.check(&token, clock.now()).unwrap();
        let signed = |claims: &Claims| mint.sign_claims(claims).unwrap();
        assert!(mint.check(&signed(&claims), clock.now()).is_ok());
        let other = Claims { aud: "https://trust.example/api/v2".to_owned(), ..claims.clone() };
        assert!(mint.check(&signed(&other), clock.now()).is_err());
        let other = Claims { scope: "exceptions:write".to_owned(), ..claims.clone() };
        assert!(mint.check(&signed(&other), clock.now()).is_err());
        let other = Claims { iss: "https://other.example".to_owned(), ..claims };
        assert!(mint.check(&signed(&other), clock.now()).is_err());
    }
}
