//! What people do about themselves: each act with its refusals.

pub mod codes;
