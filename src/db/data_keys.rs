//! Wrapped data keys: to come.
