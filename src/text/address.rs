//! E-mail addresses and the domains they end in.

use super::{Lines, TextError, clean};
use std::fmt;

/// An e-mail address: local part as typed, domain in small letters. ASCII, at most 254 bytes (RFC 5321).
///
/// Quoted local parts and address literals are refused: nobody's work address looks so, attacks do.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Parses an address.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = clean(text, Lines::One)?;
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > 254 {
            return Err(TextError::TooLong(254));
        }
        let (local, domain) = text.rsplit_once('@').ok_or(TextError::NotAnAddress)?;
        let domain = Domain::parse(domain).map_err(|_| TextError::NotAnAddress)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dotted_well = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        if local.is_empty() || local.len() > 64 || !local.chars().all(allowed) || !dotted_well {
            return Err(TextError::NotAnAddress);
        }
        Ok(Self { at: local.len(), text: format!("{local}@{domain}") })
    }
    /// The address as it is written to.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// The part after the `@`, in small letters.
    pub fn domain(&self) -> Domain {
        Domain(self.text.get(self.at + 1..).unwrap_or_default().to_owned())
    }
    /// The form under which an address is looked up and counted: all small letters.
    pub fn lookup(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.text
    }
}

/// A domain name in small ASCII letters (RFC 1035 labels, at least two).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Parses a domain name.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim().to_ascii_lowercase();
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let labels = text.split('.').count();
        let numeric_end =
            text.rsplit('.').next().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if labels < 2 || text.len() > 253 || numeric_end || !text.split('.').all(label_ok) {
            return Err(TextError::NotADomain);
        }
        Ok(Self(text))
    }
    /// The domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether this is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.strip_suffix(other.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Domain {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}
