//! Proofs in the tree of RFC 6962: that a leaf is in it, and that a larger tree extends a smaller one.
//!
//! Making a proof reads whole subtrees through a closure, `FnMut(Node) -> Result<Hash, E>`; verifying reads nothing.

use super::tree::{Edge, Hash, Node, node_hash};

/// The largest power of two below `n`, for `n >= 2`: where a tree of `n` leaves is split.
const fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root of the leaves `from..to`, where `from` is a multiple of the largest whole subtree in the range.
fn range_root<E>(from: u64, to: u64, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    let count = to - from;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return read(Node { level, position: from >> level });
    }
    let middle = from + split(count);
    let left = range_root(from, middle, read)?;
    let right = range_root(middle, to, read)?;
    Ok(node_hash(left, right))
}

/// The root of the first `size` leaves.
pub fn root_at<E>(size: u64, mut read: impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    if size == 0 { Ok(Edge::new().root()) } else { range_root(0, size, &mut read) }
}

/// The proof that leaf `index` stands in the tree of the first `size` leaves: siblings from the leaf up.
///
/// `None` when there is no such leaf.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if index >= size {
        return Ok(None);
    }
    // Walked from the root down, so the siblings come in the reverse order.
    let (mut from, mut to, mut siblings) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            siblings.push(range_root(middle, to, &mut read)?);
            to = middle;
        } else {
            siblings.push(range_root(from, middle, &mut read)?);
            from = middle;
        }
    }
    siblings.reverse();
    Ok(Some(siblings))
}

/// The proof that the tree of `new` leaves extends the tree of `old` leaves.
///
/// `None` when `old` is larger. Empty when both are equal or the old one is empty.
pub fn consistency<E>(
    old: u64,
    new: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    // SUBPROOF of RFC 6962, section 2.1.2, walked from the root down.
    let (mut from, mut to, mut proof) = (0, new, Vec::new());
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range_root(middle, to, &mut read)?);
            to = middle;
        } else {
            proof.push(range_root(from, middle, &mut read)?);
            from = middle;
        }
    }
    // The old tree itself is known to the verifier; any other last subtree is not.
    if from != 0 {
        proof.push(range_root(from, to, &mut read)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The root that `leaf` at `index` and this path lead to in a tree of `size` leaves (RFC 9162, section 2.1.3.2).
///
/// `None` when the path has the wrong length or there is no such leaf.
pub fn root_from_inclusion(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    let mut last = size.checked_sub(1)?;
    let mut at = index;
    if at > last {
        return None;
    }
    let mut root = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node_hash(*sibling, root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(root, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

impl From<&Edge> for TreeHead {
    fn from(edge: &Edge) -> Self {
        Self { size: edge.size(), root: edge.root() }
    }
}

/// A tree as a checkpoint names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Whether `proof` shows that `new` extends `old` (RFC 9162, section 2.1.4.2).
pub fn is_consistent(old: TreeHead, new: TreeHead, proof: &[Hash]) -> bool {
    if old.size == new.size {
        return proof.is_empty() && old.root == new.root;
    }
    if old.size == 0 {
        return proof.is_empty() && old.root == Edge::new().root();
    }
    if old.size > new.size {
        return false;
    }
    let first = old.size.is_power_of_two().then_some(old.root);
    let mut path = first.into_iter().chain(proof.iter().copied());
    let Some(start) = path.next() else { return false };
    let (mut at, mut last) = (old.size - 1, new.size - 1);
    let shift = at.trailing_ones();
    at >>= shift;
    last >>= shift;
    let (mut old_root, mut new_root) = (start, start);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_root = node_hash(sibling, old_root);
            new_root = node_hash(sibling, new_root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_root = node_hash(new_root, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_root == old.root && new_root == new.root
}
