//! Contexts: what a ciphertext is bound to, as bytes nobody can read in two ways.
//!
//! A context is a row of fields, each written as its length (8 bytes, big-endian) and its bytes. The first is the label
//! of the purpose, such as `candor/column/v1`; two different rows of fields never give the same bytes.

/// A context in the making.
#[derive(Clone, Debug)]
pub struct Context(Vec<u8>);

impl Context {
    /// A context for the purpose with this label.
    pub fn new(label: &'static str) -> Self {
        Self(Vec::with_capacity(192)).field(label.as_bytes())
    }
    /// The same context with one more field.
    #[must_use]
    pub fn field(mut self, bytes: &[u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }
    /// The bytes, handed over: for whoever erases them afterwards.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
    /// The bytes to bind.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
