//! What pages that list things share: views of the list, and the way to its other pages.

use serde::Serialize;

/// One view of a list.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// Where it is.
    pub href: String,
    /// What it is called.
    pub label: &'static str,
    /// How many things are in it.
    pub count: i64,
    /// Whether it is the one on this page.
    pub current: bool,
}

/// The way to the pages before and after, as `partials/pager` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Pager {
    /// To what is newer.
    pub newer: Option<String>,
    /// To what is older.
    pub older: Option<String>,
    /// What is on this page.
    pub words: String,
}
