//! The Merkle tree of RFC 6962, section 2.1: hashes, the growing edge, and where nodes are stored.
//!
//! Entry `i` is stored with its leaf hash and every parent it completes, concatenated (two hashes on average), so the
//! node at (level, position) lies in entry `((position + 1) << level) - 1` at byte `32 * level`. The roots of the
//! whole subtrees along the right edge, the *peaks*, are kept with the head: appending reads no entry.
//!
//! Proofs are in [`path`](super::path).

use ring::digest::{Context, SHA256};
use std::fmt;

/// Length of a hash in bytes.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash of a leaf or a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

impl Hash {
    /// The hash in these bytes; `None` unless there are 32.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Small letters, two per byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes behind small hexadecimal letters; `None` for anything else, capitals included: one value, one text.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// Hashes these parts after a prefix that keeps leaves and nodes apart (RFC 6962: 0x00 and 0x01).
fn hash(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    for part in parts {
        context.update(part);
    }
    // SHA-256 always yields 32 bytes; zeros would verify nowhere.
    Hash(context.finish().as_ref().try_into().unwrap_or([0; HASH_BYTES]))
}

/// The hash of a leaf's bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    hash(0, &[leaf])
}

/// The hash of a node with these children.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    hash(1, &[&left.0, &right.0])
}

/// The root of a tree without leaves: the hash of nothing.
fn empty_root() -> Hash {
    Hash(ring::digest::digest(&SHA256, &[]).as_ref().try_into().unwrap_or([0; HASH_BYTES]))
}

/// The right edge of a tree: all that appending and the root need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// Roots of the whole subtrees, the largest first: one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Default for Edge {
    fn default() -> Self {
        Self::new()
    }
}

impl Edge {
    /// The edge of the empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The edge as it was stored; `None` when the number of peaks does not fit the size.
    pub fn read(size: u64, peaks: &[u8]) -> Option<Self> {
        let hashes: Vec<Hash> = peaks.chunks(HASH_BYTES).map(Hash::read).collect::<Option<_>>()?;
        (u32::try_from(hashes.len()).ok()? == size.count_ones()).then_some(Self { size, peaks: hashes })
    }

    /// The peaks, concatenated, for the head row.
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| peak.0).collect()
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and returns what is stored with its entry: the leaf hash and the parents it completes.
    pub fn append(&mut self, leaf: Hash) -> Vec<u8> {
        let mut stored = leaf.0.to_vec();
        let mut top = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                top = node_hash(left, top);
                stored.extend_from_slice(&top.0);
            }
        }
        self.peaks.push(top);
        self.size += 1;
        stored
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(empty_root)
    }
}

/// A whole subtree of `2^level` leaves, the `position`th of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// Height above the leaves.
    pub level: u32,
    /// Place among the nodes of its level, from the left.
    pub position: u64,
}

impl Node {
    /// The entry whose row holds this node, and the byte in that row's hashes where it begins.
    pub fn place(self) -> Option<(u64, usize)> {
        let end = self.position.checked_add(1)?.checked_mul(1_u64.checked_shl(self.level)?)?;
        Some((end - 1, HASH_BYTES.checked_mul(usize::try_from(self.level).ok()?)?))
    }
}
