//! The log: what happened, in an order that nobody rewrites unseen, and the writer that is the one way into it.
//!
//! * [`Writer`] runs acts: [`Act`] in, [`Recorded`] back, [`Done`] after COMMIT. State and log change together.
//! * [`Event`] is what an act records; [`leaf`] its bytes, [`commitment`] what is said of personal data.
//! * [`tree`], [`path`] and [`note`] are RFC 6962 and the C2SP formats: whoever holds a checkpoint can tell a log that
//!   extends it from one that does not.
//! * [`store`] reads the log for pages and commands; [`export`] takes it out of the house, and [`verify`] needs nothing
//!   else than that: no database, no network, no trust.
//!
//! Not promised: that nobody changes what no outsider holds a checkpoint of. Whoever holds database and signing key
//! can regrow both; that is why checkpoints leave the house.

pub mod act;
pub mod acts;
pub mod anchor;
pub mod anchors;
mod append;
pub mod audit;
mod batch;
mod bundle;
mod chain;
mod checkpoints;
pub mod check;
pub mod commitment;
pub mod counts;
mod disclosures;
pub mod epoch;
mod erased;
pub mod event;
pub mod excerpts;
pub mod export;
pub mod handover;
mod hook;
pub mod in_place;
mod job;
pub mod kind;
mod known;
pub mod leaf;
mod link;
mod log_key;
mod losses;
mod mailed;
pub mod networks;
mod nodes;
pub mod note;
mod opening;
mod origin;
mod outside;
pub mod path;
mod queue;
pub mod receipt;
mod roots;
pub mod search;
pub mod shipments;
mod signers;
pub mod store;
pub mod thorough;
pub mod tree;
pub mod trouble;
pub mod unkeyed;
pub mod uses;
pub mod verify;
pub mod witness;
pub mod writer;

pub use act::{Act, Done, Recorded};
pub use event::{Actor, Event};
pub use kind::{EventKind, Fact, PersonalField};
pub use leaf::Leaf;
pub use note::{Checkpoint, VerifierKey};
pub use writer::{HOUSEKEEPING, Writer};
