//! The password that opens a PDF: asked for once, used once, kept nowhere.

use std::fmt;
use zeroize::Zeroizing;

/// No format takes a longer one.
const BYTES: usize = 127;

/// An opening password. It has no words of its own: nothing that shows or logs can show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes what somebody typed; `None` for nothing, or for more than a PDF can be locked with.
    pub fn parse(typed: &str) -> Option<Self> {
        (1..=BYTES).contains(&typed.len()).then(|| Self(Zeroizing::new(typed.to_owned())))
    }
    /// The word itself, for the parser and the pipe.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}
