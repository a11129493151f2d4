//! Subscriptions: a reader is written to when a pressing exception is closed, or when the report is withdrawn.
//!
//! Promises: nobody is written to before a link in a letter to their address was used (by POST: looking at it does
//! nothing); one click in any letter ends it; it ends with the grant; a letter says that something changed and where to
//! read it, never what. Holders are written to about a newer version in any case, so that this is no part of it.
//!
//! The links of letters name the subscription and carry a code that only this installation can make, so that nothing
//! secret is stored.

pub mod acts;
pub mod store;

use crate::clock::Micros;
use crate::ids::{GrantId, PersonId, SubscriptionId};
use crate::seal::Keyring;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of an id.
const ID: usize = 16;

/// A subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which.
    pub id: SubscriptionId,
    /// The grant it belongs to.
    pub grant: GrantId,
    /// Whose.
    pub person: PersonId,
    /// When it was asked for.
    pub asked_at: Micros,
    /// When the link in the letter was used.
    pub confirmed_at: Option<Micros>,
    /// When it ended.
    pub ended_at: Option<Micros>,
}

impl Subscription {
    /// Whether letters are sent, as far as the reader wants.
    pub const fn is_live(&self) -> bool {
        self.confirmed_at.is_some() && self.ended_at.is_none()
    }
}

/// What a link in a letter is for; each has codes of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Begins it.
    Confirm,
    /// Ends it.
    Stop,
}

impl Purpose {
    /// The label of its codes.
    const fn label(self) -> &'static str {
        match self {
            Self::Confirm => "subscription.confirm",
            Self::Stop => "subscription.stop",
        }
    }
    /// The path of a link for this purpose.
    pub fn path(self, keyring: &Keyring, id: SubscriptionId) -> String {
        let place = match self {
            Self::Confirm => "confirm",
            Self::Stop => "stop",
        };
        format!("/subscriptions/{place}/{}", self.token(keyring, id))
    }
    /// The last part of the path.
    fn token(self, keyring: &Keyring, id: SubscriptionId) -> String {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(keyring.cookie_mac(self.label(), id.as_bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }
    /// The subscription that a token names, if the token was made here for this purpose.
    pub fn read(self, keyring: &Keyring, token: &str) -> Option<SubscriptionId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, code) = bytes.split_first_chunk::<ID>()?;
        keyring.verify(self.label(), id, code).then(|| SubscriptionId::from_bytes(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_link_is_good_for_its_purpose_and_installation_only() {
        let clock = Clock::held(Micros(1_795_000_000_000_000));
        let (ours, other) = (Keyring::generate(&clock), Keyring::generate(&clock));
        let id = SubscriptionId::new(&clock);
        let token = Purpose::Stop.token(&ours, id);
        assert_eq!(Purpose::Stop.read(&ours, &token), Some(id));
        assert_eq!(Purpose::Confirm.read(&ours, &token), None);
        assert_eq!(Purpose::Stop.read(&other, &token), None);
        for forged in ["", "AAAA", &token[1..], &format!("{token}A"), &token.replace(&token[..1], "_")] {
            assert_eq!(Purpose::Stop.read(&ours, forged), None, "{forged}");
        }
        assert!(token.len() < 80, "it fits a line of a letter");
    }
}
