//! What the vault refuses: an object in another's place, an older one, a changed one.

use super::{House, text};
use candor::ids::{CompanionId, ReportId};
use candor::seal::cobblestone::{CHUNK, HEADER, SEALED_CHUNK};
use candor::seal::{KeyOwner, Keyring};
use candor::vault::{ObjectContext, ObjectKind, ObjectRef, VaultError};
use std::fs;

/// How opening `object` for `context` is refused, before a chunk can be asked for.
fn refused(house: &House, context: &ObjectContext, object: &ObjectRef) -> VaultError {
    house.vault.reader(&house.key, context, object).map(|_| ()).unwrap_err()
}

#[test]
fn each_field_of_the_context_is_bound() {
    let house = House::new();
    let object = house.put(&text(100));
    for context in [
        ObjectContext { report: ReportId::new(&house.clock), ..house.context },
        ObjectContext { version: 2, ..house.context },
        ObjectContext { kind: ObjectKind::Body, ..house.context },
        ObjectContext { kind: ObjectKind::Manifest, ..house.context },
        ObjectContext { companion: Some(CompanionId::new(&house.clock)), ..house.context },
    ] {
        assert!(matches!(refused(&house, &context, &object), VaultError::WrongKey(_)), "{context:?}");
    }
}

#[test]
fn another_key_or_installation_opens_nothing() {
    let house = House::new();
    let object = house.put(&text(100));
    for keyring in [house.keyring.clone(), Keyring::generate(&house.clock)] {
        let (other, _) = keyring.new_data_key(&house.clock, KeyOwner::House);
        let opened = house.vault.reader(&other, &house.context, &object);
        assert!(matches!(opened, Err(VaultError::WrongKey(_))));
    }
}

#[test]
fn another_reports_file_in_this_ones_place_is_refused_before_the_first_byte() {
    let house = House::new();
    let other = ObjectContext { report: ReportId::new(&house.clock), ..house.context };
    let older = ObjectContext { version: house.context.version - 1, ..house.context };
    for context in [other, older] {
        let ours = house.put(&text(3 * CHUNK));
        let theirs = house.vault.put(&house.clock, &house.key, &context, &text(3 * CHUNK)).unwrap();
        fs::copy(house.file(&theirs), house.file(&ours)).unwrap();
        assert!(matches!(refused(&house, &house.context, &ours), VaultError::WrongKey(id) if id == ours.id));
        // The same by the row: it names another object's id.
        let pointed = ObjectRef { id: theirs.id, ..ours };
        assert!(
            matches!(refused(&house, &house.context, &pointed), VaultError::WrongKey(id) if id == theirs.id)
        );
    }
}

#[test]
fn a_cut_or_extended_file_is_refused_before_the_first_byte() {
    let house = House::new();
    let whole = text(2 * CHUNK + 100);
    let object = house.put(&whole);
    let sealed = fs::read(house.file(&object)).unwrap();
    for length in [0, 1, HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK, sealed.len() - 1] {
        fs::write(house.file(&object), &sealed[..length]).unwrap();
        assert!(matches!(refused(&house, &house.context, &object), VaultError::Damaged(_)), "{length}");
    }
    for more in [1, 16, SEALED_CHUNK] {
        let mut longer = sealed.clone();
        longer.resize(sealed.len() + more, 0);
        fs::write(house.file(&object), longer).unwrap();
        assert!(matches!(refused(&house, &house.context, &object), VaultError::Damaged(_)), "{more}");
    }
}

#[test]
fn a_length_that_the_row_invents_is_refused() {
    let house = House::new();
    let object = house.put(&text(100));
    for size_bytes in [0, 99, 101, u64::MAX] {
        let lying = ObjectRef { size_bytes, ..object.clone() };
        assert!(matches!(refused(&house, &house.context, &lying), VaultError::Damaged(_)), "{size_bytes}");
    }
    // Cut to fit the lie: the length is bound as well.
    let sealed = fs::read(house.file(&object)).unwrap();
    fs::write(house.file(&object), &sealed[..sealed.len() - 1]).unwrap();
    let lying = ObjectRef { size_bytes: 99, ..object };
    assert!(matches!(refused(&house, &house.context, &lying), VaultError::WrongKey(_)));
}

