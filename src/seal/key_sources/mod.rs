//! Where a keyring comes from.
//!
//! [`file`](mod@file) is the default. Every source ends in the same text, read by the same parser; a further one (a
//! credential of the service manager, the environment) is a module beside it that finds the text and says what is wrong
//! with the place it found it in.

pub mod file;
