//! Secrets that people hold, in pairs: plain for the letter or cookie, hashed for the database.

use crate::clock::Clock;
use crate::seal::Keyring;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use zeroize::Zeroize as _;

/// Digits of codes that are typed: Crockford's base 32, no I, L, O, U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a secret is for; the hash of one purpose is nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The cookie that ties a mailed code to the browser that asked.
    Browser,
    /// The link in a mailed letter.
    CodeLink,
    /// The cookie of a session.
    Session,
    /// The one-time link of staff.
    StaffLink,
}

impl Purpose {
    /// The label bound into the hash.
    const fn label(self) -> &'static str {
        match self {
            Self::Browser => "token.browser",
            Self::CodeLink => "token.code_link",
            Self::Session => "token.session",
            Self::StaffLink => "token.staff_link",
        }
    }
}

/// 256 random bits as 43 characters of base64url. Never stored, never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new token.
    pub fn new(clock: &Clock) -> Self {
        let mut bytes: [u8; 32] = clock.random();
        let text = URL_SAFE_NO_PAD.encode(bytes);
        bytes.zeroize();
        Self(text)
    }
    /// Reads a token from a cookie or address; `None` when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }
    /// The token, for its letter or cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }
    /// The keyed hash under which it is stored.
    pub fn hash(&self, keyring: &Keyring, purpose: Purpose) -> Vec<u8> {
        keyring.token_hash(purpose.label(), self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A code of eight characters, 40 random bits, that is typed from a letter: `7K2M-9QXD`.
#[derive(Clone)]
pub struct TypedCode(String);

impl TypedCode {
    /// The code that belongs to a link: 40 bits of its keyed hash. Whoever holds the link can be shown the code, and
    /// nothing needs to be stored for that.
    pub fn of_link(keyring: &Keyring, link: &Token) -> Self {
        let hash = keyring.token_hash("typed_code.of_link", link.expose().as_bytes());
        let digit = |byte: &u8| DIGITS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
        Self(hash.iter().take(8).map(digit).collect())
    }
    /// Reads what a person typed: case, spaces and hyphens do not matter, `O` is `0`, `I` and `L` are `1`.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(digit).collect();
        let known = |c: char| u8::try_from(c).is_ok_and(|byte| DIGITS.contains(&byte));
        (code.chars().count() == 8 && code.chars().all(known)).then_some(Self(code))
    }
    /// The code as a letter shows it.
    pub fn shown(&self) -> String {
        let (left, right) = self.0.split_at_checked(4).unwrap_or((&self.0, ""));
        format!("{left}-{right}")
    }
    /// The keyed hash under which it is stored; `row` ties it to its own row.
    pub fn hash(&self, keyring: &Keyring, row: crate::ids::CodeId) -> Vec<u8> {
        keyring.token_hash("token.typed_code", format!("{row} {}", self.0).as_bytes()).to_vec()
    }
}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(..)")
    }
}

impl Drop for TypedCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_is_read_as_people_type() {
        let clock = Clock::system();
        let keyring = Keyring::generate(&clock);
        let code = TypedCode::of_link(&keyring, &Token::new(&clock));
        let typed = code.shown().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(TypedCode::parse(&typed).unwrap().0, code.0);
        for bad in ["", "123", "12345678U", "UUUUUUUU", "1234-567!"] {
            assert!(TypedCode::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn tokens_do_not_print_themselves() {
        let token = Token::new(&Clock::system());
        assert!(!format!("{token:?}").contains(token.expose()));
        assert!(Token::parse(token.expose()).is_some());
        assert!(Token::parse("short").is_none());
    }
}
