//! Receipts for programs of others: `scripts/interop-receipt` reads what this test writes, with the Merkle code of Python's
//! `sigstore`. Run alone, this test reads its own.

use candor::clock::Clock;
use candor::ids::InstanceId;
use candor::ledger::note::{Checkpoint, LogKey};
use candor::ledger::path::{TreeHead, inclusion, root_from_inclusion};
use candor::ledger::receipt::Receipt;
use candor::ledger::tree::{Edge, HASH_BYTES, Hash, Node, leaf_hash};
use std::fs;
use std::path::Path;

/// Sizes of trees around the places where their shape changes.
const SIZES: [u64; 9] = [1, 2, 3, 7, 8, 9, 31, 32, 33];

#[test]
fn receipts_of_every_entry_of_trees_of_many_shapes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-receipt");
    fs::create_dir_all(&folder).unwrap();
    let key = LogKey::new(&[7; 32], InstanceId::new(&Clock::system()), 1).unwrap();
    let mut edge = Edge::new();
    let mut rows: Vec<Vec<u8>> = Vec::new();
    for size in 1..=33_u64 {
        let leaf = |index: u64| format!("entry {index}").into_bytes();
        rows.push(edge.append(leaf_hash(&leaf(size - 1))));
        if !SIZES.contains(&size) {
            continue;
        }
        let note = key.sign_head(TreeHead { size, root: edge.root() });
        for index in 0..size {
            let read = |node: Node| -> Result<Hash, ()> {
                let (entry, offset) = node.place().ok_or(())?;
                let row = rows.get(usize::try_from(entry).unwrap()).ok_or(())?;
                Hash::read(row.get(offset..offset + HASH_BYTES).ok_or(())?).ok_or(())
            };
            let path = inclusion(index, size, read).unwrap().unwrap();
            let text = Receipt { index, leaf: leaf(index), path, note: note.clone() }.to_string();
            let again = Receipt::parse(&text).unwrap();
            let signed = Checkpoint::open(&again.note, key.verifier()).unwrap();
            let root = root_from_inclusion(index, size, leaf_hash(&again.leaf), &again.path);
            assert_eq!(root, Some(signed.head.root), "entry {index} of {size}");
            fs::write(folder.join(format!("{size}-{index}.txt")), text).unwrap();
        }
    }
}
