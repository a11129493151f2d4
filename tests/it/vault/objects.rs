//! Objects: put, read by chunk, removed.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "lengths of a few megabytes, and bytes cut on purpose"
)]

use super::{House, text};
use candor::ids::ObjectId;
use candor::seal::cobblestone::{self, CHUNK};
use candor::vault::{Vault, VaultError};
use ring::digest::{SHA256, digest};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::thread;

#[test]
fn what_was_put_is_read_whole_and_by_chunk_in_any_order() {
    let house = House::new();
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 9] {
        let plaintext = text(size);
        let object = house.put(&plaintext);
        assert_eq!(object.size_bytes, size as u64);
        assert_eq!(object.sha256, digest(&SHA256, &plaintext).as_ref());
        let stored = fs::read(house.file(&object)).unwrap();
        assert_eq!(object.sealed_sha256, digest(&SHA256, &stored).as_ref());
        assert_eq!(stored.len() as u64, cobblestone::sealed_len(size as u64));
        let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
        assert_eq!((reader.size_bytes(), reader.chunks()), (size as u64, (size / CHUNK) as u64 + 1));
        let mut buffer = Vec::new();
        for index in (0..reader.chunks()).rev() {
            reader.read_chunk(index, &mut buffer).unwrap();
            let from = index as usize * CHUNK;
            assert_eq!(buffer, plaintext[from..size.min(from + CHUNK)], "{size} chunk {index}");
        }
        assert_eq!(reader.read_all().unwrap(), plaintext);
        reader.check().unwrap();
    }
}

#[test]
fn a_chunk_that_does_not_exist_is_refused() {
    let house = House::new();
    let object = house.put(&text(CHUNK));
    let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
    for index in [2, 3, u64::MAX / 16_400, u64::MAX] {
        let mut buffer = b"what was read before".to_vec();
        assert!(reader.read_chunk(index, &mut buffer).is_err());
        assert!(buffer.is_empty());
    }
}

#[test]
fn nothing_readable_lies_on_the_disk_and_nobody_else_may_look() {
    let house = House::new();
    house.put(&text(3 * CHUNK));
    let files = house.files();
    assert_eq!(files.len(), 1);
    for file in &files {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"MARKER"), "{}", file.display());
        assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o600);
    }
    for folder in ["vault/objects", "vault/staging"] {
        assert_eq!(fs::metadata(house.folder.join(folder)).unwrap().mode() & 0o7777, 0o700);
    }
    assert_eq!(fs::metadata(files[0].parent().unwrap()).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn many_put_at_once_and_nothing_is_lost() {
    let house = House::new();
    let put = |worker: u8| (0..20).map(|round| house.put(&[worker, round])).collect::<Vec<_>>();
    let put = &put;
    let objects: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|worker| scope.spawn(move || put(worker))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let ids: BTreeSet<_> = objects.iter().map(|object| object.id).collect();
    assert_eq!((ids.len(), house.files().len()), (80, 80));
    let read = |object| house.vault.reader(&house.key, &house.context, object).unwrap().read_all().unwrap();
    let texts: BTreeSet<_> = objects.iter().map(read).collect();
    assert_eq!(texts.len(), 80);
}

#[test]
fn a_removed_object_is_missing_and_may_be_removed_again() {
    let house = House::new();
    let (gone, stays) = (house.put(b"gone"), house.put(b"stays"));
    house.vault.remove(gone.id).unwrap();
    house.vault.remove(gone.id).unwrap();
    house.vault.remove(ObjectId::new(&house.clock)).unwrap();
    let read =
        |object| house.vault.reader(&house.key, &house.context, object).map(|mut reader| reader.read_all());
    assert!(matches!(read(&gone), Err(VaultError::Missing(id)) if id == gone.id));
    assert_eq!(read(&stays).unwrap().unwrap(), b"stays");
    assert_eq!(house.files().len(), 1);
}

#[test]
fn an_opened_object_is_read_to_its_end_though_it_is_removed() {
    let house = House::new();
    let object = house.put(&text(2 * CHUNK));
    let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
    house.vault.remove(object.id).unwrap();
    assert_eq!(reader.read_all().unwrap(), text(2 * CHUNK));
}

#[test]
fn a_start_sweeps_what_was_never_finished_and_nothing_else() {
    let house = House::new();
    let object = house.put(b"whole");
    let beside = house.file(&object).parent().unwrap().to_owned();
    fs::write(beside.join(format!(".{}.tmp", ObjectId::new(&house.clock))), "begun").unwrap();
    fs::write(house.folder.join("vault/staging").join(ObjectId::new(&house.clock).to_string()), "upload")
        .unwrap();
    let vault = Vault::open(&house.folder.join("vault")).unwrap();
    assert_eq!(vault.sweep_temps().unwrap(), 2);
    assert_eq!(vault.sweep_temps().unwrap(), 0);
    assert_eq!(house.files(), [house.file(&object)]);
    assert_eq!(vault.reader(&house.key, &house.context, &object).unwrap().read_all().unwrap(), b"whole");
}

#[test]
fn a_vault_that_cannot_be_made_or_written_says_so() {
    let house = House::new();
    fs::write(house.folder.join("file"), "").unwrap();
    assert!(Vault::open(&house.folder.join("file")).is_err());
    fs::remove_dir_all(house.folder.join("vault/objects")).unwrap();
    assert!(house.vault.put(&house.clock, &house.key, &house.context, b"text").is_err());
}
