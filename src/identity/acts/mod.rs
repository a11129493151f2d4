//! What people do about themselves, and what is done about staff: each act with its refusals.

pub mod codes;
pub mod staff;
