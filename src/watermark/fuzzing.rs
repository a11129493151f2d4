//! A door for the fuzz targets, which are a crate of their own. It exists in their build only.

use super::rewrite::content::{Ending, judge};

/// How a page's content goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The mark can follow as it is.
    Whole,
    /// Between a saved state and everything that closes it.
    Beside(Vec<u8>),
    /// In a form of its own.
    Apart,
}

/// Closes a page's content.
pub fn close(content: &[u8]) -> Closed {
    let ending = judge(content);
    if ending.isolate {
        Closed::Apart
    } else if ending == Ending::default() {
        Closed::Whole
    } else {
        Closed::Beside(ending.enclose(content))
    }
}