#[test]
fn a_flipped_bit_is_refused_in_its_chunk_with_no_byte_of_it() {
    let house = House::new();
    let object = house.put(&text(2 * CHUNK + 100));
    let sealed = fs::read(house.file(&object)).unwrap();
    let flip = |place: usize| {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        fs::write(house.file(&object), changed).unwrap();
    };
    for place in [0, 23, 24, HEADER - 1] {
        flip(place);
        assert!(matches!(refused(&house, &house.context, &object), VaultError::WrongKey(_)), "{place}");
    }
    for (place, chunk) in [
        (HEADER, 0),
        (HEADER + SEALED_CHUNK - 1, 0),
        (HEADER + SEALED_CHUNK, 1),
        (HEADER + 2 * SEALED_CHUNK, 2),
        (sealed.len() - 1, 2),
    ] {
        flip(place);
        let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
        let mut buffer = Vec::new();
        for index in 0..reader.chunks() {
            let read = reader.read_chunk(index, &mut buffer);
            assert_eq!(read.is_ok(), index != chunk, "{place} chunk {index}");
            assert_eq!(buffer.is_empty(), index == chunk);
        }
        assert!(matches!(reader.read_all(), Err(VaultError::Damaged(_))));
        assert!(matches!(reader.check(), Err(VaultError::Damaged(_))));
    }
}

#[test]
fn chunks_in_each_others_place_are_refused() {
    let house = House::new();
    let object = house.put(&text(3 * CHUNK));
    let mut sealed = fs::read(house.file(&object)).unwrap();
    let (first, second) = sealed[HEADER..].split_at_mut(SEALED_CHUNK);
    first.swap_with_slice(&mut second[..SEALED_CHUNK]);
    fs::write(house.file(&object), sealed).unwrap();
    let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
    let mut buffer = Vec::new();
    assert!(matches!(reader.read_chunk(0, &mut buffer), Err(VaultError::Damaged(_))));
    assert!(matches!(reader.read_chunk(1, &mut buffer), Err(VaultError::Damaged(_))));
    reader.read_chunk(2, &mut buffer).unwrap();
}

#[test]
fn a_file_cut_after_it_was_opened_is_damaged() {
    let house = House::new();
    let object = house.put(&text(3 * CHUNK));
    let mut reader = house.vault.reader(&house.key, &house.context, &object).unwrap();
    fs::OpenOptions::new().write(true).open(house.file(&object)).unwrap().set_len(20_000).unwrap();
    let mut buffer = Vec::new();
    reader.read_chunk(0, &mut buffer).unwrap();
    assert!(matches!(reader.read_chunk(1, &mut buffer), Err(VaultError::Damaged(_))));
    assert!(buffer.is_empty());
}

#[test]
fn two_objects_of_one_context_and_length_are_told_apart_by_their_digests() {
    let house = House::new();
    let (first, second) = (house.put(b"text of before"), house.put(b"text of after!"));
    fs::copy(house.file(&first), house.file(&second)).unwrap();
    let mut reader = house.vault.reader(&house.key, &house.context, &second).unwrap();
    assert!(matches!(reader.check(), Err(VaultError::Damaged(_))));
    assert!(matches!(reader.read_all(), Err(VaultError::Damaged(_))));
}

#[test]
fn an_object_that_passed_its_check_is_checked_anew_once_its_file_or_its_row_changed() {
    let house = House::new();
    let object = house.put(&text(3 * CHUNK));
    let check = |object: &ObjectRef| house.vault.reader(&house.key, &house.context, object).unwrap().check();
    assert!(check(&object).is_ok());
    assert!(check(&object).is_ok());
    let invented = ObjectRef { sha256: [0; 32], ..object.clone() };
    assert!(matches!(check(&invented), Err(VaultError::Damaged(_))));
    // The same length and, as a copy that keeps times would, the same time of content.
    let file = house.file(&object);
    let (mut sealed, before) = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap());
    sealed[HEADER + SEALED_CHUNK] ^= 1;
    fs::write(&file, sealed).unwrap();
    let times = fs::FileTimes::new().set_modified(before.modified().unwrap());
    fs::File::options().write(true).open(&file).unwrap().set_times(times).unwrap();
    assert!(matches!(check(&object), Err(VaultError::Damaged(_))));
}

#[test]
fn a_directory_in_an_objects_place_is_the_systems_error() {
    let house = House::new();
    let object = house.put(b"");
    fs::remove_file(house.file(&object)).unwrap();
    fs::create_dir(house.file(&object)).unwrap();
    assert!(house.vault.reader(&house.key, &house.context, &object).is_err());
    let fault = candor::fault::Fault::from(refused(&house, &house.context, &object));
    assert!(format!("{fault:?}").contains(&object.id.to_string()));
}
