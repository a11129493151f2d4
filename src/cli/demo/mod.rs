//! `candor demo`: a furnished trust center on a loopback address.

pub mod content;
