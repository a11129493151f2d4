//! Sealing: the format against foreign vectors, the keyring's file, wrapped keys and sealed columns.

mod cobblestone;
mod columns;
pub mod folder;
mod interop;
mod keyring;
mod vectors;
