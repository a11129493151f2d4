//! Uploads on their way in: sealed on the disk, gone when dropped.
#![expect(clippy::as_conversions, reason = "lengths of a few kilobytes")]

use super::{House, text};
use candor::fault::{Kind, Refusal as _};
use candor::seal::cobblestone::CHUNK;
use candor::vault::{Spool, SpoolError, VaultError};
use std::fs;

const LIMIT: u64 = 1 << 20;

#[test]
fn an_upload_comes_back_whole_and_is_gone_with_its_owner() {
    let house = House::new();
    for (size, piece) in [(0, 1), (1, 1), (CHUNK, 1000), (3 * CHUNK + 5, 65_536)] {
        let plaintext = text(size);
        let mut spool = Spool::new(&house.vault, &house.clock, LIMIT).unwrap();
        for piece in plaintext.chunks(piece) {
            spool.write(piece).unwrap();
        }
        assert_eq!(spool.size_bytes(), size as u64);
        let spooled = spool.finish().unwrap();
        assert_eq!(spooled.size_bytes(), size as u64);
        assert_eq!(spooled.read_all().unwrap(), plaintext);
        assert_eq!(house.files().len(), 1);
        drop(spooled);
        assert!(house.files().is_empty());
    }
}

#[test]
fn no_plaintext_lies_on_the_disk_while_it_comes_in_and_nothing_when_it_breaks_off() {
    let house = House::new();
    let mut spool = Spool::new(&house.vault, &house.clock, LIMIT).unwrap();
    spool.write(&text(4 * CHUNK)).unwrap();
    let files = house.files();
    assert_eq!(files.len(), 1);
    let bytes = fs::read(&files[0]).unwrap();
    assert!(bytes.len() > 3 * CHUNK);
    assert!(!bytes.windows(6).any(|window| window == b"MARKER"));
    drop(spool);
    assert!(house.files().is_empty());
}

#[test]
fn the_limit_holds_to_the_byte() {
    let house = House::new();
    let mut spool = Spool::new(&house.vault, &house.clock, 100).unwrap();
    spool.write(&text(99)).unwrap();
    let error = spool.write(&text(2)).unwrap_err();
    assert!(matches!(error, SpoolError::TooLarge { limit_bytes: 100 }));
    assert_eq!(error.kind(), Kind::TooLarge);
    spool.write(&text(1)).unwrap();
    assert!(spool.write(&text(1)).is_err());
    assert_eq!(spool.finish().unwrap().read_all().unwrap().len(), 100);
    let large = SpoolError::TooLarge { limit_bytes: 100 << 20 };
    assert_eq!(large.to_string(), "The file is larger than the 100 MiB this site accepts.");
}

#[test]
fn a_staged_file_that_was_changed_or_exchanged_is_refused() {
    let house = House::new();
    let spooled = |words: &[u8]| {
        let mut spool = Spool::new(&house.vault, &house.clock, LIMIT).unwrap();
        spool.write(words).unwrap();
        spool.finish().unwrap()
    };
    let one = spooled(b"one");
    let file = house.files()[0].clone();
    let sealed = fs::read(&file).unwrap();
    let other = spooled(b"two");
    let others = house.files().into_iter().find(|found| *found != file).unwrap();
    fs::copy(&others, &file).unwrap();
    assert!(matches!(one.read_all(), Err(VaultError::WrongKey(_))));
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&file, changed).unwrap();
    assert!(matches!(one.read_all(), Err(VaultError::Damaged(_))));
    fs::write(&file, sealed).unwrap();
    assert_eq!(one.read_all().unwrap(), b"one");
    fs::remove_file(&file).unwrap();
    assert!(matches!(one.read_all(), Err(VaultError::Missing(_))));
    assert_eq!(other.read_all().unwrap(), b"two");
}

#[test]
fn a_sweep_takes_what_a_killed_server_left() {
    let house = House::new();
    let mut spool = Spool::new(&house.vault, &house.clock, LIMIT).unwrap();
    spool.write(b"text").unwrap();
    let left = house.files()[0].clone();
    std::mem::forget(spool); // as a kill would
    assert!(left.exists());
    assert_eq!(house.vault.sweep_temps().unwrap(), 1);
    assert!(house.files().is_empty());
}
