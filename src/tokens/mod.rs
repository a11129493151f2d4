//! API tokens: with one, a program of a recipient reads what the recipient reads, and nothing else.
//!
//! A token is a JWT (RFC 7519) signed with Ed25519 by this installation. It names one grant and one scope, ends by
//! itself, and can be taken back at once, because its row is looked up on every use. It is shown once and never stored.
//!
//! Promises: a token opens nothing that its grant does not open at that moment; every use passes the gate and leaves its
//! entry; another algorithm, key, audience or installation is refused. Not promised: that whoever brings it is the
//! program it was made for; whoever holds it reads, as with any key.

pub mod acts;
mod jose;
pub mod jwt;
pub mod store;

use crate::clock::Micros;
use crate::ids::{ApiTokenId, GrantId, PersonId};

/// The longest life of a token, in days.
pub const LONGEST_DAYS: i64 = 90;
/// The most tokens of one grant that are live at once.
pub const MOST_LIVE: usize = 5;
/// The one scope there is.
pub const SCOPE: &str = "exceptions:read";

/// A token as it is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its `jti`.
    pub id: ApiTokenId,
    /// The grant it reads under.
    pub grant: GrantId,
    /// Whose.
    pub person: PersonId,
    /// When it was made.
    pub created_at: Micros,
    /// When it ends by itself.
    pub expires_at: Micros,
    /// When it was taken back.
    pub revoked_at: Option<Micros>,
}

impl ApiToken {
    /// Whether it may still be used.
    pub fn is_live(&self, now: Micros) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
    /// In a word.
    pub fn words(&self, now: Micros) -> &'static str {
        match self.revoked_at {
            Some(_) => "Taken back",
            None if now >= self.expires_at => "Ended",
            None => "Live",
        }
    }
}
