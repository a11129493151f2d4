//! The gate: nothing of a report leaves without passing here.
//!
//! [`decide`](fn@decide) is pure: policy, evidence and the time give [`Decision`]. [`admit`] runs it inside the writer,
//! together with the entry that says who gets what under which grant and which NDA acceptance. From the entry alone,
//! after COMMIT, comes the [`Admission`]; an [`Admission`] is the one key that opens a [`Copy`](copy::Copy), a
//! [`PageCopy`](pages::PageCopy) of it, or a report's room. Documents beside the report ([`companion`]) go the same way.
//!
//! Promises:
//! * No entry, no byte: the entry is durable before the first byte is read for the answer. If it cannot be written, the
//!   answer is 503.
//! * No mark, no byte: the only thing that can be streamed is a [`Copy`](copy::Copy), and it is personalised; pages are
//!   painted from it.
//! * Check and entry are one transaction: a grant revoked before the entry opens nothing.
//!
//! Not promised: that a recipient received what was sent; the log says "sent".

pub mod admit;
pub mod companion;
pub mod copy;
pub mod decide;
pub mod ends;
pub mod bridge;
mod entries;
mod evidence;
mod marked;
pub mod pages;
mod refused;
pub mod known;
pub mod recall;
pub mod register;
pub mod room;
mod visits;
mod wish;

pub use admit::{Admission, Asker, Gate, Terms};
pub use decide::{Decision, Deny, Evidence, Policy, Step, Taking, decide};
pub use marked::Document;
pub use refused::{NoGrant, Refused};
