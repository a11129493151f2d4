//! What goes wrong, in three words.
//!
//! * [`Fault`]: unexpected. Opaque, with a cause for the log. Nobody matches on it and its inner text cannot be shown:
//!   it has no `Display` of the cause.
//! * [`Refusal`]: expected. A closed enum per act (`ApproveError`), whose `Display` speaks to the person.
//! * [`Kind`]: how the outside is answered; the one exhaustive match on it is in the web layer.

use std::error::Error;
use std::fmt;

/// How a fault or refusal is answered outside. The web layer maps each to one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The state has moved on: already decided, already used. 409.
    Conflict,
    /// Known, but not yours. 403.
    Forbidden,
    /// Was here and has ended: expired, revoked. 410.
    Gone,
    /// The input cannot be accepted as it is. 422.
    Invalid,
    /// Not there, or you are not allowed to know. 404.
    NotFound,
    /// Larger than the limit. 413.
    TooLarge,
    /// Too often; later again. 429.
    TooMany,
    /// Certainly nothing happened, try again later. 503.
    Unavailable,
    /// Whether it happened is not known: the answer of the database was lost. Look before trying again. 503.
    Uncertain,
    /// A defect or a broken part of the installation. 500.
    Unexpected,
}

/// An expected refusal: its `Display` is for the person, its [`Kind`] for the status.
pub trait Refusal: Error {
    /// How it is answered outside.
    fn kind(&self) -> Kind;
}

/// Something unexpected, with its cause. `Display` says only what may be shown to anybody.
pub struct Fault {
    kind: Kind,
    what: &'static str,
    cause: Option<Box<dyn Error + Send + Sync>>,
    /// Words for anybody, instead of the usual ones.
    words: Option<String>,
}

impl Fault {
    /// A defect or a broken part: `what` names the step that failed, for the log.
    pub fn new(what: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Unexpected, what, cause: Some(cause.into()), words: None }
    }
    /// A defect without a further cause.
    pub const fn bare(what: &'static str) -> Self {
        Self { kind: Kind::Unexpected, what, cause: None, words: None }
    }
    /// Certainly nothing happened and a later try may succeed.
    pub const fn unavailable(what: &'static str) -> Self {
        Self { kind: Kind::Unavailable, what, cause: None, words: None }
    }
    /// Whether it happened cannot be found out.
    pub const fn uncertain(what: &'static str) -> Self {
        Self { kind: Kind::Uncertain, what, cause: None, words: None }
    }
    /// The same fault, answered as `kind`.
    #[must_use]
    pub const fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }
    /// The same fault, telling anybody who meets it these words.
    #[must_use]
    pub fn saying(mut self, words: String) -> Self {
        self.words = Some(words);
        self
    }
    /// Whether it tells words of its own.
    pub const fn has_words(&self) -> bool {
        self.words.is_some()
    }
    /// How it is answered outside.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
    /// The step that failed, for the log.
    pub const fn what(&self) -> &'static str {
        self.what
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(words) = &self.words {
            return f.write_str(words);
        }
        f.write_str(match self.kind {
            Kind::Unavailable => {
                "This cannot be done at the moment. Nothing was changed; please try again in a minute."
            }
            Kind::Uncertain => {
                "We cannot tell whether this was saved. Please look whether it was before you try again."
            }
            _ => "Something went wrong on our side. Nothing was lost; the log of this server says more.",
        })
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        let mut cause = self.source();
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause: &(dyn Error + 'static) = self.cause.as_deref()?;
        Some(cause)
    }
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Self {
        let away = is_away(&error);
        let fault = Self::new("database statement", error);
        if away { fault.with_kind(Kind::Unavailable) } else { fault }
    }
}

/// Whether the database went away in the middle of a statement: nothing of its transaction is left. What became of a
/// COMMIT is the writer's to find out.
fn is_away(error: &diesel::result::Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    let diesel::result::Error::DatabaseError(kind, told) = error else { return false };
    let words = ["server closed the connection", "terminating connection", "the database system is"];
    matches!(kind, ClosedConnection | UnableToSendCommand)
        || words.iter().any(|words| told.message().contains(words))
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::new("file operation", error)
    }
}
