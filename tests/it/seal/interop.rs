//! Both ways with another implementation: `scripts/interop-seal` puts `theirs-*` into the folder before this test runs,
//! and opens `ours-*` after it. Run alone, this test writes and reads its own.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "lengths of a few megabytes, and bytes cut on purpose"
)]

use candor::clock::Clock;
use candor::seal::cobblestone;
use std::fs;
use std::path::Path;

const KEY: [u8; 32] = [42; 32];
const CONTEXT: &[u8] = b"candor/interop/v1";
/// The lengths the script knows as well.
const SIZES: [usize; 12] =
    [0, 1, 15, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, 100_000, 1 << 20, 4_194_305];

/// The plaintext of `size` bytes, which the script makes in the same way.
fn text(size: usize) -> Vec<u8> {
    (0..size).map(|place| (place % 251) as u8).collect()
}

#[test]
fn both_ways() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-seal");
    fs::create_dir_all(&folder).unwrap();
    for size in SIZES {
        let ours = folder.join(format!("ours-{size}"));
        fs::write(&ours, cobblestone::seal(&KEY, CONTEXT, &Clock::system(), &text(size))).unwrap();
        assert_eq!(cobblestone::open(&KEY, CONTEXT, &fs::read(ours).unwrap()).unwrap(), text(size));
        let theirs = folder.join(format!("theirs-{size}"));
        if theirs.exists() {
            assert_eq!(cobblestone::open(&KEY, CONTEXT, &fs::read(&theirs).unwrap()).unwrap(), text(size));
            fs::rename(&theirs, folder.join(format!("opened-{size}"))).unwrap();
        }
    }
}
