//! The sales desk, as its people and those who ask them see it: over HTTP, on both databases.

pub mod desk;
mod grants;
mod invite;
mod pressing;
mod queue;
pub mod report;
mod request;
mod roles;
mod versions;
