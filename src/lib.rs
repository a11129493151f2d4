//! Candor: a report-sharing trust center in one binary.
//!
//! The modules below stand in layer order, from the ground up. **A module may name only modules listed above it**;
//! the test `laws::layers` reads this list and every `crate::` path.

// -- ground: names nothing of ours
pub mod clock;
pub mod ids;
pub mod text;
pub mod fault;
pub mod config;
pub mod seal;
pub mod db;
// -- engines: how it is kept safe; they know no user and no page
pub mod vault;
pub mod watermark;
pub mod ledger;
pub mod notices;
// -- nouns: what the trust center keeps
pub mod accounts;
pub mod identity;
pub mod reports;
pub mod exceptions;
pub mod remediation;
pub mod nda;
pub mod requests;
pub mod grants;
pub mod release;
// -- faces: who stands before it
pub mod app;
pub mod web;
pub mod worker;
pub mod server;
pub mod cli;
