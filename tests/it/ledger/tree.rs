//! The tree against a naive reading of RFC 6962, section 2.1, which hashes all leaves again for every question.

use candor::ledger::path::{TreeHead, consistency, inclusion, is_consistent, root_at, root_from_inclusion};
use candor::ledger::tree::{Edge, HASH_BYTES, Hash, Node, leaf_hash};
use proptest::prelude::*;
use ring::digest::{SHA256, digest};

/// SHA-256 of these parts.
fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    digest(&SHA256, &parts.concat()).as_ref().try_into().unwrap()
}

/// MTH of RFC 6962.
fn mth(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf]),
        _ => {
            let k = split(leaves.len());
            sha256(&[&[1], &mth(&leaves[..k]), &mth(&leaves[k..])])
        }
    }
}

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    (0..63).map(|level| 1 << level).take_while(|power| *power < n).last().unwrap()
}

/// PATH of RFC 6962.
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<[u8; 32]> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (mut rest, last) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    rest.push(last);
    rest
}

/// SUBPROOF of RFC 6962.
fn subproof(m: usize, leaves: &[Vec<u8>], is_old_tree: bool) -> Vec<[u8; 32]> {
    if m == leaves.len() {
        return if is_old_tree { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = split(leaves.len());
    let (mut rest, last) = if m <= k {
        (subproof(m, &leaves[..k], is_old_tree), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    rest.push(last);
    rest
}

/// What the writer stores: each entry's row of hashes, and the edge.
fn store(leaves: &[Vec<u8>]) -> (Vec<Vec<u8>>, Edge) {
    let mut edge = Edge::new();
    let rows = leaves.iter().map(|leaf| edge.append(leaf_hash(leaf))).collect();
    (rows, edge)
}

/// Reads nodes out of such rows.
fn reader(rows: &[Vec<u8>]) -> impl FnMut(Node) -> Result<Hash, ()> {
    move |node| {
        let (entry, offset) = node.place().ok_or(())?;
        let row = rows.get(usize::try_from(entry).unwrap()).ok_or(())?;
        Hash::read(row.get(offset..offset + HASH_BYTES).ok_or(())?).ok_or(())
    }
}

/// Some different leaves.
fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("leaf {number}").into_bytes()).collect()
}

/// A `usize` that is surely small as an index.
fn index(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

#[test]
fn roots_and_proofs_of_every_small_tree_are_those_of_the_specification() {
    for size in 0..=40 {
        let leaves = leaves(size);
        let (rows, edge) = store(&leaves);
        let root = Hash(mth(&leaves));
        assert_eq!(edge.root(), root);
        assert_eq!(Edge::read(edge.size(), &edge.peaks()).unwrap(), edge);
        assert_eq!(root_at(index(size), reader(&rows)), Ok(root));
        for m in 0..size {
            let proof = inclusion(index(m), index(size), reader(&rows)).unwrap().unwrap();
            assert_eq!(proof, path(m, &leaves).into_iter().map(Hash).collect::<Vec<_>>(), "{m} in {size}");
            assert_eq!(root_from_inclusion(index(m), index(size), leaf_hash(&leaves[m]), &proof), Some(root));
        }
        for m in 1..=size {
            let proof = consistency(index(m), index(size), reader(&rows)).unwrap().unwrap();
            assert_eq!(
                proof,
                subproof(m, &leaves, true).into_iter().map(Hash).collect::<Vec<_>>(),
                "{m} to {size}"
            );
            let old = TreeHead { size: index(m), root: Hash(mth(&leaves[..m])) };
            assert!(is_consistent(old, TreeHead { size: index(size), root }, &proof), "{m} to {size}");
        }
        assert_eq!(inclusion(index(size), index(size), reader(&rows)), Ok(None));
        assert_eq!(consistency(index(size) + 1, index(size), reader(&rows)), Ok(None));
    }
}

#[test]
fn peaks_that_do_not_fit_the_size_are_refused() {
    assert_eq!(Edge::read(3, &[0; 32]), None);
    assert_eq!(Edge::read(1, &[0; 33]), None);
    assert_eq!(Edge::read(0, &[0; 32]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn larger_trees_prove_their_leaves_and_their_past(size in 1_usize..700, a in any::<usize>(), b in any::<usize>()) {
        let leaves = leaves(size);
        let (rows, edge) = store(&leaves);
        let (m, old) = (a % size, b % size + 1);
        let root = Hash(mth(&leaves));
        prop_assert_eq!(edge.root(), root);
        let proof = inclusion(index(m), index(size), reader(&rows)).unwrap().unwrap();
        prop_assert_eq!(root_from_inclusion(index(m), index(size), leaf_hash(&leaves[m]), &proof), Some(root));
        let old_head = TreeHead { size: index(old), root: Hash(mth(&leaves[..old])) };
        let proof = consistency(index(old), index(size), reader(&rows)).unwrap().unwrap();
        let head = TreeHead { size: index(size), root };
        prop_assert!(is_consistent(old_head, head, &proof));
    }

    #[test]
    fn no_changed_proof_verifies(size in 2_usize..200, a in any::<usize>(), at in any::<usize>(), bit in 0_u8..8) {
        let leaves = leaves(size);
        let (rows, edge) = store(&leaves);
        let m = a % size;
        let head = TreeHead { size: index(size), root: edge.root() };
        let verifies = |proof: &[Hash], m: usize, head: TreeHead| {
            root_from_inclusion(index(m), head.size, leaf_hash(&leaves[m]), proof) == Some(head.root)
        };
        let proof = inclusion(index(m), index(size), reader(&rows)).unwrap().unwrap();
        let mut flipped = proof.clone();
        flipped[at % proof.len()].0[at % 32] ^= 1 << bit;
        prop_assert!(!verifies(&flipped, m, head));
        prop_assert!(!verifies(&proof[1..], m, head));
        prop_assert!(!verifies(&[proof.as_slice(), &[head.root]].concat(), m, head));
        prop_assert!(!verifies(&proof, (m + 1) % size, head));

        let old = TreeHead { size: index(m + 1), root: Hash(mth(&leaves[..=m])) };
        let proof = consistency(old.size, head.size, reader(&rows)).unwrap().unwrap();
        prop_assert_eq!(is_consistent(old, head, &proof), true);
        for at in 0..proof.len() {
            let mut flipped = proof.clone();
            flipped[at].0[31] ^= 1 << bit;
            prop_assert!(!is_consistent(old, head, &flipped));
        }
        let other = TreeHead { size: old.size, root: Hash([7; 32]) };
        prop_assert!(!is_consistent(other, head, &proof));
        prop_assert!(!is_consistent(head, old, &proof) || old == head);
    }
}
