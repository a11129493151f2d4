//! Candor: a report-sharing trust center in one binary.
//!
//! The modules below stand in layer order, from the ground up. **A module may name only modules listed above it**;
//! the test `laws::layers` reads this list and every `crate::` path.
//!
//! # Five walks through the house
//!
//! **Publish.** [`reports::acts::create`] begins a draft with a key of its own ([`db::data_keys`]). An upload is spooled
//! sealed ([`vault::Spool`]), prepared in child processes ([`watermark::preparing`]), and put into the vault as
//! original, body and manifest ([`reports::upload`]). Exceptions are sealed under the same key ([`exceptions`]).
//! [`exceptions::acts::finalize`] makes the version immutable; its entry holds the digests of everything.
//!
//! **From request to grant.** [`requests::acts::submit`] keeps the request and mails a code
//! ([`identity::acts::codes`]); only the confirmed one reaches sales. [`nda::acts::accept`] keeps the exact page that
//! was shown. [`grants::acts::approve`] gives a grant per report and fixes the words of its mark.
//!
//! **Download.** [`release::Gate::admit_copy`] checks the stored body whole, then runs the decision
//! ([`release::decide()`], pure) and the entry in one transaction ([`ledger::Writer::act_then`]). From the committed entry
//! alone comes the [`release::Admission`], and it is the one key that opens a [`release::copy::Copy`], which is
//! personalised while it is streamed ([`watermark::Edits`]). Its end is recorded however it ends.
//!
//! **Read.** [`release::Gate::admit_page`] does the same for one page of the copy: the entry first, then the marked copy goes
//! to a child that paints the page and listens for its words ([`watermark::render`]).
//!
//! **Verify.** [`ledger::export`] writes everything outsiders need, [`ledger::verify`] judges it offline with the key and
//! checkpoints that somebody kept; [`ledger::receipt`] proves a single entry.

// -- ground: names nothing of ours
pub mod clock;
pub mod ids;
pub mod text;
pub mod fault;
pub mod files;
pub mod config;
pub mod seal;
pub mod db;
// -- engines: how it is kept safe; they know no user and no page
pub mod vault;
pub mod watermark;
pub mod typeset;
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
pub mod tokens;
pub mod subscriptions;
pub mod holds;
pub mod erasure;
pub mod retention;
pub mod keys;
pub mod release;
pub mod unusual;
// -- faces: who stands before it
pub mod app;
pub mod web;
pub mod worker;
pub mod server;
pub mod cli;
