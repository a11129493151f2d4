//! Sealing: the format against foreign vectors, the keyring's file, wrapped keys and sealed columns.

mod cobblestone;
mod columns;
mod interop;
mod keyring;
mod vectors;
