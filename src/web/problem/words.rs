//! What is said about each kind of problem when nothing better is known.

use crate::fault::Kind;

/// The page's heading, and what a person can do when the problem itself does not say it better.
pub(super) const fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Conflict => (
            "This cannot be done any more",
            "Go back and look at the page again: something has changed meanwhile.",
        ),
        Kind::Forbidden => (
            "This is not open to you",
            "If you think it should be, write to the person who invited you here.",
        ),
        Kind::Gone => ("This has ended", "Ask for it again, or write to the person who invited you here."),
        Kind::Invalid => {
            ("This cannot be accepted as it is", "Go back, change what is named above, and send it again.")
        }
        Kind::NotFound => (
            "There is nothing here",
            "Check the address. Perhaps you need to sign in first, or the page has been taken away.",
        ),
        Kind::TooLarge => ("This is too large", "Send something smaller."),
        Kind::TooMany => ("Too often", "Wait a while, then try again."),
        Kind::Uncertain => (
            "We cannot tell whether this was done",
            "Go back, load the page again and look whether it was done before you send it once more.",
        ),
        Kind::Unavailable => (
            "This cannot be done at the moment",
            "Please try again in a minute. If it stays so, write to us.",
        ),
        Kind::Unexpected => (
            "Something went wrong on our side",
            "Please try again. If it stays so, write to us and give the number below.",
        ),
    }
}
