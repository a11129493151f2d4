//! Every test of the house in one binary: pages, stories, laws, and what they share in `support`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and says where"
)]

mod compliance;
mod exceptions;
mod keys;
mod ledger;
mod stories;
mod portal;
mod sales;
mod seal;
mod security;
mod reports;
mod laws;
mod support;
mod cli;
mod vault;
mod web;
mod watermark;
